"""The record of all sessions: states drawn once, quotes of a day or of a stock worked out when asked for."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market import after, market_calendar, market_ticks, path, plan, quotes, roster
from foresto_cli.sandbox.market.market_stock import Stock
from foresto_cli.sandbox.market.plan import Plan
from foresto_cli.sandbox.market.quotes import Inputs, Quotes

KEPT_TAPES = 2
KEPT_DAYS = 16
"""Days whose quotes are kept in memory."""
HUGE_VOLUME = 2_400_000_000
"""More than fits into 31 bits."""


@lru_cache(maxsize=KEPT_TAPES)
def record(stocks: int, seed: int, sessions: tuple[date, ...], today: date) -> "Tape":
    """Return the tape of a market as of ``today``; sandboxes started one after the other share it."""
    everyone = roster.build(stocks, seed, today)
    return Tape(everyone, sessions, plan.build(everyone, sessions, stocks, seed), seed)


class Tape:
    """All sessions of a roster; sessions are numbered from 0, tickers by their place in the roster."""

    def __init__(self, roster: list[Stock], sessions: Sequence[date], plan: Plan, seed: int) -> None:
        """Draw the states of all sessions."""
        self.roster, self.sessions, self.plan, self.seed = roster, sessions, plan, seed
        self.path = path.walk(roster, sessions, plan, seed)
        self._admitted = np.array([stock.market != "KNX" for stock in roster])
        self._kospi = np.array([stock.market == "STK" for stock in roster])
        self._reach = np.array([0.15 if stock.market == "KNX" else 0.30 for stock in roster])
        self._turnover = np.array([stock.turnover for stock in roster])
        self._days: OrderedDict[int, Quotes] = OrderedDict()
        self._lock = RLock()

    def day(self, t: int) -> Quotes:
        """Return final quotes of the whole roster on session ``t`` (rows of unlisted stocks mean nothing)."""
        with self._lock:
            if t not in self._days:
                self._days[t] = self._day(t)
                while len(self._days) > KEPT_DAYS:
                    self._days.popitem(last=False)
            return self._days[t]

    def _day(self, t: int) -> Quotes:
        everybody = np.arange(len(self.roster))
        rows = np.full(len(everybody), t)
        found = self._draw(rows, everybody, self._bases(t), self.shares(t))
        if t in self.plan.huge:
            found.volume[self.plan.huge[t]] = HUGE_VOLUME
        return quotes.priced(found)

    def history(self, ticker: int, positions: list[int]) -> Quotes:
        """Return one stock's final quotes on the sessions ``positions``; it is listed on all of them."""
        rows = np.array(positions, np.int64)
        closes = self.path.close[:, ticker].astype(np.int64)
        base = np.where(rows > 0, closes[rows - 1], 0)
        base = np.where(base == 0, self.path.start[ticker], base)
        for row, t in enumerate(positions):
            base[row] = self.path.bases.get(t, {}).get(ticker, base[row])
        shares = self._shares_of(ticker)[rows]
        # The tick table changed once: each part has its own.
        reform = sum(self.sessions[t] < market_ticks.REFORM for t in positions)
        parts = [
            self._draw(rows[part], np.full(len(rows[part]), ticker), base[part], shares[part])
            for part in (slice(0, reform), slice(reform, None))
            if len(rows[part])
        ]
        whole = parts[0] if len(parts) == 1 else quotes.joined(parts)
        for row, t in enumerate(positions):
            if self.plan.huge.get(t) == ticker:
                whole.volume[row] = HUGE_VOLUME
        return quotes.priced(whole)

    def after(self, t: int, regular: Quotes, share: float, at: datetime) -> Quotes:
        """Return the quotes ``regular`` of session ``t`` as the after-market has left them at ``at``."""
        everybody = np.arange(len(self.roster))
        return self._after([t], everybody, regular, share, at)

    def after_of(self, ticker: int, positions: list[int], regular: Quotes, share: float, at: datetime) -> Quotes:
        """Return one stock's quotes on the sessions ``positions`` as the after-market has left them at ``at``."""
        return self._after(positions, np.full(len(positions), ticker), regular, share, at)

    def _after(
        self, positions: list[int], tickers: NDArray[np.int64], regular: Quotes, share: float, at: datetime
    ) -> Quotes:
        days = [self.sessions[t] for t in positions]
        progress = np.array([market_calendar.after_progress(day, at) for day in days])
        if not share or not progress.any():
            return regular
        given = after.Trading(
            day=days[-1],
            ordinals=np.array([day.toordinal() for day in days]),
            numbers=tickers,
            reach=self._reached(self.path.status[np.array(positions), tickers], tickers),
            kospi=self._kospi[tickers],
            admitted=self._admitted[tickers],
            progress=progress,
        )
        return after.extended(regular, given, share, self.seed)

    def _reached(self, status: NDArray[np.uint8], tickers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how far prices may go from their base on these days."""
        return np.where(status == path.UNLIMITED, quotes.BEYOND_LIMIT, self._reach[tickers])

    def _draw(
        self, rows: NDArray[np.int64], tickers: NDArray[np.int64], base: NDArray[np.int64], shares: NDArray[np.int64]
    ) -> Quotes:
        """Return quotes for (session, ticker) pairs that share one tick table."""
        return quotes.draw(
            Inputs(
                day=self.sessions[int(rows[0])],
                ordinals=np.array([self.sessions[t].toordinal() for t in rows[:1].tolist()])
                if rows[0] == rows[-1]
                else np.array([self.sessions[t].toordinal() for t in rows.tolist()]),
                numbers=tickers,
                base=base,
                close=np.maximum(self.path.close[rows, tickers].astype(np.int64), 1),
                shares=shares,
                status=self.path.status[rows, tickers],
                turnover=self._turnover[tickers],
                reach=self._reach[tickers],
                kospi=self._kospi[tickers],
            ),
            self.seed,
        )

    def _bases(self, t: int) -> NDArray[np.int64]:
        """Return the base prices of session ``t``: the previous closes, except where an event restated them."""
        base = self.path.start if t == 0 else self.path.close[t - 1].astype(np.int64)
        base = np.where(base == 0, self.path.start, base)
        for ticker, price in self.path.bases.get(t, {}).items():
            base[ticker] = price
        return base

    def shares(self, t: int) -> NDArray[np.int64]:
        """Return the listed shares of everybody on session ``t``."""
        shares = self.path.first_shares.copy()
        for session, ticker, count in self.path.changes:
            if session > t:
                break
            shares[ticker] = count
        return shares

    def _shares_of(self, ticker: int) -> NDArray[np.int64]:
        """Return the listed shares of one stock on every session."""
        shares = np.full(len(self.sessions), self.path.first_shares[ticker], np.int64)
        for session, other, count in self.path.changes:
            if other == ticker:
                shares[session:] = count
        return shares
