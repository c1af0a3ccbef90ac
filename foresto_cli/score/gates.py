"""Gates of data quality: one that fires stops the run before anything is computed; nothing is written."""

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foresto_cli.adjustment.ticks import LARGEST_BEFORE, REFORM, TICKS, TICKS_BEFORE
from foresto_cli.score.panel import ADJUSTED, KOSPI, Panel

Floats = NDArray[np.float64]

MISSING_SHARE = 0.2
LEAST_OF_YESTERDAY = 0.95
SLACK = 1e-6


class Fired(NamedTuple):
    """A gate that fired.

    Attributes:
        code: ``DQ_MISSING_DAY``, ``DQ_LATE`` or ``DQ_DUP``.
        message: what was found and what to do.
    """

    code: str
    message: str


def ticks(prices: Floats, day: date, markets: NDArray[np.uint8]) -> Floats:
    """Return the tick (won) at each price on ``day``; see :func:`foresto_cli.adjustment.ticks.tick`."""
    table = TICKS if day >= REFORM else TICKS_BEFORE
    bounds, sizes = (np.array(column, np.float64) for column in zip(*table, strict=True))
    found = sizes[np.minimum(np.searchsorted(bounds, prices, "right"), len(sizes) - 1)]
    return np.where((day < REFORM) & (markets != KOSPI), np.minimum(found, LARGEST_BEFORE), found)


def mismatches(panel: Panel) -> Floats:
    """Return the share of tickers, session by session, whose base price is a tick or more off the close before."""
    shares = np.zeros(len(panel.days))
    for row in range(1, len(panel.days)):
        before, base = panel.close[row - 1], panel.base[row]
        known = ~np.isnan(before) & ~np.isnan(base) & (panel.quality[row] != ADJUSTED)
        if known.any():
            size = ticks(np.maximum(base[known], before[known]), panel.days[row], panel.market[row][known])
            off = np.abs(base[known] - before[known]) >= size - SLACK
            shares[row] = off.mean()
    return shares


def check(panel: Panel) -> list[Fired]:
    """Return the gates that fire on a panel; none is good."""
    found = []
    if panel.doubles:
        found.append(
            Fired("DQ_DUP", f"같은 종목의 같은 날 시세가 {panel.doubles:,}번 더 있습니다. foresto verify daily")
        )
    shares = mismatches(panel)
    found += [
        Fired(
            "DQ_MISSING_DAY",
            f"{panel.days[row]}: 기준가가 전날 종가와 다른 종목이 {shares[row]:.0%}입니다. 앞 거래일이 빠졌거나"
            " 틀렸습니다. foresto prices repair를 실행하세요.",
        )
        for row in np.flatnonzero(shares > MISSING_SHARE).tolist()
    ]
    if len(panel.days) > 1:
        yesterday, today = ~np.isnan(panel.close[-2]), ~np.isnan(panel.close[-1])
        still = (yesterday & today).sum()
        if still < LEAST_OF_YESTERDAY * yesterday.sum():
            found.append(
                Fired(
                    "DQ_LATE",
                    f"{panel.days[-1]}: 전날 종목 {yesterday.sum():,}개 가운데 {still:,}개만 시세가 있습니다."
                    " foresto prices incremental로 마저 받으세요.",
                )
            )
    return found
