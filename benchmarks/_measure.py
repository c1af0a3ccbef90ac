"""What the benchmarks share: running a command, medians, a folder of their own, an aligned table."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PYTHON = sys.executable
FORESTO = [PYTHON, "-m", "foresto_cli"]
ROOT = Path(__file__).resolve().parents[1]
OWN = ("FORESTO_", "KRX_", "DATABASE_URL", "PG")
"""The operator's settings, which a benchmark must not see."""
BYTES_PER_MAXRSS = 1 if sys.platform == "darwin" else 1024


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


def median_seconds(work: Callable[[], object], runs: int) -> float:
    """Return the median time of ``work``."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


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
    version = ".".join(map(str, sys.version_info[:3]))
    return f"Python {version}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"
