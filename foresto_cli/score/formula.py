"""The formula as data: components with their weights, directions and units, axes, grades, minima."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from foresto_cli.score import FORMULA_VERSION

Axis = Literal["F", "V", "T", "R"]
Direction = Literal["higher", "lower", "absolute"]


@dataclass(frozen=True)
class Component:
    """One measured quantity.

    Attributes:
        id: its name in stored rows.
        label: what the operator calls it.
        unit: how the raw value is shown: ``percent`` (a ratio), ``times``, ``points`` or ``number``.
        direction: whether the higher or the lower raw value is better, or the raw value is the score (0-100).
    """

    id: str
    label: str
    unit: str
    direction: Direction = "higher"


COMPONENTS = {
    component.id: component
    for component in (
        Component("F1", "영업이익/평균자산", "percent"),
        Component("F2", "자기자본이익률(ROE)", "percent"),
        Component("F3", "영업현금/평균자산", "percent"),
        Component("F4", "발생액/평균자산", "percent", "lower"),
        Component("F5", "부채/자산", "percent", "lower"),
        Component("F6", "유동비율", "times"),
        Component("F7", "수익성 변동(3년)", "percent", "lower"),
        Component("F8", "F-스코어(0~9)", "points"),
        Component("F9", "수익성 개선(1년)", "percent"),
        Component("B1", "ROE(금융업)", "percent"),
        Component("B2", "순이익/자산(금융업)", "percent"),
        Component("B3", "자본/자산(금융업)", "percent"),
        Component("B4", "순이익률 변동(3년)", "percent", "lower"),
        Component("B5", "순이익률 개선(1년)", "percent"),
        Component("V1", "순이익/시총(1/PER)", "percent"),
        Component("V2", "자본/시총(1/PBR)", "times"),
        Component("V3", "매출/시총(1/PSR)", "times"),
        Component("V4", "영업이익/(시가총액+부채)", "percent"),
        Component("V5", "영업현금/시총", "percent"),
        Component("V6", "배당수익률", "percent"),
        Component("T1", "모멘텀(12~7개월 전)", "percent"),
        Component("T2", "모멘텀(12~1개월 전)", "percent"),
        Component("T3", "52주 최고가 대비", "percent"),
        Component("T4", "이동평균 배열", "points", "absolute"),
        Component("T5", "MACD 히스토그램/가격", "percent"),
        Component("T6", "RSI(14) 점수", "points", "absolute"),
        Component("T7", "거래대금 추세", "number"),
        Component("T8", "최근 한 달 수익률", "percent", "lower"),
        Component("R1", "변동성(연)", "percent", "lower"),
        Component("R2", "하방 변동성(연)", "percent", "lower"),
        Component("R3", "최대 낙폭(1년)", "percent"),
        Component("R4", "베타", "number", "lower"),
        Component("R5", "CVaR 95%(하루)", "percent", "lower"),
        Component("R6", "비유동성(Amihud)", "percent", "lower"),
        Component("R7", "거래 없는 날", "percent", "lower"),
        Component("R8", "MAX5(한 달)", "percent", "lower"),
        Component("R9", "회전율(하루)", "percent", "lower"),
    )
}

Template = dict[str, int]
"""Component → weight; sums run in this order."""

GENERAL: dict[Axis, Template] = {
    "F": {"F1": 20, "F2": 10, "F3": 15, "F4": 10, "F5": 12, "F6": 5, "F7": 10, "F8": 10, "F9": 8},
    "V": {"V1": 20, "V2": 20, "V3": 10, "V4": 20, "V5": 15, "V6": 15},
    "T": {"T1": 20, "T2": 15, "T3": 20, "T4": 15, "T5": 5, "T6": 10, "T7": 5, "T8": 10},
    "R": {"R1": 20, "R2": 10, "R3": 15, "R4": 10, "R5": 10, "R6": 12, "R7": 8, "R8": 10, "R9": 5},
}
FINANCIAL: dict[Axis, Template] = GENERAL | {
    "F": {"B1": 30, "B2": 25, "B3": 15, "B4": 15, "B5": 15},
    "V": {"V1": 35, "V2": 35, "V6": 30},
}
REIT: dict[Axis, Template] = GENERAL | {"F": {}, "V": {"V6": 60, "V2": 40}}
TEMPLATES = (GENERAL, FINANCIAL, REIT)
"""By number: see :mod:`foresto_cli.score.universe`."""
OF_FINANCIALS = ("B1", "B2", "B3", "B4", "B5")
"""Ranked among FINANCIAL members where enough of them have a value."""
OF_OTHERS = ("F1", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "V3", "V4", "V5")
"""Not part of the financial template: a financial company has no value there."""

AXES: tuple[Axis, ...] = ("F", "V", "T", "R")
AXIS_LABELS: dict[Axis, str] = {"F": "재무", "V": "밸류에이션", "T": "기술", "R": "리스크"}
AXIS_COLUMNS: dict[Axis, str] = {"F": "financial", "V": "valuation", "T": "technical", "R": "risk"}
AXIS_WEIGHTS: dict[Axis, int] = {"F": 30, "V": 25, "T": 20, "R": 25}
LEAST_AXIS_COVERAGE = 60
"""Weight (of 100) that an axis needs to have a score."""
LEAST_TOTAL_COVERAGE = 70
"""Weight of axes (of 100) that the total needs: at most one is missing."""
MIN_CROSS_SECTION = 30
"""Members of the reference universe with a value, below which a component is missing for everybody."""
GRADES = ((95, "S"), (80, "A"), (60, "B"), (40, "C"), (20, "D"), (0, "F"))
"""(lowest percentile of the total, grade)."""
LETTERS = tuple(letter for _, letter in GRADES)
"""The grades, best first."""
SIGNIFICANT_DIGITS = 10
"""Raw values are rounded to so many before they are ranked, so that ties do not hang on the last bit."""
WINDOW = 275
"""Sessions that every component can be computed from."""
YEAR = 252
"""Rows of a year; also the factor of annualisation (a library convention: Korea has about 246 sessions)."""


def sha256() -> str:
    """Return the fingerprint of everything on this page that a score depends on."""
    directions = {name: component.direction for name, component in COMPONENTS.items()}
    told = (FORMULA_VERSION, directions, TEMPLATES, AXIS_WEIGHTS, LEAST_AXIS_COVERAGE, LEAST_TOTAL_COVERAGE)
    more = (MIN_CROSS_SECTION, GRADES, SIGNIFICANT_DIGITS, WINDOW, YEAR)
    return hashlib.sha256(repr((told, more)).encode()).hexdigest()
