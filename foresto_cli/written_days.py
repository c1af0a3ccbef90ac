"""Days as people write them: ``"2024"``, ``"2024-03"``, ``"2024-03-29"``, ``"20240329"``, a date, a Timestamp."""

import calendar
import re
from contextlib import suppress
from datetime import date, datetime

from foresto_cli.errors import UsageError

LAST_MONTH = 12
Day = date | str | None
_FORMS = re.compile(r"(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?)?")


def first_of(given: Day) -> date:
    """Return the first day that ``given`` means; without one the beginning of time.

    Raises:
        UsageError: it is no day.
    """
    return date.min if given is None else _day(given, is_last=False)


def last_of(given: Day) -> date:
    """Return the last day that ``given`` means (``"2024"``: 31 December); without one the end of time.

    Raises:
        UsageError: it is no day.
    """
    return date.max if given is None else _day(given, is_last=True)


def _day(given: date | str, *, is_last: bool) -> date:
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    found = _FORMS.fullmatch(given.strip()) if isinstance(given, str) else None
    if found is not None:
        year, month, day = (int(part or 0) for part in found.groups())
        month = month or (LAST_MONTH if is_last else 1)
        with suppress(ValueError):
            return date(year, month, day or (calendar.monthrange(year, month)[1] if is_last else 1))
    raise UsageError(f"{given!r}: 날짜가 아닙니다. 2024, 2024-03, 2024-03-29 가운데 하나로 적으세요.")
