"""Stored rows as a card and its ``--json`` show them."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

Found = dict[str, Any]


def rows_of(connection: Connection, query: str, **parameters: object) -> list[Found]:
    """Return the rows of a query, numbers and days as JSON knows them."""
    return [
        {name: plain(value) for name, value in row._asdict().items()}
        for row in connection.execute(text(query), parameters)
    ]


def plain(value: object) -> object:
    """Return a decimal as a number that JSON knows, a day as text; anything else as it is."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return f"{value}" if isinstance(value, date) else value
