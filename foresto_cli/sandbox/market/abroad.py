"""The market as the rest of the world sees it: Yahoo's symbols, English names and sectors, and two foreign indices."""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np

from foresto_cli.clock import KST
from foresto_cli.sandbox.market.market_calendar import EPOCH, SATURDAY
from foresto_cli.sandbox.market.market_stock import Stock
from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.whole_market import Market

SUFFIXES = {"STK": ".KS", "KSQ": ".KQ"}
"""KONEX is not covered."""
EXCHANGES = {".KS": "KSC", ".KQ": "KOE"}
"""What Yahoo calls the two."""
UNKNOWN = 37
"""Every so many stocks one is unknown abroad."""
TRADES = (
    ("Electronics", "Technology", "Electronic Components"),
    ("Chemical", "Basic Materials", "Specialty Chemicals"),
    ("Bio", "Healthcare", "Biotechnology"),
    ("Tech", "Technology", "Semiconductor Equipment & Materials"),
    ("Soft", "Technology", "Software - Application"),
    ("Construction", "Industrials", "Engineering & Construction"),
    ("Pharm", "Healthcare", "Drug Manufacturers - Specialty & Generic"),
    ("Holdings", "Industrials", "Conglomerates"),
    ("Industry", "Consumer Cyclical", "Auto Parts"),
    ("Energy", "Industrials", "Electrical Equipment & Parts"),
    ("Systems", "Technology", "Information Technology Services"),
    ("Food", "Consumer Defensive", "Packaged Foods"),
    ("Trading", "Industrials", "Industrial Distribution"),
    ("Steel", "Basic Materials", "Steel"),
    ("Medical", "Healthcare", "Medical Devices"),
    ("Semiconductor", "Technology", "Semiconductors"),
    ("Telecom", "Communication Services", "Telecom Services"),
    ("Fashion", "Consumer Cyclical", "Apparel Manufacturing"),
    ("Media", "Communication Services", "Entertainment"),
    ("Precision", "Technology", "Scientific & Technical Instruments"),
)
"""English for the trades in :mod:`names`, in their order, with Yahoo's sector and industry."""
NEW_YORK_OVER = time(6, 0)
"""By this hour in Korea, New York has closed (16:00 there, in summer and in winter)."""


class Foreign(NamedTuple):
    """An index of New York; ``start`` is its level before 2020-01-02."""

    symbol: str
    name: str
    exchange: str
    start: float


FOREIGN = {
    "^GSPC": Foreign("^GSPC", "S&P 500", "SNP", 3_230.0),
    "^IXIC": Foreign("^IXIC", "NASDAQ Composite", "NIM", 8_970.0),
}


class Profile(NamedTuple):
    """What is known of a stock abroad; ``sector`` and ``industry`` may be empty."""

    symbol: str
    stock: Stock
    name: str
    sector: str
    industry: str


def find(market: Market, symbol: str) -> Profile | None:
    """Return the listed stock with that symbol, or None: not listed, on the wrong board, or unknown abroad."""
    code, dot, suffix = symbol.partition(".")
    stock = next((one for one in market.roster if one.code == code), None)
    if stock is None or f"{dot}{suffix}" != SUFFIXES.get(stock.market) or stock.number % UNKNOWN == UNKNOWN - 1:
        return None
    t = len(market.all_sessions) - 1
    if not market.path.status[t, stock.number]:
        return None
    trade, sector, industry = TRADES[stock.number % len(TRADES)]
    if stock.kind == "spac":
        trade, sector, industry = "SPAC", "Financial Services", "Shell Companies"
    elif stock.kind == "reit":
        trade, sector, industry = "REIT", "Real Estate", "REIT - Diversified"
    elif stock.kind == "preferred":
        sector = industry = ""
    renamed = market.plan.renames.get(stock.number, t + 1) <= t
    name = f"{'New ' if renamed else ''}Imaginary {trade} {stock.number} Co., Ltd."
    return Profile(symbol, stock, name, sector, industry)


@cache
def new_york_sessions(until: date) -> tuple[date, ...]:
    """Return New York's sessions from 2020-01-02 to ``until``."""
    import holidays

    closed = holidays.financial_holidays("NYSE", years=range(EPOCH.year, until.year + 1))
    days = (EPOCH + timedelta(days=offset) for offset in range((until - EPOCH).days + 1))
    return tuple(day for day in days if day.weekday() < SATURDAY and day not in closed)


def foreign_levels(market: Market, index: Foreign) -> list[tuple[date, float]]:
    """Return (day, close) of every session of New York that is over, oldest first."""
    days = [
        day
        for day in new_york_sessions(market.now.date())
        if market.now >= datetime.combine(day + timedelta(days=1), NEW_YORK_OVER, KST)
    ]
    ordinals = np.array([day.toordinal() for day in days])
    moves = 0.024 * (uniform(market.seed, 60, ordinals, list(FOREIGN).index(index.symbol)) - 0.49)
    levels = np.round(index.start * np.cumprod(1 + moves), 2).tolist()
    return list(zip(days, levels, strict=True))
