"""``adj_close_price``: the close times the factors of all later days, kept by set-based updates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, TextClause, text

from foresto_cli.store.fragments import Fragment, fragment, sql

PLACES = 4
"""Decimals of an adjusted close, in won."""

EVENTS = text(
    "SELECT ticker, trade_date, adj_factor FROM stock_price_daily WHERE adj_event IS NOT NULL AND adj_factor <> 1"
    " ORDER BY ticker, trade_date DESC"
)
RANGES = Fragment(
    """
SELECT * FROM unnest(CAST(:tickers AS text[]), CAST(:firsts AS date[]), CAST(:untils AS date[]),
                     CAST(:factors AS numeric[])) AS r (ticker, first_day, until_day, factor)
"""
)
OF_DAYS, OF_TICKERS = Fragment("p.trade_date = ANY(:days)"), Fragment("p.ticker = ANY(:changed)")


def _inside(scope: Fragment) -> TextClause:
    """Return the update of the rows inside the ranges."""
    return sql(
        "WITH ranges AS ({ranges}) UPDATE stock_price_daily p SET adj_close_price = {price} FROM ranges r"
        " WHERE p.ticker = r.ticker AND p.trade_date >= r.first_day AND p.trade_date < r.until_day AND {scope}"
        " AND p.quality_flag <> 'ADJUSTED' AND p.adj_close_price IS DISTINCT FROM {price}",
        ranges=RANGES,
        price=fragment("trim_scale(round(p.close_price * r.factor, {places}))", places=PLACES),
        scope=scope,
    )


def _outside(scope: Fragment) -> TextClause:
    """Return the update of all others: their close is right as it is."""
    return sql(
        "WITH ranges AS ({ranges}) UPDATE stock_price_daily p SET adj_close_price = close_price WHERE {scope}"
        " AND p.adj_close_price IS DISTINCT FROM p.close_price AND NOT EXISTS"
        # All of it inside, so that the server joins once instead of looking through the ranges for every row.
        " (SELECT 1 FROM ranges r WHERE r.ticker = p.ticker AND p.trade_date >= r.first_day"
        " AND p.trade_date < r.until_day AND p.quality_flag <> 'ADJUSTED')",
        ranges=RANGES,
        scope=scope,
    )


class Range(NamedTuple):
    """Days of a ticker, ``first`` included and ``until`` not, whose closes are multiplied by ``factor``."""

    ticker: str
    first: date
    until: date
    factor: float


def rewrite(connection: Connection, days: Sequence[date], tickers: Sequence[str]) -> int:
    """Bring the adjusted closes of ``days``, and of all rows of ``tickers``, up to date; return the rows changed.

    Rows whose prices come adjusted already (``quality_flag`` ADJUSTED) keep their close.
    """
    found = list(ranges(tuple(row) for row in connection.execute(EVENTS)))
    of_days = [one for one in found if one.first <= days[-1] and one.until > days[0]]
    return _update(connection, OF_DAYS, of_days, days=list(days)) + _of_tickers(connection, tickers, found)


def rewrite_stocks(connection: Connection, tickers: Sequence[str]) -> int:
    """Bring the adjusted closes of all rows of ``tickers`` up to date; return the rows changed."""
    return _of_tickers(connection, tickers, list(ranges(tuple(row) for row in connection.execute(EVENTS))))


def _of_tickers(connection: Connection, tickers: Sequence[str], found: Sequence[Range]) -> int:
    if not tickers:
        return 0
    own = set(tickers)
    return _update(connection, OF_TICKERS, [one for one in found if one.ticker in own], changed=list(tickers))


def _update(connection: Connection, scope: Fragment, found: Sequence[Range], **of: list[date] | list[str]) -> int:
    given = {
        "tickers": [one.ticker for one in found],
        "firsts": [one.first for one in found],
        "untils": [one.until for one in found],
        "factors": [Decimal(repr(one.factor)) for one in found],
        **of,
    }
    return sum(connection.execute(update(scope), given).rowcount for update in (_inside, _outside))


def ranges(events: Iterable[tuple[str, date, float]]) -> Iterator[Range]:
    """Return the ranges in which the cumulative factor is not 1, from (ticker, day, factor), newest first a ticker."""
    by_ticker: defaultdict[str, list[tuple[date, float]]] = defaultdict(list)
    for ticker, day, factor in events:
        by_ticker[ticker].append((day, factor))
    for ticker, own in by_ticker.items():
        cumulative = 1.0
        earlier = [day for day, _ in own[1:]]
        for (day, factor), first in zip(own, [*earlier, date.min], strict=True):
            cumulative *= factor
            if cumulative != 1:
                yield Range(ticker, first, day, cumulative)


def follow_source(connection: Connection, ticker: str) -> int:
    """Make the adjusted closes of a ticker's rows that come adjusted those of their source; return the rows changed.

    A source re-bases its whole series after an event, so that stored rows change without a session of their own.
    """
    return connection.execute(
        text(
            "UPDATE stock_price_daily SET adj_close_price = close_price WHERE ticker = :ticker"
            " AND quality_flag = 'ADJUSTED' AND adj_close_price IS DISTINCT FROM close_price"
        ),
        {"ticker": ticker},
    ).rowcount
