"""Prices as arrays of sessions x tickers, filled by one read.

The server packs each session into one string of fixed-width records, a day a message: thousands of times fewer
messages than rows, no Python object per row, and no ordering, since every record knows its place. Prices are whole won
on this exchange and travel as integers. The columns are those that a component or a gate needs; open and low prices are
not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from foresto_cli.score.formula import WINDOW
from foresto_cli.store import copying, price_sessions

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

KOSPI, KOSDAQ, KONEX = b"PDE"
"""Markets by the fourth letter of their names, which tells them apart."""
NOT_SAID = ord(" ")
"""The market of a row whose source does not give one, as a chart."""
ADJUSTED, PROVISIONAL = b"AP"
"""Rows of a source that adjusts prices itself; rows that will be read again (``quality_flag``)."""
CODE_WIDTH = 8
RECORD = np.dtype(
    [
        ("ticker", ">i8"),
        ("high", ">i8"),
        ("close", ">i8"),
        ("base", ">i8"),
        ("volume", ">i8"),
        ("value", ">i8"),
        ("shares", ">i8"),
        ("market", "u1"),
        ("quality", "u1"),
    ]
)
AMOUNTS = ("high", "close", "base", "volume", "value", "shares")
UNKNOWN = -1
"""Stands for NULL on the way."""
READ = (
    "COPY (SELECT trade_date, string_agg(textsend(rpad(ticker, {width})) || int8send(high_price::int8)"
    " || int8send(close_price::int8) || int8send(coalesce(prev_close, {unknown})::int8) || int8send(volume)"
    " || int8send(coalesce(trading_value, {unknown})) || int8send(coalesce(shares_outstanding, {unknown}))"
    " || textsend(coalesce(rpad(substr(market, 4, 1), 1), ' ')) || textsend(left(quality_flag, 1)), ''::bytea)"
    " FROM stock_price_daily WHERE trade_date BETWEEN {first} AND {last}"
    " AND ({tickers}::text[] IS NULL OR ticker = ANY({tickers}::text[])) GROUP BY trade_date)"
    " TO STDOUT (FORMAT BINARY)"
)
EVENTS = text(
    "SELECT ticker, trade_date, adj_event, adj_factor, adj_review FROM stock_price_daily"
    " WHERE adj_event IS NOT NULL AND trade_date BETWEEN :first AND :last"
    " AND (CAST(:tickers AS text[]) IS NULL OR ticker = ANY(:tickers)) ORDER BY ticker, trade_date"
)


class Event(NamedTuple):
    """What restated a price, as the adjuster stored it.

    Attributes:
        ticker: whose.
        day: when.
        kind: its class.
        factor: for all earlier prices.
        review: a person should look at it.
    """

    ticker: str
    day: date
    kind: str
    factor: float
    review: bool


@dataclass(frozen=True)
class Panel:
    """Sessions x tickers; nan where a ticker has no row on that day.

    Attributes:
        days: sessions, oldest first.
        tickers: ascending.
        high, close, base: won; base is the official base price (기준가).
        volume, value, shares: shares traded, won traded, shares listed.
        market: see :data:`KOSPI`; :data:`NOT_SAID` where the source does not say, 0 without a row.
        quality: see :data:`ADJUSTED`; 0 without a row.
        events: by ticker and day; may begin before the first session.
        doubles: rows beyond the first of a ticker and day.
    """

    days: Sequence[date]
    tickers: NDArray[np.str_]
    high: Floats
    close: Floats
    base: Floats
    volume: Floats
    value: Floats
    shares: Floats
    market: Bytes
    quality: Bytes
    events: Sequence[Event] = ()
    doubles: int = 0

    @property
    def rows(self) -> int:
        """Return how many rows were read."""
        return int((~np.isnan(self.close)).sum())

    def until(self, day: date, rows: int = WINDOW) -> "Panel":
        """Return the last ``rows`` sessions up to ``day``, and the tickers that have a row in them."""
        end = int(np.searchsorted(np.array(self.days, "datetime64[D]"), np.datetime64(day), "right"))
        part = slice(max(0, end - rows), end)
        there = (~np.isnan(self.close[part])).any(axis=0)
        if part == slice(0, len(self.days)) and there.all():
            return self
        arrays = {name: getattr(self, name)[part][:, there] for name in (*AMOUNTS, "market", "quality")}
        known = [event for event in self.events if event.day <= day]
        return replace(self, days=self.days[part], tickers=self.tickers[there], events=known, **arrays)


def sessions_until(connection: Connection, day: date, count: int = WINDOW) -> list[date]:
    """Return the newest ``count`` stored sessions up to ``day``, oldest first."""
    return price_sessions.newest(connection, day, count)


def read(connection: Connection, first: date, last: date, tickers: Sequence[str] | None = None) -> Panel:
    """Read every row from ``first`` to ``last``, both included, of ``tickers`` or of everybody."""
    days: list[date] = []
    blocks: list[NDArray[np.void]] = []
    chosen = None if tickers is None else list(tickers)
    literals = {"width": CODE_WIDTH, "unknown": UNKNOWN, "first": first, "last": last, "tickers": chosen}
    for day, block in copying.values_out(connection, READ, ["date", "bytea"], **literals):
        days.append(day)
        blocks.append(np.frombuffer(block, RECORD))
    since = first.replace(year=first.year - 3, day=1)
    events = [Event(*row) for row in connection.execute(EVENTS, {"first": since, "last": last, "tickers": chosen})]
    return assembled(days, blocks, events, of_market=tickers is None)


def assembled(
    days: Sequence[date], blocks: list[NDArray[np.void]], events: Sequence[Event], *, of_market: bool = True
) -> Panel:
    """Return the panel of records in any order, several blocks a day or one; ``blocks`` is used up.

    Of the whole market a day on which neither KOSPI nor KOSDAQ has a row is no session.
    """
    rows = sum(len(block) for block in blocks)
    codes = np.unique(np.concatenate([np.empty(0, np.int64), *(block["ticker"].astype(np.int64) for block in blocks)]))
    calendar = sorted(
        {
            day
            for day, block in zip(days, blocks, strict=True)
            if not of_market or np.isin(block["market"], (KOSPI, KOSDAQ, NOT_SAID)).any()
        }
    )
    row_of = {day: row for row, day in enumerate(calendar)}
    shape = (len(calendar), len(codes))
    arrays = {name: np.full(shape, np.nan) for name in AMOUNTS}
    market, quality = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    skipped = 0
    for day in days:
        block = blocks.pop(0)
        if day not in row_of:
            skipped += len(block)
            continue
        row, places = row_of[day], np.searchsorted(codes, block["ticker"].astype(np.int64))
        for name, array in arrays.items():
            values = block[name].astype(np.float64)
            array[row, places] = np.where(values == UNKNOWN, np.nan, values)
        market[row, places], quality[row, places] = block["market"], block["quality"]
    tickers = codes.astype(">i8").view(f"S{CODE_WIDTH}").astype(np.str_)
    doubles = rows - skipped - int((quality > 0).sum())
    return Panel(
        calendar,
        np.char.rstrip(tickers),
        **arrays,
        market=market,
        quality=quality,
        events=events,
        doubles=doubles,
    )
