"""What official numbers of a session make of what is stored of it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli.regimes import AFTER_MARKET_SINCE
from foresto_cli.store.upsert import Counts, Row


def settled_closes(connection: Connection, day: date, rows: Sequence[Row]) -> Counts:
    """Return how many provisional closes of ``day`` the official ``rows`` confirm, and how many of them they correct.

    Before the after-market began a provisional close was the regular one anyway: nothing is counted.
    """
    if day < AFTER_MARKET_SINCE:
        return Counts()
    stored = connection.execute(
        text(
            "SELECT ticker, close_price FROM stock_price_daily WHERE trade_date = :day AND quality_flag = 'PROVISIONAL'"
        ),
        {"day": day},
    )
    official = {row["ticker"]: row["close_price"] for row in rows}
    pairs = [(row.close_price, official[row.ticker]) for row in stored if row.ticker in official]
    return Counts(confirmed=len(pairs), corrected=sum(before != now for before, now in pairs))


def drop_unknown(connection: Connection, day: date, rows: Sequence[Row]) -> None:
    """Delete the rows of ``day`` whose stock neither its official ``rows`` have nor the listing, gone ones included."""
    known = connection.scalars(text("SELECT ticker FROM fdr_stock_listing")).all()
    if known:
        connection.execute(
            text(
                "DELETE FROM stock_price_daily WHERE trade_date = :day AND ticker <> ALL(:tickers)"
                " AND quality_flag <> 'ADJUSTED'"
            ),
            {"day": day, "tickers": list({*known, *(row["ticker"] for row in rows)})},
        )
