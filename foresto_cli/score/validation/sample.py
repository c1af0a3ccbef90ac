"""The scores of many days, recomputed with what was visible then, side by side with what came after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score import formula, mapping
from foresto_cli.score.compute import Inputs, Scores, scored
from foresto_cli.score.panel import KOSDAQ, KOSPI
from foresto_cli.score.validation.forward import Prices, forward, prices

Floats = NDArray[np.float64]

TOTAL = "total"
MARKETS = {"all": (KOSPI, KOSDAQ), "kospi": (KOSPI,), "kosdaq": (KOSDAQ,)}


@dataclass(frozen=True)
class Day:
    """One score date: members of the reference universe large enough, with what came after.

    Attributes:
        day: the score date.
        tickers: who.
        scores: axis letter, ``total``, component or ``total-F`` … → score, better is higher.
        caps: market value in won.
        segment: market.
        grades: letter, '' without a total.
        returns: horizon → return, nan for who could not be bought.
        untradable: could not be bought at entry.
        ended: horizon → stopped trading inside it.
    """

    day: date
    tickers: NDArray[np.str_]
    scores: Mapping[str, Floats]
    caps: Floats
    segment: NDArray[np.uint8]
    grades: NDArray[np.str_]
    returns: Mapping[int, Floats]
    untradable: int
    ended: Mapping[int, int]


def sample(
    inputs: Inputs, days: Sequence[date], horizons: Sequence[int], least_cap: float, market: str
) -> Iterator[Day]:
    """Yield each score date with its scores and returns.

    Args:
        inputs: of all days, with prices beyond the last horizon where there are any.
        days: score dates.
        horizons: sessions.
        least_cap: won.
        market: of :data:`MARKETS`.
    """
    found = prices(inputs.panel)
    row_of = {day: row for row, day in enumerate(inputs.panel.days)}
    for day in days:
        yield _day(scored(inputs, day), (found, inputs.panel.tickers, row_of[day]), horizons, (least_cap, market))


def _day(
    scores: Scores,
    after: tuple[Prices, NDArray[np.str_], int],
    horizons: Sequence[int],
    bounds: tuple[float, str],
) -> Day:
    found, everybody, row = after
    caps, segment = scores.series.market_cap, scores.series.segment
    with np.errstate(invalid="ignore"):
        chosen = scores.universe.member & (caps >= bounds[0]) & np.isin(segment, MARKETS[bounds[1]])
    columns = np.searchsorted(everybody, scores.tickers[chosen])
    has_total = np.zeros(len(everybody), bool)
    has_total[columns] = ~np.isnan(scores.total[chosen])
    returns, ended, untradable = {}, {}, 0
    for horizon in horizons:
        came = forward(found, row, horizon, has_total)
        if came is not None:
            returns[horizon] = came.returns[columns]
            ended[horizon], untradable = came.ended, came.untradable
    told: dict[str, Floats] = {TOTAL: scores.total, **scores.percentiles}
    told.update({axis: scores.axis_scores[axis] for axis in formula.AXES})
    for axis in formula.AXES:
        others = dict(scores.axis_scores) | {axis: np.full_like(scores.total, np.nan)}
        told[f"{TOTAL}-{axis}"] = mapping.total(others, len(scores.total))
    return Day(
        day=scores.day,
        tickers=scores.tickers[chosen],
        scores={name: values[chosen] for name, values in told.items()},
        caps=caps[chosen],
        segment=segment[chosen],
        grades=np.array([letter or "" for letter in scores.grades])[chosen],
        returns=returns,
        untradable=untradable,
        ended=ended,
    )
