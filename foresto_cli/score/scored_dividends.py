"""Cash dividends per share of a fiscal year, as known on a day.

The year is the newest whose annual report, or whose dividend filing, had been received. What DART's filing says of the
whole year counts (``rcept_dt``); where there is none for that year, FSC's payments with a record date (배당기준일)
inside the fiscal year, which are all known by the annual report. When neither has a row, the answer is 0 only if one of
them was asked about that company and year; a source that was never loaded makes the dividend unknown, not zero.

A "-" in a year's own report is not decided yet. From its receipt on, the next report's word for that year counts;
before, FSC's payments, and 0 only if FSC's table was read after that year. Fiscal years of half a year or a quarter are
added up to a whole one.

Where DART tells of a year without saying of which class of shares, FSC's sum does not silently take its place: it
counts where one of DART's amounts is the same, or where none is larger; else the smallest of DART's that is larger, as
record dates inside the year leave out what is paid for it afterwards. Both are shown, and the stock is flagged.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.score.panel import Event
from foresto_cli.score.scored_reports import day_of
from foresto_cli.score.scored_statements import Statements

DART, FSC = "DART", "FSC"
LEDGER_DART, LEDGER_FSC = "dart.dividends", "dividends.fsc"
"""Data sets of the loaders; FSC's is the whole table, DART's units name the company and the year."""
YEAR = timedelta(days=365)
SOME_DAYS = timedelta(days=7)
YEARS = 4
ANOTHER_CLASS = re.compile(r"우선|종류|상환|전환|의결권(이)?없는|무의결권")
"""Words of classes that are not the common share."""
COMMON_SHARE = "0"
"""How the ticker of a common share ends."""
HALF_A_WON = 0.5
ROWS = text(
    "SELECT ticker, corp_code, source_id, fiscal_year, dvdn_bas_dt, rcept_dt, rcept_no,"
    " CAST(stck_genr_dvdn_amt AS double precision) AS amount, is_outlier,"
    " source_id = 'DART' AND coalesce(stck_dvdn_rcd_nm = '미정', false) AS is_undecided,"
    " source_id = 'DART' AND scrs_itms_kcd = 'frmtrm' AS is_afterwards,"
    " CASE WHEN source_id = 'DART' THEN coalesce(scrs_itms_kcd_nm, '') ELSE '' END AS kind FROM dividend_history"
    " WHERE (ticker IS NOT NULL OR corp_code IS NOT NULL) AND dvdn_bas_dt BETWEEN :since AND :until"
    " AND (source_id <> 'DART' OR rcept_dt <= :until)"
)
ASKED = text(
    "SELECT dataset, unit, asked_at::date AS day FROM unit_ledger"
    " WHERE dataset IN (:dart, :fsc) AND status IN ('done', 'provisional', 'no_data')"
    " AND asked_at <= :believable"
)


class Payment(NamedTuple):
    """One row of ``dividend_history``.

    Attributes:
        ticker: the class that pays, where it is certain.
        corp_code: the company, where the source names it.
        source: ``DART`` or ``FSC``.
        fiscal_year: of a DART row.
        day: record date (FSC) or end of the fiscal year (DART).
        known_on: DART's receipt date.
        rcept_no: DART's receipt number.
        amount: won a share, None where it was not recorded.
        is_outlier: cannot be won a share.
        is_undecided: DART's "-": nothing was decided when the report was filed.
        is_afterwards: what the next year's report says of this year.
        kind: the class of shares in DART's words.
    """

    ticker: str | None
    corp_code: str | None
    source: str
    fiscal_year: int | None
    day: date
    known_on: date | None
    rcept_no: str | None
    amount: float | None
    is_outlier: bool
    is_undecided: bool = False
    is_afterwards: bool = False
    kind: str = ""


@dataclass(frozen=True)
class Dividends:
    """Every payment that may count, and what was asked.

    Attributes:
        payments: by ticker.
        years_of_company: (corp_code, fiscal year) that DART has any row of.
        asked: (corp_code, fiscal year) that DART was asked about.
        whole_table: newest day on which FSC's whole table was read.
        unclear: (corp_code, fiscal year) → what DART says of it without saying of which class.
    """

    payments: Mapping[str, Sequence[Payment]]
    years_of_company: frozenset[tuple[str, int]] = frozenset()
    asked: frozenset[tuple[str, int]] = frozenset()
    whole_table: date | None = None
    unclear: Mapping[tuple[str, int], Sequence[Payment]] = field(default_factory=dict)


@dataclass(frozen=True)
class Paid:
    """The dividend of one share class in its newest known fiscal year.

    Attributes:
        fiscal_year: which.
        amount: won a share in today's shares; None where it is not known.
        source: receipt number or record dates it comes from.
        unclear: DART's amounts of that year whose class is not known, in today's shares.
        by_record_date: FSC's sum beside them, None without any.
    """

    fiscal_year: int | None = None
    amount: float | None = None
    source: Sequence[str] = field(default_factory=tuple)
    unclear: Sequence[float] = field(default_factory=tuple)
    by_record_date: float | None = None


def read(connection: Connection, until: date, since: date | None = None) -> Dividends:
    """Read what was known by ``until``; from ``since`` on, or from as far back as a score of ``until`` reaches."""
    start = since or until - YEARS * YEAR
    rows = [Payment(*row) for row in connection.execute(ROWS, {"since": start, "until": until})]
    asked = connection.execute(ASKED, {"dart": LEDGER_DART, "fsc": LEDGER_FSC, "believable": clock.believable()}).all()
    tables = [row.day for row in asked if row.dataset == LEDGER_FSC]
    return assembled(rows, [row.unit for row in asked if row.dataset == LEDGER_DART], max(tables, default=None))


def assembled(rows: Iterable[Payment], dart_units: Iterable[str], whole_table: date | None) -> Dividends:
    """Return the payments by ticker, in a fixed order whatever the order of ``rows``."""
    by_ticker: defaultdict[str, list[Payment]] = defaultdict(list)
    unclear: defaultdict[tuple[str, int], list[Payment]] = defaultdict(list)
    years = set()
    for row in rows:
        if row.ticker is not None:
            by_ticker[row.ticker].append(row)
        if row.source == DART and row.corp_code and row.fiscal_year:
            years.add((row.corp_code, row.fiscal_year))
            if row.ticker is None and row.amount and row.kind and not ANOTHER_CLASS.search(row.kind):
                unclear[row.corp_code, row.fiscal_year].append(row)
    for payments in by_ticker.values():
        payments.sort(key=lambda row: (row.day, row.source, row.rcept_no or ""))
    return Dividends(by_ticker, frozenset(years), frozenset(_company_years(dart_units)), whole_table, unclear)


def _company_years(units: Iterable[str]) -> Iterable[tuple[str, int]]:
    for unit in units:
        company, year = re.search(r"(?<!\d)\d{8}(?!\d)", unit), re.search(r"(?<!\d)\d{4}(?!\d)", unit)
        if company and year:
            yield company[0], int(year[0])


def paid(
    found: Dividends, statements: Statements, stocks: Sequence[tuple[str, int]], events: Sequence[Event], day: date
) -> list[Paid]:
    """Return the dividend of each stock.

    Args:
        found: what may count.
        statements: as known on the day.
        stocks: (ticker, row of its issuer in ``statements`` or -1).
        events: price events up to the day.
        day: the score date.
    """
    of_ticker: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        of_ticker[event.ticker].append(event)
    return [_paid(found, statements, stock, of_ticker.get(stock[0], ()), day) for stock in stocks]


def _paid(found: Dividends, statements: Statements, stock: tuple[str, int], events: Sequence[Event], day: date) -> Paid:
    ticker, company = stock
    payments = [one for one in found.payments.get(ticker, ()) if one.day <= day]
    filed = [one for one in payments if one.source == DART and one.fiscal_year and (one.known_on or day) <= day]
    decided = _decided(filed, events)
    reported = int(statements.annual_known[company]) if company >= 0 else 0
    year = max([*(one.fiscal_year or 0 for one in filed), reported])
    of_year = [one for one in decided if one.fiscal_year == year]
    if of_year and not of_year[-1].is_undecided:
        whole = _whole_year(decided, of_year[-1])
        amounts = [_in_todays_shares(one, events) for one in whole]
        return Paid(year, _sum(amounts), tuple(one.rcept_no or "" for one in whole))
    if of_year:
        return _undecided(found, payments, of_year[-1], events)
    if not year:
        return Paid()
    corp_code, end = str(statements.corp_codes[company]), day_of(int(statements.annual_end[company]))
    inside = [one for one in payments if one.source == FSC and end - YEAR < one.day <= end]
    unclear = [one for one in found.unclear.get((corp_code, year), ()) if (one.known_on or day) <= day]
    if unclear and ticker.endswith(COMMON_SHARE):
        return _chosen(year, inside, unclear, events)
    if not inside and not _is_known_to_be_none(found, (corp_code, year), end):
        return Paid(year)
    amounts = [_in_todays_shares(one, events) for one in inside]
    return Paid(year, _sum(amounts), tuple(f"{one.day}" for one in inside))


def _chosen(year: int, inside: Sequence[Payment], unclear: Sequence[Payment], events: Sequence[Event]) -> Paid:
    """Return the dividend of a common share of which DART may speak and FSC does; unknown where FSC does not."""
    amounts = sorted(amount for one in unclear if (amount := _in_todays_shares(one, events)) is not None)
    dates = tuple(f"{one.day}" for one in inside)
    total = _sum([_in_todays_shares(one, events) for one in inside]) if inside else None
    if total is None:
        return Paid(year, None, dates, amounts)
    larger = [amount for amount in amounts if amount >= total - HALF_A_WON]
    if not larger or larger[0] <= total + HALF_A_WON:
        return Paid(year, total, dates, amounts, total)
    return Paid(year, larger[0], tuple(sorted({one.rcept_no or "" for one in unclear})), amounts, total)


def _decided(filed: Sequence[Payment], events: Sequence[Event]) -> list[Payment]:
    """Return one row for each fiscal year's end, in order: the next report's word where its own said nothing certain.

    The next report tells in its own time's shares: with an event between the two nobody knows.
    """
    found = {one.day: one for one in filed if not one.is_afterwards}
    for later in (one for one in filed if one.is_afterwards):
        own = found.get(later.day)
        if own is None or own.is_undecided:
            between = any(later.day < event.day <= (later.known_on or later.day) for event in events)
            found[later.day] = later._replace(amount=None) if between and later.amount else later
    return [found[day] for day in sorted(found)]


def _whole_year(decided: Sequence[Payment], last: Payment) -> list[Payment]:
    """Return ``last`` and the shorter fiscal years before it that lie within the same twelve months."""
    ends = [one.day for one in decided if one.day <= last.day]
    found = [last]
    for number in range(len(ends) - 2, -1, -1):
        length = ends[number] - ends[number - 1] if number else ends[number + 1] - ends[number]
        if ends[number] - length < last.day - YEAR - SOME_DAYS:
            break
        found.insert(0, decided[number])
    return found


def _undecided(found: Dividends, payments: Sequence[Payment], own: Payment, events: Sequence[Event]) -> Paid:
    """Return what FSC's records say of a year for which the company's own report says "-"."""
    year = own.fiscal_year
    inside = [one for one in payments if one.source == FSC and own.day - YEAR < one.day <= own.day]
    if inside:
        return Paid(year, _sum([_in_todays_shares(one, events) for one in inside]), tuple(f"{o.day}" for o in inside))
    is_none = found.whole_table is not None and own.day <= found.whole_table
    return Paid(year, 0 if is_none else None, (own.rcept_no or "",))


def _sum(amounts: Sequence[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _is_known_to_be_none(found: Dividends, company_year: tuple[str, int], end: date) -> bool:
    """Say whether a source was asked, and did not pay this class or any that might be it."""
    if company_year in found.years_of_company:
        # DART told of other classes of this company; which of them is this stock is not certain.
        return False
    return company_year in found.asked or (found.whole_table is not None and end <= found.whole_table)


def _in_todays_shares(one: Payment, events: Sequence[Event]) -> float | None:
    if one.amount is None or one.is_outlier:
        return None
    later = [event.factor for event in events if event.day > one.day]
    return one.amount * float(np.prod(later)) if later else one.amount


def yields(dividends: Sequence[Paid], close: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return dividends over prices, nan where unknown."""
    amounts = np.array([np.nan if one.amount is None else one.amount for one in dividends], np.float64)
    return amounts / close
