"""Listed items with company numbers, and daily stock prices."""

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market

Rows = list[dict[str, str]]


def items(market: "Market", day: date, *, legacy: bool) -> Rows:
    """Return the stocks listed on ``day``, preferred ones missing; the older route writes an A before the ticker."""
    from foresto_cli.sandbox.market import codes

    listed = market.listed(day)
    return [
        {
            "basDt": f"{day:%Y%m%d}",
            "srtnCd": f"A{stock.code}" if legacy else stock.code,
            "isinCd": codes.isin(stock.code),
            "mrktCtg": stock.board.removesuffix(" GLOBAL"),
            "itmsNm": name,
            "crno": "" if stock.kind == "foreign" else company_number(stock.number),
            "corpNm": f"{name}(주)",
        }
        for stock, name in zip(listed.stocks, listed.names, strict=True)
        if stock.kind != "preferred"
    ]


def prices(market: "Market", day: date) -> Rows:
    """Return the unadjusted prices of ``day``: text without separators, changes without the zero before the point."""
    from foresto_cli.sandbox.market import codes

    listed = market.listed(day)
    quotes = market.quotes(day).take(listed.tickers)
    columns = {
        "clpr": quotes.close,
        "vs": quotes.change,
        "fltRt": quotes.rate,
        "mkp": quotes.open,
        "hipr": quotes.high,
        "lopr": quotes.low,
        "trqu": quotes.volume,
        "trPrc": quotes.value,
        "lstgStCnt": quotes.shares,
        "mrktTotAmt": quotes.cap,
    }
    values = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [
        {
            "basDt": f"{day:%Y%m%d}",
            "srtnCd": stock.code,
            "isinCd": codes.isin(stock.code),
            "itmsNm": name,
            "mrktCtg": stock.board.removesuffix(" GLOBAL"),
            **{field: _written(value) for field, value in zip(columns, numbers, strict=True)},
        }
        for stock, name, numbers in zip(listed.stocks, listed.names, values, strict=True)
    ]


def company_number(number: int) -> str:
    """Return the invented company number of the ``number``-th company."""
    return f"110111{number:07d}"


def _written(value: float) -> str:
    """Return ``2.88``, ``.2``, ``-.61``, ``0``: as the service writes numbers."""
    plain = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value}"
    return plain.replace("0.", ".", 1) if plain.lstrip("-").startswith("0.") else plain
