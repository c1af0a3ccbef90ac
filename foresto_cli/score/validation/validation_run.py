"""One validation: score dates, proofs, measures, warnings; everything in one object."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from foresto_cli.errors import UsageError
from foresto_cli.score import FORMULA_VERSION, formula, load
from foresto_cli.score.validation import measures, proofs
from foresto_cli.score.validation.measures import Graded, Measured, Plan, Told, told
from foresto_cli.score.validation.proofs import Machinery, Survivorship
from foresto_cli.score.validation.sample import MARKETS, TOTAL, Day, sample
from foresto_cli.score.validation.statistics import mean_of, rank_ic

LEAST_QUANTILES = 2
"""One group has no difference."""
MONTH = "month"
SESSIONS_A_MONTH = 21
LEAST_DATES = 3
NAMES = {"f": "F", "v": "V", "t": "T", "r": "R", "total": TOTAL}
LABELS: dict[str, str] = {axis: formula.AXIS_LABELS[axis] for axis in formula.AXES} | {TOTAL: "총점"}
SESSIONS = text("SELECT trade_date FROM price_sessions WHERE trade_date BETWEEN :first AND :last ORDER BY 1")
LAST_STORED = text("SELECT max(trade_date) FROM stock_price_daily")
WORDS = (
    "배당은 수익률에 들어 있지 않습니다.",
    "가중치는 산식 판에 고정되어 있으며 이 기간에 맞춰 고치지 않습니다. 지나간 기간의 결과는 앞날을 약속하지 않습니다.",
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is validated.

    Attributes:
        first, last: score dates lie between them.
        names: scores: axis letters and ``total``.
        horizons: sessions held.
        every: sessions between score dates; ``month`` takes the last session of each month.
        quantiles: groups.
        least_cap: won.
        market: of :data:`foresto_cli.score.validation.sample.MARKETS`.
        by_value: weigh by market value inside a group.
        cost: of turning a group over once, as a share.
    """

    first: date
    last: date
    names: Sequence[str] = ("F", "V", "T", "R", TOTAL)
    horizons: Sequence[int] = (5, 21, 63, 126)
    every: int | str = SESSIONS_A_MONTH
    quantiles: int = 10
    least_cap: float = 3e10
    market: str = "all"
    by_value: bool = False
    cost: float = 0.003

    @property
    def plan(self) -> Plan:
        """Return how dates are measured."""
        step = SESSIONS_A_MONTH if isinstance(self.every, str) else self.every
        return Plan(step, self.quantiles, self.by_value, self.cost)


@dataclass(frozen=True)
class Component:
    """The mean IC of a component of the score, or of the total without an axis."""

    score: str
    horizon: int
    ic: Told


@dataclass(frozen=True)
class Correlations:
    """The mean rank correlation of every pair of scores."""

    names: list[str]
    mean_rank_correlation: list[list[float | None]]


@dataclass(frozen=True, kw_only=True)
class Validation:
    """A whole validation; ``stocks`` are counted by date, ``ended_inside`` by horizon."""

    formula_version: str
    config_sha256: str
    options: Options
    dates: list[str]
    prices_until: str
    stocks: list[int]
    untradable: int
    ended_inside: dict[str, int]
    look_ahead: dict[str, list[str]]
    survivorship: Survivorship
    machinery: Machinery
    results: list[Measured]
    correlations: Correlations
    grades: list[Graded]
    components: list[Component]
    warnings: list[str]
    words: list[str]


Progress = Callable[[int, int, str], None]


def score_dates(sessions: Sequence[date], every: int | str) -> list[date]:
    """Return the score dates among ``sessions``: every so many, or the last one of each whole month."""
    if every == MONTH:
        return [day for day, following in pairwise(sessions) if following.month != day.month]
    return list(sessions[:: int(every)])


def validate(connection: Connection, options: Options, progress: Progress) -> Validation:
    """Return the whole validation.

    Args:
        connection: the database; only read.
        options: what to validate.
        progress: told of every score date.

    Raises:
        UsageError: an option cannot be, or there are too few score dates in what is stored.
    """
    _check(options)
    newest = connection.scalar(LAST_STORED)
    # One session beyond the last day says whether its month is over.
    sessions = list(connection.scalars(SESSIONS, {"first": options.first, "last": newest or options.last}))
    inside = [day for day in sessions if day <= options.last]
    beyond = [day for day in sessions if day > options.last][:1]
    days = score_dates([*inside, *beyond], options.every)
    days = [day for day in days if day <= options.last]
    if len(days) < LEAST_DATES:
        raise UsageError(f"{options.first} … {options.last}에 점수를 매길 날이 {len(days)}일뿐입니다. 기간을 늘리세요.")
    until = sessions[min(len(sessions) - 1, sessions.index(days[-1]) + 1 + max(options.horizons))]
    inputs = load.history(connection, days, until)
    found: list[Day] = []
    for done, day in enumerate(sample(inputs, days, options.horizons, options.least_cap, options.market), 1):
        found.append(day)
        progress(done, len(days), f"{day.day}")
    survivors = proofs.survivorship(inputs.panel)
    ahead = proofs.look_ahead(connection, inputs, days)
    horizon = options.horizons[0]
    machinery = proofs.machinery(found, horizon)
    results = [
        measures.measured(found, name, horizon, options.plan) for name in options.names for horizon in options.horizons
    ]
    return Validation(
        formula_version=FORMULA_VERSION,
        config_sha256=formula.sha256(),
        options=options,
        dates=[f"{day}" for day in days],
        prices_until=f"{until}",
        stocks=[len(day.tickers) for day in found],
        untradable=sum(day.untradable for day in found),
        ended_inside={f"{horizon}": sum(day.ended.get(horizon, 0) for day in found) for horizon in options.horizons},
        look_ahead=ahead,
        survivorship=survivors,
        machinery=machinery,
        results=results,
        correlations=Correlations(list(options.names), measures.correlations(found, options.names)),
        grades=[one for horizon in options.horizons for one in measures.by_grade(found, horizon)],
        components=_components(found, options),
        warnings=_warnings(ahead, survivors, machinery, results),
        words=list(WORDS),
    )


def _check(options: Options) -> None:
    if options.market not in MARKETS:
        raise UsageError(f"--market {options.market}: {', '.join(MARKETS)} 가운데 고르세요.")
    if options.every != MONTH and int(options.every) < 1:
        raise UsageError("--every는 1 이상의 거래일 수이거나 month입니다.")
    if options.quantiles < LEAST_QUANTILES or min(options.horizons) < 1:
        raise UsageError("--quantiles는 2 이상, --horizons는 1 이상이어야 합니다.")
    if options.first > options.last:
        raise UsageError(f"시작일({options.first})이 마지막 날({options.last})보다 늦습니다.")


def _components(days: Sequence[Day], options: Options) -> list[Component]:
    """Return the mean IC of every component and of the total without each axis."""
    names = [*formula.COMPONENTS, *(f"{TOTAL}-{axis}" for axis in formula.AXES)]
    found = []
    for name in names:
        for horizon in options.horizons:
            usable = [day for day in days if horizon in day.returns]
            mean = mean_of(_ics(usable, name, horizon), options.plan.overlap(horizon))
            if mean.dates:
                found.append(Component(name, horizon, told(mean)))
    return found


def _ics(days: Sequence[Day], name: str, horizon: int) -> NDArray[np.float64]:
    return np.array([rank_ic(day.scores[name], day.returns[horizon]) for day in days])


def _warnings(
    ahead: dict[str, list[str]], survivors: Survivorship, machinery: Machinery, results: Sequence[Measured]
) -> list[str]:
    found = [f"LOOK_AHEAD {day}: {', '.join(names)}이(가) 다릅니다" for day, names in ahead.items() if names]
    if survivors.suspect:
        found.append(
            f"SURVIVORSHIP_SUSPECT: {survivors.tickers:,}종목 가운데 한 해에"
            f" {survivors.share_a_year:.2%}만 사라집니다. 지금의 종목 목록으로 모은 시세 같습니다"
        )
    if machinery.bound is not None and not machinery.shuffled_is_nothing:
        found.append("MACHINERY: 뒤섞은 점수의 평균 IC가 우연의 한계를 넘습니다")
    found += [
        f"{LABELS[one.score]} {one.horizon}일: 평균 IC가 0과 구별되지 않습니다"
        for one in results
        if one.ic.low is not None and not one.ic.distinct_from_0
    ]
    return found
