"""How a record becomes a row of a described data set: by the type of each column."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, Numeric, Table

from foresto_cli.collecting import readers
from foresto_cli.declared import wire_fields
from foresto_cli.store.upsert import Row

NUMBERS = (BigInteger, Integer, Numeric)
NOTHING = ("", "-", "NULL")
NO_DAY = ("99991231", "00000000")
"""Written where a day is required and there is none."""


def row_of(table: Table, record: Mapping[str, Any]) -> Row:
    """Return the columns that ``record`` fills.

    Raises:
        KeyError: a field is missing.
        ValueError: a number or a day is neither.
    """
    return {name: _read(table.columns[name], record[field]) for name, field in wire_fields(table).items()}


def _read(column: Column[Any], written: object) -> object:
    plain = "" if written is None else f"{written}".strip()
    if isinstance(column.type, NUMBERS):
        return readers.number(plain)
    if plain in NOTHING and not column.primary_key:
        return None
    if isinstance(column.type, Date):
        return None if plain in NO_DAY else readers.day(plain)
    return plain
