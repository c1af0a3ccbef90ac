"""A number a day over some weeks: bars of an inline SVG that fills its place, and a table for who reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from foresto_cli.views import words
from foresto_cli.views.page.charts import Box

DAYS = 90
HEIGHT, SLOT, GAP = 72, 8, 2
"""Of the picture, and of what a day has in it; a bar is narrower by the gap."""
LEAST = 2.0
"""Height of the smallest number that is not 0: none is invisible."""


@dataclass(frozen=True)
class Daily:
    """A picture of a number a day.

    Attributes:
        label: what is counted.
        told: the numbers in one sentence.
        width: of the picture.
        height: of the picture.
        bars: one a day that has something.
        first: the oldest day in it.
        last: the newest.
        largest: the largest number, written out.
        table: day and number of each day that has something, newest first.
    """

    label: str
    told: str
    width: int
    height: int
    bars: list[Box]
    first: str
    last: str
    largest: str
    table: list[tuple[str, str]]


def daily(
    label: str,
    numbers: Mapping[date, float],
    today: date,
    written: Callable[[float], str] = lambda number: f"{number:,.0f}",
) -> Daily | None:
    """Return the picture of ``numbers`` until ``today``; None when no day has any."""
    first = today - timedelta(days=DAYS - 1)
    kept = {day: number for day, number in sorted(numbers.items()) if first <= day <= today and number}
    if not kept:
        return None
    largest = max(kept.values())
    bars = []
    for day, number in kept.items():
        height = round(max(LEAST, HEIGHT * number / largest), 1)
        left = (day - first).days * SLOT
        bars.append(Box(left, HEIGHT - height, SLOT - GAP, height, "bar", f"{words.day(day)} {written(number)}"))
    newest = max(kept)
    return Daily(
        label,
        f"{label}: {DAYS}일 가운데 {len(kept)}일, 가장 많은 날 {written(largest)},"
        f" 마지막 {words.day(newest)} {written(kept[newest])}",
        DAYS * SLOT,
        HEIGHT,
        bars,
        words.day(first),
        words.day(today),
        written(largest),
        [(f"{day}", written(number)) for day, number in reversed(kept.items())],
    )
