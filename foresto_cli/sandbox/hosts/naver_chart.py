"""fchart.stock.naver.com: adjusted daily bars as EUC-KR XML, at most 3,000, no delisted stocks.

Closes are the after-market's last prices where there was one.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from foresto_cli.sandbox.wire import Answer, Request, plain
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from datetime import date

    from foresto_cli.sandbox.market import Market
    from foresto_cli.sandbox.market.market_indices import Level

HOSTS = ("fchart.stock.naver.com",)
MOST_BARS = 3_000
INDEX_SYMBOLS = {"KOSPI": "코스피", "KOSDAQ": "코스닥", "KPI200": "코스피 200"}
"""Index symbols and the names KRX has for them; levels have two decimals, volumes are in thousands of shares."""
KIND = "text/xml;charset=EUC-KR"


def answer(request: Request, world: World) -> Answer:
    """Return the chart; an unknown or delisted symbol has no items."""
    if request.path != "/sise.nhn":
        return plain("not found\n", 404)
    symbol = request.query.get("symbol", "")
    given = request.query.get("count", "0")
    most = min(int(given) if given.isdigit() else 0, MOST_BARS)
    if symbol in INDEX_SYMBOLS:
        return chart(symbol, INDEX_SYMBOLS[symbol], given, _index_bars(world.market, symbol, most), precision=2)
    name, items = _bars(world.market, symbol, most)
    return chart(symbol, name, given, items)


def recorded(request: Request, _: World, folder: Path) -> Answer:
    """Return the recorded chart."""
    from foresto_cli.sandbox import recorded as recordings

    return recordings.recorded_krx.naver(request, folder)


def chart(symbol: str, name: str, count: str, items: list[str], *, precision: int = 0) -> Answer:
    """Return Naver's XML around ``items``, blank lines and tabs included."""
    bars = "\n".join(f'\t\t\t\n\t\t\t\t<item data="{item}" />' for item in items)
    text = (
        '<?xml version="1.0" encoding="EUC-KR" ?>\n\n<protocol>\n\n\n\n\t\n\t\n'
        f'\t\t\t<chartdata symbol="{symbol}" name="{name}" count="{count}" timeframe="day" precision="{precision}" '
        'origintime="19900103">\n'
        f"{bars}\n\t\t\t\n\t\n\n\n\t</chartdata>\n</protocol>\n"
    )
    return Answer(text.encode("euc-kr", "replace"), content_type=KIND)


def index_levels(market: "Market", symbol: str) -> "list[tuple[date, Level]]":
    """Return (day, level) of an index on every served session that is over, oldest first."""
    from foresto_cli.sandbox.market import market_indices
    from foresto_cli.sandbox.market.whole_market import FINAL

    index = next(one for one in market_indices.INDICES if one.name == INDEX_SYMBOLS[symbol])
    return [(day, market_indices.level(market, index, day)) for day in market.sessions if market.state(day) == FINAL]


def _index_bars(market: "Market", symbol: str, most: int) -> list[str]:
    return [
        "|".join((f"{day:%Y%m%d}", *(f"{level:.2f}" for level in (now.open, now.high, now.low, now.close)), thousands))
        for day, now in index_levels(market, symbol)[-most:]
        for thousands in [str(now.volume // 1_000)]
        if most
    ]


def _bars(market: "Market", symbol: str, most: int) -> tuple[str, list[str]]:
    """Return the name and the newest ``most`` bars: prices adjusted and cut to whole won, volumes as traded."""
    from foresto_cli.sandbox.market import adjusted

    ticker = next((stock.number for stock in market.roster if stock.code == symbol), None)
    t = len(market.all_sessions) - 1
    if ticker is None or not most or not market.path.status[t, ticker]:
        return "", []
    days = adjusted.sessions_of(market, ticker)[-most:]
    if not days:
        return market.name(ticker, t), []
    quotes = market.history(ticker, days, shown=True)
    factor = adjusted.factors(market, ticker, days).tolist()
    columns = (quotes.open, quotes.high, quotes.low, quotes.close)
    rows = zip(days, factor, *(column.tolist() for column in columns), quotes.volume.tolist(), strict=True)
    return market.name(ticker, t), [
        "|".join((f"{day:%Y%m%d}", *(str(math.floor(price * ratio + 1e-6)) for price in prices), str(volume)))
        for day, ratio, *prices, volume in rows
    ]
