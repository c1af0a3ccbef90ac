"""How long an operator waits before anything happens: ``--help`` of every group, ``status`` and ``sql`` of one row.

``status`` and ``sql`` are held against a plain script that imports the same libraries, starts and stops the same server
and asks one question (``_bare_start.py``).

Usage: .venv/bin/python benchmarks/startup.py [RUNS]
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from unittest import mock

from _measure import FORESTO, PYTHON, ROOT, Headline, headline, machine, own_folder, run, table

RUNS = 9
HELP_TARGET = 1.5
STATUS_TARGET = 1.5
STATUS_ALLOWANCE = 0.5
BARE_TARGET = 1.3
LOOKS = {"sql of one row": ["sql", "SELECT 1"], "status": ["status"]}
PACKAGES_NOT_RUN = ("holidays.countries", "holidays.financial")
"""Whose modules foresto imports without them; plainly imported they would take longer than all the rest."""
HELP, IMPORTS = "import typer, rich", "import sqlalchemy, psycopg, rich, typer"
HELP_BASELINE, STATUS_BASELINE = [PYTHON, "-c", HELP], [PYTHON, "-c", IMPORTS]
MARKET = {"FORESTO_SANDBOX_STOCKS": "100", "FORESTO_SANDBOX_SESSIONS": "5", "FORESTO_SANDBOX_TODAY": "2026-11-20"}


def groups() -> list[str]:
    """Return the names of everything that stands directly behind ``foresto``."""
    from foresto_cli.cli import COMMANDS, GROUPS

    return [*COMMANDS, *GROUPS]


def medians(commands: dict[str, list[str]], runs: int, **variables: str) -> dict[str, float]:
    """Return the median seconds of each command; they take turns, so that a busy moment hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            times[name].append(run(command, **variables).seconds)
    return {name: statistics.median(found[1:]) for name, found in times.items()}


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(f"startup: median of {runs} runs after a warm-up; {machine()}\n")

    asked = {" ".join(["foresto", *name, "--help"]): [*FORESTO, *name, "--help"] for name in ([], *map(list, _each()))}
    found = medians({HELP: HELP_BASELINE, **asked}, runs)
    base = found[HELP]
    # Without a peak: a process this small would be counted with ours, which it begins with.
    headline(Headline("--help", runs, found["foresto --help"], HELP, base, 0, None, f"ratio <= {HELP_TARGET}"))
    rows = [[name, f"{seconds:.3f}", f"{seconds / base:.2f}", _target(name, asked)] for name, seconds in found.items()]
    table(["help", "seconds", "ratio", "target"], rows)

    with own_folder() as home:
        place = {**MARKET, "FORESTO_HOME": str(home)}
        run([*FORESTO, "--sandbox", "prices", "incremental"], **place)
        status = "foresto --sandbox status"
        commands = {IMPORTS: STATUS_BASELINE, status: [*FORESTO, "--sandbox", "status"]}
        found = medians(commands, runs, **place)
    base = found[IMPORTS]
    limit = STATUS_TARGET * base + STATUS_ALLOWANCE
    target = f"<= {limit:.3f} s (1.5x + 0.5 s)"
    headline(
        Headline("status, embedded server started and stopped", runs, found[status], IMPORTS, base, 0, None, target)
    )
    print()
    table(
        ["status, embedded server started and stopped", "seconds", "ratio", "target"],
        [
            [IMPORTS, f"{base:.3f}", "1.00", ""],
            [status, f"{found[status]:.3f}", f"{found[status] / base:.2f}", target],
        ],
    )
    print()
    with own_folder() as home:
        table(["a look, embedded server started and stopped", "seconds", "ratio", "target"], looks(home, runs))


def looks(home: Path, runs: int) -> list[list[str]]:
    """Return a line for each command of :data:`LOOKS` and its plain baseline, on a database that is there."""
    place = {"FORESTO_HOME": str(home)}
    run([*FORESTO, "status"], **place)
    commands = {}
    for name, words in LOOKS.items():
        commands[name] = [*FORESTO, *words]
        commands[f"plain {name}"] = [PYTHON, str(ROOT / "benchmarks" / "_bare_start.py"), _plainly(home, words)]
    found = medians(commands, runs, **place)
    lines = []
    for name in LOOKS:
        base = found[f"plain {name}"]
        target = f"ratio <= {BARE_TARGET}"
        said = "the same libraries, server and a query, plainly"
        headline(Headline(f"{name}, a database of one's own", runs, found[name], said, base, 0, None, target))
        lines += [[f"plain {name}", f"{base:.3f}", "1.00", ""]]
        lines += [[name, f"{found[name]:.3f}", f"{found[name] / base:.2f}", target]]
    return lines


def _plainly(home: Path, words: list[str]) -> str:
    """Return, for ``_bare_start.py``, what a command imports and how its server is started."""
    from foresto_cli.settings import paths
    from foresto_cli.store import binaries, cluster, embedded, owners

    with mock.patch.dict(os.environ, FORESTO_HOME=str(home)):
        place = cluster.location(paths().data)
        owner = cluster.prepare(place)
        sockets = cluster.socket_folder(place, owner)
    command = [str(binaries.binaries() / "postgres"), "-D", str(place / "data")]
    command += ["-c", f'unix_socket_directories="{sockets}"', "-c", "listen_addresses="]
    what = {
        "modules": _imported(home, words),
        "command": command,
        "account": owners.account_of(owner),
        "environment": binaries.environment(),
        "url": embedded.url_of(sockets),
    }
    return json.dumps(what)


def _imported(home: Path, words: list[str]) -> list[str]:
    """Return the modules of others that a command imports, in their order."""
    done = subprocess.run(
        [PYTHON, "-X", "importtime", "-m", "foresto_cli", *words],
        env=os.environ | {"FORESTO_HOME": str(home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:"))
    return [name for name in names if not name.startswith(("foresto_cli", "imported package", *PACKAGES_NOT_RUN))]


def _each() -> list[tuple[str]]:
    return [(name,) for name in groups()]


def _target(name: str, asked: dict[str, list[str]]) -> str:
    return f"<= {HELP_TARGET}" if name in asked else ""


if __name__ == "__main__":
    main()
