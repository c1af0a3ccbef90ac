"""Random numbers that depend only on day and ticker: the same for one ticker's days as for all tickers of a day."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_DAY = np.uint64(0xD1342543DE82EF95)
_MASK = (1 << 64) - 1


def uniform(seed: int, stream: int, days: NDArray[Any] | int, tickers: NDArray[Any] | int) -> NDArray[np.float64]:
    """Return numbers in [0, 1) for each (day ordinal, ticker number); the two broadcast (splitmix64)."""
    start = np.uint64((seed * 1_000_003 + stream * 7_919 + 1) * _GOLDEN & _MASK)
    # Arrays wrap around silently where single numbers would warn.
    mixed = np.atleast_1d(np.asarray(days, np.uint64)) * _DAY + np.atleast_1d(
        np.asarray(tickers, np.uint64)
    ) * np.uint64(_GOLDEN)
    mixed += start
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)) * 2.0**-53, np.float64)
