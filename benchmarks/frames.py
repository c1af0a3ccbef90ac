"""Prices as pandas frames, beside a bare COPY of the same columns; each run is a process of its own.

Usage: .venv/bin/python benchmarks/frames.py [RUNS [SESSIONS [STOCKS]]]
"""

import os
import statistics
import sys
from pathlib import Path

import _market
from _measure import PYTHON, Headline, headline, machine, own_folder, run, table
from sqlalchemy import text

from foresto_cli.settings import paths
from foresto_cli.store import embedded
from foresto_cli.store.engine import connected

RUNS, SESSIONS, STOCKS = (list(map(int, sys.argv[1:4])) + [3, 1_250, 2_886][len(sys.argv) - 1 :])[:3]
MOST_MEGABYTES, MOST_RATIO, MOST_RATIO_OF_ONE, RUNS_OF_ONE = 400, 1.5, 2.0, 50
COLUMNS = "ticker, trade_date, open_price, high_price, low_price, close_price, volume, adj_close_price"
# Both in one process, one after the other, so that whatever else the machine does meets both.
BOTH = """
import resource, statistics, sys, time
import foresto_cli as foresto
import pandas

def bare(where):
    query = f"COPY (SELECT {sys.argv[2]} FROM stock_price_daily {where}) TO STDOUT"
    with foresto.open().engine.connect() as connection, connection.connection.cursor().copy(query) as copy:
        return sum(len(block) for block in copy)

def timed(work, *given):
    started = time.perf_counter()
    found = work(*given)
    return time.perf_counter() - started, found

foresto.open()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if sys.argv[1] == "all":
    frame, found = timed(foresto.prices, None, "2021")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    copy, _ = timed(bare, "")
    print(copy, frame, after - before)
else:
    where = f"WHERE ticker = '{sys.argv[1]}'"
    foresto.prices(sys.argv[1]), bare(where)
    pairs = [(timed(bare, where)[0], timed(foresto.prices, sys.argv[1])[0]) for _ in range(int(sys.argv[3]))]
    print(statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs), 0)
"""


def main() -> None:
    """Fill a database, read it both ways, print."""
    print(f"frames: {STOCKS:,} stocks x {SESSIONS:,} sessions, {RUNS} runs; {machine()}\n")
    with own_folder() as folder:
        os.environ["FORESTO_HOME"] = f"{folder}"
        _fill(paths().data)
        everything = [_read("all", folder) for _ in range(RUNS)]
        one = [_read("000010", folder) for _ in range(RUNS)]
    rows = [
        _line("every stock, every session", everything, f"<= {MOST_RATIO}, <= {MOST_MEGABYTES} MB"),
        _line("one stock", one, f"<= {MOST_RATIO_OF_ONE}"),
    ]
    table(("", "COPY (s)", "frame (s)", "ratio", "MB more", "target"), rows)
    headline(
        Headline(
            f"foresto.prices(None, '2021'), {STOCKS * SESSIONS / 1e6:.1f} M rows",
            RUNS,
            statistics.median(frame for _, frame, _ in everything),
            "COPY … TO STDOUT of the same columns",
            statistics.median(copy for copy, _, _ in everything),
            None,
            max(megabytes for _, _, megabytes in everything),
            f"ratio <= {MOST_RATIO}, <= {MOST_MEGABYTES} MB",
        )
    )


def _fill(data: Path) -> None:
    with embedded.running(data) as url, connected(url, sandbox=False, own=True) as engine:
        made = _market.made(STOCKS, SESSIONS)
        _market.stored(engine, made, years=1)
        with engine.begin() as connection:
            connection.execute(text("UPDATE stock_price_daily SET adj_close_price = close_price"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM FULL ANALYZE stock_price_daily"))


def _read(what: str, home: Path) -> tuple[float, float, float]:
    told = run([PYTHON, "-c", BOTH, what, COLUMNS, f"{RUNS_OF_ONE}"], FORESTO_HOME=f"{home}").stdout.split()
    return float(told[0]), float(told[1]), float(told[2]) / 1e3


def _line(name: str, runs: list[tuple[float, float, float]], target: str) -> tuple[str, ...]:
    copy, frame = (statistics.median(one[place] for one in runs) for place in (0, 1))
    ratio = statistics.median(one[1] / one[0] for one in runs)
    return (name, f"{copy:.3f}", f"{frame:.3f}", f"{ratio:.2f}", f"{max(one[2] for one in runs):.0f}", target)


if __name__ == "__main__":
    main()
