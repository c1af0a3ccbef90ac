"""Open, high, low, volume and value of a day, from its base price and close."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market import market_ticks
from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.path import TRADED, UNLIMITED

UP, DOWN, FLAT, LIMIT_UP, LIMIT_DOWN, NO_TRADE = 1, 2, 3, 4, 5, 0
"""FLUC_TP_CD."""
BEYOND_LIMIT = 3.0
"""How far prices may go on days without a limit, as a share of the base price."""


@dataclass
class Quotes:
    """One row per stock; prices in won, ``value`` and ``cap`` in won, ``rate`` in percent (two decimals)."""

    base: NDArray[np.int64]
    close: NDArray[np.int64]
    open: NDArray[np.int64]
    high: NDArray[np.int64]
    low: NDArray[np.int64]
    volume: NDArray[np.int64]
    value: NDArray[np.int64]
    shares: NDArray[np.int64]
    direction: NDArray[np.int64]

    @property
    def change(self) -> NDArray[np.int64]:
        """Return the signed change against the base price (KRX: CMPPREVDD_PRC)."""
        return self.close - self.base

    @property
    def rate(self) -> NDArray[np.float64]:
        """Return the change in percent of the base price (KRX: FLUC_RT)."""
        return np.asarray(np.round(100.0 * (self.close - self.base) / self.base, 2), np.float64)

    @property
    def cap(self) -> NDArray[np.int64]:
        """Return close × listed shares (KRX: MKTCAP)."""
        return self.close * self.shares

    def take(self, rows: NDArray[Any]) -> "Quotes":
        """Return only ``rows``."""
        return Quotes(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True)
class Inputs:
    """What the quotes of some (day, stock) pairs follow from; arrays of one length; ``ordinals`` may have length 1."""

    day: date
    """Decides the tick table."""
    ordinals: NDArray[np.int64]
    numbers: NDArray[np.int64]
    base: NDArray[np.int64]
    close: NDArray[np.int64]
    shares: NDArray[np.int64]
    status: NDArray[np.uint8]
    turnover: NDArray[np.float64]
    reach: NDArray[np.float64]
    kospi: NDArray[np.bool_]


def draw(given: Inputs, seed: int) -> Quotes:
    """Return the quotes: on the tick grid, within the price limit; open, high, low, volume 0 where nobody traded."""
    draws = [uniform(seed, stream, given.ordinals, given.numbers) for stream in range(6)]
    reach = np.where(given.status == UNLIMITED, BEYOND_LIMIT, given.reach)
    lowest, highest = market_ticks.limits(given.base, given.day, given.kospi, reach)
    move = given.close - given.base
    opened = given.base + 0.7 * draws[0] * move + given.base * 0.01 * (draws[1] - 0.5)
    opened_at = np.clip(market_ticks.nearest(opened, given.day, given.kospi), lowest, highest)
    top = np.maximum(opened_at, given.close) * (1 + 0.022 * draws[2] ** 2)
    bottom = np.minimum(opened_at, given.close) * (1 - 0.022 * draws[3] ** 2)
    high = np.minimum(market_ticks.nearest(top, given.day, given.kospi), np.maximum(highest, given.close))
    low = np.maximum(market_ticks.nearest(bottom, given.day, given.kospi), np.minimum(lowest, given.close))
    high, low = (
        np.maximum(high, np.maximum(opened_at, given.close)),
        np.minimum(low, np.minimum(opened_at, given.close)),
    )
    busy = np.exp(2.2 * (draws[4] + draws[5] - 1)) * (1 + 10 * np.abs(move) / given.base)
    volume = np.maximum((given.shares * given.turnover * busy).astype(np.int64), 1)
    traded = (given.status == TRADED) | (given.status == UNLIMITED)
    direction = np.select([move > 0, move < 0], [UP, DOWN], FLAT)
    direction = np.where((move > 0) & (given.close == highest), LIMIT_UP, direction)
    direction = np.where((move < 0) & (given.close == lowest), LIMIT_DOWN, direction)
    zero = np.zeros_like(given.close)
    found = Quotes(
        base=given.base,
        close=given.close,
        open=np.where(traded, opened_at, zero),
        high=np.where(traded, high, zero),
        low=np.where(traded, low, zero),
        volume=np.where(traded, volume, zero),
        value=zero,
        shares=given.shares,
        direction=np.where(traded | (move != 0), direction, NO_TRADE),
    )
    return priced(found)


def priced(quotes: Quotes) -> Quotes:
    """Fill in the value: volume × typical price."""
    quotes.value = quotes.volume * (quotes.open + quotes.high + quotes.low + quotes.close) // 4
    return quotes


def so_far(whole: Quotes, progress: float, day: date, kospi: NDArray[np.bool_]) -> Quotes:
    """Return what is known when ``progress`` (0…1) of a day has passed: the last price, part of the volume."""
    last = market_ticks.nearest(whole.open + (whole.close - whole.open) * progress, day, kospi)
    last = np.where(whole.volume > 0, last, whole.close)
    volume = (whole.volume * progress).astype(np.int64)
    reached = np.maximum(progress, 0.25)
    top = np.maximum(whole.open, last)
    bottom = np.minimum(whole.open, last)
    high = np.minimum(market_ticks.nearest(top + (whole.high - top) * reached, day, kospi), whole.high)
    low = np.maximum(market_ticks.nearest(bottom + (whole.low - bottom) * reached, day, kospi), whole.low)
    traded = whole.volume > 0
    move = last - whole.base
    direction = np.select([move > 0, move < 0], [UP, DOWN], FLAT)
    found = Quotes(
        base=whole.base,
        close=last,
        open=whole.open,
        high=np.where(traded, np.maximum(high, top), 0),
        low=np.where(traded, np.minimum(low, bottom), 0),
        volume=volume,
        value=volume,
        shares=whole.shares,
        direction=np.where(traded | (move != 0), direction, NO_TRADE),
    )
    return priced(found)


def with_volume(quotes: Quotes, shares: NDArray[np.float64]) -> Quotes:
    """Return ``quotes`` with only ``shares`` (0 to 1) of the volumes: some trades are still missing."""
    found = Quotes(**{field.name: getattr(quotes, field.name) for field in fields(quotes)})
    found.volume = np.where(quotes.volume > 0, np.maximum((quotes.volume * shares).astype(np.int64), 1), 0)
    found.value = (quotes.value * (found.volume / np.maximum(quotes.volume, 1))).astype(np.int64)
    return found


def joined(parts: list[Quotes]) -> Quotes:
    """Return the rows of ``parts`` one after the other."""
    return Quotes(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])})
