"""The score in Korean words, made from its components: what it is, what carries it, what weighs on it. No advice."""

from collections.abc import Iterator

import numpy as np

from foresto_cli.score import formula, score_reasons
from foresto_cli.score.compute import Scores
from foresto_cli.score.formula import AXES, AXIS_LABELS

MIDDLE = 50
"""Percentile."""
DISCLAIMER = (
    "품질·가격·위험으로 종목을 줄 세운 것이며 수익률 예측이나 투자 권유가 아닙니다."
    " 낮은 점수는 나쁜 일을 피하는 데, 높은 점수는 살펴볼 목록을 줄이는 데 쓰세요."
)
"""Stands beside every score shown."""
NAMED = 2
"""Components named on each side."""
STRONG, WEAK = 70.0, 30.0


def written(scores: Scores) -> Iterator[tuple[int, str, str]]:
    """Yield (position, summary, commentary) of every stock with a total."""
    names = list(formula.COMPONENTS)
    table = np.stack([_weighted(scores, name) for name in names])
    percentiles = scores.percentile.tolist()
    axes = {axis: scores.axis_scores[axis].tolist() for axis in AXES}
    placed = {name: scores.percentiles[name].tolist() for name in names}
    order = np.argsort(np.where(np.isnan(table), -np.inf, table), axis=0, kind="stable")[::-1]
    known = (~np.isnan(table)).sum(axis=0).tolist()
    columns = order.T.tolist()
    for place in np.flatnonzero(~np.isnan(scores.total)).tolist():
        parts = " · ".join(
            f"{AXIS_LABELS[axis]} {axes[axis][place]:.0f}"
            if axes[axis][place] == axes[axis][place]  # nan
            else f"{AXIS_LABELS[axis]} 없음"
            for axis in AXES
        )
        summary = f"{scores.grades[place]}등급, {standing(percentiles[place])} · {parts}"
        ordered = [names[number] for number in columns[place][: known[place]]]
        strong = [name for name in ordered if placed[name][place] >= STRONG][:NAMED]
        weak = [name for name in ordered[::-1] if placed[name][place] <= WEAK][:NAMED]
        yield place, summary, _sentences(scores, place, (strong, weak), placed)


def _weighted(scores: Scores, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how far a component moves its total away from the middle."""
    axis = next(axis for axis in AXES if name in scores.axes[axis].weights)
    result = scores.axes[axis]
    share = result.weights[name] / np.where(result.coverage > 0, result.coverage, 1) * formula.AXIS_WEIGHTS[axis]
    moved = share * (scores.percentiles[name] - 50)
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = np.where(result.weights[name] > 0, moved, np.nan)
    return found


def standing(percentile: float) -> str:
    """Return a percentile as people say it: ``상위 3%``, ``하위 1% 미만``."""
    side, share = ("상위", 100 - percentile) if percentile >= MIDDLE else ("하위", percentile)
    return f"{side} {share:.0f}%" if share >= 1 else f"{side} 1% 미만"


def _sentences(scores: Scores, place: int, sides: tuple[list[str], list[str]], placed: dict[str, list[float]]) -> str:
    strong, weak = (
        ", ".join(f"{formula.COMPONENTS[name].label} {standing(placed[name][place])}" for name in names)
        for names in sides
    )
    found = []
    if strong:
        found.append(f"강점: {strong}.")
    if weak:
        found.append(f"약점: {weak}.")
    if not found:
        found.append("눈에 띄게 강하거나 약한 항목이 없습니다.")
    noted = [score_reasons.REASONS[code] for code in scores.reasons[place]]
    noted += [score_reasons.FLAGS[code] for code in scores.flags[place]]
    if noted:
        found.append("참고: " + "; ".join(noted) + ".")
    return " ".join(found)
