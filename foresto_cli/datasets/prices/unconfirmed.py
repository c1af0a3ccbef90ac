"""A day of which nobody knows yet whether the exchange opened."""

from datetime import date

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.regimes import closes_at

DAYS = "prices.day"
"""Market days of prices in the ledger; here for whoever needs no more of them than their name."""


def is_unconfirmed(connection: Connection, session: date) -> bool:
    """Say whether ``session``, which the calendar expects, may have been a holiday that no calendar knew.

    It may when there is no price of it and the KOSPI, asked after the close, has no level for it nor for a later day.
    The first later day settles it: the exchange was closed, or prices are missing.
    """
    row = connection.execute(
        text(
            "SELECT EXISTS (SELECT 1 FROM stock_price_daily WHERE trade_date = :day) AS priced,"
            " EXISTS (SELECT 1 FROM unit_ledger WHERE dataset = 'prices.day' AND unit = CAST(:day AS text)) AS settled,"
            " EXISTS (SELECT 1 FROM index_price_daily WHERE index_code = 'KOSPI' AND trade_date >= :day) AS traded,"
            " EXISTS (SELECT 1 FROM unit_ledger WHERE dataset = 'prices.index' AND unit LIKE 'KOSPI:%'"
            " AND status IN ('done', 'provisional', 'no_data') AND asked_at BETWEEN :close AND :believable) AS asked"
        ),
        {"day": session, "close": closes_at(session).replace(tzinfo=None), "believable": clock.believable()},
    ).one()
    return bool(row.asked) and not (row.priced or row.settled or row.traded)
