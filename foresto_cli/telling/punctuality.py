"""Which jobs of the timetable should have run and did not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from foresto_cli.clock import KST
from foresto_cli.collecting.checks import WARNING, Rows, Scope, check
from foresto_cli.timetable import JOBS, Job

STILL_ALIVE = timedelta(minutes=10)


@dataclass(frozen=True)
class Late:
    """A job and its starts that nobody made."""

    job: Job
    starts: list[datetime]


def late_jobs(connection: Connection, now: datetime) -> list[Late]:
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
        for late in late_jobs(scope.connection, scope.now)
    ]
