"""The track record for people: returns by grade, how reliable they are, and whether there are enough to judge."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from foresto_cli.console import Console
from foresto_cli.running.results import plain_fields
from foresto_cli.score import commentary, formula
from foresto_cli.score.track import EVERYBODY, HORIZONS
from foresto_cli.score.validation.measures import Told, told
from foresto_cli.score.validation.statistics import mean_of
from foresto_cli.views import words

SESSIONS_A_MONTH = 21
LEAST_INTERVAL = 3
"""Minimum number of periods without overlap for an interval; with fewer it would be misleadingly narrow."""
LEAST_PERIODS = 12
"""Minimum number of periods without overlap for a verdict on the score."""
PERCENT = 100
STORED = text("SELECT * FROM compass_score_track ORDER BY horizon, score_date, grade")
SCORED_MONTHS = text("SELECT count(DISTINCT date_trunc('month', score_date)) FROM compass_score_run")
NONE_YET = (
    "아직 실적이 없습니다. 매달 마지막 점수를 다음 거래일 종가에 사서 21거래일과 63거래일 뒤에 셉니다."
    " 나중에 소급해 매긴 점수는 세지 않습니다."
)
WORDS = (
    "순위 상관은 점수와 그 뒤 수익률의 순위가 얼마나 같은지입니다. 1이면 같고, 0이면 관계없고, −1이면 반대입니다.",
    "그때 저장된 점수 그대로이며 다시 매기지 않았습니다.",
    "다음 거래일 종가에 사서 21·63거래일 뒤 종가까지의 수정주가 수익률이고, 배당과 비용은 들어 있지 않습니다.",
    "상장폐지된 종목은 마지막 거래 가격으로 셉니다. 그 뒤에 휴지가 되었다면 손실은 더 큽니다.",
    "평균은 달마다 낸 평균의 평균, 중앙값은 달마다 낸 중앙값의 중앙값입니다.",
)


@dataclass(frozen=True)
class Grade:
    """One grade over all months: returns and the share of losses in percent, None when nothing was bought."""

    grade: str
    given: int
    bought: int
    untradable: int
    ended: int
    mean: float | None
    median: float | None
    lost: float | None


@dataclass(frozen=True)
class Month:
    """One month: rank IC, mean return in percent of all stocks and of each grade, number of unknown stocks."""

    score_date: date
    entry_date: date
    exit_date: date
    formula_version: str
    ic: float | None
    mean: float | None
    by_grade: Mapping[str, float | None]
    unknown: int


@dataclass(frozen=True)
class Track:
    """The track record at one horizon.

    Attributes:
        horizon: number of sessions that stocks are held.
        months: oldest first.
        periods: number of months whose holding periods do not overlap.
        ic: the mean of the months' rank ICs with its 95 % interval.
        grades: best first, then all stocks (``*``).
        verdict: in one sentence, how much the numbers prove.
    """

    horizon: int
    months: Sequence[Month]
    periods: int
    ic: Told
    grades: Sequence[Grade]
    verdict: str


def tracks(connection: Connection) -> list[Track]:
    """Return the stored track of each horizon that has a month."""
    rows = [dict(row) for row in connection.execute(STORED).mappings()]
    return [_track(horizon, own) for horizon in HORIZONS if (own := [row for row in rows if row["horizon"] == horizon])]


def scored_months(connection: Connection) -> int:
    """Return the number of months with scores, whenever the scores were computed."""
    return connection.scalar(SCORED_MONTHS) or 0


def _track(horizon: int, rows: Sequence[Mapping[str, Any]]) -> Track:
    months = [_month(row, rows) for row in rows if row["grade"] == EVERYBODY]
    overlap = math.ceil(horizon / SESSIONS_A_MONTH)
    series = np.array([np.nan if month.ic is None else month.ic for month in months], np.float64)
    ic = told(mean_of(series, overlap))
    periods = math.ceil(len(months) / overlap)
    letters = [*formula.LETTERS, EVERYBODY]
    grades = [_grade(letter, own) for letter in letters if (own := [row for row in rows if row["grade"] == letter])]
    return Track(horizon, months, periods, ic, grades, _verdict(len(months), periods, ic))


def _month(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Month:
    same = {one["grade"]: one for one in rows if one["score_date"] == row["score_date"]}
    return Month(
        score_date=row["score_date"],
        entry_date=row["entry_date"],
        exit_date=row["exit_date"],
        formula_version=row["formula_version"],
        ic=_float(row["rank_ic"]),
        mean=_float(row["mean_return"]),
        by_grade={letter: _float(same[letter]["mean_return"]) for letter in formula.LETTERS if letter in same},
        unknown=row["unknown"],
    )


def _grade(letter: str, rows: Sequence[Mapping[str, Any]]) -> Grade:
    bought = sum(row["bought"] for row in rows)
    means = [float(row["mean_return"]) for row in rows if row["mean_return"] is not None]
    medians = [float(row["median_return"]) for row in rows if row["median_return"] is not None]
    return Grade(
        grade=letter,
        given=sum(row["given"] for row in rows),
        bought=bought,
        untradable=sum(row["untradable"] for row in rows),
        ended=sum(row["ended"] for row in rows),
        mean=sum(means) / len(means) if means else None,
        median=float(np.median(medians)) if medians else None,
        lost=PERCENT * sum(row["lost"] for row in rows) / bought if bought else None,
    )


def _verdict(months: int, periods: int, ic: Told) -> str:
    counted = f"{months:,}달(겹치지 않는 기간 {periods:,}개)"
    if periods < LEAST_PERIODS:
        return f"{counted}뿐이라 아직 판단할 수 없습니다. 겹치지 않는 기간이 {LEAST_PERIODS}개는 되어야 합니다."
    if not ic.distinct_from_0:
        return f"{counted}: 평균 순위 상관이 0과 구별되지 않습니다. 점수가 수익률을 가렸다고 말할 수 없습니다."
    side = "높은 점수가 더 벌었습니다" if (ic.mean or 0) > 0 else "높은 점수가 덜 벌었습니다"
    return f"{counted}: 95% 구간이 0을 벗어납니다. {side}."


def _float(value: object) -> float | None:
    return None if value is None else float(f"{value}")


def as_json(found: Sequence[Track]) -> list[dict[str, object]]:
    """Return the tracks with values of JSON types only."""
    return [plain_fields(one) for one in found]


def label(letter: str) -> str:
    """Return the name of a grade in a table."""
    return "전체" if letter == EVERYBODY else letter


def percent(value: float | None) -> str:
    """Return a return with its sign and two decimals."""
    return "–" if value is None else f"{words.signed(value)}%"


def interval(track: Track) -> str:
    """Return the mean rank IC, with its interval when there are enough periods for one."""
    ic = track.ic
    if ic.mean is None:
        return "–"
    if ic.low is None or ic.high is None or track.periods < LEAST_INTERVAL:
        return f"{words.signed(ic.mean, 3)}(구간을 내기에는 기간이 모자람)"
    return f"{words.signed(ic.mean, 3)} [{words.signed(ic.low, 3)}, {words.signed(ic.high, 3)}]"


def lost_share(value: float | None) -> str:
    """Return the share of stocks that lost more than 30 % as text."""
    if value is None:
        return "–"
    return "1% 미만" if 0 < value < 1 else f"{value:.1f}%"


def show(console: Console, found: Sequence[Track]) -> None:
    """Print the tracks with every month; the tables fit into 80 columns."""
    if not found:
        console.line(NONE_YET)
        return
    for track in found:
        console.strong(f"{track.horizon}거래일 뒤 · 순위 상관 {interval(track)}")
        console.line(track.verdict)
        rows = [
            (label(one.grade), one.bought, percent(one.mean), percent(one.median), lost_share(one.lost),
             one.untradable, one.ended)
            for one in track.grades
        ]  # fmt: skip
        heads = ("등급", "종목·달", "평균", "중앙값", "30% 넘게 잃음", "못 산 종목", "상장폐지")
        console.table(f"{track.horizon}거래일, 등급별", heads, rows)
        spans = [
            (one.score_date, f"{one.entry_date:%m-%d}~{one.exit_date:%m-%d}",
             "–" if one.ic is None else words.signed(one.ic, 3), percent(one.mean),
             *(percent(one.by_grade.get(letter)) for letter in (formula.LETTERS[0], formula.LETTERS[-1])))
            for one in track.months
        ]  # fmt: skip
        console.table(f"{track.horizon}거래일, 월별", ("점수일", "보유", "순위 상관", "전체", "S", "F"), spans)
        if unknown := sum(one.unknown for one in track.months):
            console.line(f"· 그때의 점수가 남아 있지 않아 세지 못한 종목 {unknown:,}")
    for said in (*WORDS, commentary.DISCLAIMER):
        console.line(f"· {said}")
