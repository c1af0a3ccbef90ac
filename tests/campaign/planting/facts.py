"""What hand-written kinds name: days counted from the newest session, a small stock, one with a split."""

from sqlalchemy import Connection, text

STEADY = (
    "SELECT ticker FROM stock_price_daily GROUP BY ticker HAVING count(*) = (SELECT count(DISTINCT trade_date)"
    " FROM stock_price_daily) AND min(volume) > 0 AND count(adj_event) = 0 AND min(market) = 'KOSDAQ'"
    " AND max(shares_outstanding) = min(shares_outstanding) ORDER BY avg(market_cap) LIMIT 3"
)
SPLIT = (
    "SELECT ticker, trade_date FROM stock_price_daily WHERE adj_event IS NOT NULL AND abs(adj_factor - 1) > 0.2"
    " ORDER BY trade_date DESC LIMIT 1"
)
PAST = 400
"""More sessions than any database of the campaign has."""


def gathered(connection: Connection) -> dict[str, str]:
    """Return every fact by the name under which kinds use it: ``{d10}``, ``{old}``, ``{small}``, ``{split_day}``."""
    newest = "SELECT DISTINCT trade_date FROM stock_price_daily ORDER BY 1 DESC"
    days = [f"{day}" for day in connection.scalars(text(newest))]
    found = {f"d{number}": days[min(number, len(days) - 1)] for number in range(PAST)}
    found["old"] = days[-6]
    found["small"], found["small2"], found["small3"] = connection.scalars(text(STEADY)).all()
    split = connection.execute(text(SPLIT)).first() or (found["small"], found["d10"])
    found["split"], found["split_day"] = map(str, split)
    return found
