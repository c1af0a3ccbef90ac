"""What the data sets of FSC's open data share: ISINs, and fields that are text."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from foresto_cli.collecting import readers

NOTHING = ("", "NULL")
NO_DATE = ("99991231", "00000000")
"""Written where a date is required and there is none."""
ISIN_LENGTH = 12


def is_isin(text: str) -> bool:
    """Say whether ``text`` is an ISIN by form and check digit (ISO 6166, modulus 10 double-add-double)."""
    if len(text) != ISIN_LENGTH or not (text.isascii() and text.isalnum() and text.upper() == text):
        return False
    if not text[:2].isalpha() or not text[-1].isdigit():
        return False
    digits = "".join(f"{int(character, 36)}" for character in text)[::-1]
    doubled = (int(digit) * (1 + position % 2) for position, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def text_of(record: Mapping[str, Any], name: str) -> str | None:
    """Return a field without the blanks and line breaks around and in it; None for what stands for nothing.

    Older routes lack some fields; those are None too.
    """
    plain = " ".join(str(record.get(name) or "").split())
    return None if plain in NOTHING else plain


def number_of(record: Mapping[str, Any], name: str) -> int | Decimal | None:
    """Return a field as a number.

    Raises:
        ValueError: it is text.
    """
    return readers.number(text_of(record, name) or "")


def date_of(record: Mapping[str, Any], name: str) -> date | None:
    """Return a field written YYYYMMDD as a date; None for what stands for no date.

    Raises:
        ValueError: it is neither.
    """
    plain = text_of(record, name)
    if plain is None or plain in NO_DATE:
        return None
    found = readers.day(plain)
    if found is None:
        raise ValueError(plain)  # the exchange's "-" is not how this table says that there is none
    return found
