"""Sectors in the market mail: the day's best and worst sector indices of KOSPI and KOSDAQ.

The OPEN API alone has them, from 08:00 of the next session on: a mail of the morning tells of the
session before, and says so.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

MARKETS = {"KOSPI": "코스피", "KOSDAQ": "코스닥"}
SHOWN = 3
"""Sectors at either end."""
QUERY = text(
    "SELECT l.index_class, l.name, p.change_rate AS rate, p.trade_date FROM index_price_daily p JOIN index_listing l"
    " USING (index_code) WHERE p.trade_date IN (:session, :before) AND p.change_rate IS NOT NULL"
    # Sizes, groups of companies and parts of KOSPI 200 and KOSDAQ 150 begin with the market's name; sectors do not.
    " AND l.index_class IN ('KOSPI', 'KOSDAQ') AND l.name NOT LIKE '코스피%' AND l.name NOT LIKE '코스닥%'"
    " ORDER BY p.trade_date DESC, p.change_rate DESC, l.name"
)
Row = dict[str, Any]


@dataclass(frozen=True)
class Sectors:
    """The sectors of one session.

    Attributes:
        day: that session; None where neither the session nor the one before it has any.
        markets: for each market its ``name``, and ``best`` and ``worst`` sectors with ``name`` and ``rate`` (percent).
    """

    day: date | None
    markets: list[Row]


def every(connection: Connection, session: date, before: date) -> tuple[date | None, dict[str, list[Row]]]:
    """Return the day of the sectors, and for each market its sectors with ``name`` and ``rate``, best first.

    They are those of ``session``, or of the session before it when none are stored.
    """
    found = connection.execute(QUERY, {"session": session, "before": before}).all()
    day = found[0].trade_date if found else None
    return day, {
        name: [
            {"name": row.name, "rate": row.rate} for row in found if row.index_class == market and row.trade_date == day
        ]
        for market, name in MARKETS.items()
    }


def of(connection: Connection, session: date, before: date) -> Sectors:
    """Return the sectors of ``session``, or where none is stored of the one before it."""
    day, found = every(connection, session, before)
    markets = []
    for name, own in found.items():
        if len(own) >= 2 * SHOWN:
            markets.append({"name": name, "best": own[:SHOWN], "worst": own[: -SHOWN - 1 : -1]})
    return Sectors(day if markets else None, markets)
