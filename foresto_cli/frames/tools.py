"""What an assistant may ask over MCP: the functions of the Python interface, with results small enough to be read."""

import json
from typing import TYPE_CHECKING, Any

from foresto_cli.frames import company_frames, market_frames, price_frames, screen_frames, session, sql_frames
from foresto_cli.screens.screen_fields import FIELDS
from foresto_cli.store import catalogue

if TYPE_CHECKING:
    from pandas import DataFrame

USUAL_ROWS, MOST_ROWS = 100, 1_000
"""Rows of an answer, unless more are asked for; and at most."""
Answer = dict[str, Any]


def daily_prices(
    ticker: str, since: str = "", until: str = "", *, adjusted: bool = True, rows: int = USUAL_ROWS
) -> Answer:
    """Daily open, high, low, close (won) and volume of a stock, ETF or index, by code or Korean name; newest rows kept.

    Days are written 2024, 2024-03 or 2024-03-29. Adjusted prices take out splits and issues, not dividends.
    """
    found = price_frames.prices(ticker, since or None, until or None, adjusted=adjusted)
    return _answer(found, rows, newest=True)


def listed_stocks(as_of: str = "", rows: int = USUAL_ROWS) -> Answer:
    """Stocks now (price, market value, PER, PBR, ROE, score …), or those that had a price on a past day."""
    return _answer(market_frames.listing(as_of or None), rows)


def compass_scores(ticker: str = "", since: str = "", rows: int = USUAL_ROWS) -> Answer:
    """Compass Scores (0 to 100) with four axes: all of the newest day, the best first, or the history of one stock."""
    found = market_frames.scores(ticker or None, since or None)
    if not ticker:
        return _answer(found.sort_values("total_score", ascending=False), rows)
    return _answer(found, rows, newest=True)


def company_statements(ticker: str, form: str = "quarter", as_of: str = "", rows: int = USUAL_ROWS) -> Answer:
    """Statements of a company: form is quarter, ttm, annual or versions; as_of: as they were known on that day."""
    return _answer(company_frames.statements(ticker, form, as_of or None), rows, newest=True)


def valuations(ticker: str = "", since: str = "", until: str = "", rows: int = USUAL_ROWS) -> Answer:
    """PER, PBR, PSR and dividend yield by what was known on each day: of one stock, or of all on one day (until)."""
    return _answer(company_frames.valuation(ticker or None, since or None, until or None), rows, newest=bool(ticker))


def company_filings(ticker: str = "", since: str = "", rows: int = USUAL_ROWS) -> Answer:
    """Filings at DART, the newest first, of one company or of all."""
    return _answer(company_frames.filings(ticker or None, since or None), rows)


def screen_stocks(condition: str, as_of: str = "", sort: str = "-score", rows: int = USUAL_ROWS) -> Answer:
    """Stocks that fulfil conditions, on any day, as ``score > 70 and market_cap > 1e12 and not designated``.

    Names are those of the tool screen_names. With ``-`` before the name in sort the largest come first.
    """
    return _answer(screen_frames.screen(condition, as_of or None, sort=sort), rows)


def screen_names() -> Answer:
    """Names that screen_stocks understands, with their meaning and unit."""
    return {"names": {one.name: one.label for one in FIELDS}}


def tables(table: str = "") -> Answer:
    """Tables and views with their meaning, or the columns of one with unit and meaning, for sql."""
    with session.reading() as connection:
        found = catalogue.columns(connection, table) if table else catalogue.relations(connection)
        return {"rows": [[_plain(value) for value in row] for row in found]}


def sql(statement: str, rows: int = USUAL_ROWS) -> Answer:
    """Rows of one SQL statement (PostgreSQL), which can only read, within 60 seconds."""
    return _answer(sql_frames.sql(statement), rows)


TOOLS = (
    daily_prices,
    listed_stocks,
    compass_scores,
    company_statements,
    valuations,
    company_filings,
    screen_stocks,
    screen_names,
    tables,
    sql,
)


def _answer(found: "DataFrame", rows: int, *, newest: bool = False) -> Answer:
    """Return the first rows, or the newest of a history, and how many there are."""
    most = max(1, min(rows, MOST_ROWS))
    kept = (found.tail(most) if newest else found.head(most)).reset_index(drop=found.index.names == [None])
    plain: Answer = json.loads(kept.to_json(orient="split", date_format="iso", date_unit="s", index=False))
    return {"columns": plain["columns"], "rows": plain["data"], "rows_in_all": len(found)}


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str | bool | None) else str(value)
