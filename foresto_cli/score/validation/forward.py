"""Returns after a score: bought at the close of the next session, sold so many sessions later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score.panel import ADJUSTED, Panel
from foresto_cli.score.series import chain, cumulative_factors, event_factors

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Prices:
    """Adjusted prices of a whole panel: sessions x tickers.

    Attributes:
        price: last traded adjusted close, carried to the end also after the last row.
        traded: traded that day.
        last_row: each ticker's last row.
    """

    price: Floats
    traded: Bools
    last_row: NDArray[np.int64]


@dataclass(frozen=True)
class Forward:
    """Returns over one horizon from one score date.

    Attributes:
        returns: nan for who could not be bought.
        untradable: had a score and no trade at entry.
        ended: stopped having rows inside the horizon; closed at the last traded price.
    """

    returns: Floats
    untradable: int
    ended: int


def prices(panel: Panel) -> Prices:
    """Return the adjusted chains of a whole panel."""
    there = ~np.isnan(panel.close)
    factors, _ = event_factors(panel, panel.tickers)
    adjusted = panel.close * cumulative_factors(factors, panel.quality == ADJUSTED)
    price, _ = chain(adjusted, panel.volume, there.argmax(axis=0))
    return Prices(price, panel.volume > 0, len(there) - 1 - there[::-1].argmax(axis=0))


def forward(found: Prices, row: int, horizon: int, scored: Bools) -> Forward | None:
    """Return the returns from the close after ``row`` over ``horizon`` sessions; None when the panel ends before.

    Args:
        found: the prices.
        row: of the score date.
        horizon: sessions held.
        scored: tickers that had a score.
    """
    entry, leave = row + 1, row + 1 + horizon
    if leave >= len(found.price):
        return None
    can_buy = found.traded[entry] & scored
    returns = np.where(can_buy, found.price[leave] / found.price[entry] - 1, np.nan)
    ended = can_buy & (found.last_row < leave)
    return Forward(returns, int((scored & ~found.traded[entry]).sum()), int(ended.sum()))
