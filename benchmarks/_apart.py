"""A command of the sandbox whose stand-in for the upstreams is a process of its own.

Seconds and memory are then foresto's alone. The command itself is what ``foresto --sandbox`` does, with the haste of
the sandbox; only the stand-in is somebody else's: ``foresto sandbox serve``.

Usage: .venv/bin/python benchmarks/_apart.py COMMAND …, in the environment that :func:`served` yields
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from unittest import mock

from _measure import FORESTO, OWN, PYTHON, ROOT

APART = [PYTHON, __file__]
"""Before the words of a command."""


@contextmanager
def served(home: Path, **variables: str) -> Iterator[dict[str, str]]:
    """Run the stand-in on ``home`` with ``variables``; yield the environment of commands that ask it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    process = subprocess.Popen(
        [*FORESTO, "sandbox", "serve"],
        env={**kept, **variables, "FORESTO_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield {**variables, **_exported(process)}
    finally:
        process.terminate()
        process.wait()


def _exported(process: "subprocess.Popen[str]") -> dict[str, str]:
    found: dict[str, str] = {}
    for line in process.stdout or ():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").rstrip("\n").partition("=")
            found[name] = value
        if "SMTP_PORT" in found:
            return found
    raise SystemExit("foresto sandbox serve has ended")


@dataclass(frozen=True)
class Market:
    """The days of the market that is served, as far as commands ask for them."""

    sessions: tuple[date, ...]


class Elsewhere:
    """In the place of a running sandbox: what commands want to know of it."""

    is_recorded = False

    @cached_property
    def market(self) -> Market:
        """Return the sessions that are served."""
        from foresto_cli.sandbox import variables
        from foresto_cli.sandbox.market.market_calendar import begun

        asked = variables.options()
        return Market(begun(asked.now, asked.seed)[-asked.sessions :])


@contextmanager
def _elsewhere(_folder: Path) -> Iterator[Elsewhere]:
    from foresto_cli import clock
    from foresto_cli.sandbox import variables

    clock.pretend(variables.options().now)
    yield Elsewhere()


def main() -> None:
    """Run the command."""
    sys.argv = ["foresto", "--sandbox", *sys.argv[1:]]
    from foresto_cli import __main__ as entry

    with mock.patch("foresto_cli.sandbox.variables.running", _elsewhere):
        entry.main()


if __name__ == "__main__":
    main()
