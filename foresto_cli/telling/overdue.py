"""A job that should have run and did not: noticed by the next command of any kind, whatever that is."""

import socket
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from foresto_cli import clock, settings
from foresto_cli.app import App
from foresto_cli.telling import alerts, due_stamp
from foresto_cli.telling.alerts import Alert
from foresto_cli.telling.punctuality import late_jobs
from foresto_cli.timetable import JOBS

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
            for found in late_jobs(connection, clock.now())
        }
    for job in JOBS:
        starts = late.get(job.name)
        if not starts:
            alerts.resolve(app.engine, KIND, job.name)
            continue
        level = "critical" if len(starts) >= GRAVE else "warning"
        message = (
            f"{starts[-1]:%m-%d %H:%M} 에 시작했어야 할 '{job.label}'({job.when})이 돌지 않았습니다"
            f"(이어서 {len(starts)}번). foresto schedule status 로 살피고, foresto {job.counts_as[0]} 로 만회하세요."
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
