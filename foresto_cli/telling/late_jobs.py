"""A job that should have run and did not: noticed by the next command of any kind, whatever that is."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from foresto_cli import clock, settings
from foresto_cli.app import App
from foresto_cli.clock import KST
from foresto_cli.collecting.checks import WARNING, Rows, Scope, check
from foresto_cli.telling import alerts, due_stamp
from foresto_cli.telling.alerts import Alert
from foresto_cli.timetable import JOBS, Job

STILL_ALIVE = timedelta(minutes=10)


@dataclass(frozen=True)
class Late:
    """A job and its starts that nobody made."""

    job: Job
    starts: list[datetime]


def all_late(connection: Connection, now: datetime) -> list[Late]:
    """Return the jobs that a scheduler should have started, by those that one is known to start."""
    rows = connection.execute(text("SELECT job, since FROM scheduled_job"))
    since = {row.job: row.since.replace(tzinfo=KST) for row in rows}
    found = [
        Late(job, job.missed(max(since[job.name], last_start(connection, job, now) or since[job.name]), now))
        for job in JOBS
        if job.name in since
    ]
    return [late for late in found if late.starts]


def last_start(connection: Connection, job: Job, now: datetime) -> datetime | None:
    """Return when ``job`` was last started and went through to its end, or is still under way.

    A run that began later than ``now`` was made while the clock was ahead, and is no evidence.
    """
    wall = now.replace(tzinfo=None)
    found: datetime | None = connection.scalar(
        text(
            "SELECT max(started_at) FROM data_collection_log WHERE job_name = ANY(:names)"
            " AND started_at <= :now"
            " AND status <> 'interrupted' AND (status <> 'running' OR heartbeat_at BETWEEN :limit AND :soon)"
        ),
        {
            "names": list(job.counts_as),
            "now": wall,
            "limit": wall - STILL_ALIVE,
            "soon": wall + STILL_ALIVE,
        },
    )
    return None if found is None else found.replace(tzinfo=KST)


@check(
    "jobs.missed",
    "돌지 않은 작업",
    WARNING,
    "data_collection_log",
    "시간표의 작업은 제시간에 돈다",
    "foresto schedule status",
)
def missed_jobs(scope: Scope) -> Rows:
    """Find jobs that should have run."""
    return [
        {"작업": late.job.label, "놓친_시각": f"{late.starts[-1]:%Y-%m-%d %H:%M}", "놓친_횟수": len(late.starts)}
        for late in all_late(scope.connection, scope.now)
    ]


KIND = "missed"
AROUND = timedelta(hours=1)
"""An outage may have begun so long before anybody told of it."""
OUTAGES = (
    "SELECT created_at, resolved_at FROM ops_alert WHERE alert_type = 'outage' AND resolved_at <= :believable"
    " ORDER BY alert_id DESC LIMIT 20"
)
GRAVE = 2
"""So many starts missed in a row are critical."""


def notice(app: App) -> None:
    """Raise an incident for each job that is late, and resolve it for each that is not."""
    with app.engine.begin() as connection:
        # Installed while the clock was ahead: expected from now on.
        connection.execute(text("UPDATE scheduled_job SET since = :now WHERE since > :now"), {"now": clock.wall()})
        outages = connection.execute(text(OUTAGES), {"believable": clock.believable()}).all()
        late = {
            found.job.name: [start for start in found.starts if not _is_excused(start, outages)]
            for found in all_late(connection, clock.now())
        }
    for job in JOBS:
        starts = late.get(job.name)
        if not starts:
            alerts.resolve(app.engine, KIND, job.name)
            continue
        level = "critical" if len(starts) >= GRAVE else "warning"
        message = (
            f"{starts[-1]:%m-%d %H:%M}에 시작했어야 할 '{job.label}'({job.when})이 돌지 않았습니다"
            f"(이어서 {len(starts)}번). foresto schedule status로 살피고, foresto {job.counts_as[0]}로 만회하세요."
        )
        title = f"'{job.label}'이 제시간에 돌지 않았습니다"
        alerts.raise_alert(app.engine, Alert(KIND, job.name, level, title, message), None, counted=False)


def _is_excused(start: datetime, outages: Iterable[Row[Any]]) -> bool:
    """Say whether the database was away at ``start``: then that is what was told."""
    at = start.replace(tzinfo=None)
    return any(outage.created_at - AROUND <= at <= outage.resolved_at for outage in outages)


def expect(app: App, scheduler: str, *jobs: str) -> None:
    """Remember that ``scheduler`` starts ``jobs`` from now on; those it starts already stay as they are."""
    due_stamp.forget(app.folders)
    with app.engine.begin() as connection:
        for job in jobs:
            connection.execute(
                text(
                    "INSERT INTO scheduled_job AS s (job, scheduler, host, since)"
                    " VALUES (:job, :scheduler, :host, :now) ON CONFLICT (job) DO UPDATE"
                    " SET scheduler = excluded.scheduler, host = excluded.host"
                ),
                {"job": job, "scheduler": scheduler, "host": socket.gethostname(), "now": clock.wall()},
            )


def note_start(app: App, command: str) -> None:
    """When a scheduler started this process, expect the job that ``command`` stands for from now on."""
    scheduler = settings.started_by()
    if scheduler is not None:
        expect(app, scheduler, *(job.name for job in JOBS if " ".join(job.command[:2]) == command))


def expect_nothing(app: App) -> None:
    """Forget the jobs that this host starts; on our own server every one, the host may have had another name."""
    with app.engine.begin() as connection:
        connection.execute(
            text("DELETE FROM scheduled_job WHERE host = :host OR NOT :is_shared"),
            {"host": socket.gethostname(), "is_shared": app.is_shared},
        )
