"""How DART's free fields are read: numbers with commas, "-" for nothing, dates in several spellings."""

import re
from datetime import date
from decimal import Decimal

BLANK = frozenset({"", "-", "－", "–", "해당사항없음", "해당없음", "무액면"})
"""Ways to say that there is nothing, without blanks."""
NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,10})?")
BRACKETED = re.compile(r"\((\d[\d.]*)\)")
"""A negative number in accountants' writing."""
DAY = re.compile(r"(\d{4})\s*[년.\-/]\s*(\d{1,2})\s*[월.\-/]\s*(\d{1,2})\s*일?")
PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


def is_blank(text: str) -> bool:
    """Say whether ``text`` says that there is nothing."""
    return "".join(text.split()) in BLANK


def number(text: str) -> Decimal | None:
    """Return the number in ``text``, or None where it says that there is none.

    Raises:
        ValueError: it is neither.
    """
    plain = "".join(text.split()).replace(",", "")
    if plain in BLANK:
        return None
    plain = BRACKETED.sub(r"-\1", plain)
    if not NUMBER.fullmatch(plain):
        raise ValueError(text)
    return Decimal(plain)


def day(text: str) -> date | None:
    """Return the day in ``2023년 06월 01일``, ``2023.06.01``, ``2023-06-01`` or ``20230601``; None where there is none.

    Raises:
        ValueError: anything else, also a day that no calendar has.
    """
    if is_blank(text):
        return None
    found = DAY.fullmatch(text.strip()) or PLAIN_DAY.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise ValueError(text) from None
