"""Merging a list into what is stored: what one does not give stays, and who is missing in it has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

from foresto_cli.calendar import Calendar
from foresto_cli.datasets.listed.list_tables import fdr_stock_listing
from foresto_cli.store.upsert import Counts, Row, upsert

RECENT = timedelta(days=14)
"""Somebody without a price for so long, and in no list, has left."""
LAST_PRICED = text(
    "SELECT ticker, max(trade_date) AS last_day FROM stock_price_daily WHERE ticker = ANY(:tickers) GROUP BY ticker"
)


def describe(connection: Connection, rows: Sequence[Row], provenance: Row) -> Counts:
    """Fill in descriptions without touching names and markets, which the current list knows better."""
    without = ("name", "market")
    plain = [{name: value for name, value in row.items() if name not in without} for row in rows]
    names = list(plain[0]) if plain else []
    if not names:
        return Counts()
    fixed = connection.execute(
        text("SELECT ticker, name, market, is_listed, as_of_date, source_id FROM fdr_stock_listing")
    )
    known = {row.ticker: row._asdict() for row in fixed}
    return upsert(connection, fdr_stock_listing, [{**row, **known[row["ticker"]]} for row in plain], provenance)


def with_values(connection: Connection, rows: Sequence[Row], session: date, *, has_shares: bool) -> list[Row]:
    """Add the market value by the stored close of the same session; none where there is no such price."""
    prices = connection.execute(
        text(
            "SELECT ticker, close_price, market_cap FROM stock_price_daily"
            " WHERE trade_date = :day AND quality_flag <> 'ADJUSTED'"
        ),
        {"day": session},
    )
    known = {row.ticker: row for row in prices}

    def value(row: Row) -> int | None:
        price = known.get(row["ticker"])
        if price is None:
            return None
        return int(price.close_price * row["shares"]) if has_shares and row["shares"] else price.market_cap

    return [{**row, "marcap": value(row)} for row in rows]


def with_known_names(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Leave the exchange's own names and markets where they are known."""
    found = connection.execute(
        text("SELECT ticker, name, market FROM fdr_stock_listing WHERE source_id <> 'NAVER' AND is_listed")
    )
    known = {row.ticker: row._asdict() for row in found}
    return [{**row, **known.get(row["ticker"], {})} for row in rows]


@dataclass(frozen=True)
class Gone:
    """How to judge who is missing in a list.

    Attributes:
        session: the session of the list.
        calendar: the sessions.
        markets: what the list covers.
        is_official: the list is the exchange's; by another one, only who has no recent price either has left.
    """

    session: date
    calendar: Calendar
    markets: frozenset[str]
    is_official: bool


def mark_gone(connection: Connection, listed: Sequence[str], gone: Gone, provenance: Row) -> Counts:
    """Mark who is missing in a list, in the markets that it covers, as delisted since the first session without it.

    That is the one after its last price; without prices, that of the list. The reason is not known.
    """
    missing = connection.scalars(
        text(
            "SELECT ticker FROM fdr_stock_listing WHERE is_listed AND ticker <> ALL(:tickers)"
            " AND split_part(market, ' ', 1) = ANY(:markets) AND as_of_date <= :day"
        ),
        {"tickers": list(listed), "markets": list(gone.markets), "day": gone.session},
    ).all()
    last = {row.ticker: row.last_day for row in connection.execute(LAST_PRICED, {"tickers": list(missing)})}
    left = [one for one in missing if gone.is_official or (one in last and last[one] < gone.session - RECENT)]
    for ticker in left:
        after = min(gone.calendar.following(last[ticker]), gone.session) if ticker in last else gone.session
        connection.execute(
            text(
                "UPDATE fdr_stock_listing SET is_listed = false, delisting_date = :left, delisting_reason = NULL,"
                " batch_id = :batch_id, updated_at = :updated_at WHERE ticker = :ticker"
            ),
            {**provenance, "ticker": ticker, "left": after},
        )
    return Counts(changed=len(left))


def markets_of(rows: Sequence[Row]) -> frozenset[str]:
    """Return the markets, without their segments, that a list covers."""
    return frozenset(row["market"].split(" ")[0] for row in rows)
