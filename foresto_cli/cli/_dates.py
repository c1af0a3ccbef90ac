"""Days and durations on the command line: ``2026-02-13`` or ``20260213``; ``10m``, ``90s``, ``1h``."""

import re
from datetime import date, timedelta

from foresto_cli import clock
from foresto_cli.errors import UsageError

LONGEST_WAIT = timedelta(days=1)
DURATION = re.compile(r"(\d+)([smh]?)")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def parse_date(text: str) -> date:
    """Return the day that ``text`` names.

    Raises:
        UsageError: it names none.
    """
    plain = text.strip().replace("-", "")
    try:
        # strptime would also take "2026213".
        plain = plain if len(plain) == len("20260213") else ""
        return clock.day_of(plain)
    except ValueError:
        raise UsageError(f"{text}: 그런 날짜는 없습니다. 2026-02-13이나 20260213처럼 적으세요.") from None


def date_or_none(text: str | None) -> date | None:
    """Return the day that ``text`` names, None without a text.

    Raises:
        UsageError: it names none.
    """
    return parse_date(text) if text else None


def parse_duration(given: str) -> timedelta:
    """Return ``10m``, ``90s``, ``1h`` or plain seconds as a duration.

    Raises:
        UsageError: anything else.
    """
    found = DURATION.fullmatch(given.strip())
    if found is None:
        raise UsageError(f"{given}: 기간을 알아볼 수 없습니다. 10m, 90s, 1h처럼 적으세요.")
    seconds = int(found[1]) * SECONDS[found[2]]
    if seconds > LONGEST_WAIT.total_seconds():
        raise UsageError(f"{given}: 하루보다 오래 기다릴 수 없습니다.")
    return timedelta(seconds=seconds)
