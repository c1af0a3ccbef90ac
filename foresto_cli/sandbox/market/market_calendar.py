"""Which days the synthetic exchange trades."""

from datetime import date, datetime, time, timedelta
from functools import cache

from foresto_cli.clock import KST

SATURDAY = 5
"""As ``weekday`` counts."""
EPOCH = date(2020, 1, 2)
OPENS = time(9, 0)
FIRST_QUOTES = time(9, 20)
"""Quotes reach the web site about 20 minutes late."""
FINAL = time(15, 40)
"""From here on the pages show the close of the regular session, which is the official one."""
LAG = timedelta(minutes=20)
AFTER_MARKET_SINCE = date(2026, 9, 14)
"""From this session on shares are traded again after the close."""
AFTER_OPENS, AFTER_CLOSES = time(16, 0), time(20, 0)
EXAMS = frozenset(
    date(year, 11, day) for year, day in ((2021, 18), (2022, 17), (2023, 16), (2024, 14), (2025, 13), (2026, 19))
)
"""College entrance exams: everything begins and closes an hour later, but the after-market ends when it always does."""
LAST_EXPECTED_SESSION_MONTHS = (7, 8)
"""Closures fall into July and August: then any 300 sessions in a row contain one."""


@cache
def announced_sessions(year: int) -> tuple[date, ...]:
    """Return the days that the XKRX calendar of the ``holidays`` package believes to be sessions of ``year``."""
    import holidays

    closed = holidays.financial_holidays("XKRX", years=year)
    first = date(year, 1, 1)
    days = (first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days))
    return tuple(day for day in days if day.weekday() < SATURDAY and day not in closed)


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


def late_hour(day: date) -> timedelta:
    """Return by how much the hours of ``day`` are shifted."""
    return timedelta(hours=1) if day in EXAMS else timedelta()


def moment(day: date, hour: time) -> datetime:
    """Return when what usually happens at ``hour`` happens on ``day`` (KST)."""
    return datetime.combine(day, hour, KST) + late_hour(day)


def after_progress(day: date, at: datetime) -> float:
    """Return how much of the after-market of session ``day`` the pages show at ``at``, 0 to 1: 20 minutes late."""
    if day < AFTER_MARKET_SINCE:
        return 0.0
    opens, closes = moment(day, AFTER_OPENS), datetime.combine(day, AFTER_CLOSES, KST)
    return min(max((at - LAG - opens) / (closes - opens), 0.0), 1.0)


def begun(now: datetime, seed: int) -> tuple[date, ...]:
    """Return all sessions since 2020-01-02 that have begun by ``now`` (KST): today counts from its opening."""
    today = now.date()
    found: list[date] = []
    for year in range(EPOCH.year, today.year + 1):
        found += (day for day in sessions_of(year, seed) if day < today or (day == today and now >= moment(day, OPENS)))
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
