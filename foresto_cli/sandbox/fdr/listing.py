"""The daily listing file, which changes over the day it is named after."""

from datetime import date, time
from typing import NamedTuple

import numpy as np

from foresto_cli.sandbox.market import codes
from foresto_cli.sandbox.market.market import FINAL, Market
from foresto_cli.sandbox.market.quotes import Quotes, with_volume
from foresto_cli.sandbox.wire import Answer, as_csv

UPDATED = time(9, 0)
"""Until now the file of a day holds the session before."""
FIRST_PRICES = time(9, 50)
FINAL_CAPS = time(18, 0)
FINAL_VOLUMES = time(18, 30)
EARLY_VOLUME = 0.97
"""Share of the final volume known before after-hours trading ends."""
LISTING = (
    "Code",
    "ISU_CD",
    "Name",
    "Market",
    "Dept",
    "Close",
    "ChangeCode",
    "Changes",
    "ChagesRatio",
    "Open",
    "High",
    "Low",
    "Volume",
    "Amount",
    "Marcap",
    "Stocks",
    "MarketId",
)


class View(NamedTuple):
    """What a listing file shows: the session its rows belong to, and how complete they are."""

    session: date
    blank: bool = False
    running: bool = False
    old_caps: bool = False
    early: bool = False


def view(market: Market, day: date, *, stale: bool = False) -> View:
    """Return what the listing file named ``day`` holds now.

    The file of a session is written over all day: until 09:00 it holds the session before, then "-", from 09:50
    delayed prices; market caps still use the previous close until 18:00 and volumes lack after-hours trades until
    18:30. Files of other days hold the last session. ``stale`` gives the session before the right one.
    """
    clock = market.now.time()
    today = day == market.now.date()
    session = market.newest if today else market.all_sessions[market.position(day)]
    running = today and session == day
    if stale or (running and clock < UPDATED):
        return View(market.previous(session))
    if not running:
        return View(session)
    open_now = market.state(day) != FINAL
    return View(session, clock < FIRST_PRICES, open_now, clock < FINAL_CAPS, clock < FINAL_VOLUMES)


def listing(market: Market, seen: View) -> Answer:
    """Return the file that shows ``seen``: by market cap, or in order of names while there are no prices."""
    listed = market.listed(seen.session)
    identity = [
        (stock.code, codes.isin(stock.code), name, stock.board, stock.section)
        for stock, name in zip(listed.stocks, listed.names, strict=True)
    ]
    ends = [(shares, stock.market) for shares, stock in zip(listed.shares.tolist(), listed.stocks, strict=True)]
    if seen.blank:
        nothing = ("-", "3") + ("",) * 8
        rows: list[tuple[object, ...]] = [(*first, *nothing, *last) for first, last in zip(identity, ends, strict=True)]
        return as_csv(LISTING, rows, numbered=True)
    quotes = _seen(market, seen).take(listed.tickers)
    caps = (quotes.base if seen.old_caps else quotes.close) * quotes.shares
    columns = (
        quotes.close,
        quotes.direction,
        quotes.change,
        quotes.rate,
        quotes.open,
        quotes.high,
        quotes.low,
        quotes.volume,
        quotes.value,
        caps,
    )
    values = zip(*(column.tolist() for column in columns), strict=True)
    whole = [(*first, *middle, *last) for first, middle, last in zip(identity, values, ends, strict=True)]
    return as_csv(LISTING, [whole[row] for row in np.argsort(-caps, kind="stable").tolist()], numbered=True)


def _seen(market: Market, seen: View) -> Quotes:
    if seen.running:
        return market.quotes_so_far(seen.session)
    found = market.quotes(seen.session)
    return with_volume(found, EARLY_VOLUME) if seen.early else found
