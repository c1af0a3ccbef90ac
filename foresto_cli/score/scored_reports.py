"""Financial reports as arrays, one row per version, and which of them were known on a day."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from foresto_cli.score.panel import CODE_WIDTH
from foresto_cli.store.fragments import Fragment, fragment, joined, sql

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FLOWS = ("revenue", "operating_income", "net_income", "operating_cash_flow")
QUARTERLY = ("revenue_quarter", "operating_income_quarter", "net_income_quarter")
POSITIONS = ("total_assets", "total_liabilities", "total_equity", "current_assets", "current_liabilities")
AMOUNTS = (*FLOWS, *QUARTERLY, *POSITIONS)
RETOLD = (*FLOWS, *POSITIONS)
"""What a report states again of the same period a year before (``financial_restated``)."""
YEARS = 7
"""Fiscal years back that components reach: twelve quarters, each with the year before, and five annual reports."""
QUARTERS_A_YEAR, MONTHS_A_YEAR = 4, 12
RCEPT_WIDTH, CORP_WIDTH = 14, 8
LONGEST_MONTHS = 255
OFS, CFS = 0, 1
"""Separate and consolidated statements (별도, 연결)."""
RECORD = np.dtype(
    [
        ("ticker", f"S{CODE_WIDTH}"),
        ("corp_code", f"S{CORP_WIDTH}"),
        ("rcept_no", f"S{RCEPT_WIDTH}"),
        ("quarter", ">i4"),
        ("basis", "u1"),
        ("is_financial", "u1"),
        ("is_won", "u1"),
        ("rcept_dt", ">i4"),
        ("period_end", ">i4"),
        *((name, ">f8") for name in AMOUNTS),
        ("months", "u1"),
        ("retells", "u1"),
        *((f"{name}_before", ">f8") for name in RETOLD),
    ]
)
EPOCH = date(1970, 1, 1)
SENT = "float8send(coalesce({table}.{name}, 'NaN')::float8)"
READ = sql(
    """
SELECT string_agg(textsend(rpad(f.ticker, {code_width})) || textsend(rpad(f.corp_code, {corp_width}))
  || textsend(rpad(f.rcept_no, {rcept_width})) || int4send(f.fiscal_year * {quarters} + f.fiscal_quarter - 1)
  || CASE WHEN f.fs_div = 'CFS' THEN '\\x01'::bytea ELSE '\\x00' END
  || CASE WHEN f.is_financial THEN '\\x01'::bytea ELSE '\\x00' END
  || CASE WHEN f.currency = 'KRW' THEN '\\x01'::bytea ELSE '\\x00' END
  || int4send(f.rcept_dt - DATE '{epoch}') || int4send(f.period_end - DATE '{epoch}') || {sent}
  || set_byte('\\x00'::bytea, 0, least(coalesce(f.period_months, 0), {longest}))
  || CASE WHEN r.ticker IS NULL THEN '\\x00'::bytea ELSE '\\x01' END || {retold}, ''::bytea)
FROM financial_report f
LEFT JOIN financial_restated r ON r.ticker = f.ticker AND r.fs_div = f.fs_div AND r.rcept_no = f.rcept_no
  AND r.fiscal_quarter = f.fiscal_quarter AND r.currency = f.currency
  AND r.period_end = CAST(f.period_end + 1 - INTERVAL '12 months' AS date) - 1
  AND coalesce(r.period_months = f.period_months, true)
WHERE f.rcept_dt <= :until AND f.fiscal_year >= :since GROUP BY f.fiscal_year, f.fiscal_quarter
""",
    code_width=CODE_WIDTH,
    corp_width=CORP_WIDTH,
    rcept_width=RCEPT_WIDTH,
    quarters=QUARTERS_A_YEAR,
    epoch=Fragment(EPOCH),
    sent=joined(" || ", (fragment(SENT, table="f", name=name) for name in AMOUNTS)),
    retold=joined(" || ", (fragment(SENT, table="r", name=name) for name in RETOLD)),
    longest=LONGEST_MONTHS,
)


@dataclass(frozen=True)
class Reports:
    """Every version of every report, sorted by company, quarter, basis and receipt number.

    Attributes:
        tickers: companies, ascending, by the ticker they report under.
        corp_codes: DART's number of each company.
        company: index into ``tickers``, one a row as everything below.
        quarter: the calendar quarter in which the period ends: 4 x year + quarter - 1.
        fiscal: 4 x fiscal year + quarter - 1.
        months: of the period since the fiscal year's start, 0 where the report does not say.
        basis: :data:`OFS` or :data:`CFS`.
        rcept_no: number of the version.
        rcept_dt, period_end: days since 1970.
        is_financial, is_won: of the version.
        amounts: column → won (or the statement's currency), nan where not told.
        retold: column → what the same report states of the same period a year before, nan where not told.
    """

    tickers: NDArray[np.str_]
    corp_codes: NDArray[np.str_]
    company: Ints
    quarter: Ints
    fiscal: Ints
    months: Ints
    basis: Ints
    rcept_no: NDArray[np.bytes_]
    rcept_dt: Ints
    period_end: Ints
    is_financial: NDArray[np.bool_]
    is_won: NDArray[np.bool_]
    amounts: dict[str, Floats]
    retold: dict[str, Floats]

    def known_on(self, day: date) -> Ints:
        """Return the rows in force on ``day``: received by then, the newest version of each report."""
        rows = np.flatnonzero(self.rcept_dt <= number_of(day))
        key = np.stack([self.company[rows], self.quarter[rows], self.basis[rows]])
        is_last = np.ones(len(rows), bool)
        is_last[:-1] = (key[:, 1:] != key[:, :-1]).any(axis=0)
        return rows[is_last]


def number_of(day: date) -> int:
    """Return ``day`` as days since 1970."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """Return the day that is ``number`` days after the first of 1970."""
    return date.fromordinal(EPOCH.toordinal() + int(number))


def read(connection: Connection, until: date, since: int | None = None) -> Reports:
    """Read every report received by ``until``.

    Args:
        connection: the database.
        until: last day of receipt.
        since: first fiscal year; what a score of ``until`` needs when not given.
    """
    blocks = connection.scalars(READ, {"until": until, "since": until.year - YEARS if since is None else since})
    return assembled(np.frombuffer(b"".join(bytes(block) for block in blocks), RECORD))


def assembled(records: NDArray[np.void]) -> Reports:
    """Return the reports of records in any order."""
    tickers, company = np.unique(records["ticker"], return_inverse=True)
    quarter = _quarters_of(records["period_end"])
    order = np.lexsort((records["rcept_no"], records["basis"], quarter, company))
    records, company = records[order], company[order]
    retells = records["retells"].astype(bool)
    codes = np.zeros(len(tickers), f"S{CORP_WIDTH}")
    codes[company] = records["corp_code"]
    return Reports(
        tickers=np.char.rstrip(tickers.astype(np.str_)),
        corp_codes=codes.astype(np.str_),
        company=company.astype(np.int64),
        quarter=quarter[order],
        fiscal=records["quarter"].astype(np.int64),
        months=records["months"].astype(np.int64),
        basis=records["basis"].astype(np.int64),
        rcept_no=records["rcept_no"],
        rcept_dt=records["rcept_dt"].astype(np.int64),
        period_end=records["period_end"].astype(np.int64),
        is_financial=records["is_financial"].astype(bool),
        is_won=records["is_won"].astype(bool),
        amounts={name: records[name].astype(np.float64) for name in AMOUNTS},
        retold={name: np.where(retells, records[f"{name}_before"].astype(np.float64), np.nan) for name in RETOLD},
    )


def _quarters_of(days: NDArray[np.int32]) -> Ints:
    months = days.astype(np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    found: Ints = (months + EPOCH.year * MONTHS_A_YEAR) // (MONTHS_A_YEAR // QUARTERS_A_YEAR)
    return found
