"""Rank correlations and what can be said of their mean: Newey-West, block bootstrap, quantiles. Pure numpy.

Conventions are alphalens's: Spearman's rank correlation per date, quantiles like ``pandas.qcut``.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST = 2
"""One value has no deviation."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS, SEED = 1_000, 20260101
INTERVAL = (2.5, 97.5)
LEAST_PAIRS = 10


def ranks(values: Floats) -> Floats:
    """Return average ranks from 1."""
    ordered = np.sort(values)
    below, through = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    found: Floats = (below + through + 1) / 2
    return found


def correlation(left: Floats, right: Floats) -> float:
    """Return Pearson's correlation; nan where one side does not vary."""
    own, other = left - left.mean(), right - right.mean()
    size = math.sqrt(float((own**2).sum()) * float((other**2).sum()))
    return float((own * other).sum()) / size if size > 0 else math.nan


def rank_ic(scores: Floats, returns: Floats, least: int = LEAST_PAIRS) -> float:
    """Return Spearman's correlation over the pairs that are there; nan with fewer than ``least``."""
    both = ~(np.isnan(scores) | np.isnan(returns))
    if both.sum() < least:
        return math.nan
    return correlation(ranks(scores[both]), ranks(returns[both]))


def quantile_numbers(values: Floats, count: int) -> Ints:
    """Return the quantile of each value, 1 the lowest; 0 where there is none."""
    there = ~np.isnan(values)
    if not there.any():
        return np.zeros(len(values), np.int64)
    edges = np.quantile(values[there], np.arange(1, count) / count)
    return np.where(there, np.searchsorted(edges, values, "left") + 1, 0)


class Mean(NamedTuple):
    """A mean over dates and how sure it is.

    Attributes:
        mean: of the values that are there.
        deviation: sample standard deviation.
        ratio: mean over deviation (ICIR).
        t: with Newey-West's standard error.
        positive: share of positive values.
        low, high: 95 % block-bootstrap interval.
        dates: how many values.
        effective: how many that do not overlap.
    """

    mean: float
    deviation: float
    ratio: float
    t: float
    positive: float
    low: float
    high: float
    dates: int
    effective: int

    @property
    def is_distinct(self) -> bool:
        """Say whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def mean_of(values: Floats, overlap: int) -> Mean:
    """Return the mean of a series of dates whose neighbours share ``overlap`` steps of their horizon."""
    there = values[~np.isnan(values)]
    if len(there) < LEAST:
        mean = float(there.mean()) if len(there) else math.nan
        return Mean(mean, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, len(there), len(there))
    mean, deviation = float(there.mean()), float(there.std(ddof=1))
    low, high = bootstrap(there, overlap)
    return Mean(
        mean=mean,
        deviation=deviation,
        ratio=mean / deviation if deviation > 0 else math.nan,
        t=newey_west_t(there, overlap - 1),
        positive=float((there > 0).mean()),
        low=low,
        high=high,
        dates=len(there),
        effective=math.ceil(len(there) / overlap),
    )


def newey_west_t(values: Floats, lags: int) -> float:
    """Return the t of a mean with Bartlett-weighted autocovariances up to ``lags``."""
    away = values - values.mean()
    count = len(values)
    variance = float((away**2).sum()) / count
    for lag in range(1, min(lags, count - 1) + 1):
        variance += 2 * (1 - lag / (lags + 1)) * float((away[lag:] * away[:-lag]).sum()) / count
    # As a sample variance, so that without lags this is the plain t.
    variance *= count / (count - 1)
    return float(values.mean()) / math.sqrt(variance / count) if variance > 0 else math.nan


def bootstrap(values: Floats, block: int) -> tuple[float, float]:
    """Return the 95 % interval of a mean from 1,000 draws of blocks of neighbouring values (circular, fixed seed)."""
    chance = np.random.default_rng(SEED)
    count = len(values)
    blocks = math.ceil(count / block)
    starts = chance.integers(0, count, (DRAWS, blocks, 1))
    places = ((starts + np.arange(block)) % count).reshape(DRAWS, -1)[:, :count]
    low, high = np.percentile(values[places].mean(axis=1), INTERVAL)
    return float(low), float(high)


def residual(values: Floats, regressors: Floats) -> Floats:
    """Return what least squares on ``regressors`` and a constant leaves of ``values``; nan where a term is missing."""
    there = ~(np.isnan(values) | np.isnan(regressors).any(axis=1))
    found = np.full(len(values), np.nan)
    if there.any():
        design = np.column_stack([np.ones(int(there.sum())), regressors[there]])
        fitted, *_ = np.linalg.lstsq(design, values[there], rcond=None)
        found[there] = values[there] - design @ fitted
    return found
