"""Daily charts as Yahoo gives them: timestamps of the openings, columns beside them, nulls where nothing traded."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from foresto_cli.clock import KST
from foresto_cli.sandbox.market import abroad, adjusted, market_indices
from foresto_cli.sandbox.market.whole_market import FINAL, OPEN, Market
from foresto_cli.sandbox.wire import Answer, as_json

RANGES = ("1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max")
DOMESTIC = {"^KS11": ("코스피", "KSC"), "^KQ11": ("코스닥", "KOE")}
"""Symbol → name of the index in this market, Yahoo's exchange."""
CALENDAR_DAYS = {"mo": 31, "y": 366}
NEW_YORK, SEOUL = ZoneInfo("America/New_York"), ZoneInfo("Asia/Seoul")
OPENINGS = {NEW_YORK: time(9, 30), SEOUL: time(9, 0)}

Bar = tuple[date, float | None, float | None, float | None, float | None, int | None]
"""Session, open, high, low, close, volume."""
Stamped = list[tuple[int, Bar]]


class Chart(NamedTuple):
    """All bars of a symbol, oldest first."""

    kind: str
    exchange: str
    zone: ZoneInfo
    bars: list[Bar]


def answer(market: Market, symbol: str, query: Mapping[str, str]) -> Answer | None:
    """Return the chart of a listed stock or a known index; None for any other symbol."""
    found = _find(market, symbol)
    if found is None:
        return None
    opens = OPENINGS[found.zone]
    stamped = [(int(datetime.combine(bar[0], opens, found.zone).timestamp()), bar) for bar in found.bars]
    shown = _within(stamped, query, market.now)
    offset = datetime.combine(market.now.date(), opens, found.zone).utcoffset() or timedelta()
    closes = [bar[4] for bar in found.bars if bar[4] is not None]
    meta = {
        "currency": "USD" if found.zone is NEW_YORK else "KRW",
        "symbol": symbol,
        "exchangeName": found.exchange,
        "fullExchangeName": found.exchange,
        "instrumentType": found.kind,
        "firstTradeDate": stamped[0][0] if stamped else None,
        "regularMarketTime": stamped[-1][0] if stamped else None,
        "gmtoffset": int(offset.total_seconds()),
        "timezone": "EST" if found.zone is NEW_YORK else "KST",
        "exchangeTimezoneName": found.zone.key,
        "regularMarketPrice": closes[-1] if closes else None,
        "chartPreviousClose": _before(stamped, shown),
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": query.get("range", ""),
        "validRanges": list(RANGES),
    }
    return as_json({"chart": {"result": [{"meta": meta, **_columns(shown)}], "error": None}})


def _columns(shown: Stamped) -> dict[str, object]:
    if not shown:
        return {"indicators": {"quote": [{}], "adjclose": [{}]}}
    columns = [list(column) for column in zip(*(bar[1:] for _, bar in shown), strict=True)]
    quote = dict(zip(("open", "high", "low", "close", "volume"), columns, strict=True))
    indicators = {"quote": [quote], "adjclose": [{"adjclose": quote["close"]}]}
    return {"timestamp": [stamp for stamp, _ in shown], "indicators": indicators}


def _find(market: Market, symbol: str) -> Chart | None:
    if symbol in abroad.FOREIGN:
        index = abroad.FOREIGN[symbol]
        return Chart("INDEX", index.exchange, NEW_YORK, _flat(abroad.foreign_levels(market, index)))
    if symbol in DOMESTIC:
        name, exchange = DOMESTIC[symbol]
        return Chart("INDEX", exchange, SEOUL, _index_bars(market, name))
    profile = abroad.find(market, symbol)
    if profile is None:
        return None
    return Chart("EQUITY", abroad.EXCHANGES[symbol[-3:]], SEOUL, _stock_bars(market, profile.stock.number))


def _within(stamped: Stamped, query: Mapping[str, str], now: datetime) -> Stamped:
    """Return the bars from ``period1`` until before ``period2``, or of ``range``."""
    first, last = query.get("period1", ""), query.get("period2", "")
    if first.lstrip("-").isdigit() and last.lstrip("-").isdigit():
        return [one for one in stamped if int(first) <= one[0] < int(last)]
    span = query.get("range", "1mo")
    found = re.fullmatch(r"(\d{1,9})(d|mo|y)", span)
    if found and found[2] == "d":
        return stamped[-int(found[1]) :]
    if found:
        since = now - timedelta(days=int(found[1]) * CALENDAR_DAYS[found[2]])
    elif span == "ytd":
        since = datetime(now.year, 1, 1, tzinfo=KST)
    else:
        return stamped
    return [one for one in stamped if one[0] >= since.timestamp()]


def _before(stamped: Stamped, shown: Stamped) -> float | None:
    """Return the last close before the first bar shown."""
    earlier = [bar[4] for stamp, bar in stamped if shown and stamp < shown[0][0] and bar[4] is not None]
    return earlier[-1] if earlier else None


def _flat(levels: list[tuple[date, float]]) -> list[Bar]:
    """Return bars around closes alone: each opens where the day before closed."""
    bars: list[Bar] = []
    before = levels[0][1] if levels else 0.0
    for day, close in levels:
        bars.append((day, before, max(before, close), min(before, close), close, 3_000_000_000))
        before = close
    return bars


def _index_bars(market: Market, name: str) -> list[Bar]:
    index = next(one for one in market_indices.INDICES if one.name == name)
    days = [day for day in market.sessions if market.state(day) in {FINAL, OPEN}]
    levels = [(day, market_indices.level(market, index, day)) for day in days]
    return [(day, one.open, one.high, one.low, one.close, one.volume) for day, one in levels]


def _stock_bars(market: Market, ticker: int) -> list[Bar]:
    """Return bars adjusted for splits, volumes too; nothing but gaps on days without trading."""
    days = adjusted.sessions_of(market, ticker)
    if not days:
        return []
    quotes = market.history(ticker, days)
    factors = adjusted.factors(market, ticker, days).tolist()
    columns = (quotes.open, quotes.high, quotes.low, quotes.close)
    rows = zip(days, factors, *(column.tolist() for column in columns), quotes.volume.tolist(), strict=True)
    bars: list[Bar] = []
    for day, factor, *prices, volume in rows:
        if volume == 0:
            bars.append((day, None, None, None, None, None))
            continue
        opened, high, low, close = (round(price * factor, 4) for price in prices)
        bars.append((day, opened, high, low, close, round(volume / factor)))
    return bars
