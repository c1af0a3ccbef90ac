"""What companies reported, what their prices were worth by it, who traded them: as frames."""

from typing import TYPE_CHECKING

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.datasets.listed.names import STOCK, security_of
from foresto_cli.errors import UsageError
from foresto_cli.frames import session
from foresto_cli.frames.frame_rows import frame_of
from foresto_cli.views.reading.show_statements import QUARTER, QUERIES, issuer_of
from foresto_cli.written_days import Day, first_of, last_of

if TYPE_CHECKING:
    from pandas import DataFrame

VALUATION = text(
    "SELECT * FROM valuation_daily WHERE (CAST(:ticker AS text) IS NULL OR ticker = :ticker)"
    " AND trade_date BETWEEN :first AND :last ORDER BY ticker, trade_date"
)
NEWEST = text("SELECT max(trade_date) FROM stock_price_daily WHERE trade_date <= :last")
FLOWS = text(
    "SELECT * FROM investor_flow_daily WHERE ticker = :ticker AND trade_date BETWEEN :first AND :last"
    " ORDER BY trade_date, investor"
)
FILINGS = text(
    "SELECT * FROM dart_filing WHERE (CAST(:ticker AS text) IS NULL OR ticker = :ticker)"
    " AND rcept_dt BETWEEN :first AND :last ORDER BY rcept_no DESC"
)


def statements(ticker: str, form: str = QUARTER, as_of: Day = None) -> "DataFrame":
    """Return a company's statements by ``period_end``: amounts in the report's currency, with receipt number and day.

    Args:
        ticker: of a stock, or its name; a preferred share stands for its company.
        form: ``quarter`` (three months alone), ``ttm`` (twelve months), ``annual``, ``versions`` (as filed, cumulative,
            with every correction).
        as_of: as they were known on that day; None for all that is known now.

    Raises:
        UsageError: nobody has that ticker or name; the form or the day is none.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    if form not in QUERIES:
        raise UsageError(f"{form}: {', '.join(QUERIES)} 가운데 하나를 적으세요.")
    day = clock.today() if as_of is None else last_of(as_of)
    with session.reading() as connection:
        issuer = issuer_of(security_of(connection, ticker, (STOCK,)).code)
        return frame_of(connection, QUERIES[form], {"ticker": issuer, "as_of": day}, index="period_end").sort_index()


def valuation(ticker: str | None = None, since: Day = None, until: Day = None) -> "DataFrame":
    """Return PER, PBR, PSR (multiples) and dividend yield (percent), each by what had been received until its day.

    Args:
        ticker: of a stock, or its name; None for every stock on the last session up to ``until``.
        since: first day; of one stock only.
        until: last day; None for the newest.

    Returns:
        By ``trade_date`` of one stock, else by ``ticker``.

    Raises:
        UsageError: nobody has that ticker or name, or a day is none.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    if ticker is None and since is not None:
        raise UsageError("모든 종목은 하루씩만 볼 수 있습니다. since를 빼고 until에 그날을 적으세요.")
    first, last = first_of(since), last_of(until)
    with session.reading() as connection:
        if ticker is None:
            first = last = connection.scalar(NEWEST, {"last": last}) or last
        code = None if ticker is None else security_of(connection, ticker, (STOCK,)).code
        found = frame_of(connection, VALUATION, {"ticker": code, "first": first, "last": last})
    return found.set_index("ticker" if code is None else "trade_date")


def flows(ticker: str, since: Day = None, until: Day = None) -> "DataFrame":
    """Return what foreigners, institutions and individuals traded of a stock (shares, won), by day and investor.

    Empty unless ``FORESTO_KRX_EXTRAS`` has them loaded.

    Raises:
        UsageError: nobody has that ticker or name, or a day is none.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    with session.reading() as connection:
        code = security_of(connection, ticker, (STOCK,)).code
        given = {"ticker": code, "first": first_of(since), "last": last_of(until)}
        return frame_of(connection, FLOWS, given).set_index(["trade_date", "investor"])


def filings(ticker: str | None = None, since: Day = None, until: Day = None) -> "DataFrame":
    """Return filings at DART by receipt number, the newest first.

    Raises:
        UsageError: nobody has that ticker or name, or a day is none.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    with session.reading() as connection:
        code = None if ticker is None else security_of(connection, ticker, (STOCK,)).code
        given = {"ticker": code, "first": first_of(since), "last": last_of(until)}
        return frame_of(connection, FILINGS, given, index="rcept_no")
