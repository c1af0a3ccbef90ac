"""What the benchmarks share: running a command, medians, a folder of their own, an aligned table, headlines."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

PYTHON = sys.executable
FORESTO = [PYTHON, "-m", "foresto_cli"]
ROOT = Path(__file__).resolve().parents[1]
OWN = ("FORESTO_", "KRX_", "DATABASE_URL", "PG", "PYTHONDONTWRITEBYTECODE")
"""The operator's settings, which a benchmark must not see; nor is every module to be compiled at every start."""
BYTES_PER_MAXRSS = 1 if sys.platform == "darwin" else 1024
GROWTH = "## Twenty years of prices"
"""Heading of the last part of RESULTS.md, which growth.py writes and everything.py leaves alone."""
HEADLINES = "BENCHMARK_HEADLINES"
"""Names the file to which a script adds what everything.py puts into its one table."""


@dataclass(frozen=True)
class Finished:
    """A command that ended well.

    Attributes:
        seconds: from start to end, as its caller waits for it.
        megabytes: peak resident memory of its largest process.
        stdout: what it printed.
    """

    seconds: float
    megabytes: float
    stdout: str


@dataclass(frozen=True)
class Headline:
    """A line of the one table of everything.

    Attributes:
        what: the measured command or step.
        runs: how many runs the median is of.
        seconds: the median.
        baseline: what it is compared with, measured in the same run.
        baseline_seconds: its median.
        requests: sent to upstreams, or None where nothing is asked.
        megabytes: the highest peak of all runs, or None where no process of its own was measured.
        target: what it should be.
    """

    what: str
    runs: int
    seconds: float
    baseline: str
    baseline_seconds: float
    requests: int | None
    megabytes: float | None
    target: str


def headline(found: Headline) -> None:
    """Hand ``found`` to everything.py when it is the one that started this script."""
    if file := os.environ.get(HEADLINES):
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")


def run(command: Sequence[str], **variables: str) -> Finished:
    """Run ``command`` without the operator's settings.

    Raises:
        SystemExit: it failed; a time without a result says nothing.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=kept | variables, cwd=ROOT, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{err.read()[-2_000:]}")
        return Finished(seconds, usage.ru_maxrss * BYTES_PER_MAXRSS / 1e6, out.read())


@contextmanager
def own_folder() -> Iterator[Path]:
    """Yield a folder that is gone afterwards; a database account may pass through it, as root needs."""
    folder = Path(tempfile.mkdtemp(prefix="foresto-benchmark-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a header: the first column to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for row in [header, ["-" * width for width in widths], *rows]:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells[1:]]).rstrip())


def machine() -> str:
    """Return what the numbers were measured on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"
    return f"{system}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
