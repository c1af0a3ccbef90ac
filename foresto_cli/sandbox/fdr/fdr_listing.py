"""The daily listing file, which changes over the day it is named after."""

from datetime import date, datetime, time
from typing import NamedTuple

import numpy as np

from foresto_cli.sandbox.fdr import robot
from foresto_cli.sandbox.market import codes
from foresto_cli.sandbox.market.market_calendar import moment
from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.quotes import Quotes, with_volume
from foresto_cli.sandbox.market.whole_market import FINAL, Market
from foresto_cli.sandbox.wire import Answer, as_csv

LATE_SHARE = 0.4
"""Of the stocks, those whose last trades come late."""
FIRST_PRICES = time(9, 50)
CLOSED = time(15, 40)
NEW_CAPS = time(16, 0)
"""Between the close and this hour market caps are those of the day before."""
LATE_VOLUME = time(17, 50)
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
    """What a listing file shows: the session its rows belong to, seen at a moment."""

    session: date
    at: datetime


def view(market: Market, day: date, at: datetime, *, stale: bool = False) -> View:
    """Return what the listing file named ``day`` holds that the robot wrote at ``at``.

    The robot writes a session's file over all day: "-" at first, delayed prices from 09:50 on; after that it never
    touches it again, so that the session's last numbers stand in the file of the next day, written in the night and
    lost again when that is a session, too. Files of other days hold the last session. ``stale`` gives the session
    before the right one.
    """
    session = market.all_sessions[market.position(day)]
    if session == day and at.time() < robot.FIRST_RUN:
        session = market.previous(day)
    return View(market.previous(session) if stale else session, at)


def listing(market: Market, seen: View) -> Answer:
    """Return the file that shows ``seen``: by market cap, or in order of names while there are no prices."""
    listed = market.listed(seen.session)
    identity = [
        (stock.code, codes.isin(stock.code), name, stock.board, section)
        for stock, name, section in zip(listed.stocks, listed.names, listed.sections, strict=True)
    ]
    ends = [(shares, stock.market) for shares, stock in zip(listed.shares.tolist(), listed.stocks, strict=True)]
    live = seen.session == seen.at.date()
    if live and seen.at < moment(seen.session, FIRST_PRICES):
        nothing = ("-", "3") + ("",) * 8
        rows: list[tuple[object, ...]] = [(*first, *nothing, *last) for first, last in zip(identity, ends, strict=True)]
        return as_csv(LISTING, rows, numbered=True)
    quotes = _seen(market, seen).take(listed.tickers)
    old_caps = live and moment(seen.session, CLOSED) <= seen.at < moment(seen.session, NEW_CAPS)
    caps = (quotes.base if old_caps else quotes.close) * quotes.shares
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
    """Return the quotes of the page the robot copied; on the day itself some off-hours trades are missing yet."""
    found = market.shown(seen.session, seen.at)
    if seen.session != seen.at.date() or market.state(seen.session, seen.at) != FINAL:
        return found
    missing = 0.011 if seen.at < moment(seen.session, NEW_CAPS) else 0.008
    if seen.at < moment(seen.session, LATE_VOLUME):
        return with_volume(found, np.full(len(found.volume), 1 - missing))
    late = uniform(market.seed, 70, seen.session.toordinal(), np.arange(len(found.volume))) < LATE_SHARE
    return with_volume(found, np.where(late, 0.999, 1.0))
