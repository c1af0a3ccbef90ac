"""The week that benchmarks/peers.py loads: what was traded in it, what a client has stored, what a request asks for."""

from datetime import date, datetime

import psycopg

from foresto_cli.sandbox import Received
from foresto_cli.sandbox.market import Market
from foresto_cli.sandbox.market.codes import isin

FIRST, LAST = date(2026, 10, 19), date(2026, 10, 23)

KOREAN = 'SELECT ticker, "날짜", "시가", "고가", "저가", "종가", "거래량" FROM prices'
STORED = {
    "pykrx": KOREAN,
    "pykrx-unadjusted": KOREAN,
    "fdr": 'SELECT ticker, "Date", "Open", "High", "Low", "Close", "Volume" FROM prices',
    "foresto": "SELECT ticker, trade_date, open_price, high_price, low_price, close_price, volume"
    " FROM stock_price_daily",
}

Key = tuple[str, date]
Rows = dict[Key, tuple[int, ...]]


def as_traded(market: Market) -> Rows:
    """Return what was traded in the week: code and day → open, high, low, close, volume."""
    found: Rows = {}
    for day in market.sessions:
        if not FIRST <= day <= LAST:
            continue
        listed = market.listed(day)
        quotes = market.quotes(day).take(listed.tickers)
        columns = (quotes.open, quotes.high, quotes.low, quotes.close, quotes.volume)
        bars = zip(*(column.tolist() for column in columns), strict=True)
        found.update({(stock.code, day): bar for stock, bar in zip(listed.stocks, bars, strict=True)})
    return found


def stored(url: str, way: str) -> Rows:
    """Return what a client has stored by now."""
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        rows = connection.execute(STORED[way.removesuffix("-fast")]).fetchall()
    return {(ticker, when.date() if isinstance(when, datetime) else when): tuple(bar) for ticker, when, *bar in rows}


def ticker_of(request: Received, market: Market) -> str | None:
    """Return the code of the one stock that a request asks for."""
    wanted = request.fields.get("isuCd")
    if wanted is not None:
        return next(stock.code for stock in market.roster if isin(stock.code) == wanted)
    return request.fields.get("symbol")


def day_of(request: Received) -> date | None:
    """Return the day whose market a request asks for."""
    text = request.fields.get("basDd") or request.fields.get("trdDd")
    return date.fromisoformat(text) if text else None
