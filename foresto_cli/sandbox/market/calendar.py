"""Which days the synthetic exchange trades."""

from datetime import date, datetime, time, timedelta
from functools import cache

EPOCH = date(2020, 1, 2)
OPENS = time(9, 0)
FIRST_QUOTES = time(9, 20)
"""Quotes reach the web site about 20 minutes late."""
FINAL = time(15, 40)
"""From here on the day's close is final."""
LAST_EXPECTED_SESSION_MONTHS = (7, 8)
"""Closures fall into July and August: then any 300 sessions in a row contain one."""


@cache
def announced_sessions(year: int) -> tuple[date, ...]:
    """Return the days that the XKRX calendar of the ``holidays`` package believes to be sessions of ``year``."""
    import holidays

    closed = holidays.financial_holidays("XKRX", years=year)
    first = date(year, 1, 1)
    days = (first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days))
    return tuple(day for day in days if day.weekday() < 5 and day not in closed)  # noqa: PLR2004  # Saturday is 5


@cache
def closure(year: int, seed: int) -> date:
    """Return the one day of ``year`` on which the exchange stays closed although every calendar says it trades."""
    candidates = [day for day in announced_sessions(year) if day.month in LAST_EXPECTED_SESSION_MONTHS]
    return candidates[(seed * 7919 + year * 104729) % len(candidates)]


@cache
def sessions_of(year: int, seed: int) -> tuple[date, ...]:
    """Return the real sessions of ``year`` in the sandbox: the announced ones, less the closure, from 2020-01-02 on."""
    closed = closure(year, seed)
    return tuple(day for day in announced_sessions(year) if day != closed and day >= EPOCH)


def begun(now: datetime, seed: int) -> tuple[date, ...]:
    """Return all sessions since 2020-01-02 that have begun by ``now`` (KST): today counts from 09:00."""
    today = now.date()
    found: list[date] = []
    for year in range(EPOCH.year, today.year + 1):
        found += (day for day in sessions_of(year, seed) if day < today or (day == today and now.time() >= OPENS))
    return tuple(found)


def is_session(day: date, seed: int) -> bool:
    """Return whether the sandbox's exchange trades on ``day``, in the past or in the future."""
    return day in sessions_of(day.year, seed)


def next_session(day: date, seed: int) -> date:
    """Return the first session after ``day``."""
    following = day + timedelta(days=1)
    while not is_session(following, seed):
        following += timedelta(days=1)
    return following


def closures(now: datetime, seed: int) -> frozenset[date]:
    """Return the unannounced closures since 2020-01-02 up to and including the day of ``now``."""
    found = (closure(year, seed) for year in range(EPOCH.year, now.year + 1))
    return frozenset(day for day in found if day <= now.date())
