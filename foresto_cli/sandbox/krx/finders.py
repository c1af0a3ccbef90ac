"""The search lists: stocks listed now (finder_stkisu) and stocks gone (finder_listdelisu)."""

from foresto_cli.sandbox.krx.form import MARKET_NAMES
from foresto_cli.sandbox.market import codes
from foresto_cli.sandbox.market.market_stock import Stock
from foresto_cli.sandbox.market.whole_market import Market

Rows = list[dict[str, str]]


def listed(market: Market, form: dict[str, str]) -> Rows:
    """Return the stocks listed now in order of names (reference: KRX finder_stkisu)."""
    now = market.listed(market.now.date())
    return [
        {**_row(stock, name), "marketEngName": stock.board, "ord1": "", "ord2": "16"}
        for stock, name in zip(now.stocks, now.names, strict=True)
        if form.get("mktsel", "ALL") in ("ALL", stock.market)
    ]


def delisted(market: Market, form: dict[str, str]) -> Rows:
    """Return the stocks no longer listed (reference: KRX finder_listdelisu)."""
    return [
        {**_row(gone.stock, gone.name), "ord1": "", "ord2": "16"}
        for gone in market.departures(market.now.date())
        if form.get("mktsel", "ALL") in ("ALL", gone.stock.market)
    ]


def _row(stock: Stock, name: str) -> dict[str, str]:
    return {
        "full_code": codes.isin(stock.code),
        "short_code": stock.code,
        "codeName": name,
        "marketCode": stock.market,
        "marketName": MARKET_NAMES[stock.market],
    }


TABLES = {"finder_stkisu": ("block1", listed), "finder_listdelisu": ("block1", delisted)}
