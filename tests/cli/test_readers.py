"""Whoever reads only the first line, or has a terminal without Korean: no crash, no incident, whatever the command."""

import os
import shlex
import subprocess
import sys

import pytest
from support import ROOT, environment_of

PRINTING = (
    "status", "retry --dry-run", "runs list --steps", "runs prune --dry-run", "alerts list", "prices gaps",
    "prices events", "verify daily", "listing delisted", "schedule show", "schedule status", "doctor --offline",
    "db size", "db url", "watchlist list", "score rank", "dart quota", "fss best deposits", "prices index --list",
    "status --json", "--help", "--version",
)  # fmt: skip
QUICK = ("runs list --steps",)
COMMANDS = [pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in PRINTING]


def shell(home, line, **variables):
    program = f'foresto() {{ {shlex.quote(sys.executable)} -m foresto_cli --sandbox "$@"; }}; {line}'
    environment = {**environment_of(home, **variables), "PATH": os.environ["PATH"]}
    return subprocess.run(
        ["/bin/bash", "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_of_one_line_and_a_terminal_without_korean(home, command):
    cut = shell(home, f"foresto {command} | head -1; echo code ${{PIPESTATUS[0]}}")
    plain = shell(home, f"foresto {command}; echo code $?", PYTHONIOENCODING="ascii", LC_ALL="C")
    for done in (cut, plain):
        assert "Traceback" not in done.stdout + done.stderr
        assert "code 70" not in done.stdout, done.stdout + done.stderr
        assert "BrokenPipe" not in done.stderr
    assert cut.stdout.splitlines()[-1] in {"code 0", "code 141", plain.stdout.splitlines()[-1]}
    told = shell(home, "foresto alerts list --json")
    assert '"bug"' not in told.stdout
