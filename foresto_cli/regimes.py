"""The exchange's trading hours, by the date from which they hold: the one place that knows an hour of the market.

A change of hours is a further row of :data:`REGIMES`. On the day of the college entrance exam (a Thursday between 11
and 20 November) everything is an hour later; every such Thursday is granted that hour. What each source shows of a
session since the after-market of 2026 is described in ``docs/market-hours.md``.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from foresto_cli.clock import KST

THURSDAY = 3
NOVEMBER = 11
EXAM_DAYS = range(11, 21)


@dataclass(frozen=True, kw_only=True)
class Regime:
    """Trading hours that hold from ``since`` on; all times are KST.

    Attributes:
        since: first session with these hours.
        opens: the regular session begins.
        shown: the exchange's pages show the regular close from here on (it is made at 15:30; they take ten minutes).
        extended: from here on those pages add the after-market to close, high, low, volume and value; None where there
            is no market after hours that would change them.
        last_trade: the last trade of the day, after hours included.
        final: the pages' numbers no longer change.
        official: the OPEN API publishes a session from this hour of the next session on.
        overdue: an OPEN API that has not published it by this hour of the next session has failed.
        open_data: FSC's open data publish a session from this hour of the next session on.
    """

    since: date
    opens: time = time(9, 0)
    shown: time = time(15, 40)
    extended: time | None = None
    last_trade: time = time(18, 0)
    final: time = time(18, 30)
    official: time = time(8, 0)
    overdue: time = time(13, 0)
    open_data: time = time(13, 0)


REGIMES = (
    Regime(since=date.min),
    Regime(since=date(2026, 9, 14), extended=time(16, 0), last_trade=time(20, 0), final=time(20, 20)),
)
"""Oldest first. Since 2026-09-14 the exchange trades shares after hours; a pre-market is announced."""

AFTER_MARKET_SINCE = next(regime.since for regime in REGIMES if regime.extended is not None)
"""First session with an after-market of the exchange's own."""


def regime_of(session: date) -> Regime:
    """Return the hours of ``session``."""
    return next(regime for regime in reversed(REGIMES) if regime.since <= session)


def opens_at(session: date) -> datetime:
    """Return when trading of ``session`` starts (KST)."""
    return _moment(session, regime_of(session).opens)


def closes_at(session: date) -> datetime:
    """Return from when the regular closing prices of ``session`` can be asked for (KST)."""
    return _moment(session, regime_of(session).shown)


def extended_at(session: date) -> datetime | None:
    """Return from when pages show the after-market in their numbers of ``session``; None when there is none."""
    hour = regime_of(session).extended
    return None if hour is None else _moment(session, hour)


def last_trade_at(session: date) -> datetime:
    """Return when the last trade of ``session`` is over (KST)."""
    return _moment(session, regime_of(session).last_trade)


def final_at(session: date) -> datetime:
    """Return from when the numbers of ``session`` no longer change (KST)."""
    return _moment(session, regime_of(session).final)


def shows_regular_close(session: date, read_at: datetime) -> bool:
    """Say whether the exchange's pages, read at ``read_at``, showed the regular session's numbers and nothing else."""
    extended = extended_at(session)
    return extended is None or read_at < extended


def _moment(session: date, hour: time) -> datetime:
    return datetime.combine(session, hour, KST) + _late_hour(session)


def _late_hour(day: date) -> timedelta:
    exam = day.month == NOVEMBER and day.weekday() == THURSDAY and day.day in EXAM_DAYS
    return timedelta(hours=1) if exam else timedelta()
