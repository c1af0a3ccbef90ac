"""Dates on the command line: ``2026-02-13`` or ``20260213``."""

from datetime import date, datetime

from foresto_cli.errors import UsageError


def parse_date(text: str) -> date:
    """Return the day that ``text`` names.

    Raises:
        UsageError: it names none.
    """
    plain = text.strip().replace("-", "")
    try:
        # strptime would also take "2026213".
        plain = plain if len(plain) == len("20260213") else ""
        return datetime.strptime(plain, "%Y%m%d").date()  # noqa: DTZ007  # a date has no zone
    except ValueError:
        raise UsageError(f"{text}: 그런 날짜는 없습니다. 2026-02-13 이나 20260213 처럼 적으세요.") from None
