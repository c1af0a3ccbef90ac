"""The baseline of a load: the same rows read back, and written into a copy of their table the way most programs do."""

import os
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import psycopg
from psycopg import sql
from psycopg.types.string import TextLoader

from foresto_cli.settings import paths
from foresto_cli.store import embedded


@contextmanager
def database(home: Path) -> Iterator[psycopg.Connection]:
    """Yield a connection to the sandbox's embedded database of ``home``."""
    with mock.patch.dict(os.environ, FORESTO_HOME=str(home)):
        folder = paths().in_sandbox().data
    with embedded.running(folder) as url, psycopg.connect(url) as connection:
        # What was read as JSON could not be written again: a list is an array to psycopg.
        connection.adapters.register_loader("jsonb", TextLoader)
        yield connection


def read_and_write(home: Path, tables: Mapping[str, int], runs: int) -> tuple[float, float]:
    """Return the median seconds to read so many rows of each table, and to write them with psycopg's executemany."""
    reading, writing = [], []
    with database(home) as connection:
        for _ in range(runs):
            read = wrote = 0.0
            for name, count in tables.items():
                table = sql.Identifier(name)
                started = time.perf_counter()
                rows = connection.execute(sql.SQL("SELECT * FROM {} LIMIT {}").format(table, count)).fetchall()
                read += time.perf_counter() - started
                wrote += _written(connection, table, rows)
            reading.append(read)
            writing.append(wrote)
    return statistics.median(reading), statistics.median(writing)


def _written(connection: psycopg.Connection, table: sql.Identifier, rows: list[tuple[object, ...]]) -> float:
    if not rows:
        return 0.0
    connection.execute(sql.SQL("CREATE TABLE plain (LIKE {} INCLUDING ALL)").format(table))
    connection.commit()
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(rows[0]))
    started = time.perf_counter()
    connection.cursor().executemany(sql.SQL("INSERT INTO plain VALUES ({})").format(marks), rows)
    connection.commit()
    taken = time.perf_counter() - started
    connection.execute("DROP TABLE plain")
    connection.commit()
    return taken
