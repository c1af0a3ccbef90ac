"""Which sessions have to be looked at again: those written to, and those whose past changed under them.

A row's event follows from the row, the three stored rows of its ticker before it, and who else is on its day. So a
session that arrives late concerns itself and, ticker by ticker, the next three rows: the three stored sessions after
it, and further days for tickers that were away in between.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.store import price_sessions

REACH = 3
"""Stored rows over which a row concerns later ones: the long halt of the rules."""
DECIDED = text(
    "SELECT p.ticker, p.trade_date, p.quality_flag, p.adj_factor, p.adj_event,"
    " p.adj_event IS NOT NULL AND coalesce(jsonb_exists(p.adj_evidence, 'override'), false) AS is_override"
    " FROM stock_price_daily p JOIN unnest(CAST(:tickers AS text[]), CAST(:days AS date[])) AS o (ticker, trade_date)"
    " USING (ticker, trade_date)"
    " UNION SELECT ticker, trade_date, quality_flag, adj_factor, adj_event, true FROM stock_price_daily"
    " WHERE adj_event IS NOT NULL AND jsonb_exists(adj_evidence, 'override')"
)
"""Rows of whose event an override speaks, or spoke."""
RETURNS = text(
    "WITH present AS (SELECT DISTINCT ticker FROM stock_price_daily"
    " WHERE trade_date BETWEEN :first AND :last AND quality_flag <> 'ADJUSTED'),"
    " near AS (SELECT ticker, count(*) AS found FROM stock_price_daily"
    " WHERE trade_date = ANY(:near) AND quality_flag <> 'ADJUSTED' GROUP BY 1)"
    " SELECT DISTINCT later.trade_date FROM present LEFT JOIN near USING (ticker)"
    " CROSS JOIN LATERAL (SELECT p.trade_date FROM stock_price_daily p WHERE p.ticker = present.ticker"
    " AND p.trade_date > :end AND p.quality_flag <> 'ADJUSTED' ORDER BY 1 LIMIT :reach) AS later"
    " WHERE COALESCE(near.found, 0) < :reach"
)


def note_pending(connection: Connection, day: date) -> None:
    """Remember in the caller's transaction that the prices, or the opening, of ``day`` are not what they were."""
    connection.execute(
        text(
            "INSERT INTO adjustment_pending (trade_date, noted_at) VALUES (:day, :now)"
            " ON CONFLICT (trade_date) DO UPDATE SET noted_at = excluded.noted_at"
        ),
        {"day": day, "now": clock.wall()},
    )


def pending_days(connection: Connection) -> list[date]:
    """Return the sessions to be looked at, oldest first."""
    return list(connection.scalars(text("SELECT trade_date FROM adjustment_pending ORDER BY 1")))


def forget(connection: Connection, days: Sequence[date]) -> None:
    """Take ``days`` off the list."""
    connection.execute(text("DELETE FROM adjustment_pending WHERE trade_date = ANY(:days)"), {"days": list(days)})


def after(sessions: Sequence[date], day: date) -> list[date]:
    """Return the stored sessions that a change of ``day`` reaches."""
    place = bisect_right(sessions, day)
    return list(sessions[place : place + REACH])


def note_overrides(connection: Connection) -> None:
    """Note the days on which an override is not what is stored, or is gone."""
    wanted = {
        (row.ticker, row.trade_date): (row.factor, row.event)
        for row in connection.execute(text("SELECT ticker, trade_date, factor, event FROM adjustment_override"))
    }
    given = {"tickers": [ticker for ticker, _ in wanted], "days": [day for _, day in wanted]}
    stored = connection.execute(DECIDED, given).all()
    other = {
        row.trade_date
        for row in stored
        if row.quality_flag != "ADJUSTED"
        and wanted.get((row.ticker, row.trade_date), (row.adj_factor, row.adj_event)) != (row.adj_factor, row.adj_event)
    }
    gone = {row.trade_date for row in stored if row.is_override and (row.ticker, row.trade_date) not in wanted}
    _note(connection, other | gone)


def note_returns(connection: Connection) -> None:
    """Note the days on which a ticker came back that was away for the three sessions after a noted one."""
    noted = pending_days(connection)
    if not noted:
        return
    sessions = price_sessions.official_since(connection, noted[0])
    for first, last in _runs(noted, sessions):
        near = after(sessions, last)
        if not near or near[-1] == sessions[-1]:
            continue
        given = {"first": first, "last": last, "near": near, "end": near[-1], "reach": REACH}
        _note(connection, connection.scalars(RETURNS, given).all())


def _note(connection: Connection, days: Collection[date]) -> None:
    """Note ``days`` that are not noted yet."""
    if days:
        connection.execute(
            text(
                "INSERT INTO adjustment_pending (trade_date, noted_at) SELECT unnest(CAST(:days AS date[])), :now"
                " ON CONFLICT (trade_date) DO NOTHING"
            ),
            {"days": sorted(days), "now": clock.wall()},
        )


def _runs(days: Sequence[date], sessions: Sequence[date]) -> list[tuple[date, date]]:
    """Return (first, last) of stretches of ``days`` that reach from one to the next."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and bisect_right(sessions, day) - bisect_right(sessions, runs[-1][1]) <= REACH:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
