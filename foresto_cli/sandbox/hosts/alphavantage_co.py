"""www.alphavantage.co: overviews, statements, daily series and the list of listings; refusals with HTTP 200."""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta

from foresto_cli.sandbox.market.market_calendar import SATURDAY
from foresto_cli.sandbox.wire import Answer, Request, as_json, plain
from foresto_cli.sandbox.world import World

HALF = 0.5
HOSTS = ("www.alphavantage.co",)
FUNDS = ("SPY", "QQQ", "DIA", "IWM", "VTI", "VOO", "AGG", "VNQ")
STOCKS = (
    "AAPL", "MSFT", "GOOGL", "AMZN", "META", "NVDA", "TSLA", "JPM", "BAC", "WFC",
    "JNJ", "UNH", "PFE", "KO", "PEP", "WMT", "BA", "CAT", "XOM", "CVX",
)  # fmt: skip
BARS = 100
YEARS, QUARTERS = 5, 20
REFUSALS = {
    "av_burst": "Please consider spreading out your free API requests more sparingly (1 request per second). You may"
    " subscribe to any of the premium plans to lift the free key rate limit (25 requests per day).",
    "av_daily": "We have detected your API key as {key} and our standard API rate limit is 25 requests per day. Please"
    " subscribe to any of the premium plans to instantly remove all daily rate limits.",
    "av_premium": "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any plan.",
}


def answer(request: Request, world: World) -> Answer:
    """Return what the function asked for says about the symbol."""
    query = request.query
    key, symbol = query.get("apikey", ""), query.get("symbol", "")
    if request.fault in REFUSALS:
        return as_json({"Information": REFUSALS[request.fault].format(key=key)}, indent=4)
    if request.path != "/query" or key in {"", "wrong"}:
        return as_json({"Error Message": "the parameter apikey is invalid or missing."}, indent=4)
    made = _answers(query.get("function", ""), symbol, world.now.date())
    if isinstance(made, Answer):
        return made
    return as_json(made or {"Error Message": "Invalid API call. Please retry or visit the documentation."}, indent=4)


def _answers(function: str, symbol: str, today: date) -> Mapping[str, object] | Answer | None:
    """Return what ``function`` says; None for a call that is not understood."""
    known = symbol in STOCKS
    match function:
        case "LISTING_STATUS":
            return _listings()
        case "OVERVIEW":
            return _overview(symbol) if known else as_json({})
        case "INCOME_STATEMENT" | "BALANCE_SHEET" | "CASH_FLOW":
            return _reports(symbol, today) if known else as_json({})
        case "TIME_SERIES_DAILY" if known or symbol in FUNDS:
            return {"Meta Data": {"2. Symbol": symbol}, "Time Series (Daily)": _series(symbol, today)}
    return None


def _chance(*parts: object) -> float:
    """Return a number in [0, 1) that depends only on ``parts``."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def _listings() -> Answer:
    stocks = [f"{symbol},Synthetic {symbol} Inc,NYSE,Stock,1999-11-18,null,Active" for symbol in STOCKS]
    funds = [f"{symbol},Synthetic {symbol} Fund,NYSE ARCA,ETF,2001-05-24,null,Active" for symbol in FUNDS]
    text = "\r\n".join(["symbol,name,exchange,assetType,ipoDate,delistingDate,status", *stocks, *funds, ""])
    made = plain(text, 200)
    return Answer(made.body, content_type="application/x-download")


def _overview(symbol: str) -> dict[str, str]:
    price = _level(symbol)
    return {
        "Symbol": symbol,
        "AssetType": "Common Stock",
        "Name": f"Synthetic {symbol} Inc",
        "Description": "An invented company of the sandbox.",
        "Exchange": "NYSE",
        "Currency": "USD",
        "Sector": "TECHNOLOGY",
        "Industry": "SYNTHETIC GOODS",
        "MarketCapitalization": f"{round(price * 1e9)}",
        "PERatio": f"{8 + 40 * _chance(symbol, 'pe'):.2f}",
        "PEGRatio": "None",
        "PriceToBookRatio": f"{1 + 9 * _chance(symbol, 'pb'):.2f}",
        "DividendYield": "None" if _chance(symbol, "yield") < HALF else f"{0.05 * _chance(symbol, 'y'):.4f}",
        "EPS": f"{10 * _chance(symbol, 'eps') - 1:.2f}",
        "Beta": f"{0.5 + _chance(symbol, 'beta'):.3f}",
        "52WeekHigh": f"{price * 1.3:.2f}",
        "52WeekLow": f"{price * 0.7:.2f}",
        "50DayMovingAverage": f"{price * 1.02:.2f}",
        "200DayMovingAverage": f"{price * 0.97:.2f}",
    }


def _reports(symbol: str, today: date) -> dict[str, object]:
    years = [date(today.year - back, 9, 30) for back in range(1, YEARS + 1)]
    quarters = [_quarter_end(today, back) for back in range(1, QUARTERS + 1)]
    return {
        "symbol": symbol,
        "annualReports": [_report(symbol, end, 4) for end in years],
        "quarterlyReports": [_report(symbol, end, 1) for end in quarters],
    }


def _report(symbol: str, end: date, quarters: int) -> dict[str, str]:
    revenue = round(quarters * 1e9 * (1 + _chance(symbol, end)))
    whole = {
        "totalRevenue": revenue,
        "costOfRevenue": revenue * 6 // 10,
        "grossProfit": revenue - revenue * 6 // 10,
        "operatingIncome": revenue // 5,
        "netIncome": revenue // 7,
        "ebitda": revenue // 4,
        "totalAssets": 9 * 10**9,
        "totalLiabilities": 5 * 10**9,
        "totalShareholderEquity": 4 * 10**9,
        "cashAndCashEquivalentsAtCarryingValue": 10**9,
        "longTermDebt": 2 * 10**9,
        "operatingCashflow": revenue // 6,
        "cashflowFromInvestment": -revenue // 10,
        "cashflowFromFinancing": -revenue // 20,
    }
    head = {"fiscalDateEnding": f"{end}", "reportedCurrency": "USD", "shortTermDebt": "None"}
    return head | {name: f"{value}" for name, value in whole.items()}


def _series(symbol: str, today: date) -> dict[str, dict[str, str]]:
    """Return the newest bars first, as the service does; the last one is of the day before."""
    days = [day for back in range(1, 2 * BARS) if (day := today - timedelta(days=back)).weekday() < SATURDAY][:BARS]
    return {f"{day}": _bar(symbol, day) for day in days}


def _bar(symbol: str, day: date) -> dict[str, str]:
    close = _level(symbol) * (0.95 + 0.1 * _chance(symbol, day))
    prices = (close * 0.99, close * 1.01, close * 0.98, close)
    names = ("1. open", "2. high", "3. low", "4. close")
    bar = {name: f"{price:.4f}" for name, price in zip(names, prices, strict=True)}
    return bar | {"5. volume": f"{round(1e6 + 5e9 * _chance(symbol, day, 'volume'))}"}


def _level(symbol: str) -> float:
    return 20 + 500 * _chance(symbol)


def _quarter_end(today: date, back: int) -> date:
    month = today.year * 12 + (today.month - 1) // 3 * 3 - 3 * (back - 1)
    return date(month // 12, month % 12 + 1, 1) - timedelta(days=1)
