"""The trading calendar of the Korea Exchange: which days are sessions, and from when their numbers can be had.

Rules come from ``holidays`` (market XKRX), corrected by the ``market_closure`` table (handed in as sets, so that this
module reads no database). Sessions run 09:00-15:30; on the day of the college entrance exam (a Thursday between 11 and
20 November) everything is an hour later, and the calendar grants every such Thursday that hour.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache

from foresto_cli.clock import KST

SATURDAY = 5
THURSDAY = 3
OPENS = time(9, 0)
CLOSES = time(15, 40)
"""Official closing prices can be asked for from here on (the close of 15:30 plus the time KRX takes)."""
FINAL = time(18, 30)
"""After-hours trading is over: numbers no longer change."""
PUBLISHED = time(8, 0)
"""The OPEN API has a session from this hour of the next business day on."""
OPEN_DATA = time(13, 0)
"""The open data of FSC have it from this hour of the next business day on."""


@cache
def _holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.financial_holidays("XKRX", years=[year]))


def is_regular_session(day: date) -> bool:
    """Say whether the published rules make ``day`` a session, without any correction."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


def _late_hour(day: date) -> timedelta:
    exam = day.month == 11 and day.weekday() == THURSDAY and 11 <= day.day <= 20  # noqa: PLR2004  # the rule above
    return timedelta(hours=1) if exam else timedelta()


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, KST) + _late_hour(day)


@dataclass(frozen=True)
class Calendar:
    """The rules plus what this database knows better.

    Attributes:
        closed: weekdays on which the exchange did not open although the rules say so.
        opened: days on which it did although the rules say no.
    """

    closed: frozenset[date] = field(default_factory=frozenset)
    opened: frozenset[date] = field(default_factory=frozenset)

    def is_session(self, day: date) -> bool:
        """Say whether the exchange trades on ``day``."""
        return day in self.opened or (is_regular_session(day) and day not in self.closed)

    def sessions(self, start: date, end: date) -> list[date]:
        """Return the sessions from ``start`` to ``end``, both included, oldest first."""
        days = (start + timedelta(days=offset) for offset in range((end - start).days + 1))
        return [day for day in days if self.is_session(day)]

    def previous(self, day: date) -> date:
        """Return the last session before ``day``."""
        day -= timedelta(days=1)
        while not self.is_session(day):
            day -= timedelta(days=1)
        return day

    def following(self, day: date) -> date:
        """Return the first session after ``day``."""
        day += timedelta(days=1)
        while not self.is_session(day):
            day += timedelta(days=1)
        return day

    def latest_ended(self, now: datetime) -> date:
        """Return the newest session whose closing prices can be asked for at ``now``."""
        day = now.date()
        if self.is_session(day) and now >= closes_at(day):
            return day
        return self.previous(day)

    def latest_in_open_data(self, now: datetime) -> date:
        """Return the newest session that FSC's open data should have at ``now``."""
        today = now.date()
        out = self.is_session(today) and now.time() >= OPEN_DATA
        # Today's session, or the one before it, has pushed the data of its predecessor out.
        return self.previous(today if out else self.previous(today))


def opens_at(session: date) -> datetime:
    """Return when trading of ``session`` starts (KST)."""
    return _moment(session, OPENS)


def closes_at(session: date) -> datetime:
    """Return from when the closing prices of ``session`` can be asked for (KST)."""
    return _moment(session, CLOSES)


def final_at(session: date) -> datetime:
    """Return from when the numbers of ``session`` no longer change (KST); read earlier they are provisional."""
    return _moment(session, FINAL)
