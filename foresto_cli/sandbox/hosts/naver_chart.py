"""fchart.stock.naver.com: adjusted daily bars as EUC-KR XML, at most 3,000, no delisted stocks.

Closes are the after-market's last prices where there was one.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from foresto_cli.sandbox.wire import Answer, Request, plain
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market

HOSTS = ("fchart.stock.naver.com",)
MOST_BARS = 3_000
KIND = "text/xml;charset=EUC-KR"


def answer(request: Request, world: World) -> Answer:
    """Return the chart; an unknown or delisted symbol has no items."""
    if request.path != "/sise.nhn":
        return plain("not found\n", 404)
    symbol = request.query.get("symbol", "")
    given = request.query.get("count", "0")
    name, items = _bars(world.market, symbol, min(int(given) if given.isdigit() else 0, MOST_BARS))
    return chart(symbol, name, given, items)


def recorded(request: Request, _: World, folder: Path) -> Answer:
    """Return the recorded chart."""
    from foresto_cli.sandbox import recorded as recordings

    return recordings.krx.naver(request, folder)


def chart(symbol: str, name: str, count: str, items: list[str]) -> Answer:
    """Return Naver's XML around ``items``, blank lines and tabs included."""
    bars = "\n".join(f'\t\t\t\n\t\t\t\t<item data="{item}" />' for item in items)
    text = (
        '<?xml version="1.0" encoding="EUC-KR" ?>\n\n<protocol>\n\n\n\n\t\n\t\n'
        f'\t\t\t<chartdata symbol="{symbol}" name="{name}" count="{count}" timeframe="day" precision="0" '
        'origintime="19900103">\n'
        f"{bars}\n\t\t\t\n\t\n\n\n\t</chartdata>\n</protocol>\n"
    )
    return Answer(text.encode("euc-kr", "replace"), content_type=KIND)


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
