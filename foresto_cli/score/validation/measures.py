"""The measures of one score at one horizon over many dates: rank IC, deciles, turnover, confounds."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score import formula
from foresto_cli.score.panel import KOSDAQ, KOSPI
from foresto_cli.score.validation import statistics
from foresto_cli.score.validation.sample import Day
from foresto_cli.score.validation.statistics import Mean, mean_of, quantile_numbers, rank_ic

Floats = NDArray[np.float64]

SMALLEST = 0.2
BIG_LOSS = -0.3
MARKET_NAMES = {KOSPI: "KOSPI", KOSDAQ: "KOSDAQ"}


@dataclass(frozen=True)
class Plan:
    """How dates are measured.

    Attributes:
        every: sessions between score dates.
        quantiles: groups.
        by_value: weigh by market value inside a group.
        cost: of turning a group over once, as a share.
    """

    every: int
    quantiles: int
    by_value: bool
    cost: float

    def overlap(self, horizon: int) -> int:
        """Return how many neighbouring dates share a horizon."""
        return max(1, math.ceil(horizon / self.every))


@dataclass(frozen=True)
class Told:
    """A mean as JSON knows it (:class:`~foresto_cli.score.validation.statistics.Mean`), and whether it is one."""

    mean: float | None
    deviation: float | None
    ratio: float | None
    t: float | None
    positive: float | None
    low: float | None
    high: float | None
    dates: int
    effective: int
    distinct_from_0: bool


@dataclass(frozen=True, kw_only=True)
class Deciles:
    """What each group earned, how the top one turned over, and what was left after cost."""

    means: list[float | None]
    top_minus_bottom: Told
    top_minus_all: Told
    monotonicity: float | None
    hit_rate_over_median: float | None
    turnover_of_top: float | None
    rank_autocorrelation: float | None
    top_minus_all_net: float | None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Every measure of one score at one horizon; ``ic`` is the rank IC."""

    score: str
    horizon: int
    ic: Told
    by_date: dict[str, float | None]
    by_year: dict[str, float]
    by_market: dict[str, float | None]
    deciles: Deciles
    residual_ic: Told
    without_smallest_ic: Told


@dataclass(frozen=True)
class Graded:
    """What one grade came to: how many, the median return, the share that lost more than 30 %."""

    grade: str
    horizon: int
    count: int
    median: float
    lost: float


def measured(days: Sequence[Day], name: str, horizon: int, plan: Plan) -> Measured:
    """Return every measure of the score ``name`` at ``horizon``."""
    usable = [day for day in days if horizon in day.returns]
    series = np.array([rank_ic(day.scores[name], day.returns[horizon]) for day in usable])
    overlap = plan.overlap(horizon)
    return Measured(
        score=name,
        horizon=horizon,
        ic=told(mean_of(series, overlap)),
        by_date={f"{day.day}": _plain(value) for day, value in zip(usable, series.tolist(), strict=True)},
        by_year=_by_year(usable, series),
        by_market={label: _market_ic(usable, name, horizon, market) for market, label in MARKET_NAMES.items()},
        deciles=_deciles(usable, name, horizon, plan),
        residual_ic=told(mean_of(np.array([_residual_ic(day, name, horizon) for day in usable]), overlap)),
        without_smallest_ic=told(mean_of(np.array([_larger_ic(day, name, horizon) for day in usable]), overlap)),
    )


def told(found: Mean) -> Told:
    """Return a mean without what is no number of JSON."""
    return Told(
        mean=_plain(found.mean),
        deviation=_plain(found.deviation),
        ratio=_plain(found.ratio),
        t=_plain(found.t),
        positive=_plain(found.positive),
        low=_plain(found.low),
        high=_plain(found.high),
        dates=found.dates,
        effective=found.effective,
        distinct_from_0=found.is_distinct,
    )


def _by_year(days: Sequence[Day], series: Floats) -> dict[str, float]:
    found = defaultdict(list)
    for day, value in zip(days, series.tolist(), strict=True):
        if not math.isnan(value):
            found[f"{day.day.year}"].append(value)
    return {year: sum(values) / len(values) for year, values in sorted(found.items())}


def _market_ic(days: Sequence[Day], name: str, horizon: int, market: int) -> float | None:
    values = [
        rank_ic(day.scores[name][day.segment == market], day.returns[horizon][day.segment == market]) for day in days
    ]
    there = [value for value in values if not math.isnan(value)]
    return sum(there) / len(there) if there else None


def _residual_ic(day: Day, name: str, horizon: int) -> float:
    there = ~np.isnan(day.scores[name])
    placed = np.full(len(there), np.nan)
    placed[there] = statistics.ranks(day.scores[name][there])
    regressors = np.column_stack([np.log(day.caps), day.segment == KOSPI])
    return rank_ic(statistics.residual(placed, regressors), day.returns[horizon])


def _larger_ic(day: Day, name: str, horizon: int) -> float:
    larger = day.caps >= np.quantile(day.caps, SMALLEST) if len(day.caps) else np.zeros(0, bool)
    return rank_ic(day.scores[name][larger], day.returns[horizon][larger])


def _deciles(days: Sequence[Day], name: str, horizon: int, plan: Plan) -> Deciles:
    groups = [quantile_numbers(day.scores[name], plan.quantiles) for day in days]
    earned = np.array(
        [
            [_mean_return(day, horizon, group == number, plan) for number in range(1, plan.quantiles + 1)]
            for day, group in zip(days, groups, strict=True)
        ]
    ).reshape(len(days), plan.quantiles)
    everybody = np.array([_mean_return(day, horizon, group > 0, plan) for day, group in zip(days, groups, strict=True)])
    overlap = plan.overlap(horizon)
    means = [float(np.nanmean(column)) if (~np.isnan(column)).any() else math.nan for column in earned.T]
    turned = _turnover(days, groups, plan.quantiles)
    top_over_all = earned[:, -1] - everybody
    hits = [_hit(day, horizon, group == plan.quantiles) for day, group in zip(days, groups, strict=True)]
    gross = mean_of(top_over_all, overlap)
    return Deciles(
        means=[_plain(value) for value in means],
        top_minus_bottom=told(mean_of(earned[:, -1] - earned[:, 0], overlap)),
        top_minus_all=told(gross),
        monotonicity=_plain(rank_ic(np.arange(plan.quantiles, dtype=np.float64), np.array(means), 2)),
        hit_rate_over_median=_plain(float(np.nanmean(hits))) if hits else None,
        turnover_of_top=_plain(turned),
        rank_autocorrelation=_plain(_autocorrelation(days, name)),
        top_minus_all_net=_plain(gross.mean - turned * plan.cost),
    )


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value


def _mean_return(day: Day, horizon: int, chosen: NDArray[np.bool_], plan: Plan) -> float:
    own = chosen & ~np.isnan(day.returns[horizon])
    if not own.any():
        return math.nan
    weights = day.caps[own] if plan.by_value else np.ones(int(own.sum()))
    return float((day.returns[horizon][own] * weights).sum() / weights.sum())


def _hit(day: Day, horizon: int, chosen: NDArray[np.bool_]) -> float:
    returns = day.returns[horizon]
    there = ~np.isnan(returns)
    if not (chosen & there).any():
        return math.nan
    return float((returns[chosen & there] > np.median(returns[there])).mean())


def by_grade(days: Sequence[Day], horizon: int) -> list[Graded]:
    """Return the returns of each grade that has stocks."""
    usable = [day for day in days if horizon in day.returns]
    found = []
    for letter in formula.LETTERS:
        own = [day.returns[horizon][day.grades == letter] for day in usable]
        returns = np.concatenate([np.empty(0), *own])
        returns = returns[~np.isnan(returns)]
        if len(returns):
            lost = float((returns < BIG_LOSS).mean())
            found.append(Graded(letter, horizon, len(returns), float(np.median(returns)), lost))
    return found


def turnover(before: set[str], now: set[str]) -> float:
    """Return the share of ``now`` that was not in ``before``."""
    return len(now - before) / len(now) if now else math.nan


def _turnover(days: Sequence[Day], groups: Sequence[NDArray[np.int64]], top: int) -> float:
    tops = [set(day.tickers[group == top].tolist()) for day, group in zip(days, groups, strict=True)]
    turned = [turnover(before, now) for before, now in pairwise(tops)]
    there = [value for value in turned if not math.isnan(value)]
    return sum(there) / len(there) if there else math.nan


def _autocorrelation(days: Sequence[Day], name: str) -> float:
    found = []
    for before, now in pairwise(days):
        _, left, right = np.intersect1d(before.tickers, now.tickers, assume_unique=True, return_indices=True)
        found.append(rank_ic(before.scores[name][left], now.scores[name][right]))
    there = [value for value in found if not math.isnan(value)]
    return sum(there) / len(there) if there else math.nan


def correlations(days: Sequence[Day], names: Sequence[str]) -> list[list[float | None]]:
    """Return the mean rank correlation of every pair of scores."""

    def pair(left: str, right: str) -> float | None:
        values = [rank_ic(day.scores[left], day.scores[right]) for day in days]
        there = [value for value in values if not math.isnan(value)]
        return sum(there) / len(there) if there else None

    return [[pair(left, right) for right in names] for left in names]
