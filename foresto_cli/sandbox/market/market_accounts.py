"""Per-share figures of the synthetic companies: earnings, book value, dividends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market import fortunes
from foresto_cli.sandbox.market.market_stock import Stock
from foresto_cli.sandbox.market.whole_market import Market

NO_DIVIDEND = 0.4
"""Of those that earn something, the share that pays nothing."""
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
    streams = (fortunes.EQUITY, fortunes.PROFIT, fortunes.DIVIDEND)
    draws = [fortunes.draws(market.seed, stream, year, numbers) for stream in streams]
    equity = np.array([stock.price * stock.shares for stock in stocks], np.float64) * (0.4 + 1.2 * draws[0])
    common = np.array([stock.kind not in ("preferred", "spac") for stock in stocks])
    book = np.where(common & (draws[0] > fortunes.NO_EQUITY), equity / shares, 0)
    earns = common & (draws[1] > fortunes.NO_PROFIT)
    earnings = np.where(earns, equity * 0.18 * (draws[1] - 0.3) / shares, 0)
    dividend = np.where((earnings > 0) & (draws[2] > NO_DIVIDEND), np.rint(earnings * 0.3 / 10) * 10, 0)
    return PerShare(earnings.astype(np.int64), book.astype(np.int64), dividend.astype(np.int64))
