"""A whole market scored: ``foresto score batch`` as a process, beside merely reading the same rows, and step by step.

Usage: .venv/bin/python benchmarks/score.py [RUNS [SESSIONS [STOCKS]]]
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import ParamSpec, TypeVar

import _market
from _measure import FORESTO, PYTHON, Headline, headline, machine, own_folder, run, table
from sqlalchemy import Connection, Engine, text

from foresto_cli import __version__, clock
from foresto_cli.score import compute, gates, load, panel, score_rows, scored_reports, store
from foresto_cli.score import scored_dividends as dividends_of
from foresto_cli.store import embedded
from foresto_cli.store.engine import connected, unit_transaction

URL = 4
RUNS, SESSIONS, STOCKS = (list(map(int, sys.argv[1:URL])) + [5, 1_250, 2_886][len(sys.argv) - 1 :])[:3]
P = ParamSpec("P")
T = TypeVar("T")
MOST_SECONDS, MOST_MEGABYTES, MOST_RATIO = 4.0, 400, 2.5
MERELY_READ = """
import sys
from datetime import date
from sqlalchemy import create_engine
from foresto_cli.score import load
from foresto_cli.store.addresses import psycopg_url
with create_engine(psycopg_url(sys.argv[1])).connect() as connection:
    load.inputs(connection, date.fromisoformat(sys.argv[2]))
"""
PLAIN = (
    "COPY (SELECT ticker, trade_date, high_price, close_price, prev_close, volume, trading_value, shares_outstanding"
    " FROM stock_price_daily WHERE trade_date BETWEEN '{}' AND '{}') TO STDOUT (FORMAT BINARY)"
)


def fill(engine: Engine) -> None:
    """Write the market."""
    made = _market.made(STOCKS, SESSIONS)
    _market.stored(engine, made)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO stocks (ticker, name, market, sector, is_active, batch_id, updated_at, created_at)"
                " SELECT ticker, name, market, '기타', true, 1, now(), now() FROM stock_price_daily"
                " WHERE trade_date = :day"
            ),
            {"day": made.sessions[-1]},
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def processes(url: str, home: str, days: Sequence[date]) -> list[Sequence[str]]:
    """Return the lines about whole processes: one session after the other, each new to the database."""
    batches, readings, ratios = [], [], []
    for day in days:
        reading = run([PYTHON, "-c", MERELY_READ, url, f"{day}"])
        batch = run([*FORESTO, "score", "batch", "--as-of", f"{day}", "--json"], FORESTO_HOME=home, DATABASE_URL=url)
        result = json.loads(batch.stdout)
        if result["outcome"] != "done" or result["units"]["planned"] != STOCKS:
            raise SystemExit(f"the batch did not score everybody: {result}")
        batches.append(batch)
        readings.append(reading)
        ratios.append(batch.seconds / reading.seconds)
    headline(
        Headline(
            f"score batch, {STOCKS:,} stocks of {SESSIONS:,} sessions",
            len(days),
            statistics.median(one.seconds for one in batches),
            "a process that merely reads the same rows",
            statistics.median(one.seconds for one in readings),
            0,
            max(one.megabytes for one in batches),
            f"<= {MOST_SECONDS:.0f} s, <= {MOST_MEGABYTES} MB, ratio <= {MOST_RATIO}",
        )
    )
    again = run([*FORESTO, "score", "batch", "--as-of", f"{days[-1]}", "--json"], FORESTO_HOME=home, DATABASE_URL=url)
    return [
        _line("read the same rows, a process", [one.seconds for one in readings], [one.megabytes for one in readings]),
        (
            *_line("score batch, a process", [one.seconds for one in batches], [one.megabytes for one in batches])[:-1],
            f"<= {MOST_SECONDS:.0f} s, <= {MOST_MEGABYTES} MB",
        ),
        ("ratio", f"{statistics.median(ratios):.2f}", f"{min(ratios):.2f}", "", f"<= {MOST_RATIO}"),
        ("score batch, nothing new", f"{again.seconds:.2f}", "", f"{again.megabytes:.0f}", ""),
    ]


def _line(name: str, seconds: Sequence[float], megabytes: Sequence[float]) -> Sequence[str]:
    return (name, f"{statistics.median(seconds):.2f}", f"{min(seconds):.2f}", f"{max(megabytes):.0f}", "")


def steps(engine: Engine, days: Sequence[date]) -> list[Sequence[str]]:
    """Return the lines about single steps, measured in this process."""
    found: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        started = time.perf_counter()
        made = work(*given, **named)
        found.setdefault(name, []).append(time.perf_counter() - started)
        return made

    for number, day in enumerate(days):
        with engine.connect() as connection:
            sessions = timed("sessions", panel.sessions_until, connection, day)
            timed("COPY of the same rows, thrown away", _plainly, connection, sessions)
            prices = timed("prices", panel.read, connection, sessions[0], sessions[-1])
            names = timed("names", load.names_on, connection, [day])
            filed = timed("statements", scored_reports.read, connection, day)
            paid = timed("dividends", dividends_of.read, connection, day)
        inputs = compute.Inputs(prices, names, filed, paid)
        timed("gates", gates.check, inputs.panel)
        scores = timed("formula", compute.scored, inputs, day)
        now = clock.wall()
        facts = score_rows.RunFacts(10_000 + number, __version__, now, now)
        with unit_transaction(engine) as connection:
            timed("write", store.write, connection, scores, inputs, facts, replace=True)
    return [_line(f"  {name}", seconds, [0]) for name, seconds in found.items()]


def _plainly(connection: Connection, sessions: Sequence[date]) -> None:
    cursor = connection.connection.cursor()
    with cursor.copy(PLAIN.format(sessions[0], sessions[-1])) as copy:
        for _ in copy:
            pass


def main() -> None:
    """Measure and print."""
    print(f"score: {STOCKS:,} stocks x {SESSIONS:,} sessions, {RUNS} runs; {machine()}\n")
    with own_folder() as folder, embedded.running(folder / "data") as url:
        # In a process of its own: a child's peak memory begins with its parent's.
        run([PYTHON, __file__, *map(str, (RUNS, SESSIONS, STOCKS)), url])
        with connected(url, sandbox=False) as engine, engine.connect() as connection:
            days = panel.sessions_until(connection, _market.LAST, 2 * RUNS)
        lines = processes(url, str(folder / "home"), days[:RUNS])
        with connected(url, sandbox=False) as engine:
            lines += steps(engine, days[RUNS:])
    table(("", "median, s", "best, s", "peak MB", "target"), [[*line] for line in lines])


if __name__ == "__main__":
    if len(sys.argv) > URL:
        with connected(sys.argv[URL], sandbox=False) as found:
            fill(found)
    else:
        main()
