"""Twelve-month sums: which reports add up to a year, and what they come to.

Amounts stand in arrays of companies x quarters, by the calendar quarter in which a period ends. A period is as long as
its report says; three, six and nine months are added to the annual reports before them, and what then lies more than a
year back is taken off where an interim report says how much that was.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score.scored_reports import MONTHS_A_YEAR, QUARTERS_A_YEAR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NONE = -1
SHORTEST_YEAR, LONGEST_YEAR = 350, 380
DAYS_A_MONTH = 365.25 / MONTHS_A_YEAR
MONTHS_A_QUARTER = MONTHS_A_YEAR // QUARTERS_A_YEAR
HALF, THIRD = 2, 3


@dataclass(frozen=True)
class Spans:
    """What the reports of each company and quarter run over.

    Attributes:
        ends: last day, days since 1970, -1 where nothing is known.
        fiscal: quarter of the fiscal year, 4 for an annual report.
        months: since the start of the fiscal year; 0 where that is not certain.
    """

    ends: Ints
    fiscal: Ints
    months: Ints

    @property
    def is_annual(self) -> Bools:
        """Return where an annual report stands."""
        found: Bools = (self.ends >= 0) & (self.fiscal == QUARTERS_A_YEAR)
        return found


@dataclass(frozen=True)
class Sums:
    """Which quarters make twelve months up to each quarter.

    Attributes:
        added: quarters of annual reports that are added, -1 for none.
        less: quarter of the interim report that is taken off, -1 for none.
        is_whole: the periods come to twelve months.
        is_odd: they do not, as a fiscal year was not twelve months long.
    """

    added: tuple[Ints, ...]
    less: Ints
    is_whole: Bools
    is_odd: Bools

    def of(self, table: Floats) -> Floats:
        """Return the sums of one flow, nan where they are not whole or a term is missing."""
        rest = np.zeros(table.shape)
        for quarters in self.added:
            rest += np.where(quarters >= 0, _at(table, quarters), 0.0)
        rest -= np.where(self.less >= 0, _at(table, self.less), 0.0)
        return np.where(self.is_whole, table + rest, np.nan)


def spans(ends: Ints, fiscal: Ints, months: Ints) -> Spans:
    """Return the spans, with what the reports leave out: an interim period counts quarters, a year reaches the last."""
    found = np.where((months == 0) & (fiscal < QUARTERS_A_YEAR), MONTHS_A_QUARTER * fiscal, months)
    annual = (ends >= 0) & (fiscal == QUARTERS_A_YEAR)
    before = np.full(len(ends), NONE, np.int64)
    for quarter in range(ends.shape[1]):
        here = annual[:, quarter]
        days = ends[:, quarter] - before
        short = np.where(days < SHORTEST_YEAR, np.round(days / DAYS_A_MONTH).astype(np.int64), 0)
        is_year = (before < 0) | ((days >= SHORTEST_YEAR) & (days <= LONGEST_YEAR))
        told = found[:, quarter] != 0
        found[:, quarter] = np.where(here & ~told, np.where(is_year, MONTHS_A_YEAR, short), found[:, quarter])
        before = np.where(here, ends[:, quarter], before)
    return Spans(ends, fiscal, np.where(ends >= 0, found, 0))


def sums(found: Spans) -> Sums:
    """Return which quarters make twelve months up to each quarter."""
    months, annual = found.months, found.is_annual
    covered = months.copy()
    place = np.broadcast_to(np.arange(months.shape[1]), months.shape)
    back = place - months // MONTHS_A_QUARTER
    whole = (found.ends >= 0) & _is_even(months)
    odd = annual & (months != MONTHS_A_YEAR)
    odd |= (back >= 0) & (months < MONTHS_A_YEAR) & _at(annual, back) & (_at(months, back) != MONTHS_A_YEAR)
    added = []
    for _ in range(QUARTERS_A_YEAR - 1):
        short = whole & (covered < MONTHS_A_YEAR)
        fits = short & (back >= 0) & _at(annual, back) & _is_even(_at(months, back))
        whole &= ~short | fits
        more = np.where(fits, _at(months, back), 0)
        added.append(np.where(fits, back, NONE))
        covered, back = covered + more, back - more // MONTHS_A_QUARTER
    year_ago = np.where(place >= QUARTERS_A_YEAR, place - QUARTERS_A_YEAR, NONE)
    too_much = covered > MONTHS_A_YEAR
    fits = (year_ago >= 0) & ~_at(annual, year_ago) & (_at(months, year_ago) == covered - MONTHS_A_YEAR)
    whole &= (covered == MONTHS_A_YEAR) | (too_much & fits)
    return Sums(tuple(added), np.where(whole & too_much, year_ago, NONE), whole, odd & ~whole)


def cumulative(table: Floats, alone: Floats | None, found: Spans) -> tuple[Floats, Bools]:
    """Return the figure since the start of the fiscal year, summed up from quarters where a report leaves it out."""
    table = table.copy()
    summed = np.zeros(table.shape, bool)
    if alone is not None:
        for quarter in range(1, table.shape[1]):
            fiscal, before = found.fiscal[:, quarter], found.fiscal[:, quarter - 1]
            missing = np.isnan(table[:, quarter]) & ((fiscal == HALF) | (fiscal == THIRD)) & (before == fiscal - 1)
            table[missing, quarter] = table[missing, quarter - 1] + alone[missing, quarter]
            summed[:, quarter] = missing & ~np.isnan(table[:, quarter])
    return table, summed


def _is_even(months: Ints) -> Bools:
    """Say where so many months are whole quarters."""
    found: Bools = (months > 0) & (months % MONTHS_A_QUARTER == 0)
    return found


def _at(table: NDArray[Any], quarters: Ints) -> NDArray[Any]:
    return np.take_along_axis(table, np.maximum(quarters, 0), axis=1)
