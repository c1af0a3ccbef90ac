"""The days that a report's figures run over, as ``thstrm_dt`` says them ("2025.07.01 ~ 2025.12.31", "2025.12.31 현재").

A fiscal year is not always twelve months long: a REIT closes every six or three months, a company that moves its year
end has one shorter year, a new one begins in the middle.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from foresto_cli.datasets.dart.accounts import Line

SHORTEST_YEAR, LONGEST_YEAR = 350, 380
"""Days of what counts as twelve months (52 weeks, a February)."""
YEAR_MONTHS, QUARTER_MONTHS = 12, 3
DAYS_A_MONTH = 365.25 / YEAR_MONTHS
ANNUAL_QUARTER = 4
DAY = timedelta(days=1)

_DATE = re.compile(r"(\d{4})[.-](\d{2})[.-](\d{2})")


class Period(NamedTuple):
    """What a report's flows run over.

    Attributes:
        first: its first day, None where it is not told.
        last: its last day.
        months: how long it is, rounded; None where it is not told.
    """

    first: date | None
    last: date
    months: int | None


def days_of(told: object) -> tuple[date, ...]:
    """Return the days in a text, without those that no calendar has."""
    return _days_in(str(told or ""))


@lru_cache(maxsize=4_096)
def _days_in(told: str) -> tuple[date, ...]:
    found = []
    for parts in _DATE.findall(told):
        try:
            found.append(date(*map(int, parts)))
        except ValueError:
            continue
    return tuple(found)


def end_of(lines: Sequence[Line]) -> date | None:
    """Return the day of the balance sheet ("2018.12.31 현재"), else the end of the income statement's span."""
    for line in sorted(lines, key=lambda line: line["sj_div"] != "BS"):
        days = days_of(line.get("thstrm_dt"))
        if days:
            return days[-1]
    return None


def of(lines: Sequence[Line], last: date, quarter: int) -> Period:
    """Return the period since the start of the fiscal year that ends on ``last``.

    An interim report may name its three months alone, or nothing: its year began as many quarters ago as it counts.
    Unless what it says of the three months and since the start of the year is one and the same: then they are all that
    has passed of a fiscal year of six months.

    Args:
        lines: of one report.
        last: when its period ends.
        quarter: of the fiscal year; 4 for an annual report.
    """
    spans = [days_of(line.get("thstrm_dt")) for line in lines if line["sj_div"] != "BS"]
    starts = [days[0] for days in spans if len(days) > 1 and days[0] < days[-1] == last]
    first = min(starts, default=None)
    if quarter != ANNUAL_QUARTER:
        usual = before(last, QUARTER_MONTHS * quarter) + DAY
        if first is None or (months(first, last) == QUARTER_MONTHS and not _is_all_so_far(lines)):
            first = usual
    return Period(first, last, None if first is None else months(first, last))


def _is_all_so_far(lines: Sequence[Line]) -> bool:
    """Say whether the amounts of the three months are those since the start of the year, on more than one line."""
    both = [
        (line["thstrm_amount"], line["thstrm_add_amount"])
        for line in lines
        if line["sj_div"] != "BS" and line.get("thstrm_amount") and line.get("thstrm_add_amount")
    ]
    return len(both) > 1 and all(quarter == year for quarter, year in both)


def months(first: date, last: date) -> int:
    """Return how many months lie between two days, both counted."""
    days = (last - first).days + 1
    return YEAR_MONTHS if SHORTEST_YEAR <= days <= LONGEST_YEAR else max(1, round(days / DAYS_A_MONTH))


def fiscal_year(last: date, quarter: int, passed: int | None = None) -> int:
    """Return the year in which the fiscal year ends whose first ``quarter`` quarters end on ``last``.

    Args:
        last: the end of the period.
        quarter: 4 for an annual report.
        passed: months since the start of the fiscal year, where they are known: of six months half of what is usual.
    """
    left = QUARTER_MONTHS * (ANNUAL_QUARTER - quarter)
    if passed is not None and passed < QUARTER_MONTHS * quarter:
        left = passed * (ANNUAL_QUARTER - quarter) // quarter
    return last.year + (last.month + left - 1) // YEAR_MONTHS


def before(last: date, count: int) -> date:
    """Return the last day of a month, or the same day, ``count`` months before ``last``."""
    after = last + DAY
    number = after.year * YEAR_MONTHS + after.month - 1 - count
    year, month = divmod(number, YEAR_MONTHS)
    day = after.day
    while True:
        try:
            return date(year, month + 1, day) - DAY
        except ValueError:
            day -= 1
