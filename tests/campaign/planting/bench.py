"""The bench: a healthy database as a template, and copies in which one fault is planted and looked for."""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import psycopg
from campaign.planting import building, facts, hinted
from conftest import _QUICK, opener
from psycopg import sql
from support import EVENING, quick_folder

from foresto_cli import clock
from foresto_cli.collecting.checks import DAILY, MONTHLY, WEEKLY, Finding
from foresto_cli.running import job
from foresto_cli.store import embedded
from foresto_cli.store.engine import connected
from foresto_cli.store.migrate import HEAD
from foresto_cli.store.tables import metadata
from foresto_cli.verify import verification

STOCKS = int(os.environ.get("PLANT_STOCKS", "60"))
SESSIONS = int(os.environ.get("PLANT_SESSIONS", "140"))
LEVELS = {
    DAILY: verification.verify_daily,
    WEEKLY: verification.verify_weekly,
    MONTHLY: verification.verify_monthly,
}
OWN = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
"""Copying files is quicker than the log where nothing waits for the disk."""


@dataclass
class Seen:
    """What verify said of one database.

    Attributes:
        level: the first verification with a finding; empty when there was none.
        findings: of that verification.
        seconds: all of it took.
    """

    level: str = ""
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ids(self) -> list[str]:
        """Return the names of the checks that found something."""
        return sorted(finding.check for finding in self.findings)


class Bench:
    """The healthy database, and one sandbox that every copy of it shares."""

    def __init__(self, server: str, template: str, app) -> None:
        """``app`` is an application in front of the running sandbox; its engine is not used."""
        self._server, self._template, self._app = server, template, app
        self._number = 0

    def facts(self) -> dict[str, str]:
        """Return what kinds name: days, stocks."""
        with self.copy() as copy, copy.engine.connect() as connection:
            return facts.gathered(connection)

    @contextlib.contextmanager
    def copy(self) -> Iterator["Copy"]:
        """Yield a copy of the healthy database, gone after the block."""
        clock.pretend(EVENING)
        self._number += 1
        name = f"cell_{os.getpid()}_{self._number}"
        _command(self._server, OWN, name, self._template)
        with connected(_url(self._server, name), sandbox=True) as engine:
            yield Copy(self._app, engine)
            engine.dispose()
        _command(self._server, "DROP DATABASE {} WITH (FORCE)", name)


class Copy:
    """One copy: plant, look, repair, compare."""

    def __init__(self, app, engine) -> None:
        """Remember where it is."""
        self._app, self.engine = app, engine

    @property
    def app(self):
        """Return the application as a new process would have it: nothing remembered but the database."""
        app = replace(self._app, engine=self.engine, limits=None)
        app._transport = replace(app._transport, haste=0.001, patience=1)
        return app

    def plant(self, statements: str) -> int:
        """Run the statements and return how many rows they touched."""
        touched = 0
        with self.engine.begin() as connection:
            for statement in filter(None, map(str.strip, statements.split(";\n"))):
                touched += max(0, connection.exec_driver_sql(statement.replace("%", "%%")).rowcount)
        return touched

    def look(self, levels=(DAILY, WEEKLY, MONTHLY)) -> Seen:
        """Verify by one level after the other until something is found."""
        started = time.perf_counter()
        seen = Seen()
        for level in levels:
            found = LEVELS[level](self.app).findings
            if found:
                seen.level, seen.findings = level, found
                break
        seen.seconds = time.perf_counter() - started
        return seen

    def repaired(self, level: str) -> list[str]:
        """Run that verification with ``--repair`` and return what is still found."""
        result = verification.with_repair(self.app, LEVELS[level], job.Options())
        return sorted(finding.check for finding in result.findings)

    def digest(self, table: str) -> dict[str, int]:
        """Return each row's hash with how often it is there, without moments, batches and runs."""
        columns = ", ".join(f'"{name}"' for name in lasting(table))
        with self.engine.connect() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT md5(ROW({columns})::text), count(*) FROM {table} GROUP BY 1"
            ).all()
        return {row[0]: row[1] for row in rows}

    def run(self, hint: str) -> int:
        """Run a printed hint in this database and return its exit code."""
        return hinted.run(lambda: self.app, hint)


def lasting(table: str) -> list[str]:
    """Return the columns of a table that a second loading leaves as they are."""
    moments = re.compile(r".*(_at|batch_id|run_id)$|inputs_sha256|enriched_at|dq$")
    return [column.name for column in metadata.tables[table].columns if not moments.match(column.name)]


@contextlib.contextmanager
def opened() -> Iterator[Bench]:
    """Yield the bench; its server and healthy database are kept in ``PLANT_KEEP`` and used again from there."""
    with contextlib.ExitStack() as stack:
        kept = os.environ.get("PLANT_KEEP")
        folder = Path(kept) if kept else stack.enter_context(_passing())
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
        server = stack.enter_context(embedded.running(folder / "server"))
        template = f"healthy_{STOCKS}x{SESSIONS}_{HEAD}"
        with (folder / "building.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _prepare(server, template, folder)
        own = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="foresto-plant-")))
        world = stack.enter_context(_market(own, engine=None)(EVENING, patience=1))
        yield Bench(server, template, world.app)


@contextlib.contextmanager
def _passing() -> Iterator[Path]:
    folder = quick_folder("foresto-plant-")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _prepare(server: str, template: str, folder: Path) -> None:
    """Make the healthy database unless it is there."""
    with psycopg.connect(server, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            return
        for name, value in (_QUICK | {"max_wal_size": "'4GB'", "jit": "off"}).items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")
    _command(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "being_made")
    _command(server, "CREATE DATABASE {}", "being_made")
    with connected(_url(server, "being_made"), sandbox=True) as engine:
        building.fill(_market(folder / "world", engine))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM FULL ANALYZE")
        engine.dispose()
    clock.pretend(None)
    _command(server, "ALTER DATABASE {} RENAME TO {}", "being_made", template)


def _market(place: Path, engine):
    """Return what opens the market at a moment; its first session is the same at all of them."""

    def opened(now, **more):
        later = np.busday_count(now.date(), EVENING.date()) + (now.hour < EVENING.hour)
        return opener(engine, place)(now, stocks=STOCKS, sessions=SESSIONS - int(later), **{"patience": 5, **more})

    return opened


def _command(server: str, command: str, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


def _url(server: str, name: str) -> str:
    return server.replace("/foresto?", f"/{name}?")
