"""The after-market: shares are traded until 20:00, and pages and charts show its last price as the close.

What is official is the close of the regular session: the next base price and the price limits hang on that.
"""

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market import market_ticks
from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.quotes import DOWN, FLAT, LIMIT_DOWN, LIMIT_UP, UP, Quotes

EVEN = 0.5
"""As likely up as down."""
LEAST, MOST = 0.001, 0.012
"""How far a price moves, as a share of the close."""
VOLUME = 0.04
"""What the after-market adds to the volume of a stock, on average."""
STREAMS = 60


@dataclass(frozen=True)
class Trading:
    """Who is traded after hours, and how far that has come; arrays of one length, ``ordinals`` may have length 1."""

    day: date
    """Decides the tick table."""
    ordinals: NDArray[np.int64]
    numbers: NDArray[np.int64]
    reach: NDArray[np.float64]
    kospi: NDArray[np.bool_]
    admitted: NDArray[np.bool_]
    """Only shares of KOSPI and KOSDAQ."""
    progress: NDArray[np.float64]


def extended(regular: Quotes, given: Trading, share: float, seed: int) -> Quotes:
    """Return ``regular`` with what the after-market did to it so far: ``share`` of the traded stocks move."""
    draws = [uniform(seed, STREAMS + stream, given.ordinals, given.numbers) for stream in range(4)]
    moves = given.admitted & (regular.volume > 0) & (draws[0] < share) & (given.progress > 0)
    if not moves.any():
        return regular
    close = regular.close
    size = np.maximum(close * (LEAST + (MOST - LEAST) * draws[1]), market_ticks.tick(close, given.day, given.kospi))
    lowest, highest = market_ticks.limits(regular.base, given.day, given.kospi, given.reach)
    # A close at the limit can only come back from it.
    sign = np.where(close >= highest, -1, np.where((close <= lowest) | (draws[2] < EVEN), 1, -1))
    wanted = market_ticks.nearest(close + sign * size * given.progress, given.day, given.kospi)
    last = np.where(moves, np.clip(wanted, np.minimum(lowest, close), np.maximum(highest, close)), close)
    more = np.where(moves, regular.volume * 2 * VOLUME * draws[3] * given.progress, 0).astype(np.int64)
    move = last - regular.base
    direction = np.select([move > 0, move < 0], [UP, DOWN], FLAT)
    direction = np.where((move > 0) & (last == highest), LIMIT_UP, direction)
    direction = np.where((move < 0) & (last == lowest), LIMIT_DOWN, direction)
    found = Quotes(**{field.name: getattr(regular, field.name) for field in fields(regular)})
    found.close = last
    found.high = np.where(moves, np.maximum(regular.high, last), regular.high)
    found.low = np.where(moves, np.minimum(regular.low, last), regular.low)
    found.volume = regular.volume + more
    found.value = regular.value + more * last
    found.direction = np.where(moves, direction, regular.direction)
    return found
