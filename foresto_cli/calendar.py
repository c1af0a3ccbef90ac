"""The trading calendar of the Korea Exchange: which days are sessions, and which of them can be asked for.

Rules come from ``holidays`` (market XKRX), corrected by the ``market_closure`` table (handed in as sets, so that this
module reads no database). The hours of a session are :mod:`foresto_cli.regimes`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module

from foresto_cli.bare import not_run
from foresto_cli.clock import KST
from foresto_cli.regimes import closes_at, regime_of

SATURDAY = 5
MARKET = "XKRX"
_OTHERS = ("holidays.countries", "holidays.financial")
"""Packages that import the rules of every country and exchange, which takes longer than anything else at the start."""


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(_rules()(years=[year]))


@cache
def _rules() -> Callable[..., Iterable[date]]:
    """Return the holidays of the exchange, imported without those of the others."""
    try:
        with not_run(*_OTHERS):
            found: Callable[..., Iterable[date]] = getattr(import_module("holidays.financial.korea_exchange"), MARKET)
    except (ImportError, AttributeError):
        # A version that keeps them elsewhere.
        found = getattr(import_module("holidays"), MARKET)
    return found


def is_regular_session(day: date) -> bool:
    """Say whether the published rules make ``day`` a session, without any correction."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


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

    def back(self, day: date, sessions: int) -> date:
        """Return the session that lies ``sessions`` sessions before ``day``."""
        for _ in range(sessions):
            day = self.previous(day)
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
        out = self.is_session(today) and now.time() >= regime_of(today).open_data
        # Today's session, or the one before it, has pushed the data of its predecessor out.
        return self.previous(today if out else self.previous(today))

    def latest_official(self, now: datetime) -> date:
        """Return the newest session that the OPEN API should have at ``now``."""
        day = self.latest_ended(now)
        while now < self.official_from(day):
            day = self.previous(day)
        return day

    def official_from(self, session: date) -> datetime:
        """Return from when the OPEN API should have ``session`` (KST)."""
        return datetime.combine(self.following(session), regime_of(session).official, KST)

    def open_data_from(self, session: date) -> datetime:
        """Return from when FSC's open data should have ``session`` (KST)."""
        return datetime.combine(self.following(session), regime_of(session).open_data, KST)

    def official_until(self, session: date) -> datetime:
        """Return until when the OPEN API may still lack ``session`` without having failed (KST)."""
        return datetime.combine(self.following(session), regime_of(session).overdue, KST)
