"""Checks of what should have been dealt with: doubtful or unexamined price events, failed units, open runs."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.collecting.checks import Rows, Scope
from foresto_cli.store import newer

STALLED = timedelta(minutes=10)


def doubtful_events(scope: Scope) -> Rows:
    """Find price events of the newest sessions that a person should look at."""
    return scope.rows(
        text(
            "SELECT ticker, trade_date, adj_event, adj_factor FROM stock_price_daily"
            " WHERE adj_review AND adj_event IS NOT NULL AND trade_date >= :first ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
    )


def wrong_adjusted_closes(scope: Scope) -> Rows:
    """Find adjusted closes that differ from the close although nothing after that day re-based the price."""
    return scope.rows(
        text(
            "SELECT p.ticker, p.trade_date, p.close_price, p.adj_close_price FROM stock_price_daily p"
            " WHERE p.trade_date >= :first AND p.adj_close_price IS DISTINCT FROM p.close_price"
            " AND NOT EXISTS (SELECT FROM stock_price_daily e WHERE e.ticker = p.ticker"
            " AND e.trade_date > p.trade_date AND e.adj_event IS NOT NULL AND e.adj_factor <> 1) ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
    )


def unadjusted_days(scope: Scope) -> Rows:
    """Find sessions whose neighbourhood has not been looked at for price events yet."""
    return scope.rows(text("SELECT trade_date AS 거래일 FROM adjustment_pending ORDER BY 1"))


# The newest stored session is provisional until an official source or the next base prices settle it.
UNSETTLED = text(
    "SELECT dataset, unit, status, reason FROM unit_ledger u WHERE status = 'failed'"  # noqa: S608  # our own words
    " OR (status = 'provisional' AND dataset = 'prices.day' AND unit < (SELECT CAST(max(trade_date) AS text)"
    " FROM stock_price_daily WHERE quality_flag <> 'ADJUSTED'))"
    " OR (reason LIKE '%행을 뺐습니다%' AND asked_at >= :first AND status IN ('done', 'provisional')"
    f" AND (dataset, unit) NOT IN ({newer.SUPERSEDED})) ORDER BY 1, 2"
)


def unsettled_units(scope: Scope) -> Rows:
    """Find units that failed, or left rows out lately, and provisional days that a later session should have proved."""
    return scope.rows(UNSETTLED, first=scope.sessions[0])


def unreadable_units(scope: Scope) -> Rows:
    """Find units whose answer was twice not understood, in the same words; nobody asks for them any more."""
    return scope.rows(
        text(
            "SELECT dataset, unit, refused_version AS foresto, refusal AS reason FROM unit_ledger"
            " WHERE refused_version IS NOT NULL ORDER BY 1, 2"
        )
    )


def stalled_runs(scope: Scope) -> Rows:
    """Find runs that never closed: no heartbeat for ten minutes."""
    return scope.rows(
        text(
            "SELECT id, job_name, started_at, heartbeat_at FROM data_collection_log"
            " WHERE status = 'running' AND heartbeat_at NOT BETWEEN :limit AND :believable ORDER BY 1"
        ),
        limit=scope.now.replace(tzinfo=None) - STALLED,
        believable=scope.now.replace(tzinfo=None) + clock.LEEWAY,
    )
