"""How numbers and days from outside are read, once for every source."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

NOTHING = frozenset({"-", "", "None"})
NO_DAY = frozenset({"-", ""})
DAY = re.compile(r"(\d{4})([-./]?)(\d{2})\2(\d{2})")
DIGITS, FAR = 30, 400
"""Digits before the point: no number of the market has so many, and with more nothing is reckoned."""
BEYOND = Decimal("Infinity")
"""Stands for what is beyond every number, or none."""


def number(text: object) -> int | Decimal | None:
    """Return ``1,234`` or ``-2.28`` or a plain number as a number, ``-`` and nothing as None.

    What is beyond every column (``1e400``, ``NaN``, ``∞``) comes back as such a number: the gate of the tables leaves
    its row out, and the rest of the answer is believed.

    Raises:
        ValueError: neither.
    """
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    plain = str(text).replace(",", "").strip()
    if plain in NOTHING:
        return None
    try:
        found = Decimal(plain.replace("∞", "Infinity"))
    except InvalidOperation:
        raise ValueError(plain) from None
    if not is_measured(found):
        return found if found.is_finite() and found.adjusted() < FAR else BEYOND
    return int(found) if found == found.to_integral_value() else found


def day(text: object) -> date | None:
    """Return ``20261120``, ``2026/11/20``, ``2026-11-20`` or ``2026.11.20`` as a date, ``-`` and blanks as None.

    Raises:
        ValueError: neither; nor is what is no text: a null where a day is written may be half an answer.
    """
    if not isinstance(text, str):
        raise ValueError(f"{text}")
    plain = text.strip()
    if plain in NO_DAY:
        return None
    found = DAY.fullmatch(plain)
    if found is None:
        raise ValueError(plain)
    # strptime takes ``2026213`` too, and is slow: there are six days in each of 19,000 bonds.
    return date(int(found[1]), int(found[3]), int(found[4]))


def is_measured(found: int | Decimal) -> bool:
    """Say whether ``found`` is a number that can be reckoned with."""
    return isinstance(found, int) or (found.is_finite() and found.adjusted() < DIGITS)
