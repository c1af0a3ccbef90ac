"""Technical components: momentum, 52-week high, moving averages, MACD, RSI, volume trend.

Every function takes arrays of rows x stocks whose last row is the score date, and works on all stocks at once.
"""

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score.formula import YEAR
from foresto_cli.score.mapping import rounded
from foresto_cli.score.series import Series

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

RSI_DAYS = 14
FAST, SLOW, SIGNAL = 12, 26, 9
LONGEST = 251
"""Prices that RSI and MACD start from: with so many the choice of seed no longer matters."""
RSI_POINTS = ((0, 30, 50, 60, 70, 80, 100), (0, 40, 80, 100, 80, 30, 0))
"""A firm trend is good, an overheated one is not: a convention."""
LEAST_VALID = 120
LEAST_MOMENTUM, LEAST_HIGH, LEAST_ORDER, LEAST_OSCILLATOR, LEAST_MONTH = YEAR + 1, 120, 140, 100, 22
SHORT, MIDDLE, LONG, SHIFT = 20, 60, 120, 20


def components(series: Series) -> dict[str, Floats]:
    """Return T1 to T8 by name, nan where a minimum is not met."""
    price, rows = series.price, series.rows
    now = price[-1]
    found: dict[str, Floats] = {}
    momentum = (rows >= LEAST_MOMENTUM) & (series.valid >= LEAST_VALID)
    found["T1"] = np.where(momentum, _ago(price, 126) / _ago(price, YEAR) - 1, np.nan)
    found["T2"] = np.where(momentum, _ago(price, 21) / _ago(price, YEAR) - 1, np.nan)
    found["T3"] = np.where(rows >= LEAST_HIGH, now / _highest(series.high[-YEAR:]), np.nan)
    found["T4"] = np.where(rows >= LEAST_ORDER, order(price), np.nan)
    oscillators = rows >= LEAST_OSCILLATOR
    found["T5"] = np.where(oscillators, macd(price, rows)[2] / now, np.nan)
    found["T6"] = np.where(oscillators, np.interp(rsi(price, rows), *RSI_POINTS), np.nan)
    found["T7"] = np.where(rows >= LEAST_HIGH, volume_trend(price, series.value), np.nan)
    found["T8"] = np.where(rows >= LEAST_MONTH, now / _ago(price, 21) - 1, np.nan)
    return found


def _ago(price: Floats, rows: int) -> Floats:
    found: Floats = price[-1 - rows] if len(price) > rows else np.full(price.shape[1], np.nan)
    return found


def _highest(high: Floats) -> Floats:
    found: Floats = np.where(np.isnan(high), -np.inf, high).max(axis=0)
    return found


def order(price: Floats) -> Floats:
    """Return 25 points for each of: price above its 20-day mean, that above the 60-day, that above the 120-day, rising.

    Compared to ten significant digits: flat and halted stocks differ from their mean in the last bit.
    """
    now, short, middle, long = (rounded(_mean(price, days)) for days in (1, SHORT, MIDDLE, LONG))
    before = rounded(_mean(price[:-SHIFT], LONG))
    found: Floats = 25.0 * (now > short) + 25.0 * (short > middle) + 25.0 * (middle > long) + 25.0 * (long > before)
    return found


def _mean(price: Floats, days: int) -> Floats:
    found: Floats = price[-days:].mean(axis=0) if len(price) >= days else np.full(price.shape[1], np.nan)
    return found


def volume_trend(price: Floats, value: Floats) -> Floats:
    """Return the sign of the 20-day move times ln(mean trading value, 20 against 120 days); nan without trades."""
    short, long = _mean(value, SHORT), _mean(value, LONG)
    with np.errstate(divide="ignore", invalid="ignore"):
        trend = np.sign(price[-1] / _ago(price, SHORT) - 1) * np.log(short / long)
    return np.where(short > 0, trend, np.nan)


def rsi(price: Floats, rows: Counts) -> Floats:
    """Return Wilder's RSI(14) over the last 251 prices, seeded with the plain mean of the first 14 changes (TA-Lib).

    50 where nothing moved, nan with fewer than 15 prices.
    """
    window, start = _window(price, rows)
    change = np.diff(window, axis=0)
    gain, loss = np.zeros(price.shape[1]), np.zeros(price.shape[1])
    for step, (up, down) in enumerate(zip(np.maximum(change, 0), np.maximum(-change, 0), strict=True), 1):
        place = step - start
        seeding, smoothing = (place >= 1) & (place <= RSI_DAYS), place > RSI_DAYS
        gain = np.where(seeding, gain + up, np.where(smoothing, ((RSI_DAYS - 1) * gain + up) / RSI_DAYS, gain))
        loss = np.where(seeding, loss + down, np.where(smoothing, ((RSI_DAYS - 1) * loss + down) / RSI_DAYS, loss))
        ends = place == RSI_DAYS
        gain, loss = np.where(ends, gain / RSI_DAYS, gain), np.where(ends, loss / RSI_DAYS, loss)
    moved = gain + loss
    index = np.where(moved > 0, 100 * gain / np.where(moved > 0, moved, 1), 50.0)
    return np.where(len(window) - start > RSI_DAYS, index, np.nan)


def macd(price: Floats, rows: Counts) -> tuple[Floats, Floats, Floats]:
    """Return MACD(12, 26, 9) over the last 251 prices: line, signal and histogram, as TA-Lib seeds them.

    Each mean is seeded with the plain mean of its first values; the fast one starts so late that both seeds end on
    price 26. nan with fewer than 34 prices.
    """
    window, start = _window(price, rows)
    count = price.shape[1]
    fast, slow, line, signal = (np.zeros(count) for _ in range(4))
    for step, value in enumerate(window):
        place = step - start
        fast = _averaged(fast, value, place - (SLOW - FAST), FAST)
        slow = _averaged(slow, value, place, SLOW)
        line = fast - slow
        signal = _averaged(signal, line, place - (SLOW - 1), SIGNAL)
    enough = len(window) - start >= SLOW + SIGNAL - 1
    return (
        np.where(enough, line, np.nan),
        np.where(enough, signal, np.nan),
        np.where(enough, line - signal, np.nan),
    )


def _averaged(mean: Floats, value: Floats, place: Counts, days: int) -> Floats:
    """Return an exponential mean one value further: ``place`` counts the stock's values from 0."""
    seeding = (place >= 0) & (place < days)
    summed = np.where(seeding, mean + value, mean)
    seeded = np.where(place == days - 1, summed / days, summed)
    return np.where(place >= days, (value - mean) * (2 / (days + 1)) + mean, seeded)


def _window(price: Floats, rows: Counts) -> tuple[Floats, Counts]:
    """Return the last 251 prices with 0 where there is none, and the position of each stock's first."""
    window = price[-LONGEST:]
    return np.where(np.isnan(window), 0.0, window), len(window) - np.minimum(rows, len(window))
