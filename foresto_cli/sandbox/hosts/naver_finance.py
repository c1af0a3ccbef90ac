"""finance.naver.com: the list of ETFs, as EUC-KR JSON; today only."""

import json

from foresto_cli.sandbox.wire import Answer, Request, plain
from foresto_cli.sandbox.world import World

HOSTS = ("finance.naver.com",)
PER_100_MILLION = 100_000_000
PER_MILLION = 1_000_000


def answer(request: Request, world: World) -> Answer:
    """Return ``result.etfItemList``; marketSum is in 100 million won, amonut (sic) in million won."""
    from foresto_cli.sandbox.market import market_funds

    if request.path != "/api/sise/etfItemList.nhn":
        return plain("not found\n", 404)
    market = world.market
    quotes = market_funds.quotes(market, market.sessions[-1])
    items = []
    for row, fund in enumerate(quotes.funds):
        close, base, volume = int(quotes.close[row]), int(quotes.base[row]), int(quotes.volume[row])
        items.append(
            {
                "itemcode": fund.code,
                "etfTabCode": 1 + row % 7,
                "itemname": fund.name,
                "nowVal": close,
                "risefall": "2" if close > base else "5" if close < base else "3",
                "changeVal": close - base,
                "changeRate": round(100 * (close - base) / base, 2),
                "nav": float(quotes.nav[row]),
                "threeMonthEarnRate": 1.23,
                "quant": volume,
                "amonut": volume * close // PER_MILLION,
                "marketSum": close * int(quotes.units[row]) // PER_100_MILLION,
            }
        )
    items.sort(key=lambda item: -int(str(item["marketSum"])))
    text = json.dumps({"resultCode": "success", "result": {"etfItemList": items}}, ensure_ascii=False)
    return Answer(text.encode("euc-kr", "replace"), content_type="text/html;charset=EUC-KR")
