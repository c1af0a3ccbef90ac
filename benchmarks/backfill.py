"""Five years of history: the real writer against one raw COPY of the same rows, and a whole back-fill of the sandbox.

Usage: .venv/bin/python benchmarks/backfill.py [SESSIONS [STOCKS [SANDBOX_SESSIONS [RUNS]]]]; RUNS of the sandbox
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from _measure import BYTES_PER_MAXRSS, FORESTO, Headline, headline, machine, own_folder, run, table
from _plain import read_and_write
from sqlalchemy import Engine, text

from foresto_cli.adjustment.pending import note_pending
from foresto_cli.store import embedded, ledger, price_sessions
from foresto_cli.store.engine import connected, unit_transaction
from foresto_cli.store.tables import stock_price_daily
from foresto_cli.store.upsert import upsert

GIVEN = list(map(int, sys.argv[1:]))
SESSIONS, STOCKS, SANDBOX_SESSIONS, RUNS = (GIVEN + [1_230, 2_886, 1_230, 1][len(GIVEN) :])[:4]
BLOCK = 20
TARGET_RATIO = 0.7
TARGET_MEGABYTES = 500
FIRST_DAY = date(2021, 1, 4)
NOW = datetime(2026, 11, 20, 19, 0)
PROVENANCE = {"batch_id": 1, "created_at": NOW, "updated_at": NOW}

Rows = list[dict[str, Any]]


def market_day(day: date) -> Rows:
    """Return the rows of one session, every column that a market day fills."""
    shift = 10 * (day.toordinal() % 90)
    return [
        {
            "ticker": f"{stock:06}",
            "trade_date": day,
            "name": f"종목 {stock}",
            "market": "KOSPI",
            "open_price": 4_960 + 37 * stock + shift,
            "high_price": 5_120 + 37 * stock + shift,
            "low_price": 4_910 + 37 * stock + shift,
            "close_price": 5_000 + 37 * stock + shift,
            "price_change": 30,
            "change_rate": 0.42,
            "volume": 10_000 + stock,
            "trading_value": 50_000_000 + stock,
            "market_cap": (5_000 + 37 * stock + shift) * 1_000_000,
            "shares_outstanding": 1_000_000,
            "prev_close": 4_970 + 37 * stock + shift,
            "adj_close_price": 5_000 + 37 * stock + shift,
            "is_halted": False,
            "quality_flag": "NORMAL",
            "source_id": "KRX",
        }
        for stock in range(STOCKS)
    ]


def blocks() -> Iterator[list[tuple[date, Rows]]]:
    """Yield the sessions with their rows, newest first as a back-fill does, so many at a time.

    Rows are made outside the measured time. While they are made the server may go on with what it was sent, which is at
    most a fraction of a block.
    """
    numbers = range(SESSIONS - 1, -1, -1)
    for first in range(0, SESSIONS, BLOCK):
        days = (FIRST_DAY + timedelta(days=number) for number in numbers[first : first + BLOCK])
        yield [(day, market_day(day)) for day in days]


def with_the_writer(engine: Engine) -> float:
    """Write session by session, each in a transaction with its ledger entry; return seconds."""
    spent = 0.0
    for block in blocks():
        started = time.perf_counter()
        for day, rows in block:
            with unit_transaction(engine) as connection:
                upsert(connection, stock_price_daily, rows, PROVENANCE, scope={"trade_date": day})
                price_sessions.recount(connection, [day])
                note_pending(connection, day)
                entry = ledger.Entry("done", "KRX", len(rows), NOW)
                ledger.mark(connection, ("prices.day", f"{day}"), entry, 1)
        spent += time.perf_counter() - started
    return spent


def with_one_copy(engine: Engine) -> float:
    """Write the same rows by one COPY into an identical empty table; return seconds."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE raw_copy (LIKE stock_price_daily INCLUDING ALL)"))
    names = [*market_day(FIRST_DAY)[0], *PROVENANCE]
    tail = tuple(PROVENANCE.values())
    making = 0.0
    started = time.perf_counter()
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY raw_copy ({', '.join(names)}) FROM STDIN") as copy:
            sessions = blocks()
            while True:
                began = time.perf_counter()
                block = next(sessions, None)
                making += time.perf_counter() - began
                if block is None:
                    break
                for _, rows in block:
                    for row in rows:
                        copy.write_row((*row.values(), *tail))
    return time.perf_counter() - started - making


def writer_rows() -> list[tuple[str, ...]]:
    """Return the table lines about the writer."""
    count = SESSIONS * STOCKS
    with own_folder() as folder, embedded.running(folder) as url, connected(url, sandbox=True) as engine:
        raw = with_one_copy(engine)
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE raw_copy"))
        real = with_the_writer(engine)
    headline(
        Headline(
            f"the writer alone, {SESSIONS:,} sessions",
            1,
            real,
            "one raw COPY of the same rows",
            raw,
            0,
            None,
            f"ratio <= {1 / TARGET_RATIO:.2f}",
        )
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_PER_MAXRSS / 1e6
    return [
        ("one raw COPY", f"{raw:.1f}", f"{count / raw:,.0f}", "1.00", "", ""),
        (
            "the writer, a transaction a session",
            f"{real:.1f}",
            f"{count / real:,.0f}",
            f"{raw / real:.2f}",
            f">= {TARGET_RATIO}",
            f"{peak:.0f}",
        ),
    ]


def sandbox_rows() -> list[tuple[str, ...]]:
    """Return the table line about a whole back-fill of the sandbox: HTTP, parsing, writing, adjusting."""
    found = []
    for _ in range(RUNS):
        with own_folder() as folder:
            variables = {
                "FORESTO_HOME": str(folder),
                "FORESTO_SANDBOX_STOCKS": str(STOCKS),
                "FORESTO_SANDBOX_SESSIONS": str(SANDBOX_SESSIONS),
                "FORESTO_SANDBOX_TODAY": "2026-11-20",
            }
            found.append(run([*FORESTO, "--sandbox", "prices", "incremental", "--json"], **variables))
            result = json.loads(found[-1].stdout)
            rows = result["rows"]["added"]
            if len(found) == RUNS:
                plain = sum(read_and_write(folder, {"stock_price_daily": rows}, 1))
    seconds = statistics.median(one.seconds for one in found)
    megabytes = max(one.megabytes for one in found)
    requests = result["requests"]["total"]
    target = f"<= {TARGET_MEGABYTES} MB"
    what = f"prices incremental, {result['units']['done']:,} sessions from nothing"
    baseline = "the same rows read, and written with executemany"
    headline(Headline(what, RUNS, seconds, baseline, plain, requests, megabytes, target))
    return [
        (
            f"the rows of {SANDBOX_SESSIONS:,} sessions read, executemany",
            f"{plain:.1f}",
            f"{rows / plain:,.0f}",
            "",
            "",
            "",
        ),
        (
            f"sandbox, {result['units']['done']:,} sessions, {requests:,} requests",
            f"{seconds:.1f}",
            f"{rows / seconds:,.0f}",
            "",
            target,
            f"{megabytes:.0f}",
        ),
    ]


if __name__ == "__main__":
    print(f"{STOCKS:,} stocks x {SESSIONS:,} sessions, {machine()}")
    table(
        ("what", "seconds", "rows/s", "ratio", "target", "MB"),
        [*writer_rows(), *(sandbox_rows() if SANDBOX_SESSIONS else [])],
    )
