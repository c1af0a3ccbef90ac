"""One week of the whole market into PostgreSQL: a ticker at a time with pykrx or FinanceDataReader, and by foresto.

All are led to the same stand-in of the upstreams, which runs in this process and takes 50 ms for every answer; each is
a process of its own, timed from its start to its last row. The week is four weeks old, so that stocks were split and
delisted since. The libraries' users usually wait a second between two tickers (``time.sleep(1)``): they do not wait
here, and what it would add is computed. foresto keeps its own pace, and once more does not. ``adjusted=False`` asks as
often as without; its week is loaded for the rows alone, without latency.

Then 2 % of the price answers fail: HTTP 500, connections reset, valid answers without a row, and bodies cut in half,
each with the same chance and the same ones in every run; no latency. What became of a failed answer: nothing lost (all
its rows are there in the end), told (an exception, a printed line, a result that is not success), or not noticed.
foresto asks for so little that its week is loaded again and again, each time into an empty database.

The market is synthetic: there are no recorded answers for single tickers but one.

Usage: .venv/bin/python benchmarks/peers.py [STOCKS]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from _measure import OWN, PYTHON, machine, own_folder, table
from _week import FIRST, LAST, Key, as_traded, day_of, stored, ticker_of

from foresto_cli.clock import KST
from foresto_cli.sandbox import Options, Sandbox, running
from foresto_cli.store import embedded
from foresto_cli.store.engine import connected

STOCKS = int(sys.argv[1]) if len(sys.argv) > 1 else 2_886
SESSIONS = 260
NOW = datetime(2026, 11, 20, 19, 0, tzinfo=KST)
LATENCY = 0.05
FAILING = 0.02
KINDS = ("500", "reset", "empty_list", "truncated")
LOOPS_ASK = ("fchart.stock.naver.com", "data.krx.co.kr/MDCSTAT01701")
FORESTO_ASKS = ("data-dbg.krx.co.kr", "data.krx.co.kr/MDCSTAT01501")
"""Where these clients get this week's prices; nothing fails elsewhere."""
FAILING_TICKERS = 1_000
FAILING_WEEKS = 40
RUNS = 3
"""Of foresto, whose median counts; the others take minutes and run once."""
SLEEP = 1.0
"""Seconds between two tickers in the loops in circulation."""
WORKER = Path(__file__).with_name("_peers.py")
NAMES = {
    "pykrx": "pykrx get_market_ohlcv(.., ticker)",
    "pykrx-unadjusted": "pykrx, the same with adjusted=False",
    "fdr": "FinanceDataReader DataReader(ticker, ..)",
    "foresto": "foresto prices load",
    "foresto-fast": "foresto without its pace",
}
UNTIMED = ("pykrx-unadjusted",)
FATES = ("nothing lost", "raised", "printed", "reported", "not noticed")


@dataclass(frozen=True)
class Fate:
    """What became of failed answers.

    Attributes:
        failed: how many.
        became: how many of them were each of :data:`FATES`.
        lost: rows that are missing or wrong without a word.
    """

    failed: int = 0
    became: Counter[str] = field(default_factory=Counter)
    lost: int = 0

    def __add__(self, other: "Fate") -> "Fate":
        """Return both together."""
        return Fate(self.failed + other.failed, self.became + other.became, self.lost + other.lost)


Fates = dict[str, Fate]
"""By kind of failure."""


@contextmanager
def served(folder: Path, *, latency: float = 0.0, failing: Sequence[str] = ()) -> Iterator[Sandbox]:
    """Run the stand-in, its market already made; answers of the places in ``failing`` fail now and then."""
    faults = ",".join(f"{kind}@{place}%{FAILING / len(KINDS)}" for place in failing for kind in KINDS)
    options = Options(now=NOW, stocks=STOCKS, sessions=SESSIONS, latency=latency)
    with running(options, folder, faults=faults) as sandbox:
        as_traded(sandbox.market)
        yield sandbox


def database(server: str, way: str) -> str:
    """Return the URL of a new database; foresto's has its tables already."""
    name = f"{way}_{time.monotonic_ns()}".replace("-", "_")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = server.replace("/foresto?", f"/{name}?").replace("postgresql://", "postgresql+psycopg://", 1)
    if way.startswith("foresto"):
        with connected(url, sandbox=True):
            pass
    return url


@contextmanager
def client(way: str, url: str, sandbox: Sandbox, most: int = STOCKS) -> Iterator[Callable[[], dict[str, Any]]]:
    """Start a process that loads the week whenever what is yielded is called, which returns what it says of it.

    Neither the operator's settings nor a real upstream are within its reach.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    own = {"KRX_ID": "someone", "KRX_PW": "secret", "MPLBACKEND": "Agg", "PYTHONWARNINGS": "ignore"}
    command = [PYTHON, str(WORKER), way, url, NOW.isoformat(), f"{FIRST}", f"{LAST}", f"{most}"]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command,
            env={**kept, **sandbox.environment(), **own},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        asking, saying = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)

        def load() -> dict[str, Any]:
            asking.write("load\n")
            asking.flush()
            line = saying.readline()
            if not line:
                errors.seek(0)
                raise SystemExit(f"{' '.join(command)} ended:\n{errors.read()[-2_000:]}")
            said: dict[str, Any] = json.loads(line)
            return said

        yield load


def timed(way: str, server: str, folder: Path) -> list[str]:
    """Load the week while nothing goes wrong, with latency if the time counts; return the line of the table."""
    url = database(server, way)
    times = []
    with served(folder, latency=0.0 if way in UNTIMED else LATENCY) as sandbox:
        for _ in range(RUNS if way.startswith("foresto") else 1):
            seen = len(sandbox.requests)
            started = time.perf_counter()
            with client(way, url, sandbox) as load:
                said = load()
                times.append(time.perf_counter() - started)
            if said.get("exit_code"):
                raise SystemExit(f"{said}")
        rows, right = stored(url, way), as_traded(sandbox.market)
        asked = len(sandbox.requests) - seen
        tickers = sum(ticker_of(request, sandbox.market) is not None for request in sandbox.requests)
    seconds = statistics.median(times)
    return [
        NAMES[way],
        f"{asked:,}",
        "" if way in UNTIMED else f"{seconds:.1f}",
        f"{seconds + SLEEP * tickers:,.0f}" if tickers and way not in UNTIMED else "",
        f"{len(rows):,}",
        f"{len(right.keys() - rows.keys()):,}",
        f"{sum(rows[key] != bar for key, bar in right.items() if key in rows):,}",
        f"{len(rows.keys() - right.keys()):,}",
    ]


def strike_peer(way: str, server: str, folder: Path) -> tuple[int, Fates]:
    """Load the week of some tickers while answers fail; return how many were asked for, and the fates of the failed."""
    fates = {kind: Fate() for kind in KINDS}
    url = database(server, way)
    with served(folder, failing=LOOPS_ASK) as sandbox:
        with client(way, url, sandbox, FAILING_TICKERS) as load:
            told: dict[str, str] = load()
        rows, right = stored(url, way), as_traded(sandbox.market)
        asked = [(ticker_of(request, sandbox.market), request.fault) for request in sandbox.requests]
    of_ticker: dict[str | None, list[Key]] = {}
    for key in right:
        of_ticker.setdefault(key[0], []).append(key)
    for ticker, kind in asked:
        if ticker is None or kind is None:
            continue
        missing = sum(key not in rows for key in of_ticker[ticker])
        became = told.get(ticker, "not noticed") if missing else "nothing lost"
        fates[kind] += Fate(1, Counter([became]), missing if became == "not noticed" else 0)
    return sum(ticker is not None for ticker, _ in asked), fates


def strike_foresto(server: str, folder: Path) -> tuple[int, Fates]:
    """Load the week again and again while answers fail; return as :func:`strike_peer`."""
    fates = {kind: Fate() for kind in KINDS}
    answers = 0
    url = database(server, "foresto")
    with served(folder, failing=FORESTO_ASKS) as sandbox, client("foresto-fast", url, sandbox) as load:
        right = as_traded(sandbox.market)
        for _ in range(FAILING_WEEKS):
            seen = len(sandbox.requests)
            said = load()
            rows = stored(url, "foresto")
            bad = Counter(key[1] for key, bar in right.items() if rows.get(key) != bar)
            asked = [(day, request.fault) for request in sandbox.requests[seen:] if (day := day_of(request))]
            answers += len(asked)
            for day, kind in asked:
                if kind is None:
                    continue
                became = "nothing lost" if not bad[day] else "reported" if said["exit_code"] else "not noticed"
                fates[kind] += Fate(1, Counter([became]), bad[day] if became == "not noticed" else 0)
    return answers, fates


def lines(name: str, answers: int, fates: Fates) -> list[list[str]]:
    """Return the lines of one way: all failed answers together, then each kind."""
    titled = [(name, f"{answers:,}", sum(fates.values(), Fate())), *((f"  {kind}", "", fates[kind]) for kind in KINDS)]
    return [
        [title, count, f"{fate.failed}", *(f"{fate.became[became]}" for became in FATES), f"{fate.lost}"]
        for title, count, fate in titled
    ]


def main() -> None:
    """Measure and print."""
    started = time.perf_counter()
    load = os.getloadavg()[0]
    print(f"peers: {STOCKS:,} stocks, {FIRST} to {LAST}, load {load:.1f} at the start; {machine()}\n")
    with own_folder() as folder, embedded.running(folder) as server:
        table(
            ["", "requests", "seconds", "with sleep(1), computed", "rows", "missing", "not as traded", "unknown"],
            [timed(way, server, folder) for way in NAMES],
        )
        print(f"\n{FAILING:.0%} of the price answers fail:\n")
        struck = []
        for way in ("pykrx", "pykrx-unadjusted", "fdr"):
            struck += lines(NAMES[way], *strike_peer(way, server, folder))
        struck += lines(f"foresto, the week {FAILING_WEEKS} times", *strike_foresto(server, folder))
    table(["", "answers", "failed", *FATES, "rows lost unnoticed"], struck)
    print(f"\n{timedelta(seconds=round(time.perf_counter() - started))} in all")


if __name__ == "__main__":
    main()
