"""History does not grow for ever: runs, findings, ended incidents and counts of requests go when they are old.

What is stored of the market is never touched. The newest run of every job stays however old it is: that it ran, and
when, is what late jobs are told by; so do open incidents and runs under way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import UsageError
from foresto_cli.running.results import Result
from foresto_cli.store.fragments import Fragment, sql

RUN_DAYS, FINDING_DAYS = 365, 90
LEAST_DAYS = 35
"""Checks compare with runs of a month ago, and schedules with those of the last start."""
LABELS = {
    "data_collection_log": "실행",
    "data_quality_log": "검증 결과",
    "ops_alert": "끝난 알림",
    "upstream_usage": "요청 수",
}

# In this order: what names a run goes before it.
OLD = {
    "data_quality_log": Fragment("created_at < :findings"),
    "alert_delivery": Fragment("alert_id IN (SELECT alert_id FROM ops_alert WHERE resolved_at < :runs)"),
    "ops_alert": Fragment("resolved_at < :runs"),
    "upstream_usage": Fragment("usage_date < :runs"),
    "data_collection_log": Fragment(
        "started_at < :runs AND status <> 'running'"
        " AND id NOT IN (SELECT max(id) FROM data_collection_log WHERE status <> 'running' GROUP BY job_name)"
        " AND id NOT IN (SELECT chain_id FROM data_collection_log WHERE chain_id IS NOT NULL AND started_at >= :runs)"
    ),
}


@dataclass(kw_only=True)
class Pruned(Result):
    """Deleted rows by table."""

    pruned: dict[str, int]


def prune(app: App, days: int = RUN_DAYS, finding_days: int = FINDING_DAYS, *, dry_run: bool = False) -> Pruned:
    """Delete what is older than ``days`` (runs, ended incidents, counts) or ``finding_days`` (findings).

    Args:
        app: what the command works with.
        days: of runs that stay.
        finding_days: of findings that stay.
        dry_run: only count.

    Raises:
        UsageError: so little would stay that checks and schedules could not look back.
    """
    for name, given in (("--days", days), ("--finding-days", finding_days)):
        if given < LEAST_DAYS:
            raise UsageError(f"{name} {given}: {LEAST_DAYS} 이상을 적으세요. 검증이 지난달의 실행과 견줍니다.")
    started = clock.monotonic()
    with app.engine.begin() as connection:
        pruned = _counted(connection, days, finding_days) if dry_run else _deleted(connection, days, finding_days)
    told = " · ".join(f"{label} {pruned[name]:,}건" for name, label in LABELS.items())
    word = "지울 것" if dry_run else "지운 것"
    return Pruned(
        "runs prune",
        "done" if any(pruned.values()) and not dry_run else "nothing_to_do",
        seconds=round(clock.monotonic() - started, 3),
        notes=[f"{word}: {told} ({days:,}일보다 오래된 실행, {finding_days:,}일보다 오래된 검증 결과)"],
        pruned=pruned,
    )


def _moments(days: int, finding_days: int) -> dict[str, datetime]:
    now = clock.wall()
    return {"runs": now - timedelta(days=days), "findings": now - timedelta(days=finding_days)}


def _counted(connection: Connection, days: int, finding_days: int) -> dict[str, int]:
    moments = _moments(days, finding_days)
    return {
        table: connection.execute(
            sql("SELECT count(*) FROM {table} WHERE {old}", table=table, old=old), _used(old, moments)
        ).scalar_one()
        for table, old in OLD.items()
    }


def _deleted(connection: Connection, days: int, finding_days: int) -> dict[str, int]:
    moments = _moments(days, finding_days)
    return {
        table: connection.execute(
            sql("DELETE FROM {table} WHERE {old}", table=table, old=old), _used(old, moments)
        ).rowcount
        for table, old in OLD.items()
    }


def _used(old: str, moments: Mapping[str, datetime]) -> dict[str, datetime]:
    return {name: moment for name, moment in moments.items() if f":{name}" in old}
