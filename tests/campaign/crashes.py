"""kill -9 of whole chains at random moments, the database's own processes now and then included.

``FORESTO_CRASHES=200 pytest tests/campaign/test_crashes.py`` is a campaign at length.
"""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import DateTime, Table
from support import result_of, run_foresto, start_foresto

from foresto_cli.store import embedded
from foresto_cli.store.cluster import location
from foresto_cli.store.tables import metadata

CHAINS = ("weekday", "weekly", "monthly")
WITH_DATABASE = 5
"""Every so many kills, the database's processes go as well."""
START_SECONDS = 1.0
"""What a process takes before its chain begins; a kill before that proves nothing."""
OF_THE_RUN = {"batch_id", "run_id", "replaced_by", "attempts", "inputs"}
"""Columns that name a run, or hash when it wrote; so do all moments of day except the one that companies report."""
REPORTED = {"fin_co_subm_day"}
BOOKS = {
    "alert_delivery", "data_collection_log", "data_load_batch", "data_quality_log", "notify_channel", "ops_alert",
    "upstream_usage",
}  # fmt: skip
"""Tables about the runs themselves."""


@dataclass(frozen=True)
class Place:
    """Where chains run: a home, and the operator's own server if there is one."""

    home: Path
    url: str | None = None

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """Yield the URL of the running database."""
        if self.url is not None:
            yield self.url
        else:
            with embedded.running(self.home / "data" / "sandbox") as url:
                yield url

    def arguments(self, chain: str) -> tuple[str, ...]:
        """Return the command line of a chain."""
        return ("--sandbox", "run", chain, "--json")

    @property
    def settings(self) -> Mapping[str, str]:
        """Return what differs from the sandbox's own settings."""
        return {} if self.url is None else {"database_url": self.url}


def undisturbed(place: Place) -> dict[str, float]:
    """Run every chain once and return how long each took."""
    took = {}
    for chain in CHAINS:
        began = time.monotonic()
        normal(place, chain)
        took[chain] = time.monotonic() - began
    return took


def normal(place: Place, chain: str) -> None:
    """Run a chain to its good end."""
    finished = run_foresto(place.home, *place.arguments(chain), settings=place.settings)
    result = result_of(finished)
    assert result["exit_code"] == 0, f"{chain}: {result['reasons']}\n{finished.stderr}"


def disturbed(place: Place, took: Mapping[str, float], kills: int, chance: random.Random, log: Counter[str]) -> None:
    """Run every chain once, after it was killed so many times as falls to it; ``log`` counts the kills."""
    shares = Counter(chance.choice(CHAINS) for _ in range(kills))
    for chain in CHAINS:
        lasts = took[chain]
        for _ in range(shares[chain]):
            database = log.total() % WITH_DATABASE == 1
            while (ended := kill(place, chain, chance.uniform(START_SECONDS, lasts), database=database)) is not None:
                lasts = max(ended, 2 * START_SECONDS)
            log[f"{chain} with the database" if database else chain] += 1
        normal(place, chain)


def kill(place: Place, chain: str, after: float, *, database: bool) -> float | None:
    """Start a chain and end it with SIGKILL ``after`` seconds, together with the database if wanted.

    Returns:
        How long the chain lasted when it ended by itself before that, else None.
    """
    began = time.monotonic()
    process = start_foresto(place.home, *place.arguments(chain), settings=place.settings)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        # First its database, so that there is a moment in which the command sees it gone.
        victims = _backends(place) if database else []
        with _noticed(place.url) if victims and place.url is not None else contextlib.nullcontext():
            for victim in [*victims, process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
        if place.url is not None:
            _await(place.url)
        return None
    else:
        return time.monotonic() - began
    finally:
        process.communicate()


@contextlib.contextmanager
def _noticed(url: str) -> Iterator[None]:
    """Wait after the block until the operator's server has noticed it: until then it takes connections as before."""
    witness = psycopg.connect(url, autocommit=True)
    yield
    until = time.monotonic() + 60
    with contextlib.suppress(psycopg.OperationalError):
        while time.monotonic() < until:
            witness.execute("SELECT 1")
            time.sleep(0.01)
        raise AssertionError("the server goes on as if none of its processes had been killed")


def _await(url: str) -> None:
    """Wait until the operator's server has recovered: a person is told at once that it has not."""
    until = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def _backends(place: Place) -> list[int]:
    """Return the processes of the server: all of our own; of the operator's one who serves, it recovers by itself."""
    if place.url is not None:
        try:
            with psycopg.connect(place.url) as connection:
                return [
                    pid
                    for (pid,) in connection.execute(
                        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                        " AND pid <> pg_backend_pid() LIMIT 1"
                    )
                ]
        except psycopg.OperationalError:
            return []
    cluster = location(place.home / "data" / "sandbox")
    try:
        postmaster = int((cluster / "data" / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return []
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return [postmaster, *(pid for pid, parent in pairs if parent == postmaster)]


def content(place: Place) -> dict[str, str]:
    """Return a hash of each table, without what differs from run to run."""
    with place.database() as url, psycopg.connect(url) as connection:
        return {
            name: connection.execute(_hash(table)).fetchone()[0]
            for name, table in metadata.tables.items()
            if name not in BOOKS
        }


def _hash(table: Table) -> sql.Composed:
    kept = [
        column.name
        for column in table.columns
        if column.name not in OF_THE_RUN and (not isinstance(column.type, DateTime) or column.name in REPORTED)
    ]
    if table.name == "unit_ledger":
        kept.remove("reason")
    return sql.SQL(
        "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM (SELECT {} FROM {}) t"
    ).format(sql.SQL(", ").join(map(sql.Identifier, kept)), sql.Identifier(table.name))


def left_open(place: Place) -> list[tuple[str, int]]:
    """Return what looks unfinished although nothing runs any more."""
    questions = {
        "runs": "SELECT count(*) FROM data_collection_log WHERE status = 'running'",
        "batches": "SELECT count(*) FROM data_load_batch WHERE status = 'RUNNING'",
        "failed units": "SELECT count(*) FROM unit_ledger WHERE status = 'failed'",
        "days to adjust": "SELECT count(*) FROM adjustment_pending",
        # The sandbox's mirror stands still as the real one does, and that it does is told as long as it does.
        "alerts": "SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL AND alert_type <> 'mirror'",
        "connections": "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'foresto'",
    }
    with place.database() as url, psycopg.connect(url) as connection:
        counts = [(name, connection.execute(question).fetchone()[0]) for name, question in questions.items()]
    return [(name, count) for name, count in counts if count]
