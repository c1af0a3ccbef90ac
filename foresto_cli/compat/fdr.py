"""FinanceDataReader's ``DataReader`` and ``StockListing`` (its names, its columns), from the own database."""

from typing import TYPE_CHECKING

from foresto_cli.compat._numbers import whole
from foresto_cli.errors import UsageError
from foresto_cli.frames.market_frames import listing
from foresto_cli.frames.price_frames import prices
from foresto_cli.written_days import Day, first_of, last_of

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS = {
    "open_price": "Open",
    "high_price": "High",
    "low_price": "Low",
    "close_price": "Close",
    "volume": "Volume",
}
INDICES = {"KS11": "KOSPI", "KQ11": "KOSDAQ", "KPI200": "KS200"}
"""FinanceDataReader's names of indices that have another code here."""
MARKETS = ("KRX", "KOSPI", "KOSDAQ", "KONEX")
LISTED = {"name": "Name", "market": "Market", "current_price": "Close", "market_cap": "Marcap", "shares": "Stocks"}


def DataReader(symbol: str, start: Day = None, end: Day = None) -> "DataFrame":  # noqa: N802  # FinanceDataReader's name
    """Return adjusted daily prices of a stock, an ETF or an index: Open, High, Low, Close, Volume, Change by Date.

    Change is the ratio to the close of the session before, as FinanceDataReader computes it. Several symbols with
    commas between them give their closes, a column each.

    Raises:
        UsageError: nobody has that symbol, or a day is none.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    from pandas import concat

    symbols = [one.strip().removeprefix("KRX:") for one in symbol.split(",") if one.strip()]
    if not symbols:
        raise UsageError("종목코드나 이름을 적으세요(예: 005930).")
    if len(symbols) > 1:
        return concat({one: DataReader(one, start, end)["Close"] for one in symbols}, axis=1)
    first, last = first_of(start), last_of(end)
    found = prices(INDICES.get(symbols[0].upper(), symbols[0]), until=last).rename(columns=COLUMNS)
    found["Change"] = found["Close"].pct_change(fill_method=None)
    found.index.name = "Date"
    days = found.index.date  # type: ignore[attr-defined]  # of one symbol the index is of days
    return whole(found[days >= first])


def StockListing(market: str = "KRX") -> "DataFrame":  # noqa: N802  # FinanceDataReader's name
    """Return the listed stocks: Code, Name, Market, Close, Marcap, Stocks (won, won, shares).

    Args:
        market: KRX (all), KOSPI, KOSDAQ or KONEX.

    Raises:
        UsageError: another market.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    if market.upper() not in MARKETS:
        raise UsageError(f"{market}: {', '.join(MARKETS)} 가운데 하나를 적으세요.")
    found = listing()[list(LISTED)].rename(columns=LISTED)
    if market.upper() != "KRX":
        found = found[found["Market"].str.split().str[0] == market.upper()]
    return whole(found.rename_axis("Code").reset_index())
