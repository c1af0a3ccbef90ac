"""Three years of the exchange's own prices and five of second-hand statements, stored as the loaders would store them.

What the recording lacks is filled in as said here, and only here: trading value is close x volume; shares of a row that
has none are those of the ticker's row before; a report counts as received 45 days after its period (90 for the annual
one); there are no dividends and no current assets.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Engine, text
from support import SHARED

from foresto_cli.adjustment.apply import Settled, settle
from foresto_cli.adjustment.pending import note_pending
from foresto_cli.calendar import Calendar
from foresto_cli.store import price_sessions
from foresto_cli.store.engine import unit_transaction
from foresto_cli.store.tables import financial_report, stock_price_daily
from foresto_cli.store.upsert import upsert

MARKET = SHARED / "recorded" / "market"
NOW = datetime(2026, 8, 21, 19, 0)
PROVENANCE = {"batch_id": 1, "created_at": NOW, "updated_at": NOW}
RECEIVED = {1: timedelta(45), 2: timedelta(45), 3: timedelta(45), 4: timedelta(90)}
ENDS = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}
FLOWS = {
    "매출액": "revenue",
    "영업이익": "operating_income",
    "당기순이익": "net_income",
    "영업활동CF": "operating_cash_flow",
}
INCOME = ("revenue", "operating_income", "net_income")
ANNUAL = 4
POSITIONS = {"자산총계": "total_assets", "부채총계": "total_liabilities", "자본총계": "total_equity"}
BASES = {"연결": "CFS", "별도": "OFS"}

Row = dict[str, Any]


def names() -> dict[str, str]:
    """Return ticker → name, as of 2026-08-21."""
    listed = pd.read_parquet(MARKET / "krx_equity_2026-08-21.parquet")
    gone = pd.read_parquet(MARKET / "krx_delisted_2026-08-21.parquet")
    return dict(zip(gone["short_code"], gone["codeName"], strict=True)) | dict(
        zip(listed["ISU_SRT_CD"], listed["ISU_ABBRV"], strict=True)
    )


def price_days() -> Iterator[tuple[date, list[Row]]]:
    """Yield each session with its rows, oldest first."""
    found = pd.read_parquet(MARKET / "krx_daily_2023-07_2026-08.parquet").sort_values(["ticker", "trade_date"])
    found["listed_shares"] = found.groupby("ticker")["listed_shares"].ffill()
    called = names()
    found["name"] = found["ticker"].map(called)
    found["market"] = found["market"].astype(str)
    for day, rows in found.groupby("trade_date", sort=True):
        yield day, [_price(row) for row in rows.to_dict("records")]


def _whole(value: float) -> int | None:
    return None if pd.isna(value) else int(value)


def _price(row: Row) -> Row:
    base, shares = _whole(row["base_price"]), _whole(row["listed_shares"])
    close, volume = row["close"], row["volume"]
    return {
        "ticker": row["ticker"],
        "trade_date": row["trade_date"],
        "open_price": _whole(row["open"]) or 0,
        "high_price": _whole(row["high"]) or 0,
        "low_price": _whole(row["low"]) or 0,
        "close_price": close,
        "volume": volume,
        "trading_value": close * volume,
        "shares_outstanding": shares,
        "market_cap": None if shares is None else close * shares,
        "prev_close": base,
        "price_change": None if base is None else close - base,
        "name": row["name"] if isinstance(row["name"], str) else None,
        "market": row["market"],
        "is_halted": volume == 0,
        "quality_flag": "NORMAL",
        "source_id": "KRX",
    }


def report_rows() -> list[Row]:
    """Return one row a company, period and basis that has a balance sheet.

    Income is what DART's bulk files say (since the start of the year and of the three months); where those have no row,
    the sum of the quarters of the other recording, if all since the start of the year are there. Cash flow is that sum.
    """
    found = pd.read_parquet(MARKET / "financials_quarterly_2021_2025.parquet")
    found = found.drop_duplicates(["ticker", "basis", "year", "quarter"], keep="last")
    found = found.sort_values(["ticker", "basis", "year", "quarter"])
    groups = found.groupby(["ticker", "basis", "year"], sort=False)
    place = groups.cumcount() + 1
    for column in FLOWS:
        complete = groups[column].transform(lambda values: values.notna().cumsum()) == place
        found[f"{column} 누적"] = groups[column].cumsum().where(complete & (place == found["quarter"]))
    income = pd.read_parquet(MARKET / "dart_income_2019_2025.parquet")
    told = {
        (line.ticker, line.cfs, int(line.year), int(line.quarter[0]), line.span): line for line in income.itertuples()
    }
    rows = (_report(line, told) for line in found.to_dict("records"))
    return [row for row in rows if row["total_assets"] is not None]


def _report(line: Row, told: dict[tuple[str, bool, int, int, str], Any]) -> Row:
    year, quarter, basis = int(line["year"]), int(line["quarter"]), BASES[line["basis"]]
    key = (line["ticker"], basis == "CFS", year, quarter)
    whole, alone = told.get((*key, "cum")), told.get((*key, "q3m"))
    period_end = date.fromisoformat(f"{whole.period_end}") if whole else date(year, *ENDS[quarter])
    rcept_dt = period_end + RECEIVED[quarter]
    amounts = {column: _amount(line[f"{name} 누적"]) for name, column in FLOWS.items()}
    quarters = {column: _amount(line[name]) for name, column in FLOWS.items() if column in INCOME}
    for column in INCOME:
        amounts[column] = _amount(getattr(whole, column, None)) if whole else amounts[column]
        quarters[column] = _amount(getattr(alone, column, None)) if alone else quarters[column]
    return {
        "ticker": line["ticker"],
        "fiscal_year": year,
        "fiscal_quarter": quarter,
        "fs_div": basis,
        "rcept_no": f"{rcept_dt:%Y%m%d}000001",
        "corp_code": f"00{line['ticker']}",
        "rcept_dt": rcept_dt,
        "period_end": period_end,
        "currency": whole.currency if whole else "KRW",
        "is_financial": line["type"] == "금융",
        **amounts,
        **{f"{column}_quarter": None if quarter == ANNUAL else value for column, value in quarters.items()},
        **{column: _amount(line[name]) for name, column in POSITIONS.items()},
        "source_id": "DART",
    }


def _amount(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def stored(engine: Engine) -> Settled:
    """Write everything and look for the events that restated prices."""
    for day, rows in price_days():
        with unit_transaction(engine) as connection:
            upsert(connection, stock_price_daily, rows, PROVENANCE, scope={"trade_date": day})
            price_sessions.recount(connection, [day])
            note_pending(connection, day)
    with unit_transaction(engine) as connection:
        upsert(connection, financial_report, report_rows(), PROVENANCE)
    settled = settle(engine, Calendar())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE stock_price_daily"))
    return settled
