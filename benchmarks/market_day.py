"""One new market day of 2,886 stocks, end to end over real HTTP, against plainly reading and writing the same rows.

The sandbox (upstreams included) runs in the measured process, so that its time and memory are those of both.

Usage: .venv/bin/python benchmarks/market_day.py [RUNS]
"""

import json
import statistics
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from _measure import FORESTO, Finished, Headline, headline, machine, own_folder, run, table
from _plain import read_and_write

from foresto_cli.calendar import Calendar

RUNS = 3
STOCKS = 2_886
SESSIONS = 3
FIRST_DAY = date(2026, 10, 20)
MOST_REQUESTS = 1
MOST_MEGABYTES = 500


@dataclass(frozen=True)
class Evening:
    """What one ``prices incremental`` came to."""

    finished: Finished
    result: dict[str, Any]

    @property
    def price_requests(self) -> int:
        """Return the requests for prices; logging in is counted apart."""
        sent: dict[str, int] = self.result["requests"]
        return sent["total"] - sent.get("krx_login", 0)


def evening(home: Path, day: date) -> Evening:
    """Run ``prices incremental`` on the evening of ``day``."""
    finished = run(
        [*FORESTO, "--sandbox", "prices", "incremental", "--json"],
        FORESTO_HOME=str(home),
        FORESTO_SANDBOX_STOCKS=f"{STOCKS}",
        FORESTO_SANDBOX_SESSIONS=f"{SESSIONS}",
        FORESTO_SANDBOX_TODAY=f"{day}",
    )
    return Evening(finished, json.loads(finished.stdout))


def line(name: str, evening: Evening, base: float, target: str) -> list[str]:
    """Return the line of one evening."""
    seconds, rows = evening.result["seconds"], evening.result["rows"]
    return [
        name,
        f"{evening.price_requests}",
        f"{rows['added'] + rows['changed']:,}",
        f"{seconds:.2f}",
        f"{seconds / base:.1f}",
        f"{evening.finished.seconds:.2f}",
        f"{evening.finished.megabytes:.0f}",
        target,
    ]


def middle(evenings: list[Evening]) -> Evening:
    """Return the evening with the median run time."""
    median = statistics.median_low(found.result["seconds"] for found in evenings)
    return next(found for found in evenings if found.result["seconds"] == median)


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    days = Calendar().sessions(FIRST_DAY, FIRST_DAY + timedelta(days=2 * runs + 14))[: runs + 1]
    print(f"market_day: {STOCKS:,} stocks, median of {runs} runs; {machine()}\n")
    new: list[Evening] = []
    again: list[Evening] = []
    with own_folder() as home:
        first = evening(home, days[0])
        for day in days[1:]:
            new.append(evening(home, day))
            again.append(evening(home, day))
        count = sum(middle(new).result["tables"]["stock_price_daily"].values())
        reading, writing = read_and_write(home, {"stock_price_daily": count}, runs)
    base = reading + writing
    headline(
        Headline(
            f"prices incremental, one new session of {STOCKS:,} stocks",
            runs,
            middle(new).finished.seconds,
            "the same rows read, and written with executemany",
            base,
            max(found.result["requests"]["total"] for found in new),
            max(found.finished.megabytes for found in [first, *new]),
            f"{MOST_REQUESTS} request and 3 to log in, <= {MOST_MEGABYTES} MB",
        )
    )
    table(
        ["", "price requests", "rows", "run s", "ratio", "process s", "peak MB", "target"],
        [
            [f"plain: read {count:,} rows", "", f"{count:,}", f"{reading:.2f}", "", "", "", ""],
            ["plain: and write them (executemany)", "", f"{count:,}", f"{base:.2f}", "1.0", "", "", ""],
            line(f"first run, {SESSIONS} sessions, database made", first, base, f"<= {MOST_MEGABYTES} MB"),
            line("one new session", middle(new), base, f"{MOST_REQUESTS} request, <= {MOST_MEGABYTES} MB"),
            line("the same once more", middle(again), base, "0 requests"),
        ],
    )


if __name__ == "__main__":
    main()
