"""``adj_close_price``: the close times the factors of all later days, kept by set-based updates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, text

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
ADJUSTED = fragment("trim_scale(round(p.close_price * r.factor, {places}))", places=PLACES)
INSIDE = sql(
    "WITH ranges AS ({ranges}) UPDATE stock_price_daily p SET adj_close_price = {price} FROM ranges r"
    " WHERE p.ticker = r.ticker AND p.trade_date >= r.first_day AND p.trade_date < r.until_day"
    " AND p.trade_date = ANY(:days) AND p.quality_flag <> 'ADJUSTED' AND p.adj_close_price IS DISTINCT FROM {price}",
    ranges=RANGES,
    price=ADJUSTED,
)
"""Rows of days that lie inside the ranges."""
OUTSIDE = sql(
    "WITH ranges AS ({ranges}) UPDATE stock_price_daily p SET adj_close_price = close_price"
    " WHERE p.trade_date = ANY(:days) AND p.adj_close_price IS DISTINCT FROM p.close_price AND NOT EXISTS"
    # All of it inside, so that the server joins once instead of looking through the ranges for every row.
    " (SELECT 1 FROM ranges r WHERE r.ticker = p.ticker AND p.trade_date >= r.first_day"
    " AND p.trade_date < r.until_day AND p.quality_flag <> 'ADJUSTED')",
    ranges=RANGES,
)
"""All others of these days: their close is right as it is."""
WHOLE = sql(
    "WITH ranges AS ({ranges}) UPDATE stock_price_daily p SET adj_close_price = {price} FROM ranges r"
    " WHERE p.ticker = r.ticker AND p.trade_date >= r.first_day AND p.trade_date < r.until_day"
    " AND p.adj_close_price IS DISTINCT FROM {price}",
    ranges=RANGES,
    price=fragment(
        "CASE WHEN r.factor = 1 OR p.quality_flag = 'ADJUSTED' THEN p.close_price ELSE {price} END", price=ADJUSTED
    ),
)
"""Every row of tickers whose ranges leave no day out: each row is read once."""


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
    given = _given(of_days) | {"days": list(days)}
    of_all = sum(connection.execute(update, given).rowcount for update in (INSIDE, OUTSIDE))
    return of_all + _of_tickers(connection, tickers, found)


def rewrite_stocks(connection: Connection, tickers: Sequence[str]) -> int:
    """Bring the adjusted closes of all rows of ``tickers`` up to date; return the rows changed."""
    return _of_tickers(connection, tickers, list(ranges(tuple(row) for row in connection.execute(EVENTS))))


def _of_tickers(connection: Connection, tickers: Sequence[str], found: Sequence[Range]) -> int:
    if not tickers:
        return 0
    by_ticker: defaultdict[str, list[Range]] = defaultdict(list)
    for one in found:
        by_ticker[one.ticker].append(one)
    whole = [one for ticker in tickers for one in _without_gaps(ticker, by_ticker[ticker])]
    return connection.execute(WHOLE, _given(whole)).rowcount


def _without_gaps(ticker: str, own: Sequence[Range]) -> Iterator[Range]:
    """Return the ranges of a ticker with those between and after them, in which the close is right as it is."""
    until = date.min
    for one in sorted(own, key=lambda one: one.first):
        if one.first > until:
            yield Range(ticker, until, one.first, 1)
        yield one
        until = one.until
    yield Range(ticker, until, date.max, 1)


def _given(found: Sequence[Range]) -> dict[str, object]:
    return {
        "tickers": [one.ticker for one in found],
        "firsts": [one.first for one in found],
        "untils": [one.until for one in found],
        "factors": [Decimal(repr(one.factor)) for one in found],
    }


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
