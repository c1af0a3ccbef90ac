"""m.stock.naver.com: daily levels of an index and the ranking of stocks, as JSON; numbers are text with separators.

Described in public by users. Of index days, the fields beside ``localTradedAt`` and ``closePrice`` were not recorded;
of the ranking, there is more than the fields given here.
"""

from typing import TYPE_CHECKING

from foresto_cli.sandbox.hosts.naver_chart import INDEX_SYMBOLS, index_levels
from foresto_cli.sandbox.wire import Answer, Request, as_json, plain
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from datetime import date

    from foresto_cli.sandbox.market import Market
    from foresto_cli.sandbox.market.market_indices import Level

HOSTS = ("m.stock.naver.com",)
MOST_ROWS = 60
MOST_STOCKS = 100
RANKING = "/api/stocks/marketValue/"
SIGNS = {1: ("2", "상승", "RISING"), 2: ("5", "하락", "FALLING"), 3: ("3", "보합", "UNCHANGED")}


def answer(request: Request, world: World) -> Answer:
    """Return one page of an index's days or of a ranking.

    ``/api/index/KOSPI/price?pageSize=60&page=1``, ``/api/stocks/marketValue/KOSPI?page=1&pageSize=100``.
    """
    if request.path.startswith(RANKING):
        return _ranking(request, world.market)
    start, _, rest = request.path.removeprefix("/api/index/").partition("/")
    if not request.path.startswith("/api/index/") or rest != "price" or start not in INDEX_SYMBOLS:
        return plain("not found\n", 404)
    size, page = _number(request, "pageSize", 10), _number(request, "page", 1)
    if size > MOST_ROWS or not size or not page:
        return as_json({"code": "BAD_REQUEST", "message": "pageSize"}, status=400)
    days = index_levels(world.market, start)[::-1][(page - 1) * size : page * size]
    return as_json([_row(day, now) for day, now in days])


def _ranking(request: Request, market: "Market") -> Answer:
    """Return one page of the stocks and funds of a market (in no particular order here)."""
    ids = {"KOSPI": "STK", "KOSDAQ": "KSQ"}
    name = request.path.removeprefix(RANKING)
    if name not in ids:
        return plain("not found\n", 404)
    day = market.sessions[-1]
    listed = market.listed(market.now.date())
    every = [
        {"stockEndType": "stock", "itemCode": stock.code, "stockName": called}
        for stock, called in zip(listed.stocks, listed.names, strict=True)
        if stock.market == ids[name]
    ]
    if name == "KOSPI":
        from foresto_cli.sandbox.market import market_funds

        every += [
            {"stockEndType": "etf", "itemCode": fund.code, "stockName": fund.name}
            for fund in market_funds.quotes(market, day).funds
        ]
    size, page = _number(request, "pageSize", 20), _number(request, "page", 1)
    if size > MOST_STOCKS or not size or not page:
        return as_json({"code": "BAD_REQUEST", "message": "pageSize"}, status=400)
    shown = every[(page - 1) * size : page * size]
    return as_json({"stockListCategoryType": name, "totalCount": len(every), "page": page, "stocks": shown})


def _row(day: "date", now: "Level") -> dict[str, object]:
    code, text, name = SIGNS[now.direction]
    return {
        "localTradedAt": f"{day}",
        "closePrice": f"{now.close:,.2f}",
        "compareToPreviousClosePrice": f"{now.change:,.2f}",
        "compareToPreviousPrice": {"code": code, "text": text, "name": name},
        "fluctuationsRatio": f"{now.rate:.2f}",
        "openPrice": f"{now.open:,.2f}",
        "highPrice": f"{now.high:,.2f}",
        "lowPrice": f"{now.low:,.2f}",
    }


def _number(request: Request, name: str, default: int) -> int:
    given = request.query.get(name, f"{default}")
    return int(given) if given.isdecimal() else 0
