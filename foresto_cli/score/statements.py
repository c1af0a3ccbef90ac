"""What a company's statements said on a day: one basis, its latest period, twelve-month sums.

Amounts stand in arrays of companies x quarters; a quarter is (fiscal year, quarter) alone, so that a March year needs
nothing special.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score.reports import AMOUNTS, CFS, FLOWS, OFS, QUARTERS_A_YEAR, Reports, number_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STALE_AFTER, STALE_AFTER_ANNUAL = 200, 485
"""Days since the period's end; the longest legal gap is 182."""
SHORTEST_YEAR, LONGEST_YEAR = 350, 380
NONE = -1


@dataclass(frozen=True)
class Flow:
    """A flow summed over twelve months.

    Attributes:
        strict: companies x quarters; nan where a term is missing.
        now: at the latest period, or the last annual report's where that is not complete.
        quarter: the quarter that ``now`` belongs to, -1 without one.
        fell_back: ``now`` is an annual report's although newer periods are known.
        reason: why the strict figure of the latest period is missing, '' where it is not.
    """

    strict: Floats
    now: Floats
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
        positions: balance sheet column → companies x quarters.
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
    positions: dict[str, Floats]
    flows: dict[str, Flow]
    annual_known: Ints
    annual_end: Ints

    def position(self, name: str, quarters_ago: int = 0) -> Floats:
        """Return a balance sheet figure of the latest period, or of one so many quarters earlier."""
        return taken(self.positions[name], self.latest - quarters_ago, self.latest >= 0)

    def average(self, name: str) -> Floats:
        """Return the mean of a balance sheet figure now and a year earlier; without the earlier one, the figure now."""
        now, before = self.position(name), self.position(name, QUARTERS_A_YEAR)
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
    first = (int(reports.quarter[rows].min()) if len(rows) else 0) // QUARTERS_A_YEAR * QUARTERS_A_YEAR
    quarters = int(reports.quarter[rows].max()) - first + 1 if len(rows) else 1
    place = (reports.basis[rows], reports.company[rows], reports.quarter[rows] - first)
    ends = np.full((2, companies, quarters), NONE, np.int64)
    ends[place] = reports.period_end[rows]
    row_at = np.full((2, companies, quarters), NONE, np.int64)
    row_at[place] = rows
    newest = np.where(ends >= 0, ends, NONE).max(axis=0)
    latest = _latest(newest)
    every = np.arange(companies)
    basis = np.where(ends[CFS][every, latest] >= 0, CFS, OFS)
    tables = {name: np.full((2, companies, quarters), np.nan) for name in AMOUNTS}
    for name, table in tables.items():
        table[place] = reports.amounts[name][rows]
    own = {name: table[basis, every] for name, table in tables.items()}
    other = {name: table[1 - basis, every] for name, table in tables.items()}
    own_ends = ends[basis, every]
    row = row_at[basis, every, latest]
    has = row >= 0
    interim = np.arange(quarters) % QUARTERS_A_YEAR != QUARTERS_A_YEAR - 1
    annual_only = ~(newest[:, interim] >= 0).any(axis=1) if quarters else np.zeros(companies, bool)
    age = number_of(day) - newest[every, latest]
    rebuilt = np.zeros(companies, bool)
    flows = {}
    for name in FLOWS:
        cumulative, summed = _cumulative(own, name)
        flows[name] = _flow((cumulative, other[name], own_ends), own.get(f"{name}_quarter"), latest, number_of(day))
        rebuilt |= _recently(summed, latest)
    annual_known, annual_end = _newest_annual(newest, first)
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
        positions={name: own[name] for name in AMOUNTS if name.startswith(("total_", "current_"))},
        flows=flows,
        annual_known=annual_known,
        annual_end=annual_end,
    )


def _latest(newest: Ints) -> Ints:
    """Return the quarter with the latest period end; of equal ones the later."""
    found: Ints = newest.shape[1] - 1 - newest[:, ::-1].argmax(axis=1)
    return found


def _newest_annual(newest: Ints, first: int) -> tuple[Ints, Ints]:
    annual = newest[:, QUARTERS_A_YEAR - 1 :: QUARTERS_A_YEAR]
    if not annual.shape[1]:
        none = np.zeros(len(newest), np.int64)
        return none, none
    year = _latest(annual)
    end = annual[np.arange(len(annual)), year]
    return np.where(end >= 0, first // QUARTERS_A_YEAR + year, 0), end


def _recently(summed: Bools, latest: Ints) -> Bools:
    place = np.arange(summed.shape[1])
    recent = (place <= latest[:, None]) & (place > latest[:, None] - 2 * QUARTERS_A_YEAR)
    found: Bools = np.any(summed & recent, axis=1)
    return found


def _cumulative(own: dict[str, Floats], name: str) -> tuple[Floats, Bools]:
    """Return the figure since the start of the fiscal year, summed up from quarters where a report leaves it out."""
    table = own[name].copy()
    summed = np.zeros(table.shape, bool)
    alone = own.get(f"{name}_quarter")
    if alone is not None:
        for quarter in range(table.shape[1]):
            if quarter % QUARTERS_A_YEAR in {1, 2}:
                missing = np.isnan(table[:, quarter])
                table[missing, quarter] = table[missing, quarter - 1] + alone[missing, quarter]
                summed[:, quarter] = missing & ~np.isnan(table[:, quarter])
    return table, summed


def _twelve_months(table: Floats) -> Floats:
    """Return the sum over twelve months: C(FY,k) + C(FY-1,4) - C(FY-1,k), the annual figure itself at k = 4."""
    found = table.copy()
    for quarter in range(table.shape[1]):
        if quarter % QUARTERS_A_YEAR != QUARTERS_A_YEAR - 1:
            year_start = quarter // QUARTERS_A_YEAR * QUARTERS_A_YEAR
            if year_start == 0:
                found[:, quarter] = np.nan
            else:
                found[:, quarter] += table[:, year_start - 1] - table[:, quarter - QUARTERS_A_YEAR]
    return found


def _odd_years(ends: Ints) -> Bools:
    """Return the quarters whose twelve-month sum rests on a fiscal year that is not twelve months long."""
    odd = np.zeros(ends.shape, bool)
    for annual in range(2 * QUARTERS_A_YEAR - 1, ends.shape[1], QUARTERS_A_YEAR):
        end, before = ends[:, annual], ends[:, annual - QUARTERS_A_YEAR]
        length = end - before
        bad = (end >= 0) & (before >= 0) & ((length < SHORTEST_YEAR) | (length > LONGEST_YEAR))
        odd[bad, annual : annual + QUARTERS_A_YEAR] = True
    return odd


def _flow(tables: tuple[Floats, Floats, Ints], alone: Floats | None, latest: Ints, today: int) -> Flow:
    own, other, ends = tables
    odd = _odd_years(ends)
    strict = np.where(odd, np.nan, _twelve_months(own))
    every = np.arange(len(own))
    now = strict[every, latest]
    complete = ~np.isnan(now)
    annual = np.where(np.isnan(strict) | (ends < today - STALE_AFTER_ANNUAL), NONE, np.arange(own.shape[1]))
    annual[:, np.arange(own.shape[1]) % QUARTERS_A_YEAR != QUARTERS_A_YEAR - 1] = NONE
    annual[np.arange(own.shape[1]) > latest[:, None]] = NONE
    last = annual.max(axis=1)
    # A year that was not twelve months long leaves no figure that the balance sheet of now could be set against.
    fell_back = ~complete & (last >= 0) & ~odd[every, latest]
    return Flow(
        strict=strict,
        now=np.where(complete, now, np.where(fell_back, strict[every, np.maximum(last, 0)], np.nan)),
        quarter=np.where(complete, latest, np.where(fell_back, last, NONE)),
        fell_back=fell_back,
        reason=_reason((own, other, odd), alone, latest, complete),
    )


def _reason(
    tables: tuple[Floats, Floats, Bools], alone: Floats | None, latest: Ints, complete: Bools
) -> NDArray[np.str_]:
    own, other, odd = tables
    every = np.arange(len(own))
    interim = latest % QUARTERS_A_YEAR != QUARTERS_A_YEAR - 1
    terms = (
        (latest, np.ones(len(own), bool)),
        (latest // QUARTERS_A_YEAR * QUARTERS_A_YEAR - 1, interim),
        (latest - QUARTERS_A_YEAR, interim),
    )
    unknown, mixed = np.zeros(len(own), bool), np.zeros(len(own), bool)
    for quarter, needed in terms:
        missing = needed & np.isnan(taken(own, quarter))
        mixed |= missing & ~np.isnan(taken(other, quarter))
        if alone is not None:
            later = (quarter % QUARTERS_A_YEAR == 1) | (quarter % QUARTERS_A_YEAR == 2)  # noqa: PLR2004  # half, Q3
            unknown |= missing & later & ~np.isnan(taken(alone, quarter))
    choices = [complete, odd[every, latest], unknown, mixed]
    return np.select(choices, ["", "FY_CHANGE", "CUM_UNKNOWN", "BASIS_MIXED"], "TTM_INCOMPLETE")
