"""Who is listed and how they score, as frames."""

from typing import TYPE_CHECKING

from sqlalchemy import text

from foresto_cli.datasets.listed.names import ticker_of
from foresto_cli.frames import session
from foresto_cli.frames.frame_rows import frame_of
from foresto_cli.store.fragments import sql
from foresto_cli.written_days import Day, first_of, last_of

if TYPE_CHECKING:
    from pandas import DataFrame

NOW = text("SELECT * FROM stocks WHERE is_active OR :delisted ORDER BY ticker")
THEN = text(
    "WITH session AS MATERIALIZED (SELECT max(trade_date) AS day FROM stock_price_daily WHERE trade_date <= :day),"
    " named AS MATERIALIZED (SELECT DISTINCT ON (h.ticker) h.ticker, h.name, h.market FROM stock_history h"
    " JOIN session ON h.valid_from <= session.day ORDER BY h.ticker, h.valid_from DESC)"
    " SELECT p.ticker, coalesce(p.name, h.name) AS name, coalesce(p.market, h.market) AS market, p.trade_date,"
    " p.close_price, p.market_cap, p.shares_outstanding, p.is_halted, p.designation FROM stock_price_daily p"
    " LEFT JOIN named h ON h.ticker = p.ticker WHERE p.trade_date = (SELECT day FROM session) ORDER BY p.ticker"
)
NEWEST = text("SELECT max(score_date) FROM compass_score_history")
SCORES = sql(
    "SELECT DISTINCT ON (score_date, ticker) score_date, ticker, total_score, grade, rank, total_percentile,"
    " financial_score, valuation_score, technical_score, risk_score, financial_coverage, valuation_coverage,"
    " technical_coverage, risk_coverage, status, fs_period_end, fs_rcept_dt, formula_version FROM compass_score_history"
    " WHERE score_date BETWEEN :first AND :last AND (CAST(:ticker AS text) IS NULL OR ticker = :ticker)"
    " ORDER BY score_date, ticker, formula_version DESC"
)


def listing(as_of: Day = None, *, delisted: bool = False) -> "DataFrame":
    """Return the stocks by ticker.

    Args:
        as_of: a past day: who had a price on its last session, with the name, market and shares of that day. None for
            the stocks as they are now, with every column of the table ``stocks``.
        delisted: those that left the market too; only without ``as_of``.

    Raises:
        UsageError: ``as_of`` is no day.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    with session.reading() as connection:
        if as_of is None:
            return frame_of(connection, NOW, {"delisted": delisted}, index="ticker")
        return frame_of(connection, THEN, {"day": last_of(as_of)}, index="ticker")


def scores(ticker: str | None = None, since: Day = None, until: Day = None) -> "DataFrame":
    """Return Compass Scores as they are stored, 0 to 100, with axes, coverage and grade.

    Args:
        ticker: ticker or name; the frame is then by ``score_date``.
        since: first day; None for the newest scored day alone when no ticker is given, else for the oldest.
        until: last day; None for the newest.

    Returns:
        By ``score_date`` of one stock; by ``ticker`` of one day; else by both.

    Raises:
        UsageError: nobody has that ticker or name, or ``since`` is no day.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    with session.reading() as connection:
        one = None if ticker is None else ticker_of(connection, ticker)
        first, last = first_of(since), last_of(until)
        is_newest = one is None and since is None and until is None
        if is_newest:
            first = last = connection.scalar(NEWEST) or first
        found = frame_of(connection, SCORES, {"first": first, "last": last, "ticker": one})
    if one is not None:
        return found.drop(columns="ticker").set_index("score_date")
    return found.set_index("ticker") if is_newest else found.set_index(["score_date", "ticker"])
