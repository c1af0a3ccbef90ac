"""What kind of security a stock is on a day, and who defines the percentiles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.datasets.listed.sectors import COMMON_SHARE, FUNDS, REIT_ENDING, SPAC_WORDS
from foresto_cli.score.gates import ticks
from foresto_cli.score.panel import KONEX, KOSDAQ, KOSPI
from foresto_cli.score.series import Series

Bools = NDArray[np.bool_]

SPAC, REIT, PREFERRED, FOREIGN_COMPANY, KONEX_STOCK, FINANCIAL, ORDINARY = (
    "SPAC",
    "REIT",
    "PREF",
    "FOREIGN",
    "KONEX",
    "FINANCIAL",
    "COMMON",
)
REIT_TEMPLATE = 2
FOREIGN = "9"
"""First character of a foreign company's ticker."""
LEAST_ROWS = 60
SUSPENDED_AFTER = 5
LIQUIDATION_ROWS = 15
LIMIT = 0.30
"""Price limit; a move of more than this and one tick is possible only on special days."""


@dataclass(frozen=True)
class Universe:
    """Classes of the stocks of a :class:`~foresto_cli.score.series.Series`, one element a stock.

    Attributes:
        kind: class of security.
        template: number of the template in :data:`foresto_cli.score.formula.TEMPLATES`.
        member: belongs to the reference universe U0.
        suspended: no trade on the last five rows or more.
        liquidation: moved beyond the limit of late without an event: 정리매매.
    """

    kind: NDArray[np.str_]
    template: NDArray[np.int64]
    member: Bools
    suspended: Bools
    liquidation: Bools


def kind_of(ticker: str, name: str, segment: int, *, is_financial: bool) -> str:
    """Return the class of security: the first that matches, by the name of that day."""
    if any(word in name for word in SPAC_WORDS):
        return SPAC
    if name.endswith(REIT_ENDING) or name in FUNDS:
        return REIT
    if ticker[-1] != COMMON_SHARE:
        return PREFERRED
    if ticker.startswith(FOREIGN):
        return FOREIGN_COMPANY
    if segment == KONEX:
        return KONEX_STOCK
    return FINANCIAL if is_financial else ORDINARY


def universe(found: Series, names: Mapping[str, str], is_financial: Bools, day: date) -> Universe:
    """Return the classes of every stock on ``day``.

    Args:
        found: the stocks.
        names: ticker → name on that day.
        is_financial: whether the issuer's latest statement is a bank's, an insurer's or a broker's.
        day: the score date.
    """
    kind = np.array(
        [
            kind_of(str(ticker), names.get(str(ticker), ""), int(segment), is_financial=bool(bank))
            for ticker, segment, bank in zip(found.tickers, found.segment, is_financial, strict=True)
        ],
        "U9",
    )
    suspended = found.idle_rows >= SUSPENDED_AFTER
    reference = np.isin(kind, (ORDINARY, FINANCIAL)) & np.isin(found.segment, (KOSPI, KOSDAQ))
    return Universe(
        kind=kind,
        template=np.where(kind == REIT, REIT_TEMPLATE, is_financial.astype(np.int64)),
        member=reference & ~suspended & (found.rows >= LEAST_ROWS),
        suspended=suspended,
        liquidation=np.any(beyond_limit(found, day), axis=0, keepdims=True)[0],
    )


def beyond_limit(found: Series, day: date) -> Bools:
    """Return which of the last 15 rows moved more than limit and tick allow, without an event, not on a first day."""
    length = len(found.close)
    start = max(0, length - LIQUIDATION_ROWS)
    close, base = found.close[start:], found.base[start:]
    size = ticks(np.maximum(close, base), day, found.segment)
    later = np.arange(start, length)[:, None] > length - found.rows
    beyond: Bools = (np.abs(close - base) > LIMIT * base + size) & (found.volume[start:] > 0) & later
    for column, events in found.events.items():
        for row, _ in events:
            if row >= start:
                beyond[row - start, column] = False
    return beyond
