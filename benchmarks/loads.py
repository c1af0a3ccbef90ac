"""Whole loads of the data sets besides prices, and the weekday chain, each as a process over real HTTP.

The baseline reads as many rows of the same tables as the command wrote and writes them with executemany. The sandbox
(upstreams included) runs in the measured process, so that its time and memory are those of both; waits between requests
are a hundredth of the real ones.

Usage: .venv/bin/python benchmarks/loads.py [RUNS [STOCKS [SESSIONS]]]
"""

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from _measure import FORESTO, Finished, Headline, headline, machine, own_folder, run, table
from _plain import read_and_write

from foresto_cli.calendar import Calendar

RUNS, STOCKS, SESSIONS = (list(map(int, sys.argv[1:])) + [3, 2_886, 280][len(sys.argv) - 1 :])[:3]
LAST = date(2026, 10, 30)
"""Not in the weeks of the college entrance exam: a Thursday's prices are then final an hour later, and read twice."""
MOST_MEGABYTES = 500
BASELINE = "as many rows of the same tables read, and written with executemany"
CHAIN = "run weekday"
LOADS = {
    "stocks load": "<= 6 requests, <= 5 s",
    "stocks etfs": "<= 5 requests",
    "dart financials --year 2025": "<= 40 requests, <= 15 s",
    "bonds load": "<= 25 requests, <= 10 s",
    "stocks dividends": "",
    "fss all": "<= 60 requests, <= 10 s",
}
"""Each command on a database that has the listing and the companies; with what it should take."""
PREPARED = ("listing load", "dart corp-codes")


@dataclass(frozen=True)
class Load:
    """One run of a command: the process, and what it reported."""

    finished: Finished
    result: dict[str, Any]

    @property
    def tables(self) -> dict[str, int]:
        """Return how many rows each table was given, unchanged ones included."""
        found: dict[str, dict[str, int]] = self.result["tables"]
        return {name: sum(rows.values()) for name, rows in found.items()}


def load(home: Path, command: str, day: date) -> Load:
    """Run ``command`` on the evening of ``day``."""
    finished = run(
        [*FORESTO, "--sandbox", *command.split(), "--json"],
        FORESTO_HOME=str(home),
        FORESTO_SANDBOX_STOCKS=f"{STOCKS}",
        FORESTO_SANDBOX_SESSIONS=f"{SESSIONS}",
        FORESTO_SANDBOX_TODAY=f"{day}",
    )
    return Load(finished, json.loads(finished.stdout))


def loads(folder: Path) -> list[Sequence[str]]:
    """Return a line for each command, every run of which begins with a copy of the same prepared database."""
    prepared = folder / "prepared"
    for command in PREPARED:
        load(prepared, command, LAST)
    lines: list[Sequence[str]] = []
    for command, target in LOADS.items():
        found = []
        home = folder / "home"
        for _ in range(RUNS):
            # Owner and mode too: as root the embedded server belongs to another account.
            subprocess.run(["/bin/cp", "-a", prepared, home], check=True)
            found.append(load(home, command, LAST))
            if len(found) < RUNS:
                shutil.rmtree(home)
        lines.append(line(command, found, sum(read_and_write(home, found[-1].tables, RUNS)), target))
        shutil.rmtree(home)
    return lines


def chain(folder: Path) -> Sequence[str]:
    """Return the line of the weekday chain: one evening after the other in a database that has everything."""
    home = folder / "chain"
    calendar = Calendar()
    days = [LAST]
    while len(days) <= RUNS + 1:
        days.append(calendar.previous(days[-1]))
    *evenings, before, first = days
    load(home, "run initial", first)
    # The first evening finds the day of the first load provisional, as no later one does.
    load(home, CHAIN, before)
    found = [load(home, CHAIN, day) for day in reversed(evenings)]
    return line(CHAIN, found, sum(read_and_write(home, found[-1].tables, RUNS)), "<= 10 requests")


def line(command: str, found: Sequence[Load], base: float, target: str) -> Sequence[str]:
    """Return the line of a command's runs, and hand on their headline."""
    seconds = statistics.median(one.finished.seconds for one in found)
    reported = statistics.median(one.result["seconds"] for one in found)
    requests = max(one.result["requests"]["total"] for one in found)
    megabytes = max(one.finished.megabytes for one in found)
    target = ", ".join(filter(None, [target, f"<= {MOST_MEGABYTES} MB"]))
    headline(Headline(command, len(found), seconds, BASELINE, base, requests, megabytes, target))
    rows = sum(found[-1].tables.values())
    return (
        command,
        f"{requests}",
        f"{rows:,}",
        f"{reported:.2f}",
        f"{seconds:.2f}",
        f"{base:.2f}",
        f"{seconds / base:.1f}",
        f"{megabytes:.0f}",
        target,
    )


def main() -> None:
    """Measure and print."""
    print(f"loads: {STOCKS:,} stocks, {SESSIONS} sessions, median of {RUNS} runs; {machine()}\n")
    with own_folder() as folder:
        lines = [*loads(folder), chain(folder)]
    table(("", "requests", "rows", "run s", "process s", "plain s", "ratio", "peak MB", "target"), lines)


if __name__ == "__main__":
    main()
