"""The day-by-day state: closes, listed shares, halts and index levels, drawn session by session."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market import market_ticks
from foresto_cli.sandbox.market.market_stock import Stock
from foresto_cli.sandbox.market.plan import Event, Plan

SPLIT_INTO = ((100_000, 10), (10_000, 5), (0, 2))
"""(price in won from which on, shares that one becomes)."""
JOINED_FROM = ((1_000, 10), (10_000, 5), (float("inf"), 2))
"""(price in won below which, shares that become one)."""
ABSENT, TRADED, HALTED, IDLE, QUOTED, UNLIMITED = range(6)
"""State of a stock on a day: not listed; traded; suspended; listed but not traded; moved by quotes alone (KONEX);
traded without the usual price limit (first day, liquidation trading)."""
JUMP = 3.0
"""Standard deviations from which a second draw counts as news and moves the price a lot."""
NEAR_LIMIT = 0.14
"""Smaller returns cannot reach any limit, so the limits need not be computed for them."""
SAME_DAY = ("split", "consolidation")
"""Events that change the listed shares on the day they restate the base price."""
START_LEVELS = (2_175.17, 674.02, 290.35)
"""KOSPI, KOSDAQ and KOSPI 200 before the first session."""


@dataclass
class Path:
    """The state of ``n`` stocks over ``t`` sessions."""

    close: NDArray[np.int32]
    """(t, n) closing prices in won; 0 where not listed."""
    status: NDArray[np.uint8]
    """(t, n) one of ABSENT … UNLIMITED."""
    levels: NDArray[np.float64]
    """(t, 3) closing levels of KOSPI, KOSDAQ and KOSPI 200, two decimals."""
    factor: NDArray[np.float64]
    """(t,) return of the common market factor."""
    start: NDArray[np.int64]
    """(n,) base price of each stock's first session: the close before 2020-01-02, or the offer price."""
    first_shares: NDArray[np.int64]
    """(n,) listed shares before any change."""
    changes: list[tuple[int, int, int]] = field(default_factory=list)
    """(session, ticker, listed shares from then on), by session."""
    bases: dict[int, dict[int, int]] = field(default_factory=dict)
    """Session → ticker → base price where it is not the previous close."""


def walk(roster: Sequence[Stock], sessions: Sequence[date], plan: Plan, seed: int) -> Path:
    """Draw all sessions in order and return the state; the first k sessions do not depend on later ones."""
    n = len(roster)
    kospi = np.array([stock.market == "STK" for stock in roster])
    konex = np.array([stock.market == "KNX" for stock in roster])
    sigma = np.array([stock.sigma for stock in roster])
    beta = np.array([stock.beta for stock in roster])
    anchor = np.log(np.array([stock.price for stock in roster], dtype=np.float64))
    shares = np.array([stock.shares for stock in roster], dtype=np.int64)
    reach = np.where(konex, 0.15, 0.30)
    groups = _index_groups(roster, kospi, konex)
    # On the coarsest grid (KOSPI before 2023) a price is on every grid.
    start = market_ticks.nearest(np.exp(anchor), sessions[0], np.ones(n, np.bool_))
    path = Path(
        np.zeros((len(sessions), n), np.int32),
        np.zeros((len(sessions), n), np.uint8),
        np.zeros((len(sessions), 3)),
        np.zeros(len(sessions)),
        start,
        shares.copy(),
    )
    close, level = start.copy(), np.array(START_LEVELS)
    resumes = np.zeros(n, np.int64)
    threshold = _normal_quantile([stock.idle for stock in roster])
    for t, day in enumerate(sessions):
        random = np.random.default_rng([seed, day.toordinal()])
        factor = 0.0003 + 0.0095 * float(random.standard_normal())
        noise = random.standard_normal((n, 3), dtype=np.float32)
        listed = (plan.first <= t) & (plan.last >= t)
        for ticker, until in plan.halts.get(t, ()):
            resumes[ticker] = until
        for ticker, multiple in plan.listings.get(t, ()):
            _set_shares(path, shares, t, ticker, multiple)
        base = np.where(plan.first == t, start, close)
        for event in plan.bases.get(t, ()):
            ratio = _ratio(event, int(base[event.ticker]))
            if event.kind in SAME_DAY:
                _set_shares(path, shares, t, event.ticker, 1 / ratio)
            base[event.ticker] = _restated(float(base[event.ticker]) * ratio, day, kospi[event.ticker])
            anchor[event.ticker] += np.log(ratio)
            path.bases.setdefault(t, {})[event.ticker] = int(base[event.ticker])
        counted = listed.copy()
        # As in the real indices, a stock on its first day does not count yet; one in liquidation no longer does.
        counted[plan.unlimited.get(t, [])] = False
        weights = np.where(counted & groups, base * shares.astype(np.float64), 0.0)
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
        own = sigma * noise[:, 0] - 0.004 * (np.log(base) - anchor)
        own += np.where(np.abs(noise[:, 1]) > JUMP, sigma * 3 * noise[:, 1], 0.0)
        status = np.where(noise[:, 2] < threshold, np.where(konex & (noise[:, 1] > 1), QUOTED, IDLE), TRADED)
        _set_states(status, plan, t, resumes, listed)
        moving = (status != HALTED) & (status != IDLE) & listed
        own[~moving] = 0
        # Own news must not move the index: the weighted mean of each market's is taken out, more from restless stocks.
        excess = weights[:2] @ own / np.maximum(weights[:2] @ sigma, 1e-9)
        own -= sigma * np.where(kospi, excess[0], excess[1])
        target = _within_limits(base, 1 + beta * factor + own, day, kospi, reach)
        for ticker in plan.unlimited.get(t, ()):
            target[ticker] = _without_limit(
                int(base[ticker]), noise[ticker], day, kospi[ticker], first_day=plan.first[ticker] == t
            )
        for ticker in plan.midpoints.get(t, ()):
            target[ticker] += 2
        close = np.where(moving, target, base)
        level = np.round(level * (1 + weights @ (close / base - 1)), 2)
        path.close[t] = np.where(listed, close, 0)
        path.status[t], path.levels[t], path.factor[t] = status, level, factor
    return path


def _set_states(
    status: NDArray[np.int64], plan: Plan, t: int, resumes: NDArray[np.int64], listed: NDArray[np.bool_]
) -> None:
    """Write what is planned for session ``t`` over the states that chance has drawn."""
    status[plan.unlimited.get(t, [])] = UNLIMITED
    status[plan.midpoints.get(t, [])] = TRADED
    status[resumes > t] = HALTED
    status[~listed] = ABSENT


def _within_limits(
    base: NDArray[np.int64],
    growth: NDArray[np.float64],
    day: date,
    kospi: NDArray[np.bool_],
    reach: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return the closes that ``growth`` leads to from ``base``, on the tick grid and inside the price limits."""
    target = market_ticks.nearest(base * np.maximum(growth, 0.05), day, kospi)
    far = np.flatnonzero(np.abs(target - base) > NEAR_LIMIT * base)
    if not len(far):
        return target
    low, high = market_ticks.limits(base[far], day, kospi[far], reach[far])
    target[far] = np.clip(target[far], low, high)
    return target


def _index_groups(roster: Sequence[Stock], kospi: NDArray[np.bool_], konex: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (3, n): members of KOSPI, KOSDAQ and KOSPI 200. Only stocks there from the start are in the last."""
    biggest = sorted(
        (stock for stock in roster if stock.market == "STK" and stock.kind == "common"),
        key=lambda stock: -stock.price * stock.shares,
    )[:200]
    top = np.zeros(len(roster), np.bool_)
    top[[stock.number for stock in biggest]] = True
    return np.array([kospi, ~kospi & ~konex, top])


def _normal_quantile(probabilities: list[float]) -> NDArray[np.float64]:
    """Return the standard normal quantiles of ``probabilities``; minus infinity for 0."""
    from statistics import NormalDist

    known = {p: NormalDist().inv_cdf(p) if p > 0 else -np.inf for p in set(probabilities)}
    return np.array([known[p] for p in probabilities])


def _set_shares(path: Path, shares: NDArray[np.int64], t: int, ticker: int, multiple: float) -> None:
    """Multiply the listed shares of ``ticker`` and note it in the path."""
    shares[ticker] = math.floor(int(shares[ticker]) * multiple + 1e-6)
    path.changes.append((t, ticker, int(shares[ticker])))


def _ratio(event: Event, price: int) -> float:
    """Return theoretical base price / previous close of ``event`` for a stock that stands at ``price``."""
    if event.kind == "split":
        return 1 / _split_factor(price)
    return float(consolidation_factor(price)) if event.kind == "consolidation" else event.ratio


def _restated(price: float, day: date, kospi: np.bool_) -> int:
    """Return the base price KRX publishes for a theoretical ``price``."""
    return int(market_ticks.restated(np.array([price]), day, np.array([kospi]))[0])


def _split_factor(price: int) -> int:
    """Return into how many a share of ``price`` won is split."""
    return next(parts for least, parts in SPLIT_INTO if price >= least)


def consolidation_factor(price: int) -> int:
    """Return how many shares of ``price`` won become one."""
    return next(shares for bound, shares in JOINED_FROM if price < bound)


def _without_limit(base: int, noise: NDArray[np.float32], day: date, kospi: np.bool_, *, first_day: bool) -> int:
    """Return a close without the usual limit: 60 to 400 % of the offer price, or the fall of liquidation trading."""
    if first_day:
        multiple = float(np.clip(1.25 + 0.9 * abs(noise[1]) - 0.2 * abs(noise[0]), 0.6, 4.0))
    else:
        multiple = float(np.clip(0.62 + 0.25 * noise[0], 0.05, 1.6))
    wanted = np.array([base * multiple])
    return int(market_ticks.down(np.maximum(wanted.astype(np.int64), 1), day, np.array([kospi]))[0])
