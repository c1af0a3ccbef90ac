"""How long an operator waits before anything happens: ``--help`` of every group, and ``status`` on a warm database.

Usage: .venv/bin/python benchmarks/startup.py [RUNS]
"""

import statistics
import sys

from _measure import FORESTO, PYTHON, Headline, headline, machine, own_folder, run, table

RUNS = 9
HELP_TARGET = 1.5
STATUS_TARGET = 1.5
STATUS_ALLOWANCE = 0.5
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


def _each() -> list[tuple[str]]:
    return [(name,) for name in groups()]


def _target(name: str, asked: dict[str, list[str]]) -> str:
    return f"<= {HELP_TARGET}" if name in asked else ""


if __name__ == "__main__":
    main()
