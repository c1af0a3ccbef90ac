"""Risk components: volatility, downside, drawdown, beta, CVaR, illiquidity, days without trade, MAX, turnover.

Every function takes arrays of rows x stocks whose last row is the score date. Conventions are empyrical's.
"""

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score.formula import YEAR
from foresto_cli.score.series import Series

Floats = NDArray[np.float64]

TAIL = 0.05
QUARTER, MONTH, HIGHEST = 60, 21, 5
LEAST_VALID, LEAST_ROWS, LEAST_QUARTER, LEAST_MONTH = 120, 60, 20, 10
EOK = 1e8
"""One 억 won."""


def components(series: Series) -> dict[str, Floats]:
    """Return R1 to R9 by name (and ``VAR``, which carries no weight), nan where a minimum is not met."""
    returns = series.returns[-YEAR:]
    enough = series.valid >= LEAST_VALID
    value_at_risk, expected = tail(returns)
    raw = {
        "R1": volatility(returns),
        "R2": downside(returns),
        "R3": drawdown(series.price[-YEAR - 1 :]),
        "R4": beta(returns, series.market[-YEAR:]),
        "R5": expected,
        "VAR": value_at_risk,
    }
    found = {name: np.where(enough, values, np.nan) for name, values in raw.items()}
    found["R6"] = amihud(series.returns[-QUARTER:], series.value[-QUARTER:])
    found["R7"] = np.where(series.rows >= LEAST_ROWS, untraded(series.volume[-YEAR:]), np.nan)
    found["R8"] = highest(series.returns[-MONTH:])
    found["R9"] = turnover(series.volume[-QUARTER:], series.shares[-QUARTER:])
    return found


def _mean(values: Floats) -> Floats:
    """Return the mean of the values that are there, nan without any."""
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    return np.where(count > 0, np.where(there, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def volatility(returns: Floats) -> Floats:
    """Return the annualised sample standard deviation of simple returns."""
    count = (~np.isnan(returns)).sum(axis=0)
    squares = np.where(np.isnan(returns), 0.0, (returns - _mean(returns)) ** 2).sum(axis=0)
    return np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)) * np.sqrt(YEAR), np.nan)


def downside(returns: Floats) -> Floats:
    """Return the annualised root mean square of the negative returns, over all valid days."""
    found: Floats = np.sqrt(_mean(np.minimum(returns, 0) ** 2)) * np.sqrt(YEAR)
    return found


def drawdown(price: Floats) -> Floats:
    """Return the deepest fall from a running maximum, zero or negative."""
    there = np.where(np.isnan(price), -np.inf, price)
    with np.errstate(invalid="ignore"):
        falls = np.where(np.isnan(price), 0.0, price / np.maximum.accumulate(there, axis=0) - 1)
    return np.where(np.isnan(price).all(axis=0), np.nan, falls.min(axis=0))


def beta(returns: Floats, market: Floats) -> Floats:
    """Return the covariance with the market's return over the market's variance, over days on which both are there."""
    both = ~(np.isnan(returns) | np.isnan(market))
    own, its = np.where(both, returns, np.nan), np.where(both, market, np.nan)
    away = np.where(both, its - _mean(its), 0.0)
    variance = (away**2).sum(axis=0)
    covariance = np.where(both, (own - _mean(own)) * away, 0.0).sum(axis=0)
    return np.where(variance > 0, covariance / np.where(variance > 0, variance, 1), np.nan)


def tail(returns: Floats) -> tuple[Floats, Floats]:
    """Return value at risk (linear percentile) and CVaR at 95 %, both as positive losses."""
    count = (~np.isnan(returns)).sum(axis=0)
    deepest = int(TAIL * max(len(returns) - 1, 0)) + 2
    if len(returns) > deepest:
        lowest = np.sort(np.partition(returns, range(deepest), axis=0)[:deepest], axis=0)
    else:
        lowest = np.sort(returns, axis=0)
    place = TAIL * np.maximum(count - 1, 0)
    whole = place.astype(np.int64)
    columns = np.arange(returns.shape[1])
    low = lowest[whole, columns]
    high = lowest[np.minimum(whole + 1, len(lowest) - 1), columns]
    quantile = np.where(place > whole, low + (high - low) * (place - whole), low)
    among = np.arange(len(lowest))[:, None] <= whole
    expected = np.where(among, lowest, 0.0).sum(axis=0) / (whole + 1)
    some = count > 0
    return np.where(some, -quantile, np.nan), np.where(some, -expected, np.nan)


def amihud(returns: Floats, value: Floats) -> Floats:
    """Return the mean move per 억 won traded, over rows with trades; nan with fewer than 20 of them."""
    traded = (value > 0) & ~np.isnan(returns)
    moves = np.where(traded, np.abs(returns) / np.where(traded, value, 1), np.nan)
    return np.where(traded.sum(axis=0) >= LEAST_QUARTER, _mean(moves) * EOK, np.nan)


def untraded(volume: Floats) -> Floats:
    """Return the share of rows on which nothing was traded."""
    return _mean(np.where(np.isnan(volume), np.nan, volume == 0))


def highest(returns: Floats) -> Floats:
    """Return the mean of the five highest returns; nan with fewer than ten."""
    valid = (~np.isnan(returns)).sum(axis=0)
    ordered = np.sort(np.where(np.isnan(returns), -np.inf, returns), axis=0)[-HIGHEST:]
    return np.where(valid >= LEAST_MONTH, ordered.mean(axis=0), np.nan)


def turnover(volume: Floats, shares: Floats) -> Floats:
    """Return the mean of volume over listed shares of the same day, idle days included; nan with fewer than 20 rows."""
    known = ~np.isnan(volume) & (shares > 0)
    ratio = np.where(known, volume / np.where(known, shares, 1), np.nan)
    return np.where(known.sum(axis=0) >= LEAST_QUARTER, _mean(ratio), np.nan)
