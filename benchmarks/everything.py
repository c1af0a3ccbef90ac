"""Every benchmark, one after the other, and their headlines in one table.

Nothing else should run on the machine meanwhile: the load before each script is in the table, and says whether it did.

Usage: .venv/bin/python benchmarks/everything.py [--write]   about 20 min; --write puts the table into RESULTS.md
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _measure import GROWTH, HEADLINES, PYTHON, Headline, machine

HERE = Path(__file__).parent
SCRIPTS = (
    ("startup.py",),
    ("market_day.py", "5"),
    ("loads.py", "3"),
    ("score.py", "5"),
    ("backfill.py", "1230", "2886", "250", "3"),
)
HEADER = ("what", "runs", "seconds", "baseline", "baseline, s", "ratio", "requests", "peak MB", "target", "load before")
INTRODUCTION = """# Results

Written by `benchmarks/everything.py --write`; what each line measures is said in [README.md](README.md) and at the head
of each script. Seconds are medians of whole processes as their caller waits for them, the embedded server's start and
stop included; the stand-ins of the upstreams run in the same process, so that time and peak memory are those of both.
The baseline was measured in the same run. "Load before" is the machine's load average when the script began.

"""


def headlines() -> Iterator[tuple[Headline, float]]:
    """Run the scripts, which print their own tables, and yield their headlines with the load they began under."""
    for script, *arguments in SCRIPTS:
        load, _, _ = os.getloadavg()
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as file:
            variables = os.environ | {HEADLINES: file.name}
            subprocess.run([PYTHON, str(HERE / script), *arguments], env=variables, check=True)
            print()
            for line in file:
                yield Headline(**json.loads(line)), load


def cells(found: Headline, load: float) -> tuple[str, ...]:
    """Return a headline as it stands in the table."""
    return (
        found.what,
        f"{found.runs}",
        f"{found.seconds:.2f}",
        found.baseline,
        f"{found.baseline_seconds:.2f}",
        f"{found.seconds / found.baseline_seconds:.2f}",
        "" if found.requests is None else f"{found.requests:,}",
        "" if found.megabytes is None else f"{found.megabytes:.0f}",
        found.target,
        f"{load:.1f}",
    )


def main() -> None:
    """Measure, print, and write when told to."""
    rows = [cells(found, load) for found, load in headlines()]
    lines = [HEADER, tuple("---" for _ in HEADER), *rows]
    text = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    print(f"{machine()}\n\n{text}", end="")
    if "--write" in sys.argv[1:]:
        file = HERE / "RESULTS.md"
        kept = "".join(file.read_text(encoding="utf-8").partition(GROWTH)[1:])
        file.write_text(f"{INTRODUCTION}{machine()}.\n\n{text}" + (f"\n{kept}" if kept else ""), encoding="utf-8")


if __name__ == "__main__":
    main()
