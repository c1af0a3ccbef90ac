"""Geometry of the dashboard's pictures: numbers in, rectangles of an inline SVG out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from foresto_cli.datasets.prices.gaps import LABELS, Day

CELL, GAP = 12, 2
WEEKDAYS = 5
BAR, BAR_GAP, BARS_HEIGHT = 5, 2, 28


@dataclass(frozen=True)
class Box:
    """One rectangle.

    Attributes:
        x: from the left.
        y: from the top.
        width: to the right.
        height: downwards.
        kind: its CSS class.
        hint: what it stands for: the tooltip, also for screen readers.
    """

    x: float
    y: float
    width: float
    height: float
    kind: str
    hint: str


@dataclass(frozen=True)
class Month:
    """One month of the calendar: Monday to Friday across, weeks down."""

    label: str
    width: int
    height: int
    boxes: list[Box]


def months(days: Sequence[Day]) -> list[Month]:
    """Return a small calendar for each month, oldest first."""
    by_month: dict[tuple[int, int], list[Day]] = {}
    for day in days:
        by_month.setdefault((day.day.year, day.day.month), []).append(day)
    # Months of one row of the page stand level whether they have five weeks or six.
    rows = max((_week(found[-1].day) + 1 for found in by_month.values()), default=0)
    return [
        Month(
            f"{year}년 {month}월",
            WEEKDAYS * (CELL + GAP) - GAP,
            rows * (CELL + GAP) - GAP,
            [_cell(day) for day in found],
        )
        for (year, month), found in by_month.items()
    ]


def _week(day: date) -> int:
    return (day.day - 1 + day.replace(day=1).weekday()) // 7


def _cell(day: Day) -> Box:
    rows = f" · {day.rows:,}행" if day.rows else ""
    reason = f" · {day.reason}" if day.reason else ""
    hint = f"{day.day} {LABELS[day.state]}{rows}{reason}"
    return Box(day.day.weekday() * (CELL + GAP), _week(day.day) * (CELL + GAP), CELL, CELL, day.state, hint)


def trend(durations: Sequence[tuple[float, str, str]]) -> list[Box]:
    """Return bars of (seconds, kind, hint), oldest first, relative to the longest; each has a visible height."""
    longest = max((seconds for seconds, _, _ in durations), default=0) or 1
    boxes = []
    for place, (seconds, kind, hint) in enumerate(durations):
        height = round(max(3.0, BARS_HEIGHT * seconds / longest), 1)
        boxes.append(Box(place * (BAR + BAR_GAP), BARS_HEIGHT - height, BAR, height, kind, hint))
    return boxes
