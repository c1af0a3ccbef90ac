"""Which KOSDAQ stocks are under watch: KRX writes it in place of the section, half-year by half-year in the sandbox.

KOSPI and KONEX have no such word in these answers.
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.stock import Stock

MANAGED = "관리종목(소속부없음)"
CAUTION = "투자주의환기종목(소속부없음)"
SHARES = {MANAGED: 0.045, CAUTION: 0.028}
"""Shares of KOSDAQ, as on recorded days of 2024 and 2026."""
FIRST_HALF = 6
STREAM = 80


def sections(stocks: list[Stock], tickers: NDArray[np.int64], day: date, seed: int) -> list[str]:
    """Return the section of each stock as KRX writes it on ``day``; empty on KOSPI."""
    half = day.year * 2 + (day.month > FIRST_HALF)
    draws = uniform(seed, STREAM, half, tickers).tolist()
    return [_section(stock, draw) for stock, draw in zip(stocks, draws, strict=True)]


def _section(stock: Stock, draw: float) -> str:
    if stock.market == "KSQ" and "(" not in stock.section:
        for name, share in SHARES.items():
            if draw < share:
                return name
            draw -= share
    return stock.section
