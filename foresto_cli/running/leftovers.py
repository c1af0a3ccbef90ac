"""Checks of what should have been dealt with: failed units, unreadable ones, open runs."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.collecting.checks import AGAIN, INFO, RETRY, WARNING, Rows, Scope, Units, check
from foresto_cli.store import newer
from foresto_cli.store.fragments import sql

STALLED = timedelta(minutes=10)
TWO_WEEKS = timedelta(days=14)
"""So long after it was read too early, anything has been asked for once more."""


# The newest stored session is provisional until an official source or the next base prices settle it.
UNSETTLED = sql(
    "SELECT dataset, unit, status, reason FROM unit_ledger u WHERE status = 'failed'"
    " OR (status = 'provisional' AND dataset = 'prices.day' AND unit < (SELECT CAST(max(trade_date) AS text)"
    " FROM stock_price_daily WHERE quality_flag <> 'ADJUSTED'))"
    " OR (status = 'provisional' AND dataset <> 'prices.day' AND asked_at < :weeks_ago"
    " AND (dataset, unit) NOT IN ({superseded}))"
    " OR (reason LIKE '%행을 뺐습니다%' AND asked_at >= :first AND status IN ('done', 'provisional')"
    " AND (dataset, unit) NOT IN ({superseded})) ORDER BY 1, 2",
    superseded=newer.SUPERSEDED,
)


def _failed(_scope: Scope, rows: Rows) -> Units:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["dataset"], []).append(row["unit"])
    return found


@check(
    "ledger.unsettled",
    "실패했거나 잠정인 단위",
    WARNING,
    "unit_ledger",
    "실패한 단위와 묵은 잠정 시세가 없다",
    RETRY,
    units=_failed,
)
def unsettled_units(scope: Scope) -> Rows:
    """Find units that failed, or left rows out lately, and provisional days that a later session should have proved."""
    return scope.rows(UNSETTLED, first=scope.sessions[0], weeks_ago=scope.now.replace(tzinfo=None) - TWO_WEEKS)


@check(
    "ledger.unreadable",
    "응답을 읽을 수 없는 단위",
    INFO,
    "unit_ledger",
    "같은 응답을 두 번 이해하지 못한 단위가 없다",
    AGAIN,
)
def unreadable_units(scope: Scope) -> Rows:
    """Find units whose answer was twice not understood, in the same words; nobody asks for them any more."""
    return scope.rows(
        text(
            "SELECT dataset, unit, refused_version AS foresto, refusal AS reason FROM unit_ledger"
            " WHERE refused_version IS NOT NULL ORDER BY 1, 2"
        )
    )


@check(
    "runs.closed",
    "닫히지 않은 실행",
    WARNING,
    "data_collection_log",
    "실행 중인 작업은 10분 안에 살아 있음을 알린다",
    RETRY,
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
