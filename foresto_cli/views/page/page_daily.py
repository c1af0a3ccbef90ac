"""A number per day over :data:`DAYS` days: bars of an inline SVG, and the same numbers as a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from foresto_cli.views import words
from foresto_cli.views.page.page_charts import Box

DAYS = 90
HEIGHT, SLOT, GAP = 72, 8, 2
"""Height of the picture, width of a day in it, and the part of that width between two bars."""
LEAST = 2.0
"""Minimum height of a bar, so that every number other than 0 is visible."""


@dataclass(frozen=True)
class Daily:
    """A picture of a number per day.

    Attributes:
        label: what is counted.
        told: a summary in one sentence.
        width: of the picture.
        height: of the picture.
        bars: one for each day whose number is not 0.
        first: the oldest day of the picture.
        last: the newest day of the picture.
        largest: the largest number, formatted.
        table: day and number of each day whose number is not 0, newest first.
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
