"""pykrx's most used functions (``from pykrx import stock``), its names and its columns, from the own database."""

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from foresto_cli.compat._numbers import whole
from foresto_cli.datasets.listed.names import EVERY, security_of
from foresto_cli.errors import UsageError
from foresto_cli.frames import session
from foresto_cli.frames.frame_rows import frame_of
from foresto_cli.frames.price_frames import prices
from foresto_cli.written_days import Day, last_of

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS = {"open_price": "시가", "high_price": "고가", "low_price": "저가", "close_price": "종가", "volume": "거래량"}
GROUPED: Any = {"시가": "first", "고가": "max", "저가": "min", "종가": "last", "거래량": "sum"}
FREQUENCIES = {"d": None, "m": "ME", "y": "YE"}
MARKETS = ("KOSPI", "KOSDAQ", "KONEX", "ALL")
OF_DAY = text(
    "SELECT ticker AS 티커, open_price AS 시가, high_price AS 고가, low_price AS 저가, close_price AS 종가,"
    " volume AS 거래량, trading_value AS 거래대금, change_rate AS 등락률, market_cap AS 시가총액"
    " FROM stock_price_daily WHERE trade_date = :day AND (:market = 'ALL' OR market LIKE :market || '%')"
    " ORDER BY market_cap DESC NULLS LAST, ticker"
)
LISTED = text(
    "SELECT ticker FROM stock_price_daily"
    " WHERE trade_date = (SELECT max(trade_date) FROM stock_price_daily WHERE trade_date <= :day)"
    " AND (:market = 'ALL' OR market LIKE :market || '%') ORDER BY ticker"
)


def get_market_ohlcv(  # noqa: PLR0913  # as pykrx has them
    fromdate: date | str,
    todate: date | str | None = None,
    ticker: str | None = None,
    freq: str = "d",
    *,
    adjusted: bool = True,
    market: str = "KOSPI",
) -> "DataFrame":
    """Return 시가, 고가, 저가, 종가, 거래량, 등락률 of one stock by 날짜, or of a market's stocks on one day by 티커.

    ``get_market_ohlcv("20240102", "20240131", "005930")`` or ``get_market_ohlcv("20240102", market="KOSDAQ")``, where
    the market may stand second as in pykrx. A day without trading is an empty frame.

    Raises:
        UsageError: nobody has that ticker; a day, a frequency or a market is none.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    if ticker is None:
        return _of_day(fromdate, todate if isinstance(todate, str) else market)
    if freq not in FREQUENCIES:
        raise UsageError(f"{freq}: d(일), m(월), y(년) 가운데 하나를 적으세요.")
    found = prices(ticker, None, todate, adjusted=adjusted).rename(columns=COLUMNS)
    rule = FREQUENCIES[freq]
    if rule is not None:
        found = found.resample(rule).agg(GROUPED).dropna(subset=["종가"])
    found["등락률"] = found["종가"].pct_change(fill_method=None).fillna(0) * 100
    found.index.name = "날짜"
    return whole(found.loc[f"{last_of(fromdate)}" :])


def get_market_ticker_list(date: Day = None, market: str = "KOSPI") -> list[str]:
    """Return the tickers of a market on the last session up to ``date``; without one the newest.

    Raises:
        UsageError: the day or the market is none.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    with session.reading() as connection:
        return list(connection.scalars(LISTED, {"day": last_of(date), "market": _market(market)}))


def get_market_ticker_name(ticker: str) -> str:
    """Return the name of a stock, an ETF or an index.

    Raises:
        UsageError: nobody has that ticker.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    with session.reading() as connection:
        return security_of(connection, ticker, EVERY).name


def _of_day(day: Day, market: str) -> "DataFrame":
    with session.reading() as connection:
        found = frame_of(connection, OF_DAY, {"day": last_of(day), "market": _market(market)}, index="티커")
    return whole(found)


def _market(given: str) -> str:
    if given.upper() not in MARKETS:
        raise UsageError(f"{given}: {', '.join(MARKETS)} 가운데 하나를 적으세요.")
    return given.upper()
