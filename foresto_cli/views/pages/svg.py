"""Geometry of sparklines, bars and scales with round numbers; the templates draw them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from foresto_cli.views import words

WIDTH, TALL = 1000, 120
TICKS = 5
TINY = 1e-9
"""Differences smaller than this come from binary fractions."""
NICE = (1, 2, 2.5, 5, 10)
MOST_LABELS = 10
UP, DOWN, FLAT = "up", "down", "flat"
SPARK_WIDTH, SPARK_HEIGHT = 120, 32
LEAST_POINTS = 2
THICKEST = 60
"""Maximum width of a bar."""


@dataclass(frozen=True)
class Shape:
    """One rectangle with its CSS class and its tooltip."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    hint: str = ""


def direction(change: float | None) -> str:
    """Return the CSS class of a change."""
    return FLAT if not change else UP if change > 0 else DOWN


def told(text: str, change: float) -> dict[str, str]:
    """Return a number's text with the CSS class of ``change``, as the templates' macro ``told`` takes it."""
    return {"text": text, "direction": direction(change)}


def rate(value: object, digits: int = 2) -> dict[str, str] | None:
    """Return a percentage as text and CSS class; None when it is unknown."""
    if value is None:
        return None
    number = float(f"{value}")
    return told(f"{words.signed(number, digits)}%", round(number, digits))


def scale_of(low: float, high: float) -> tuple[float, float, int]:
    """Return (lowest line, step, number of steps) of grid lines at round numbers that enclose both values."""
    span = (high - low) or abs(high) * 0.02 or 1.0
    rough = span / (TICKS - 1)
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * nice for nice in NICE if size * nice >= rough)
    bottom = math.floor(low / step) * step
    count = max(math.ceil((high - bottom) / step - TINY), 1)
    return bottom, step, count


def number(value: float, step: float = 0.0) -> str:
    """Return a number with thousands separators, and with decimals when it or ``step`` is not whole."""
    is_whole = all(abs(one - round(one)) < TINY for one in (value, step))
    return f"{value:,.0f}".replace("-", "−") if is_whole else f"{value:,.2f}".replace("-", "−")


@dataclass(frozen=True)
class Spark:
    """A small line: its points, a summary, and the CSS class of its direction."""

    points: str
    said: str
    direction: str
    width: int = SPARK_WIDTH
    height: int = SPARK_HEIGHT


def spark(values: Sequence[float], what: str) -> Spark | None:
    """Return a small line of ``values``, oldest first; None when there are fewer than two."""
    if len(values) < LEAST_POINTS:
        return None
    low, span = min(values), max(values) - min(values)
    points = " ".join(
        f"{at * SPARK_WIDTH / (len(values) - 1):.1f},"
        f"{SPARK_HEIGHT / 2 if not span else 2 + (SPARK_HEIGHT - 4) * (1 - (value - low) / span):.1f}"
        for at, value in enumerate(values)
    )
    change = f", {words.signed(100 * (values[-1] / values[0] - 1))}%" if values[0] else ""
    return Spark(points, f"{what} {len(values)}거래일{change}", direction(values[-1] - values[0]))


@dataclass(frozen=True)
class Bars:
    """Bars side by side, on both sides of zero.

    Attributes:
        said: a summary.
        boxes: from the left.
        zero: height of the zero line.
        labels: below the bars: all of them, or the first and the last.
        is_each: whether ``labels`` has one for each bar.
    """

    said: str
    boxes: Sequence[Shape]
    zero: float
    labels: Sequence[str]
    is_each: bool
    width: int = WIDTH
    height: int = TALL


def bars(values: Sequence[tuple[str, float | None, str]], said: str, kind: str = "") -> Bars | None:
    """Return bars of (label, value, hint); a missing value leaves a gap. None when all are missing.

    Args:
        values: from the left.
        said: a summary.
        kind: CSS class of every bar; when empty, each has the class of its sign.
    """
    known = [value for _, value, _ in values if value is not None]
    if not known:
        return None
    high, low = max(*known, 0.0), min(*known, 0.0)
    span = (high - low) or 1.0
    wide = WIDTH / len(values)
    thick = min(0.8 * wide, THICKEST)
    zero = round(TALL * high / span, 2)
    boxes = []
    for at, (_, value, hint) in enumerate(values):
        if value is None:
            continue
        height = max(round(TALL * abs(value) / span, 2), 1.0)
        y = zero - height if value >= 0 else zero
        boxes.append(Shape(round((at + 0.5) * wide - thick / 2, 1), max(y, 0), round(thick, 2), height,
                           kind or direction(value), hint))  # fmt: skip
    labels = [label for label, _, _ in values]
    is_each = len(labels) <= MOST_LABELS
    return Bars(said, boxes, zero, labels if is_each else [labels[0], labels[-1]], is_each)
