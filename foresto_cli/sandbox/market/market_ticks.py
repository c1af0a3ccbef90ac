"""KRX tick sizes, price limits and the rounding of base prices, vectorised over tickers.

Source: KRX regulation. From 2023-01-25 one table holds for all markets; before, KOSDAQ and KONEX ticks never exceed
100.
"""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Prices = NDArray[np.int64]
Flags = NDArray[np.bool_]

REFORM = date(2023, 1, 25)
_BOUNDS = np.array([2_000, 5_000, 20_000, 50_000, 200_000, 500_000], np.int64)
_BOUNDS_BEFORE = np.array([1_000, 5_000, 10_000, 50_000, 100_000, 500_000], np.int64)
_TICKS = np.array([1, 5, 10, 50, 100, 500, 1_000], np.int64)


def tick(prices: NDArray[Any], day: date, kospi: Flags) -> Prices:
    """Return the tick size (won) that holds at each price on ``day``; ``kospi`` marks the KOSPI tickers."""
    if day >= REFORM:
        return np.asarray(_TICKS[np.searchsorted(_BOUNDS, prices, side="right")])
    ticks = _TICKS[np.searchsorted(_BOUNDS_BEFORE, prices, side="right")]
    return np.where(kospi, ticks, np.minimum(ticks, 100))


def nearest(prices: NDArray[Any], day: date, kospi: Flags) -> Prices:
    """Return the prices on the grid closest to ``prices``, at least one won."""
    size = tick(prices, day, kospi)
    return np.maximum((np.rint(prices / size) * size).astype(np.int64), 1)


def down(prices: Prices, day: date, kospi: Flags) -> Prices:
    """Return the highest grid prices not above ``prices``, at least one won."""
    return np.maximum(prices - prices % tick(prices, day, kospi), 1)


def restated(prices: NDArray[np.float64], day: date, kospi: Flags) -> Prices:
    """Return the base prices KRX publishes for theoretical ``prices``: down to a whole won, then up to the tick."""
    whole = np.floor(prices + 1e-6).astype(np.int64)
    size = tick(whole, day, kospi)
    return np.asarray(np.maximum(-(-whole // size) * size, 1))


def limits(base: Prices, day: date, kospi: Flags, reach: NDArray[np.float64]) -> tuple[Prices, Prices]:
    """Return the lowest and the highest price allowed around ``base``; ``reach`` is 0.30, or 0.15 on KONEX."""
    size = tick(base, day, kospi)
    width = (np.floor(base * reach + 1e-9).astype(np.int64) // size) * size
    highest = base + width
    return np.maximum(base - width, 1), np.maximum(down(highest, day, kospi), base)
