"""The synthetic market as the hosts see it: what is known of a day at the time the sandbox stands at."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market import market_calendar, market_designations, market_names, path, plan
from foresto_cli.sandbox.market.market_stock import Stock
from foresto_cli.sandbox.market.quotes import Quotes, so_far
from foresto_cli.sandbox.market.roster import half_years
from foresto_cli.sandbox.market.tape import Tape, record

CLOSED, WAITING, OPEN, FINAL = "closed", "waiting", "open", "final"
"""State of a day: no session (or one that is not served); begun or to begin but without quotes; trading; the regular
session is over."""


@dataclass(frozen=True)
class Listed:
    """The stocks listed on a day, ordered by name as KRX orders them."""

    tickers: NDArray[np.int64]
    """Positions in the roster."""
    stocks: list[Stock]
    names: list[str]
    """Names as of that day."""
    sections: list[str]
    """Sections (소속부) as of that day, or what a stock is designated as."""
    shares: NDArray[np.int64]


@dataclass(frozen=True)
class Departure:
    """A stock that has left the market."""

    stock: Stock
    name: str
    day: date
    """First day on which it is no longer listed (KRX: the delisting date)."""
    merged: bool
    shares: int


class Market:
    """A market of about ``stocks`` listed stocks, seen at ``now``.

    Attributes:
        now: the time in the sandbox (KST).
        sessions: the newest ``count`` sessions that have begun by ``now``, oldest first; older days are answered like
        holidays. closures: days on which the exchange stayed closed although every calendar expects a session.
        after_market: the share of stocks (0 to 1) whose price moves after the regular close, since there is trading.
    """

    def __init__(self, now: datetime, stocks: int, count: int, seed: int, after_market: float = 0.0) -> None:
        """Remember the parameters; the state is drawn when first needed."""
        self.now = now
        self.after_market = after_market
        self.seed = seed
        self.size = stocks
        self.all_sessions = market_calendar.begun(now, seed)
        self.sessions = self.all_sessions[-count:]
        self.closures = market_calendar.closures(now, seed)
        self._lock = RLock()
        self._tape: Tape | None = None

    @property
    def tape(self) -> Tape:
        """Return the record of all sessions since 2020-01-02; drawn when first needed, once for all threads."""
        with self._lock:
            if self._tape is None:
                self._tape = record(self.size, self.seed, self.all_sessions, half_years(self.now.date())[-1])
            return self._tape

    @property
    def roster(self) -> list[Stock]:
        """Return everybody who has ever been listed since 2020-01-02."""
        return self.tape.roster

    @property
    def plan(self) -> plan.Plan:
        """Return what has happened to whom."""
        return self.tape.plan

    @property
    def path(self) -> path.Path:
        """Return closes, states and index levels of all sessions since 2020-01-02."""
        return self.tape.path

    @cached_property
    def events(self) -> list[tuple[str, date, str]]:
        """Return (kind, day, code) of every event on a served session; kinds are listed in :mod:`plan`."""
        first = len(self.all_sessions) - len(self.sessions)
        return [
            (event.kind, self.all_sessions[event.session], self.roster[event.ticker].code)
            for event in self.plan.events
            if event.session >= first
        ]

    def state(self, day: date, at: datetime | None = None) -> str:
        """Return CLOSED, WAITING, OPEN or FINAL for ``day`` as seen at ``at`` (now)."""
        at = at or self.now
        if day == at.date() and market_calendar.is_session(day, self.seed):
            if at < market_calendar.moment(day, market_calendar.FIRST_QUOTES):
                return WAITING
            return OPEN if at < market_calendar.moment(day, market_calendar.FINAL) else FINAL
        return FINAL if day in self._served and day < at.date() else CLOSED

    @cached_property
    def _served(self) -> frozenset[date]:
        return frozenset(self.sessions)

    @property
    def progress(self) -> float:
        """Return how much of today's trading is known now, 0 to 1: quotes are 20 minutes late."""
        return self._progress(self.now)

    def _progress(self, at: datetime) -> float:
        passed = at - market_calendar.LAG - market_calendar.moment(at.date(), market_calendar.OPENS)
        return min(max(passed / timedelta(minutes=390), 0.02), 1.0)

    @property
    def newest(self) -> date:
        """Return the newest session that has begun, or that begins today (KRX: max_work_dt)."""
        today = self.now.date()
        return today if market_calendar.is_session(today, self.seed) else self.sessions[-1]

    def position(self, day: date) -> int:
        """Return the index in ``all_sessions`` of the newest session not after ``day`` (0 before the first)."""
        return max(bisect_right(self.all_sessions, day) - 1, 0)

    def previous(self, day: date) -> date:
        """Return the session before ``day``."""
        return self.all_sessions[max(bisect_right(self.all_sessions, day - timedelta(days=1)) - 1, 0)]

    def listed(self, day: date) -> Listed:
        """Return who is listed on ``day`` (on the last session before it, if it is none), in order of names."""
        t = self.position(day)
        tickers = np.flatnonzero(self.path.status[t] != path.ABSENT)
        named = sorted((self.name(ticker, t), ticker) for ticker in tickers.tolist())
        order = np.array([ticker for _, ticker in named], np.int64)
        stocks = [self.roster[ticker] for _, ticker in named]
        sections = market_designations.sections(stocks, order, self.all_sessions[t], self.seed)
        return Listed(order, stocks, [name for name, _ in named], sections, self.tape.shares(t)[order])

    def departures(self, day: date) -> list[Departure]:
        """Return the stocks gone from the market by ``day``, oldest first."""
        gone = []
        for event in self.plan.events:
            if event.kind in ("delisting", "merger"):
                leaves = market_calendar.next_session(self.all_sessions[event.session], self.seed)
                if leaves <= day:
                    shares = int(self.tape.shares(event.session)[event.ticker])
                    name = self.name(event.ticker, event.session)
                    gone.append(Departure(self.roster[event.ticker], name, leaves, event.kind == "merger", shares))
        return gone

    def name(self, ticker: int, t: int) -> str:
        """Return the name of a stock on session ``t``."""
        first = self.plan.renames.get(ticker)
        name = self.roster[ticker].name
        return market_names.renamed(name) if first is not None and first <= t else name

    def quotes(self, day: date) -> Quotes:
        """Return the official quotes of the whole roster on session ``day``: those of the regular session.

        Rows of unlisted stocks mean nothing.
        """
        return self.tape.day(self.position(day))

    def quotes_so_far(self, day: date, at: datetime | None = None) -> Quotes:
        """Return what is known of the running session ``day`` at ``at`` (now)."""
        return so_far(self.quotes(day), self._progress(at or self.now), day, self.markets == "STK")

    def shown(self, day: date, at: datetime | None = None) -> Quotes:
        """Return what pages and charts show of session ``day`` at ``at`` (now).

        Since there is an after-market these are its last prices and all of the volume; changes stay against the base.
        """
        at = at or self.now
        if self.state(day, at) == OPEN:
            return self.quotes_so_far(day, at)
        return self.tape.after(self.position(day), self.quotes(day), self.after_market, at)

    def history(self, ticker: int, days: tuple[date, ...], *, shown: bool = False) -> Quotes:
        """Return one stock's quotes on ``days`` (sessions on which it is listed), oldest first.

        They are the official ones, or with ``shown`` those of pages and charts as they are now.
        """
        positions = [self.position(day) for day in days]
        found = self.tape.history(ticker, positions)
        return self.tape.after_of(ticker, positions, found, self.after_market, self.now) if shown else found

    @cached_property
    def markets(self) -> NDArray[np.str_]:
        """Return the market code of everybody in the roster."""
        return np.array([stock.market for stock in self.roster])


def session_shown(market: Market, day: date, fault: str | None, detail: str) -> date:
    """Return whose rows are shown under ``day``: with the fault ``other_day`` those of another session."""
    if fault != "other_day" or market.state(day) == CLOSED:
        return day
    return date.fromisoformat(detail) if detail else market.previous(day)
