"""What a company's statements said on a day: one basis, its latest period, twelve-month sums.

Amounts stand in arrays of companies x quarters: calendar quarters in which periods end, counted so that the latest one
has its fiscal year and quarter as number. So a March year, a year of six months and a moved year end need nothing
special.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score import scored_flows as flows_of
from foresto_cli.score.scored_flows import NONE, Spans, Sums
from foresto_cli.score.scored_reports import (
    AMOUNTS,
    CFS,
    EPOCH,
    FLOWS,
    OFS,
    POSITIONS,
    QUARTERS_A_YEAR,
    Reports,
    number_of,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STALE_AFTER, STALE_AFTER_ANNUAL = 200, 485
"""Days since the period's end; the longest legal gap is 182."""
ROUNDING = 0.001


@dataclass(frozen=True)
class Flow:
    """A flow summed over twelve months.

    Attributes:
        strict: companies x quarters; nan where a term is missing.
        now: at the latest period, or the last annual report's where that is not complete.
        before: the twelve months a year before ``now``, as the reports behind ``now`` state them again, else as filed.
        quarter: the quarter that ``now`` belongs to, -1 without one.
        fell_back: ``now`` is an annual report's although newer periods are known.
        reason: why the strict figure of the latest period is missing, '' where it is not.
    """

    strict: Floats
    now: Floats
    before: Floats
    quarter: Ints
    fell_back: Bools
    reason: NDArray[np.str_]


@dataclass(frozen=True)
class Statements:
    """The statements known on a day, one company a row.

    Attributes:
        tickers, corp_codes: the companies.
        latest: the latest period's quarter, -1 without any.
        basis: consolidated where the latest period has it.
        period_end, rcept_dt: of the latest period, days since 1970.
        rcept_no: of the latest period.
        is_financial, is_won: of the latest period.
        annual_only: no interim report is known.
        is_stale: the latest period ended too long ago.
        rebuilt: a cumulative figure of the last two years had to be summed up from quarters.
        restated: the newest report states a flow of the year before otherwise than that year's own report.
        positions: balance sheet column → companies x quarters.
        opening: balance sheet column → that of a year before as the latest period's report states it, nan where not.
        flows: income and cash flow column → :class:`Flow`.
        annual_known: fiscal year of the newest annual report, 0 without one.
        annual_end: its period's end.
    """

    tickers: NDArray[np.str_]
    corp_codes: NDArray[np.str_]
    latest: Ints
    basis: Ints
    period_end: Ints
    rcept_dt: Ints
    rcept_no: NDArray[np.bytes_]
    is_financial: Bools
    is_won: Bools
    annual_only: Bools
    is_stale: Bools
    rebuilt: Bools
    restated: Bools
    positions: dict[str, Floats]
    opening: dict[str, Floats]
    flows: dict[str, Flow]
    annual_known: Ints
    annual_end: Ints

    def position(self, name: str, quarters_ago: int = 0) -> Floats:
        """Return a balance sheet figure of the latest period, or of one so many quarters earlier."""
        return taken(self.positions[name], self.latest - quarters_ago, self.latest >= 0)

    def year_ago(self, name: str) -> Floats:
        """Return a balance sheet figure a year before the latest period, as its report states it, else as filed."""
        told = self.opening[name]
        return np.where(np.isnan(told), self.position(name, QUARTERS_A_YEAR), told)

    def average(self, name: str) -> Floats:
        """Return the mean of a balance sheet figure now and a year earlier; without the earlier one, the figure now."""
        now, before = self.position(name), self.year_ago(name)
        return np.where(np.isnan(before), now, (now + before) / 2)


def taken(table: Floats, quarters: Ints, known: Bools | None = None) -> Floats:
    """Return one column of each row, nan where the column number is outside or ``known`` says no."""
    inside = (quarters >= 0) & (quarters < table.shape[1])
    if known is not None:
        inside &= known
    found: Floats = table[np.arange(len(table)), np.where(inside, quarters, 0)] if table.shape[1] else np.zeros(0)
    return np.where(inside, found, np.nan)


def known_on(reports: Reports, day: date) -> Statements:
    """Return the statements as they were known on ``day``."""
    rows = reports.known_on(day)
    companies = len(reports.tickers)
    number = _numbered(reports, rows)
    first = (int(number.min()) if len(rows) else 0) // QUARTERS_A_YEAR * QUARTERS_A_YEAR
    quarters = int(number.max()) - first + 1 if len(rows) else 1
    place = (reports.basis[rows], reports.company[rows], number - first)

    def spread(values: NDArray[Any], empty: float) -> NDArray[Any]:
        table = np.full((2, companies, quarters), empty, values.dtype)
        table[place] = values[rows]
        return table

    ends, row_at = spread(reports.period_end, NONE), np.full((2, companies, quarters), NONE, np.int64)
    row_at[place] = rows
    newest = ends.max(axis=0)
    latest = _latest(newest)
    every = np.arange(companies)
    basis = np.where(ends[CFS][every, latest] >= 0, CFS, OFS)
    fiscal, months = spread(reports.fiscal % QUARTERS_A_YEAR + 1, 0), spread(reports.months, 0)
    tables = {name: spread(values, np.nan) for name, values in reports.amounts.items()}
    own = {name: table[basis, every] for name, table in tables.items()}
    other = {name: table[1 - basis, every] for name, table in tables.items()}
    again = {name: spread(values, np.nan)[basis, every] for name, values in reports.retold.items()}
    spans = flows_of.spans(ends[basis, every], fiscal[basis, every], months[basis, every])
    sums = flows_of.sums(spans)
    row = row_at[basis, every, latest]
    has = row >= 0
    kind = np.where(ends[CFS] >= 0, fiscal[CFS], fiscal[OFS])
    annual_only = ~((newest >= 0) & (kind != QUARTERS_A_YEAR)).any(axis=1)
    age = number_of(day) - newest[every, latest]
    rebuilt, restated = np.zeros(companies, bool), np.zeros(companies, bool)
    flows = {}
    for name in FLOWS:
        alone = own.get(f"{name}_quarter")
        cumulative, summed = flows_of.cumulative(own[name], alone, spans)
        flows[name] = _flow(_Told(cumulative, other[name], again[name], alone), (spans, sums), latest, number_of(day))
        rebuilt |= _recently(summed, latest)
        restated |= _differs(taken(again[name], latest), taken(cumulative, latest - QUARTERS_A_YEAR))
    annual_known, annual_end = _newest_annual(np.where(kind == QUARTERS_A_YEAR, newest, NONE))
    return Statements(
        tickers=reports.tickers,
        corp_codes=reports.corp_codes,
        latest=np.where(has, latest, NONE),
        basis=basis,
        period_end=np.where(has, newest[every, latest], NONE),
        rcept_dt=np.where(has, reports.rcept_dt[row], NONE),
        rcept_no=np.where(has, reports.rcept_no[row], b"") if len(reports.rcept_no) else np.zeros(companies, "S1"),
        is_financial=has & reports.is_financial[row],
        is_won=has & reports.is_won[row],
        annual_only=annual_only,
        is_stale=has & (age > np.where(annual_only, STALE_AFTER_ANNUAL, STALE_AFTER)),
        rebuilt=rebuilt,
        restated=restated & has,
        positions={name: own[name] for name in AMOUNTS if name.startswith(("total_", "current_"))},
        opening={name: taken(again[name], latest, has) for name in POSITIONS},
        flows=flows,
        annual_known=annual_known,
        annual_end=annual_end,
    )


def _latest(newest: Ints) -> Ints:
    """Return the quarter with the latest period end; of equal ones the later."""
    found: Ints = newest.shape[1] - 1 - newest[:, ::-1].argmax(axis=1)
    return found


def _numbered(reports: Reports, rows: Ints) -> Ints:
    """Return the number of the quarter of each of ``rows``: the latest of a company has its fiscal year and quarter."""
    order = rows[np.lexsort((reports.fiscal[rows], reports.period_end[rows]))]
    shift = np.zeros(len(reports.tickers), np.int64)
    shift[reports.company[order]] = reports.fiscal[order] - reports.quarter[order]
    found: Ints = reports.quarter[rows] + shift[reports.company[rows]]
    return found


def _newest_annual(annual: Ints) -> tuple[Ints, Ints]:
    """Return the year and the end of the newest annual report, whose ends stand in ``annual``."""
    end = annual.max(axis=1)
    year = end.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + EPOCH.year
    return np.where(end >= 0, year, 0), end


def _differs(again: Floats, own: Floats) -> Bools:
    """Say where a figure was stated anew; less than a thousandth is rounding."""
    found: Bools = np.abs(again - own) > ROUNDING * np.abs(own)
    return found


def _recently(summed: Bools, latest: Ints) -> Bools:
    place = np.arange(summed.shape[1])
    recent = (place <= latest[:, None]) & (place > latest[:, None] - 2 * QUARTERS_A_YEAR)
    found: Bools = np.any(summed & recent, axis=1)
    return found


class _Told(NamedTuple):
    """One flow: on the company's basis, on the other, of a year before as told again, of three months alone."""

    own: Floats
    other: Floats
    again: Floats
    alone: Floats | None


def _flow(told: _Told, known: tuple[Spans, Sums], latest: Ints, today: int) -> Flow:
    spans, sums = known
    strict = sums.of(told.own)
    every, quarters = np.arange(len(strict)), np.arange(strict.shape[1])
    now = strict[every, latest]
    complete = ~np.isnan(now)
    usable = spans.is_annual & ~np.isnan(strict) & (spans.ends >= today - STALE_AFTER_ANNUAL)
    annual = np.where(usable & (quarters <= latest[:, None]), quarters, NONE)
    last = annual.max(axis=1)
    # A year that was not twelve months long leaves no figure that the balance sheet of now could be set against.
    fell_back = ~complete & (last >= 0) & ~sums.is_odd[every, latest]
    quarter = np.where(complete, latest, np.where(fell_back, last, NONE))
    again = taken(sums.of(told.again), quarter, quarter >= 0)
    return Flow(
        strict=strict,
        now=np.where(complete, now, np.where(fell_back, strict[every, np.maximum(last, 0)], np.nan)),
        before=np.where(np.isnan(again), taken(strict, quarter - QUARTERS_A_YEAR, quarter >= 0), again),
        quarter=quarter,
        fell_back=fell_back,
        reason=_reason(told, known, latest, complete),
    )


def _reason(told: _Told, known: tuple[Spans, Sums], latest: Ints, complete: Bools) -> NDArray[np.str_]:
    spans, sums = known
    every = np.arange(len(latest))
    interim = ~spans.is_annual[every, latest]
    terms = (
        (latest, np.ones(len(latest), bool)),
        (latest - spans.months[every, latest] // flows_of.MONTHS_A_QUARTER, interim),
        (latest - QUARTERS_A_YEAR, interim),
    )
    unknown, mixed = np.zeros(len(latest), bool), np.zeros(len(latest), bool)
    for quarter, needed in terms:
        missing = needed & np.isnan(taken(told.own, quarter))
        mixed |= missing & ~np.isnan(taken(told.other, quarter))
        if told.alone is not None:
            fiscal = spans.fiscal[every, np.clip(quarter, 0, spans.fiscal.shape[1] - 1)]
            later = (fiscal == flows_of.HALF) | (fiscal == flows_of.THIRD)
            unknown |= missing & later & ~np.isnan(taken(told.alone, quarter))
    choices = [complete, sums.is_odd[every, latest], unknown, mixed]
    return np.select(choices, ["", "FY_CHANGE", "CUM_UNKNOWN", "BASIS_MIXED"], "TTM_INCOMPLETE")
