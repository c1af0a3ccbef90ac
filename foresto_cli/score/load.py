"""Reading what the scores of one day, or of many, are made of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from sqlalchemy import Connection, text

from foresto_cli.score import panel, scored_dividends, scored_reports
from foresto_cli.score.compute import Inputs
from foresto_cli.score.panel import Panel

NAMES = text(
    "WITH priced AS MATERIALIZED (SELECT trade_date, ticker, name FROM stock_price_daily"
    " WHERE trade_date = ANY(:days) AND (CAST(:tickers AS text[]) IS NULL OR ticker = ANY(:tickers)))"
    " SELECT p.trade_date, p.ticker, coalesce(p.name, (SELECT h.name FROM stock_history h WHERE h.ticker = p.ticker"
    " AND h.valid_from <= p.trade_date ORDER BY h.valid_from DESC LIMIT 1), l.name, '') AS name"
    " FROM priced p LEFT JOIN fdr_stock_listing l ON l.ticker = p.ticker"
)

MARKETS = text("SELECT ticker, ascii(substr(market, 4, 1)) AS market FROM fdr_stock_listing WHERE length(market) > 3")


def names_on(
    connection: Connection, days: Sequence[date], tickers: Sequence[str] | None = None
) -> dict[date, dict[str, str]]:
    """Return day → ticker → name of that day; where the prices have none, the history's, then the listing's."""
    found: dict[date, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(NAMES, {"days": list(days), "tickers": None if tickers is None else list(tickers)}):
        found[row.trade_date][row.ticker] = row.name
    return dict(found)


def inputs(connection: Connection, day: date) -> Inputs:
    """Read what a score of ``day`` needs, and nothing that was known later."""
    sessions = panel.sessions_until(connection, day)
    found = _prices(connection, sessions[0], sessions[-1]) if sessions else panel.assembled([], [], [])
    return Inputs(
        found, names_on(connection, [day]), scored_reports.read(connection, day), scored_dividends.read(connection, day)
    )


def history(connection: Connection, days: Sequence[date], until: date) -> Inputs:
    """Read once what the scores of all ``days`` need, with prices up to ``until``."""
    first = panel.sessions_until(connection, days[0])[0]
    return Inputs(
        _prices(connection, first, until),
        names_on(connection, days),
        scored_reports.read(connection, days[-1], days[0].year - scored_reports.YEARS),
        scored_dividends.read(connection, days[-1], days[0] - scored_dividends.YEARS * scored_dividends.YEAR),
    )


def of_stocks(connection: Connection, day: date, tickers: Sequence[str]) -> Inputs:
    """Read what the values of ``tickers`` on ``day`` are made of: no rows of other stocks."""
    sessions = panel.sessions_until(connection, day)
    found = _prices(connection, sessions[0], sessions[-1], tickers)
    names = {day: dict.fromkeys(tickers, "")} | names_on(connection, [day], tickers)
    return Inputs(found, names, scored_reports.read(connection, day), scored_dividends.read(connection, day))


def _prices(connection: Connection, first: date, last: date, tickers: Sequence[str] | None = None) -> Panel:
    """Read prices; a stock whose rows do not say their market (charts) is in the market of the listing.

    Without that nobody would be compared with anybody where charts are all there is.
    """
    found = panel.read(connection, first, last, tickers)
    not_said = found.market == panel.NOT_SAID
    if not not_said.any():
        return found
    listed = {row.ticker: row.market for row in connection.execute(MARKETS)}
    markets = np.array([listed.get(ticker, panel.NOT_SAID) for ticker in found.tickers.tolist()], np.uint8)
    return replace(found, market=np.where(not_said, markets, found.market))
