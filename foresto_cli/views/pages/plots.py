"""Geometry of the pages' plots: turns numbers into shapes of inline SVGs, which ``pages/charts.html`` draws.

Plots are stretched to the width of the page, which would distort text; labels are therefore HTML beside the plot. Every
plot has a one-sentence summary for screen readers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from foresto_cli.views import words
from foresto_cli.views.pages.svg import LEAST_POINTS, WIDTH, Shape, direction, number, scale_of

HEIGHT = 240
WITHOUT_YEAR = 300
"""Days; the dates below a plot that spans more name the year."""
LABELS = 5
"""Number of dates below a plot."""
HINTED = 300
"""Maximum number of points for which each has a tooltip."""


@dataclass(frozen=True)
class Mark:
    """The mark of an event.

    Attributes:
        x: from the left.
        kind: CSS class.
        hint: what happened.
    """

    x: float
    kind: str
    hint: str


@dataclass(frozen=True)
class Wick:
    """The line from the high to the low of a day."""

    x: float
    top: float
    bottom: float
    kind: str


@dataclass(frozen=True)
class Plot:
    """A line or candles over days.

    Attributes:
        said: a summary in one sentence.
        path: SVG path of the line; empty for candles.
        area: SVG path of the area below the line; empty for candles.
        grid: heights of the horizontal lines, from the top.
        scale: labels of those lines.
        days: dates below the plot.
        candles: bodies of the candles.
        wicks: one for each candle.
        marks: events.
        hints: invisible rectangles whose tooltip is the day and the price.
        direction: CSS class of the line.
    """

    said: str
    path: str
    area: str
    grid: Sequence[float]
    scale: Sequence[str]
    days: Sequence[str]
    candles: Sequence[Shape]
    wicks: Sequence[Wick]
    marks: Sequence[Mark]
    hints: Sequence[Shape]
    direction: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Point:
    """A day of a plot: the close, and for candles the day's other prices."""

    day: date
    close: float
    open: float | None = None
    high: float | None = None
    low: float | None = None


@dataclass(frozen=True)
class Happened:
    """An event to mark; on a day without a session it is marked at the next session."""

    day: date
    kind: str
    hint: str


def plot(
    points: Sequence[Point], happened: Sequence[Happened] = (), *, what: str, unit: str, candles: bool = False
) -> Plot | None:
    """Return the plot of ``points``; None when there are fewer than two.

    Args:
        points: oldest first.
        happened: events to mark.
        what: name of the plotted number, for the summary.
        unit: of the numbers in the summary.
        candles: draw candles instead of a line.
    """
    if len(points) < LEAST_POINTS:
        return None
    values = [one.close for one in points]
    lows = [one.low if candles and one.low else one.close for one in points]
    highs = [one.high if candles and one.high else one.close for one in points]
    bottom, step, count = scale_of(min(lows), max(highs))
    top = bottom + step * count
    places = [(at + 0.5) * WIDTH / len(points) for at in range(len(points))]

    def y(value: float) -> float:
        return round(HEIGHT * (top - value) / (top - bottom), 2)

    line = " ".join(f"{x:.1f},{y(value)}" for x, value in zip(places, values, strict=True))
    is_hinted = len(points) <= HINTED
    wide = WIDTH / len(points)
    return Plot(
        said=_said(points, what, unit),
        path="" if candles else f"M{line}",
        area="" if candles else f"M{places[0]:.1f},{HEIGHT} L{line} L{places[-1]:.1f},{HEIGHT} Z",
        grid=[round(HEIGHT * at / count, 2) for at in range(count + 1)],
        scale=[number(top - step * at, step) for at in range(count + 1)],
        days=_days([one.day for one in points]),
        candles=[_body(one, x, wide, y) for one, x in zip(points, places, strict=True)] if candles else [],
        wicks=[
            Wick(round(x, 1), y(one.high), y(one.low), _kind(one))
            for one, x in zip(points, places, strict=True)
            if candles and one.high and one.low
        ],
        marks=_marks(points, places, happened),
        hints=[
            Shape(round(x - wide / 2, 1), 0, round(wide, 2), HEIGHT, "hint", f"{one.day} {number(one.close)}{unit}")
            for one, x in zip(points, places, strict=True)
        ]
        if is_hinted
        else [],
        direction=direction(values[-1] - values[0]),
    )


def _body(one: Point, x: float, wide: float, y: Callable[[float], float]) -> Shape:
    start = one.open or one.close
    top, bottom = y(max(start, one.close)), y(min(start, one.close))
    return Shape(round(x - wide * 0.35, 1), top, round(wide * 0.7, 2), max(bottom - top, 0.8), _kind(one))


def _kind(one: Point) -> str:
    return direction(one.close - (one.open or one.close))


def _marks(points: Sequence[Point], places: Sequence[float], happened: Sequence[Happened]) -> list[Mark]:
    found = []
    for one in happened:
        at = next((place for place, point in enumerate(points) if point.day >= one.day), None)
        if at is not None and one.day >= points[0].day:
            found.append(Mark(round(places[at], 1), one.kind, one.hint))
    return found


def _said(points: Sequence[Point], what: str, unit: str) -> str:
    first, last = points[0], points[-1]
    change = f" ({words.signed(100 * (last.close / first.close - 1))}%)" if first.close else ""
    lowest, highest = min(points, key=lambda one: one.close), max(points, key=lambda one: one.close)
    return (
        f"{what}: {first.day} {number(first.close)}{unit}에서 {last.day} {number(last.close)}{unit}까지{change},"
        f" 최고 {number(highest.close)}{unit}({highest.day}), 최저 {number(lowest.close)}{unit}({lowest.day})"
    )


def _days(days: Sequence[date]) -> list[str]:
    count = min(LABELS, len(days))
    places = [round(at * (len(days) - 1) / (count - 1)) for at in range(count)]
    form = "%m-%d" if (days[-1] - days[0]).days < WITHOUT_YEAR else "%Y-%m"
    return [f"{days[place]:{form}}" for place in places]
