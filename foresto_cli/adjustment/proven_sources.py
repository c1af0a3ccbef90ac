"""Which sources show the regular close although the after-market may be in their numbers: checked, not believed.

Nobody could ask KRX which close its pages by date, or FSC's open data, show since 2026-09-14. So the program compares
what each gave with the next session's base prices: equal for every stock without an event candidate over five sessions
is a proof for this regime; one difference takes it back.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.regimes import AFTER_MARKET_SINCE, final_at

if TYPE_CHECKING:
    from datetime import date

SESSIONS = 5
CANDIDATES = ("KRX", "FSC")
FEWEST_STOCKS = 30
"""Compared closes a session, at least: a handful proves nothing."""

COMPARE = text(
    """
WITH read_late AS (
  SELECT CAST(unit AS date) AS day FROM unit_ledger
  WHERE dataset = 'prices.day' AND source_id = :source AND status IN ('done', 'provisional')
    AND CAST(unit AS date) >= :since AND asked_at <= :now
), compared AS (
  SELECT p.trade_date, n.prev_close <> COALESCE(CAST(p.basis_evidence ->> 'shown_close' AS numeric), p.close_price)
    AS is_other
  FROM read_late r
  JOIN stock_price_daily p ON p.trade_date = r.day AND p.source_id = :source
  JOIN LATERAL (
    SELECT prev_close, shares_outstanding, market FROM stock_price_daily n
    WHERE n.ticker = p.ticker AND n.trade_date > p.trade_date AND n.quality_flag <> 'ADJUSTED'
    ORDER BY n.trade_date LIMIT 1
  ) n ON true
  WHERE p.volume > 0 AND p.market <> 'KONEX' AND n.prev_close > 0
    AND (p.price_basis = 'EXTENDED' OR p.basis_evidence ->> 'shown_basis' = 'EXTENDED' OR :is_proven)
    AND n.shares_outstanding IS NOT DISTINCT FROM p.shares_outstanding
    AND n.prev_close BETWEEN p.low_price AND p.high_price
)
SELECT count(*) AS sessions, COALESCE(sum(stocks), 0) AS stocks, COALESCE(sum(differing), 0) AS differing FROM (
  SELECT trade_date, count(*) AS stocks, count(*) FILTER (WHERE is_other) AS differing FROM compared
  GROUP BY 1 HAVING count(*) >= :fewest ORDER BY 1 DESC LIMIT :sessions) AS newest
"""
)
REMEMBER = text(
    "INSERT INTO price_source_proof (source_id, regime_since, is_regular, sessions, stocks, differing, checked_at)"
    " VALUES (:source, :since, :is_regular, :sessions, :stocks, :differing, :now)"
    " ON CONFLICT (source_id, regime_since) DO UPDATE SET is_regular = excluded.is_regular,"
    " sessions = excluded.sessions, stocks = excluded.stocks, differing = excluded.differing,"
    " checked_at = excluded.checked_at"
)
DOUBT_ROWS = text(
    "UPDATE stock_price_daily SET price_basis = 'EXTENDED', quality_flag = 'PROVISIONAL'"
    " WHERE trade_date >= :since AND source_id = :source AND quality_flag = 'NORMAL' AND basis_evidence IS NULL"
    " RETURNING trade_date"
)
DOUBT_UNITS = text(
    "UPDATE unit_ledger SET status = 'provisional' WHERE dataset = 'prices.day' AND status = 'done'"
    " AND source_id = :source AND unit = ANY(:units)"
)
READ = text(
    "SELECT CAST(unit AS date) AS day, asked_at FROM unit_ledger WHERE dataset = 'prices.day' AND source_id = :source"
    " AND status = 'provisional' AND CAST(unit AS date) >= :since"
)
BELIEVE_ROWS = text(
    "UPDATE stock_price_daily SET price_basis = 'REGULAR', quality_flag = 'NORMAL' WHERE trade_date = ANY(:days)"
    " AND source_id = :source AND quality_flag = 'PROVISIONAL' AND price_basis = 'EXTENDED'"
)
BELIEVE_UNITS = text(
    "UPDATE unit_ledger SET status = 'done', reason = NULL WHERE dataset = 'prices.day' AND source_id = :source"
    " AND unit = ANY(:units)"
)
NOTE = text(
    "INSERT INTO adjustment_pending (trade_date, noted_at) SELECT unnest(CAST(:days AS date[])), :now"
    " ON CONFLICT (trade_date) DO NOTHING"
)


def proven(connection: Connection) -> frozenset[str]:
    """Return the sources whose closes are proved to be the regular ones under today's trading hours."""
    found = connection.scalars(
        text("SELECT source_id FROM price_source_proof WHERE is_regular AND regime_since = :since"),
        {"since": AFTER_MARKET_SINCE},
    )
    return frozenset(found)


def weigh(connection: Connection) -> None:
    """Compare the newest sessions of each source with the base prices after them, and remember what follows.

    A source that was believed and is found wrong loses that: its rows are provisional again and looked at anew. One
    that is proved now settles what it gave of sessions that were over.
    """
    believed = proven(connection)
    for source in CANDIDATES:
        given = {"source": source, "since": AFTER_MARKET_SINCE, "now": clock.wall()}
        sizes = {"fewest": FEWEST_STOCKS, "sessions": SESSIONS, "is_proven": source in believed}
        row = connection.execute(COMPARE, {**given, **sizes}).one()
        if not row.sessions:
            continue
        is_regular = not row.differing and (row.sessions >= SESSIONS or source in believed)
        connection.execute(REMEMBER, {**given, **row._asdict(), "is_regular": is_regular})
        days: list[date] = []
        if source in believed and not is_regular:
            days = sorted(set(connection.scalars(DOUBT_ROWS, given)))
            connection.execute(DOUBT_UNITS, {**given, "units": [f"{day}" for day in days]})
        elif is_regular:
            read = connection.execute(READ, given).all()
            days = [row.day for row in read if row.asked_at.replace(tzinfo=clock.KST) >= final_at(row.day)]
            connection.execute(BELIEVE_ROWS, {**given, "days": days})
            connection.execute(BELIEVE_UNITS, {**given, "units": [f"{day}" for day in days]})
        connection.execute(NOTE, {**given, "days": days})
