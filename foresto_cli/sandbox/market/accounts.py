"""Per-share figures of the synthetic companies: earnings, book value, dividends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market.market import Market
from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.stock import Stock

KNOWN_FROM_MONTH = 4
"""Annual reports are out by the end of March."""


@dataclass(frozen=True)
class PerShare:
    """Won per share, one element per stock; 0 earnings or book value stand for "not given"."""

    earnings: NDArray[np.int64]
    book: NDArray[np.int64]
    dividend: NDArray[np.int64]


def per_share(market: Market, stocks: Sequence[Stock], shares: NDArray[np.int64], day: date) -> PerShare:
    """Return the figures of the last annual report published by ``day``, on the shares listed that day."""
    year = day.year - (1 if day.month >= KNOWN_FROM_MONTH else 2)
    numbers = np.array([stock.number for stock in stocks])
    draws = [uniform(market.seed, 50 + stream, year, numbers) for stream in range(3)]
    equity = np.array([stock.price * stock.shares for stock in stocks], np.float64) * (0.4 + 1.2 * draws[0])
    common = np.array([stock.kind not in ("preferred", "spac") for stock in stocks])
    book = np.where(common & (draws[0] > 0.06), equity / shares, 0)  # noqa: PLR2004  # a few have no equity left
    earnings = np.where(common & (draws[1] > 0.33), equity * 0.18 * (draws[1] - 0.3) / shares, 0)  # noqa: PLR2004  # a third lose money
    dividend = np.where((earnings > 0) & (draws[2] > 0.4), np.rint(earnings * 0.3 / 10) * 10, 0)  # noqa: PLR2004
    return PerShare(earnings.astype(np.int64), book.astype(np.int64), dividend.astype(np.int64))
