"""Daily prices as a frame: one stock by day, or many by ticker and day."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from foresto_cli.datasets.listed.names import ticker_of
from foresto_cli.reading import session
from foresto_cli.reading.days import Day, first_of, last_of
from foresto_cli.store import arrays
from foresto_cli.store.arrays import DAYS, Arrays, Kind
from foresto_cli.store.fragments import Fragment

if TYPE_CHECKING:
    from pandas import DataFrame, Index

Tickers = str | Sequence[str] | None

PRICES = ("open_price", "high_price", "low_price", "close_price")
TABLE = Fragment("stock_price_daily")
SPAN = Fragment("trade_date BETWEEN {first} AND {last}")
OF_SOME = Fragment("ticker = ANY({tickers}) AND trade_date BETWEEN {first} AND {last}")


def prices(ticker: Tickers = None, since: Day = None, until: Day = None, *, adjusted: bool = True) -> "DataFrame":
    """Return daily prices, oldest first.

    Columns ``open_price``, ``high_price``, ``low_price``, ``close_price`` (won) and ``volume`` (shares), all float64.
    On a day without a trade open, high, low and volume are 0.

    Args:
        ticker: a ticker or a name; several of them; None for every stock, delisted ones included.
        since: first day, as ``"2024"`` or ``"2024-01-02"``; None for the oldest.
        until: last day; None for the newest.
        adjusted: as if every split, bonus issue and the like had always been (the day's own factor: adjusted close by
            close); False for the exchange's own numbers. Dividends are not taken out.

    Returns:
        Of one stock by ``trade_date``; of several by ``ticker`` and ``trade_date``.

    Raises:
        UsageError: nobody has that ticker or name, or ``since`` is no day.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    columns: dict[str, Kind] = {**dict.fromkeys(PRICES, "won"), "volume": "whole"}
    if adjusted:
        columns["adj_close_price"] = "number"
    span = {"first": first_of(since), "last": last_of(until)}
    with session.reading() as connection:
        if ticker is None:
            found = arrays.by_ticker(connection, TABLE, columns, SPAN, **span)
        else:
            given = [ticker] if isinstance(ticker, str) else ticker
            tickers = [ticker_of(connection, one) for one in given]
            found = arrays.by_ticker(connection, TABLE, columns, OF_SOME, tickers=tickers, **span)
        stocks = {name: _adjusted(part) if adjusted else part for name, part in found}
    return frame(stocks, [*PRICES, "volume"], is_one=isinstance(ticker, str))


def frame(stocks: dict[str, Arrays], columns: Sequence[str], *, is_one: bool) -> "DataFrame":
    """Return what :func:`foresto_cli.store.arrays.by_ticker` found as a frame; ``stocks`` is emptied on the way."""
    from pandas import DataFrame, DatetimeIndex, MultiIndex, factorize

    tickers = sorted(stocks)
    counts = [len(stocks[one][DAYS]) for one in tickers]

    def whole(name: str) -> NDArray[Any]:
        # One column at a time, and its parts let go: the table may be most of the memory that there is.
        parts = [stocks[one].pop(name) for one in tickers]
        return np.concatenate(parts) if parts else np.empty(0)

    places, dates = factorize(whole(DAYS).astype(np.int32), sort=True)
    moments = DatetimeIndex(dates.astype("datetime64[D]").astype("datetime64[ns]"), name="trade_date")
    index: Index[Any] = moments
    if not is_one:
        owners = np.repeat(np.arange(len(tickers), dtype=np.int16), counts)
        levels: Any = [tickers, moments]  # its stubs know lists of integers only
        codes: Any = [owners, places]
        index = MultiIndex(levels, codes, names=["ticker", "trade_date"], verify_integrity=False)
    return DataFrame({name: whole(name) for name in columns}, index=index, copy=False)


def _adjusted(part: Arrays) -> Arrays:
    """Multiply prices by the day's factor and divide the volume by it; what has no adjusted close yet is NaN."""
    factor = part.pop("adj_close_price") / part["close_price"]
    for name in PRICES:
        part[name] *= factor
    part["volume"] /= factor
    return part
