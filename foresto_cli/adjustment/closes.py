"""``adj_close_price``: the close times the factors of all later days, kept by set-based updates."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, Row, text


PLACES = 4
"""Decimals of an adjusted close, in won."""

EVENTS = text(
    "SELECT ticker, trade_date, adj_factor FROM stock_price_daily WHERE adj_event IS NOT NULL AND adj_factor <> 1"
    " ORDER BY ticker, trade_date DESC"
)
UPDATE = f"""
WITH ranges AS (
  SELECT * FROM unnest(CAST(:tickers AS text[]), CAST(:firsts AS date[]), CAST(:untils AS date[]),
                       CAST(:factors AS numeric[])) AS r (ticker, first_day, until_day, factor)
), wanted AS (
  SELECT p.ticker, p.trade_date,
         CASE WHEN p.quality_flag = 'ADJUSTED' OR r.factor IS NULL THEN p.close_price
              ELSE trim_scale(round(p.close_price * r.factor, {PLACES})) END AS price
  FROM stock_price_daily p
  LEFT JOIN ranges r ON r.ticker = p.ticker AND p.trade_date >= r.first_day AND p.trade_date < r.until_day
  WHERE {{scope}}
)
UPDATE stock_price_daily p SET adj_close_price = w.price FROM wanted w
WHERE p.ticker = w.ticker AND p.trade_date = w.trade_date AND p.adj_close_price IS DISTINCT FROM w.price
"""  # noqa: S608  # no text from outside
OF_DAYS = text(UPDATE.format(scope="p.trade_date = ANY(:days)"))
OF_TICKERS = text(UPDATE.format(scope="p.ticker = ANY(:changed)"))


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
    found = list(ranges(connection.execute(EVENTS).all()))
    given = {
        "tickers": [one.ticker for one in found],
        "firsts": [one.first for one in found],
        "untils": [one.until for one in found],
        "factors": [Decimal(repr(one.factor)) for one in found],
    }
    changed = 0
    if tickers:
        changed += connection.execute(OF_TICKERS, {**given, "changed": list(tickers)}).rowcount
    return changed + connection.execute(OF_DAYS, {**given, "days": list(days)}).rowcount


def ranges(events: Sequence[Row[tuple[str, date, float]]]) -> Iterator[Range]:
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
