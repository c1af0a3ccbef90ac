"""One value as a text: digits without an exponent, days and moments as ISO has them."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from foresto_cli import clock


def text(value: object) -> str:
    """Return ``value``, which is not None, as text that says exactly the same; lists and objects as JSON."""
    return _WRITTEN.get(type(value), str)(value)


def nested(value: object) -> str:
    """Return a list or an object as JSON."""
    return json.dumps(value, ensure_ascii=False, default=text)


_WRITTEN: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    Decimal: lambda value: f"{value:f}",
    datetime: lambda value: value.isoformat(" "),
    date: date.isoformat,
    bytes: lambda value: rf"\x{value.hex()}",
    dict: nested,
    list: nested,
}
"""Of the types whose own text would say it otherwise."""


def korean(moment: datetime) -> datetime:
    """Return ``moment`` in Korean time without a zone, as the database has all of its own."""
    return moment if moment.tzinfo is None else moment.astimezone(clock.KST).replace(tzinfo=None)
