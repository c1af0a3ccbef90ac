"""What will happen to whom: the events of every half-year, decided before any price is drawn.

Every kind happens at least once in every half-year (if there are enough stocks), so that any window of 300 sessions
holds all of them. A stock takes part in at most one event per half-year, and everything an event does ends within its
half-year.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from foresto_cli.sandbox.market.market_stock import Stock
from foresto_cli.sandbox.market.roster import PENNY_CODE, half_years, per_half_year

SPLIT_HALT = 3
CONSOLIDATION_HALT = 5
BONUS_LISTING = 15
"""Sessions from the ex-date of a bonus issue until its shares are listed (about three weeks)."""
RIGHTS_LISTING = 25
SUSPENSION = 60
LIQUIDATION = 7
"""Sessions of liquidation trading, without price limit, before a delisting."""
HALT_BEFORE_LIQUIDATION = 10
MIDPOINT_ORDERS = date(2025, 3, 4)
"""Since then a close may lie between two ticks; the next base price is rounded up to the tick."""
RATES = {
    "split": 0.002,
    "consolidation": 0.006,
    "bonus": 0.012,
    "rights": 0.012,
    "conversion": 0.02,
    "halt": 0.02,
    "long_halt": 0.008,
    "suspension": 0.006,
    "rename": 0.01,
}
"""Share of the roster that meets each kind in a half-year."""


class Event(NamedTuple):
    """One event: the session on which it shows (ex-date, first halted day, last listed day …)."""

    kind: str
    session: int
    ticker: int
    ratio: float = 1.0
    """Theoretical base price / previous close for bonus and rights issues; new / old shares for conversions."""


class Plan:
    """The events by session, as the path generator reads them. Sessions count from 2020-01-02."""

    def __init__(self, roster: Sequence[Stock], sessions: Sequence[date]) -> None:
        """Start with no events; everybody is listed from the day they join."""
        self.roster = roster
        self.sessions = sessions
        self.events: list[Event] = []
        self.first = np.array([bisect_left(sessions, stock.joins) for stock in roster])
        self.last = np.full(len(roster), 1 << 30)
        """Last session on which the stock is listed."""
        self.halts: dict[int, list[tuple[int, int]]] = defaultdict(list)
        """First halted session → (ticker, first session after the halt)."""
        self.bases: dict[int, list[Event]] = defaultdict(list)
        """Session → events that restate the base price of that day."""
        self.listings: dict[int, list[tuple[int, float]]] = defaultdict(list)
        """Session → (ticker, factor on its listed shares)."""
        self.unlimited: dict[int, list[int]] = defaultdict(list)
        """Session → tickers without the usual price limit (first day, liquidation trading)."""
        self.huge: dict[int, int] = {}
        """Session → ticker whose volume exceeds 2**31."""
        self.midpoints: dict[int, list[int]] = defaultdict(list)
        """Session → tickers that close between two ticks."""
        self.renames: dict[int, int] = {}
        """Ticker → session from which its new name holds."""

    def halt(self, ticker: int, start: int, length: int) -> None:
        """Suspend ``ticker`` for ``length`` sessions."""
        self.halts[start].append((ticker, start + length))

    def note(self, event: Event) -> None:
        """Remember an event, if it has happened at all by the last session."""
        if event.session < len(self.sessions):
            self.events.append(event)


def build(roster: Sequence[Stock], sessions: Sequence[date], stocks: int, seed: int) -> Plan:
    """Return the events of all half-years up to the last of ``sessions``; later sessions only add events."""
    plan = Plan(roster, sessions)
    for ticker, stock in enumerate(roster):
        if plan.first[ticker] < len(sessions) and stock.joins > sessions[0]:
            plan.unlimited[int(plan.first[ticker])].append(ticker)
            plan.note(Event("listing", int(plan.first[ticker]), ticker))
    movable = [ticker for ticker in range(11, min(stocks, len(roster))) if roster[ticker].kind == "common"]
    for half, first in enumerate(half_years(sessions[-1])):
        random = np.random.default_rng([seed, 3, half])
        free = iter(random.permutation([ticker for ticker in movable if plan.last[ticker] == 1 << 30]).tolist())
        _corporate(plan, random, free, stocks, first)
        _delistings(plan, random, free, per_half_year(stocks), first)
        _midpoints(plan, random, first)
        penny = next((ticker for ticker in range(min(stocks, 12)) if roster[ticker].code == PENNY_CODE), None)
        if penny is not None:
            session = _session(plan, random, first, 120)
            plan.huge[session] = penny
            plan.note(Event("huge_volume", session, penny))
    plan.events.sort(key=lambda event: (event.session, event.ticker))
    return plan


def _session(plan: Plan, random: np.random.Generator, first: date, days: int) -> int:
    """Return a session within ``days`` days of ``first``; beyond the known sessions, one that has not come yet."""
    return bisect_left(plan.sessions, first + timedelta(days=5 + int(random.random() * days)))


def _corporate(plan: Plan, random: np.random.Generator, free: Iterable[int], stocks: int, first: date) -> None:
    """Put one half-year's events of every kind in :data:`RATES` into the plan."""
    remaining = iter(free)
    for kind, rate in RATES.items():
        for _ in range(max(1, round(rate * stocks))):
            session = _session(plan, random, first, 60 if kind == "suspension" else 120)
            draw = float(random.random())
            ticker = next(remaining, None)
            if ticker is not None:
                _apply(plan, kind, session, ticker, draw)


def _apply(plan: Plan, kind: str, session: int, ticker: int, draw: float) -> None:
    """Write what ``kind`` does to halts, base prices, listed shares and names; ``draw`` (0…1) decides its size."""
    ratio = 1.0
    if kind in ("split", "consolidation"):
        length = SPLIT_HALT if kind == "split" else CONSOLIDATION_HALT
        plan.halt(ticker, session, length)
        session += length
        plan.bases[session].append(Event(kind, session, ticker))
    elif kind == "bonus":
        grant = (1.0, 0.5, 0.2)[int(draw * 3)]
        ratio = 1 / (1 + grant)
        plan.bases[session].append(Event(kind, session, ticker, ratio))
        plan.listings[session + BONUS_LISTING].append((ticker, 1 + grant))
    elif kind == "rights":
        grant = 0.15 + 0.35 * draw
        ratio = (1 + 0.75 * grant) / (1 + grant)
        plan.bases[session].append(Event(kind, session, ticker, ratio))
        plan.listings[session + RIGHTS_LISTING].append((ticker, 1 + grant))
    elif kind == "conversion":
        ratio = 1 + 0.03 * draw
        plan.listings[session].append((ticker, ratio))
    elif kind == "rename":
        plan.renames.setdefault(ticker, session)
        if plan.renames[ticker] != session:
            return
    else:
        plan.halt(ticker, session, {"halt": 1, "long_halt": 3 + int(draw * 6), "suspension": SUSPENSION}[kind])
    plan.note(Event(kind, session, ticker, ratio))


def _midpoints(plan: Plan, random: np.random.Generator, first: date) -> None:
    """Let some SPACs, the calmest of all stocks, close between two ticks."""
    spacs = [ticker for ticker, stock in enumerate(plan.roster) if stock.kind == "spac" and stock.joins < first]
    if first < MIDPOINT_ORDERS or not spacs:
        return
    for _ in range(1 + len(spacs) // 4):
        ticker = spacs[int(random.random() * len(spacs))]
        session = _session(plan, random, first, 120)
        plan.midpoints[session].append(ticker)
        plan.bases[session + 1].append(Event("off_tick", session + 1, ticker))
        plan.note(Event("off_tick", session + 1, ticker))


def _delistings(plan: Plan, random: np.random.Generator, free: Iterable[int], count: int, first: date) -> None:
    """Let ``count`` stocks leave: one half after a merger (halted to the end), the other after liquidation trading."""
    remaining = iter(free)
    for position in range(count):
        session = _session(plan, random, first, 100)
        ticker = next(remaining, None)
        if ticker is None:
            return
        merged = position % 2 == 1
        plan.halt(ticker, session, HALT_BEFORE_LIQUIDATION)
        last = session + HALT_BEFORE_LIQUIDATION - 1
        if not merged:
            for offset in range(LIQUIDATION):
                plan.unlimited[last + 1 + offset].append(ticker)
            last += LIQUIDATION
        plan.last[ticker] = last
        plan.note(Event("merger" if merged else "delisting", last, ticker))
