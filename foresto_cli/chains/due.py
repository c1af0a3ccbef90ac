"""What is due and was started in vain: taken up again the same day, more and more rarely, until it succeeds.

``foresto run --due`` looks every twenty minutes (``timetable.SWEEP``) and costs nearly nothing when nothing is due; a
chain that a scheduler started looks too, when it has done its own part. A job that never started is taken up as well
where a scheduler should have started it. Nothing is tried while there is no network: an attempt that is bound to fail
would only postpone the next one.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from foresto_cli import clock, settings
from foresto_cli.app import App
from foresto_cli.chains import attempts_made, chain, chain_results, other_jobs
from foresto_cli.chains.chain_results import ChainResult
from foresto_cli.clock import KST
from foresto_cli.errors import Busy, ForestoError, exit_code_of
from foresto_cli.running import runs
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.telling import attempts, due_stamp, notify, watch
from foresto_cli.timetable import JOBS, Job
from foresto_cli.upstream import reach

log = logging.getLogger(__name__)

COMMAND = "run --due"
HEAD_START = timedelta(minutes=10)
"""The scheduler's own start of a job comes first."""
FIRST_PAUSE = timedelta(minutes=15)
"""After a first attempt that failed in a way that passes; doubled by each further one."""
LONGEST_PAUSE = timedelta(days=1)
PASSES = frozenset({None, 69, 75, 129, 130, 143})
"""Exit codes of what passes by itself; None is that of a run that was killed. All others are tried once a day."""


@dataclass(frozen=True)
class Next:
    """When a job is to be looked at.

    Attributes:
        job: of the timetable.
        at: from then on it is due; a moment in the past means now.
        is_running: somebody is at it, and nobody knows when it ends.
    """

    job: Job
    at: datetime
    is_running: bool = False


def planned(connection: Connection, now: datetime) -> list[Next]:
    """Return for each job that a scheduler starts when it is due."""
    rows = connection.execute(text("SELECT job, since FROM scheduled_job"))
    since = {row.job: row.since.replace(tzinfo=KST) for row in rows}
    return [_next(connection, job, since[job.name], now) for job in JOBS if job.name in since]


def _next(connection: Connection, job: Job, since: datetime, now: datetime) -> Next:
    start, following = job.previous(now), job.following(now) + HEAD_START
    attempts = attempts_made.since_start(connection, job, now)
    if not attempts:
        # A mail whose hour was slept through is not sent at noon; one that failed is tried again.
        is_missed = job.catches_up and since <= start
        return Next(job, min(start + HEAD_START, following) if is_missed else following)
    last = attempts[-1]
    if last.status == runs.RUNNING:
        return Next(job, following, is_running=True)
    if attempts_made.is_settled(attempts):
        return Next(job, following)
    pause = FIRST_PAUSE * 2 ** min(len(attempts) - 1, 10) if last.exit_code in PASSES else LONGEST_PAUSE
    again = (last.completed_at or last.started_at).replace(tzinfo=KST) + min(pause, LONGEST_PAUSE)
    if not job.catches_up and again > start + job.grace:
        return Next(job, following)
    return Next(job, min(again, following))


def sweep(app: App) -> ChainResult:
    """Take up everything that is due, in the order of the timetable, and return what they came to.

    Its exit code is the gravest of what was taken up; quiet when nothing is. Another chain at work is no failure.
    """
    taken = take_up(app)
    code = max((result.exit_code for result in taken), default=0)
    outcome = "done" if taken and code == 0 else "partial" if taken else "nothing_to_do"
    return ChainResult(COMMAND, outcome, code, chains=taken)


def take_up(app: App, *, without: str = "") -> list[Result]:
    """Take up what is due except the job ``without``; return what each came to."""
    taken: list[Result] = []
    tried = {without}
    runs.close_abandoned(app.engine, is_shared=app.is_shared)
    # Each job may take hours, in which another process can have done the next one.
    while (job := _first_due(app, tried)) is not None and reach.is_up():
        due_stamp.forget(app.folders)
        tried.add(job.name)
        taken += _taken_up(app, job)
    # What one job found and the next one mended is no news.
    if taken:
        with attempts.harmless():
            notify.deliver(app)
    return taken


def _first_due(app: App, tried: set[str]) -> Job | None:
    """Return the first job that is due and was not tried just now; when there is none, remember until when."""
    now = clock.now()
    with app.engine.connect() as connection:
        plan = planned(connection, now)
    due = [found.job for found in plan if found.at <= now and not found.is_running]
    if not due and not any(found.is_running for found in plan):
        # Without any job there is nothing to look for until somebody installs the timetable, which forgets this.
        due_stamp.remember(app.folders, min((found.at for found in plan), default=now + LONGEST_PAUSE))
    return next((job for job in due if job.name not in tried), None)


def _taken_up(app: App, job: Job) -> list[Result]:
    command = " ".join(job.command[:2])
    app.console.strong(f"↻ {job.label}: 다시 실행합니다")
    try:
        with watch.attended(app, command, tells=False):
            if job.name in other_jobs.JOBS:
                return [other_jobs.run(app, job.name)]
            result = chain.run_chain(app, job.name, Options())
            chain_results.show_summary(app, result)
            return [result]
    except Busy:
        return []
    except ForestoError as error:
        if clock.interruption() is not None:
            raise
        app.console.complain(f"! {job.label}: {error}")
        return [ChainResult(command, error.outcome, exit_code_of(error))]


def run_if_due(app: App, name: str, options: Options) -> ChainResult:
    """Run a chain if it is due, as schedulers start it; then take up what else is due and was started in vain.

    The result is that of the chain itself.

    Raises:
        Busy, Interrupted: as :func:`chains.run_chain`.
    """
    result = chain.run_chain(app, name, options, if_due=True)
    chain_results.show_summary(app, result)
    if settings.started_by() is not None:
        take_up(app, without=name)
    return result
