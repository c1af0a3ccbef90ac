"""Which KOSDAQ stocks are under watch: KRX writes it in place of the section.

As on the exchange it follows from the annual reports, out by the end of March, and holds until the next ones. Who has
no equity left and lost money in one of two years, or lost money in four, is a 관리종목, and so is the penny stock; who
else has no equity left is a 투자주의환기종목. These are about as many as on recorded days of 2024 and 2026 (4.5 % and
2.8 % of KOSDAQ). KOSPI and KONEX have no such word in these answers.
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market import fortunes
from foresto_cli.sandbox.market.market_stock import Stock

MANAGED = "관리종목(소속부없음)"
CAUTION = "투자주의환기종목(소속부없음)"
KNOWN_FROM_MONTH = 4
"""Annual reports are out by the end of March."""
GRAVE_YEARS, BAD_YEARS = 4, 2


def sections(stocks: list[Stock], tickers: NDArray[np.int64], day: date, seed: int) -> list[str]:
    """Return the section of each stock as KRX writes it on ``day``; empty on KOSPI."""
    year = day.year - (1 if day.month >= KNOWN_FROM_MONTH else 2)
    lost = np.array([fortunes.losses(seed, year - back, tickers) for back in range(GRAVE_YEARS)])
    caution = fortunes.negative_equity(seed, year, tickers)
    managed = (caution & lost[:BAD_YEARS].any(axis=0)) | lost.all(axis=0)
    return [
        (MANAGED if grave else CAUTION if bad else stock.section) if _may_be_designated(stock) else stock.section
        for stock, grave, bad in zip(stocks, managed.tolist(), caution.tolist(), strict=True)
    ]


def _may_be_designated(stock: Stock) -> bool:
    return stock.market == "KSQ" and "(" not in stock.section
