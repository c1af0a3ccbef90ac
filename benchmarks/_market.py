"""A synthetic market with statements and dividends, straight into the tables: for benchmarks and tests of scores.

Unlike the sandbox it asks nobody, has a known event of every kind that scores care about, and is made in seconds.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from foresto_cli.calendar import Calendar
from foresto_cli.store import price_sessions
from foresto_cli.store.engine import unit_transaction
from foresto_cli.store.tables import dividend_history, financial_report, stock_price_daily
from foresto_cli.store.upsert import upsert

LAST = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 19, 0)
PROVENANCE = {"batch_id": 1, "created_at": NOW, "updated_at": NOW}
KINDS = ("common",) * 40 + ("preferred", "reit", "spac", "foreign", "konex", "financial", "newcomer", "suspended")
SPLIT, RIGHTS = 3, 5
"""Numbers of the stocks with a 1:5 split and with a 1:1 bonus issue."""
QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))
ANNUAL = 4
"""The quarter of a 사업보고서, the only report that a 코넥스 company files."""
FILED_AFTER = (timedelta(45), timedelta(45), timedelta(45), timedelta(80))

Row = dict[str, Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Market:
    """What was made.

    Attributes:
        sessions: trade dates, oldest first.
        tickers: six characters each.
        kinds: of :data:`KINDS`, one a ticker.
        close, base, volume, shares, factor: sessions x tickers; close is nan where a stock has no row.
    """

    sessions: Sequence[date]
    tickers: Sequence[str]
    kinds: Sequence[str]
    close: Floats
    base: Floats
    volume: NDArray[np.int64]
    shares: NDArray[np.int64]
    factor: Floats


def made(stocks: int, sessions: int, seed: int = 1) -> Market:
    """Return a market of ``stocks`` stocks over ``sessions`` sessions; the same for the same arguments."""
    chance = np.random.default_rng(seed)
    days = [LAST]
    calendar = Calendar()
    while len(days) < sessions:
        days.append(calendar.previous(days[-1]))
    kinds = [KINDS[number % len(KINDS)] for number in range(stocks)]
    tickers = [_ticker(number, kind) for number, kind in enumerate(kinds)]
    shape = (sessions, stocks)
    common = chance.normal(0, 0.008, (sessions, 1))
    risk = chance.uniform(0.005, 0.035, stocks)
    steps = np.clip(common * chance.uniform(0.2, 1.6, stocks) + chance.normal(0, 1, shape) * risk, -0.29, 0.29)
    volume = (np.exp(chance.normal(0, 0.6, shape)) * chance.uniform(2e3, 4e5, stocks)).astype(np.int64) + 1
    volume[chance.random(shape) < np.where(np.arange(stocks) % 17 == 0, 0.2, 0.002)] = 0
    for number, kind in enumerate(kinds):
        if kind == "suspended":
            volume[-10:, number] = 0
    steps[volume == 0] = 0
    shares = np.broadcast_to(chance.integers(5_000_000, 80_000_000, stocks), shape).copy()
    factor = np.ones(shape)
    for number, value, back in ((SPLIT, 0.2, 60), (RIGHTS, 0.5, 15)):
        if sessions > back and number < stocks:
            factor[-back, number] = value
    shares[-60:, SPLIT] *= 5
    close, base = _walk(steps, factor, chance.uniform(2_000, 90_000, stocks))
    for number, kind in enumerate(kinds):
        if kind == "newcomer":
            close[: max(sessions - 40, 1), number] = np.nan
    return Market(days[::-1], tickers, kinds, close, base, volume, shares, factor)


def _ticker(number: int, kind: str) -> str:
    if kind == "preferred":
        return f"{number - 1:05}5"
    return f"9{number:04}0" if kind == "foreign" else f"{number:05}0"


def _walk(steps: Floats, factor: Floats, start: Floats) -> tuple[Floats, Floats]:
    close, base = np.empty_like(steps), np.empty_like(steps)
    before = np.rint(start)
    for day, (step, today) in enumerate(zip(steps, factor, strict=True)):
        base[day] = np.maximum(np.rint(before * today), 100)
        close[day] = before = np.maximum(np.rint(base[day] * (1 + step)), 100)
    return close, base


def name_of(number: int, kind: str) -> str:
    """Return what a stock is called; the kind shows where the score goes by the name."""
    return {"spac": f"가상{number}호스팩", "reit": f"가상{number}리츠", "preferred": f"가상{number}우"}.get(
        kind, f"가상{number}"
    )


def market_of(number: int, kind: str) -> str:
    """Return the market of a stock."""
    return "KONEX" if kind == "konex" else "KOSPI" if number % 3 == 0 else "KOSDAQ"


def price_rows(market: Market, day: int) -> list[Row]:
    """Return the rows of one session, every column that a market day fills and the adjuster's."""
    trade_date = market.sessions[day]
    rows = []
    columns = (market.close[day], market.base[day], market.volume[day], market.shares[day], market.factor[day])
    for number, (ticker, kind, close, base, volume, shares, factor) in enumerate(
        zip(market.tickers, market.kinds, *(column.tolist() for column in columns), strict=True)
    ):
        if math.isnan(close):
            continue
        price = int(close)
        traded = volume > 0
        rows.append(
            {
                "ticker": ticker,
                "trade_date": trade_date,
                "name": name_of(number, kind),
                "market": market_of(number, kind),
                "open_price": int(base) if traded else 0,
                "high_price": max(price, int(base)) if traded else 0,
                "low_price": min(price, int(base)) if traded else 0,
                "close_price": price,
                "prev_close": int(base),
                "price_change": price - int(base),
                "change_rate": round(100 * (close / base - 1), 2),
                "volume": volume,
                "trading_value": volume * price,
                "market_cap": price * shares,
                "shares_outstanding": shares,
                "is_halted": not traded,
                "quality_flag": "NORMAL",
                "source_id": "KRX",
                "adj_factor": factor,
                "adj_event": None if factor == 1 else "SPLIT" if number == SPLIT else "EX_RIGHTS",
            }
        )
    return rows


def report_rows(market: Market, years: int, seed: int = 2) -> Iterator[Row]:
    """Yield reports of ``years`` fiscal years up to the last one known on the last session, amounts in won."""
    chance = np.random.default_rng(seed)
    last = market.sessions[-1]
    for number, (ticker, kind) in enumerate(zip(market.tickers, market.kinds, strict=True)):
        if kind in {"spac", "preferred"}:
            continue
        size = float(market.close[-1, number] * market.shares[-1, number]) * chance.uniform(0.5, 3.0)
        margin, growth = chance.normal(0.06, 0.06), chance.normal(0.03, 0.05)
        for year in range(last.year - years + 1, last.year + 1):
            flows = size * chance.uniform(0.5, 1.2) * (1 + growth) ** (year - last.year) / 4
            quarters = flows * chance.uniform(0.8, 1.2, 4)
            for quarter in range(1, ANNUAL + 1):
                period_end = date(year, *QUARTER_ENDS[quarter - 1])
                rcept_dt = period_end + FILED_AFTER[quarter - 1]
                if rcept_dt > last or (kind == "konex" and quarter < ANNUAL):
                    continue
                yield _report(
                    (ticker, number, year, quarter),
                    (period_end, rcept_dt),
                    (quarters, margin + chance.normal(0, 0.02), size, chance.uniform(0.2, 0.7)),
                    is_financial=kind == "financial",
                )


def _report(
    key: tuple[str, int, int, int],
    days: tuple[date, date],
    amounts: tuple[Floats, float, float, float],
    *,
    is_financial: bool,
) -> Row:
    (ticker, number, year, quarter), (period_end, rcept_dt) = key, days
    quarters, margin, assets, debt = amounts
    revenue, alone = float(quarters[:quarter].sum()), float(quarters[quarter - 1])
    annual = quarter == ANNUAL
    return {
        "ticker": ticker,
        "fiscal_year": year,
        "fiscal_quarter": quarter,
        "fs_div": "CFS",
        "rcept_no": f"{rcept_dt:%Y%m%d}{number:06}",
        "corp_code": f"{number:08}",
        "rcept_dt": rcept_dt,
        "period_end": period_end,
        "currency": "KRW",
        "is_financial": is_financial,
        "revenue": round(revenue),
        "operating_income": round(revenue * margin),
        "net_income": round(revenue * margin * 0.8),
        "revenue_quarter": None if annual else round(alone),
        "operating_income_quarter": None if annual else round(alone * margin),
        "net_income_quarter": None if annual else round(alone * margin * 0.8),
        "total_assets": round(assets),
        "total_liabilities": round(assets * debt),
        "total_equity": round(assets * (1 - debt)),
        "current_assets": None if is_financial else round(assets * 0.5),
        "current_liabilities": None if is_financial else round(assets * debt * 0.6),
        "operating_cash_flow": round(revenue * margin * 0.9),
        "source_id": "DART",
    }


def dividend_rows(market: Market, years: int, seed: int = 3) -> Iterator[Row]:
    """Yield one annual dividend a company and year, as DART words it, in won a share."""
    chance = np.random.default_rng(seed)
    last = market.sessions[-1]
    for number, (ticker, kind) in enumerate(zip(market.tickers, market.kinds, strict=True)):
        if kind in {"spac", "foreign"}:
            continue
        for year in range(last.year - years, last.year):
            paid = max(0.0, chance.normal(0.01, 0.02)) * float(market.close[-1, number])
            rcept_dt = date(year + 1, 3, 20)
            yield {
                "security_id": f"{number:08}/보통주",
                "dvdn_bas_dt": date(year, 12, 31),
                "scrs_itms_kcd": "",
                "source_id": "DART",
                "ticker": ticker,
                "corp_code": f"{number:08}",
                "fiscal_year": year,
                "rcept_no": f"{rcept_dt:%Y%m%d}{number:06}",
                "rcept_dt": rcept_dt,
                "stck_genr_dvdn_amt": round(paid),
            }


def stored(engine: Engine, market: Market, years: int = 5) -> None:
    """Write prices, reports and dividends, each session in a transaction as a loader does."""
    for day, trade_date in enumerate(market.sessions):
        with unit_transaction(engine) as connection:
            upsert(connection, stock_price_daily, price_rows(market, day), PROVENANCE, scope={"trade_date": trade_date})
            price_sessions.recount(connection, [trade_date])
    with unit_transaction(engine) as connection:
        upsert(connection, financial_report, list(report_rows(market, years)), PROVENANCE)
        upsert(connection, dividend_history, list(dividend_rows(market, years)), PROVENANCE)
