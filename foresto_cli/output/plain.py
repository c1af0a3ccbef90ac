"""One value as a text: numbers without an exponent, days and times in ISO format."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from foresto_cli import clock


def text(value: object) -> str:
    """Return ``value``, which must not be None, as text without loss; lists and objects as JSON."""
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
"""Types for which ``str()`` is not the wanted text."""


def korean(moment: datetime) -> datetime:
    """Return ``moment`` in Korean time without a zone, as foresto's own times are stored."""
    return moment if moment.tzinfo is None else moment.astimezone(clock.KST).replace(tzinfo=None)
