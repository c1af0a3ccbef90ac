"""``data_collection_log``: one row per command that does something, with live progress and a heartbeat."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, RowMapping, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import bindparam

from foresto_cli import clock
from foresto_cli.errors import ForestoError, StoreUnavailable, exit_code_of
from foresto_cli.running.results import Result
from foresto_cli.settings import started_by
from foresto_cli.store import batches
from foresto_cli.store.engine import explained
from foresto_cli.store.fragments import Fragment, fragment

HEARTBEAT_SECONDS = 5.0
LATE_SECONDS = 2.0
"""A heartbeat may come so late."""
HEART_STOPPED = timedelta(minutes=1)
"""A run without a heartbeat for so long is dead, whoever has its process number now."""
HEART_STOPPED_ELSEWHERE = timedelta(hours=1)
"""The same for a run of another host, whose clock may differ and whose processes cannot be seen from here."""
RUNNING = "running"

_chain: ContextVar[int | None] = ContextVar("chain", default=None)


class Run:
    """A run under way: its number and what it says about its progress."""

    def __init__(self, engine: Engine, run_id: int) -> None:
        """Use :func:`recorded`."""
        self.run_id = run_id
        self._engine = engine
        self._progress: Mapping[str, object] = {}
        self._written = self._started = clock.monotonic()
        self._ended = threading.Event()
        self._closed = False

    @property
    def seconds(self) -> float:
        """Return how long the run has lasted."""
        return round(clock.monotonic() - self._started, 3)

    def close(self, result: Result, error: str | None, detail: Mapping[str, object] | None = None) -> None:
        """Close the row with what the run came to; ``detail`` is kept in the place of its ``--json`` object."""
        self._closed = True
        units = result.units
        with explained(), self._engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE data_collection_log SET status = :status, completed_at = :now, heartbeat_at = :now,"
                    " duration_seconds = :seconds, success_count = :good, failed_count = :failed, total_count = :total,"
                    " exit_code = :exit_code, detail = :detail, error_message = :error WHERE id = :id"
                ).bindparams(bindparam("detail", type_=JSONB)),
                {
                    "status": result.outcome,
                    "now": clock.wall(),
                    "seconds": result.seconds,
                    "good": units.done + units.no_data,
                    "failed": units.failed,
                    "total": units.planned,
                    "exit_code": result.exit_code,
                    "detail": result.as_json() if detail is None else detail,
                    "error": error,
                    "id": self.run_id,
                },
            )

    def close_after(self, error: BaseException) -> None:
        """Close the row of a run that ``error`` ended, if nobody did and the database still answers."""
        if self._closed:
            return
        outcome, code, reason = "failed", ForestoError.exit_code, "예상하지 못한 오류입니다. 로그를 보세요."
        if isinstance(error, ForestoError):
            outcome, code, reason = error.outcome, exit_code_of(error), str(error)
        # The error that ended the run is the news, not a database that is gone with it.
        with contextlib.suppress(StoreUnavailable):
            ended = Result("", outcome, code, seconds=self.seconds)
            self.close(ended, reason, {"outcome": outcome, "seconds": self.seconds, "exit_code": code})

    def report(self, progress: Mapping[str, object]) -> None:
        """Remember where the run is; written at most once a second, and with every heartbeat."""
        self._progress = progress
        if clock.monotonic() - self._written >= 1:
            self.beat()

    def beat(self) -> None:
        """Write heartbeat and progress."""
        self._written = clock.monotonic()
        with explained(), self._engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE data_collection_log SET heartbeat_at = :now, progress = :progress WHERE id = :id"
                ).bindparams(bindparam("progress", type_=JSONB)),
                {"now": clock.wall(), "progress": self._progress, "id": self.run_id},
            )

    def keep_beating(self) -> None:
        """Write a heartbeat every five seconds until :meth:`stop_beating`; a lost database is for the main thread."""
        while not self._ended.wait(HEARTBEAT_SECONDS):
            try:
                self.beat()
            except StoreUnavailable:
                continue

    def stop_beating(self) -> None:
        """End the heartbeat."""
        self._ended.set()


@contextmanager
def recorded(engine: Engine, job: str, label: str) -> Iterator[Run]:
    """Open the row of a run and keep its heart beating until it is closed; after a crash the next run closes it."""
    with explained(), engine.begin() as connection:
        run_id: int = connection.execute(
            text(
                "INSERT INTO data_collection_log"
                " (job_name, job_label, status, started_at, heartbeat_at, host, process_id, chain_id, started_by)"
                " VALUES (:job, :label, :status, :now, :now, :host, :pid, :chain, :scheduler) RETURNING id"
            ),
            {
                "job": job,
                "label": label,
                "status": RUNNING,
                "now": clock.wall(),
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "chain": _chain.get(),
                "scheduler": started_by(),
            },
        ).scalar_one()
    run = Run(engine, run_id)
    heart = threading.Thread(target=run.keep_beating, name="heartbeat", daemon=True)
    heart.start()
    try:
        yield run
    except BaseException as error:
        run.close_after(error)
        raise
    finally:
        run.stop_beating()
        heart.join()


@contextmanager
def steps_of(run: Run) -> Iterator[None]:
    """Let the runs that are opened in the block be steps of ``run``."""
    token = _chain.set(run.run_id)
    try:
        yield
    finally:
        _chain.reset(token)


def close_abandoned(engine: Engine, *, is_shared: bool = False) -> int:
    """Close runs whose process is gone (killed, power lost), and their batches; return how many runs.

    Args:
        engine: the database.
        is_shared: whether other hosts may use it. Two of them may have one name (containers, copies of a machine), and
            then a process that is not here may live there: its heart is listened to for one beat first.
    """
    with explained(), engine.connect() as connection:
        gone = _gone(connection)
        fresh = [run_id for run_id, beat in gone.items() if clock.is_within(beat, HEART_STOPPED)]
        # Stored while the clock was ahead, or set right a moment ago under a run that lives: its next beat tells.
        ahead = [run_id for run_id, beat in gone.items() if not clock.is_past(beat)]
    if (is_shared and fresh) or ahead:
        clock.sleep(HEARTBEAT_SECONDS + LATE_SECONDS)
    with explained(), engine.begin() as connection:
        still = [run_id for run_id, beat in _gone(connection).items() if beat == gone.get(run_id)]
        if still:
            connection.execute(
                text(
                    "UPDATE data_collection_log SET status = 'interrupted', completed_at = least(heartbeat_at, :now),"
                    " error_message = '프로세스가 갑자기 끝났습니다(강제 종료나 전원 차단)' WHERE id = ANY(:ids)"
                ),
                {"ids": still, "now": clock.wall()},
            )
        batches.close_abandoned(connection)
    return len(still)


def _gone(connection: Connection) -> dict[int, datetime]:
    """Return the runs that look abandoned from here, with their last heartbeat."""
    rows = connection.execute(
        text("SELECT id, process_id, heartbeat_at, host FROM data_collection_log WHERE status = :running"),
        {"running": RUNNING},
    )
    now, here = clock.wall(), socket.gethostname()
    return {
        row.id: row.heartbeat_at for row in rows if _looks_gone(row, now - row.heartbeat_at, is_ours=row.host == here)
    }


def _looks_gone(row: Row[Any], silence: timedelta, *, is_ours: bool) -> bool:
    if silence < -clock.LEEWAY:
        return True
    if not is_ours:
        return silence > HEART_STOPPED_ELSEWHERE
    # Process numbers are used again, in containers at once: a heart that stopped long ago is a sign of its own.
    return silence > HEART_STOPPED or not _is_alive(row.process_id)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which runs are wanted of the history.

    Attributes:
        limit: so many, chains and single commands counted; none without.
        job: only this command, then also where it was a step of a chain.
        failed: only what did not end well; a run under way has not ended.
        since: only what started on this day or later.
        steps: the steps of chains too, each below its chain.
    """

    limit: int
    job: str | None = None
    failed: bool = False
    since: date | None = None
    steps: bool = False


FAILED = Fragment(
    "(status <> 'running' AND CASE WHEN exit_code IS NULL THEN status NOT IN ('done', 'nothing_to_do')"
    " ELSE exit_code <> 0 END)"
)
# A step goes with its chain, whose number is lower: so a chain and its steps stay together, newest chain first.
WANTED = fragment(
    "SELECT * FROM data_collection_log WHERE (CAST(:job AS text) IS NULL OR job_name = :job)"
    " AND (NOT :failed OR {failed}) AND started_at >= coalesce(CAST(:since AS timestamp), '-infinity')",
    failed=FAILED,
)
TOP = fragment(
    "{wanted} AND (chain_id IS NULL OR CAST(:job AS text) IS NOT NULL) ORDER BY id DESC LIMIT :limit", wanted=WANTED
)
WITH_STEPS = fragment(
    "WITH top AS ({top}) SELECT * FROM (SELECT * FROM top UNION"
    " SELECT s.* FROM data_collection_log s WHERE s.chain_id IN (SELECT id FROM top)"
    " AND (NOT :failed OR {failed})) AS both_of_them ORDER BY coalesce(chain_id, id) DESC, id",
    top=TOP,
    failed=FAILED,
)


def recent(connection: Connection, wanted: Wanted) -> Sequence[RowMapping]:
    """Return the newest runs, newest first, as mappings of their columns; steps below their chain, in order."""
    parameters = {"job": wanted.job, "failed": wanted.failed, "since": wanted.since, "limit": wanted.limit}
    return connection.execute(text(WITH_STEPS if wanted.steps else TOP), parameters).mappings().all()


def newest(connection: Connection, limit: int) -> Sequence[RowMapping]:
    """Return the newest runs of any kind, steps among them, newest first, as mappings of their columns."""
    rows = connection.execute(text("SELECT * FROM data_collection_log ORDER BY id DESC LIMIT :limit"), {"limit": limit})
    return rows.mappings().all()


def jobs(connection: Connection) -> list[str]:
    """Return the names of everything that ever ran and is remembered."""
    return list(connection.scalars(text("SELECT DISTINCT job_name FROM data_collection_log ORDER BY 1")))


def one(connection: Connection, run_id: int) -> RowMapping | None:
    """Return one run as a mapping of its columns, or None when there is no such number."""
    found = connection.execute(text("SELECT * FROM data_collection_log WHERE id = :id"), {"id": run_id})
    return found.mappings().one_or_none()


def steps(connection: Connection, chain_id: int) -> Sequence[RowMapping]:
    """Return the runs that were steps of a chain, in order, as mappings of their columns."""
    rows = connection.execute(
        text("SELECT * FROM data_collection_log WHERE chain_id = :id ORDER BY id"), {"id": chain_id}
    )
    return rows.mappings().all()


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
