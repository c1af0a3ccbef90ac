"""Financial reports as arrays, one row per version, and which of them were known on a day."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from foresto_cli.score.panel import CODE_WIDTH

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FLOWS = ("revenue", "operating_income", "net_income", "operating_cash_flow")
QUARTERLY = ("revenue_quarter", "operating_income_quarter", "net_income_quarter")
POSITIONS = ("total_assets", "total_liabilities", "total_equity", "current_assets", "current_liabilities")
AMOUNTS = (*FLOWS, *QUARTERLY, *POSITIONS)
YEARS = 7
"""Fiscal years back that components reach: twelve quarters, each with the year before, and five annual reports."""
QUARTERS_A_YEAR = 4
RCEPT_WIDTH, CORP_WIDTH = 14, 8
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
    ]
)
EPOCH = date(1970, 1, 1)
_SENT = " || ".join(f"float8send(coalesce({name}, 'NaN')::float8)" for name in AMOUNTS)
READ = text(
    f"""
SELECT string_agg(textsend(rpad(ticker, {CODE_WIDTH})) || textsend(rpad(corp_code, {CORP_WIDTH}))
  || textsend(rpad(rcept_no, {RCEPT_WIDTH})) || int4send(fiscal_year * {QUARTERS_A_YEAR} + fiscal_quarter - 1)
  || CASE WHEN fs_div = 'CFS' THEN '\\x01'::bytea ELSE '\\x00' END
  || CASE WHEN is_financial THEN '\\x01'::bytea ELSE '\\x00' END
  || CASE WHEN currency = 'KRW' THEN '\\x01'::bytea ELSE '\\x00' END
  || int4send(rcept_dt - DATE '{EPOCH}') || int4send(period_end - DATE '{EPOCH}') || {_SENT}, ''::bytea)
FROM financial_report WHERE rcept_dt <= :until AND fiscal_year >= :since GROUP BY fiscal_year, fiscal_quarter
"""  # noqa: S608  # our own column names
)


@dataclass(frozen=True)
class Reports:
    """Every version of every report, sorted by company, quarter, basis and receipt number.

    Attributes:
        tickers: companies, ascending, by the ticker they report under.
        corp_codes: DART's number of each company.
        company: index into ``tickers``, one a row as everything below.
        quarter: 4 x fiscal year + quarter - 1.
        basis: :data:`OFS` or :data:`CFS`.
        rcept_no: number of the version.
        rcept_dt, period_end: days since 1970.
        is_financial, is_won: of the version.
        amounts: column → won (or the statement's currency), nan where not told.
    """

    tickers: NDArray[np.str_]
    corp_codes: NDArray[np.str_]
    company: Ints
    quarter: Ints
    basis: Ints
    rcept_no: NDArray[np.bytes_]
    rcept_dt: Ints
    period_end: Ints
    is_financial: NDArray[np.bool_]
    is_won: NDArray[np.bool_]
    amounts: dict[str, Floats]

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
    order = np.lexsort((records["rcept_no"], records["basis"], records["quarter"], company))
    records, company = records[order], company[order]
    codes = np.zeros(len(tickers), f"S{CORP_WIDTH}")
    codes[company] = records["corp_code"]
    return Reports(
        tickers=np.char.rstrip(tickers.astype(np.str_)),
        corp_codes=codes.astype(np.str_),
        company=company.astype(np.int64),
        quarter=records["quarter"].astype(np.int64),
        basis=records["basis"].astype(np.int64),
        rcept_no=records["rcept_no"],
        rcept_dt=records["rcept_dt"].astype(np.int64),
        period_end=records["period_end"].astype(np.int64),
        is_financial=records["is_financial"].astype(bool),
        is_won=records["is_won"].astype(bool),
        amounts={name: records[name].astype(np.float64) for name in AMOUNTS},
    )
