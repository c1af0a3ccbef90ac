"""What tests import: constants, the command as a process, a sandboxed application and its questions."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import warm
from sqlalchemy import text

from foresto_cli import app as application
from foresto_cli import clock

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
EVENING = datetime(2026, 11, 20, 20, 30, tzinfo=clock.KST)
"""A Friday after all numbers are final; the sandbox's day in most tests."""

MEMORY = Path("/dev/shm")  # noqa: S108  # only as the parent of folders with names of their own
ROOM_BYTES = 4 * 1024**3
"""What the databases of all workers may need; containers often have less memory to write to, and a disk will do."""

NOT_UNDER_NOHUP = pytest.mark.skipif(
    signal.getsignal(signal.SIGHUP) == signal.SIG_IGN, reason="nohup: the programs of these tests ignore SIGHUP"
)
needs_shared = pytest.mark.skipif(not (SHARED / "recorded").exists(), reason="no recorded answers beside the project")


@dataclass
class World:
    """A sandbox and the application in front of it, at one moment."""

    app: application.App
    sandbox: object

    def scalar(self, query, **parameters):
        with self.app.engine.connect() as connection:
            return connection.execute(text(query), parameters).scalar()

    def rows(self, query, **parameters):
        with self.app.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]

    def execute(self, query, **parameters):
        with self.app.engine.begin() as connection:
            connection.execute(text(query), parameters)

    def begin_budgets_anew(self):
        """Let a day pass for the budgets: what was called spent is so no more."""
        self.execute("UPDATE upstream_usage SET usage_date = usage_date - 100")

    def asked(self, part=""):
        """Requests so far whose path or bld contains ``part``."""
        return [r for r in self.sandbox.requests if part in r.path or part in r.fields.get("bld", "")]


def a_third(cells, offset):
    """Every third of ``cells`` as it is and the others marked ``slow``: with another offset another third."""
    several = [cell if isinstance(cell, tuple) else (cell,) for cell in cells]
    return [
        pytest.param(*cell, marks=() if number % 3 == offset else pytest.mark.slow)
        for number, cell in enumerate(several)
    ]


def quick_folder(prefix):
    """Make a folder for a database, in memory where there is room: a disk costs ten times the CPU time."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    return Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if has_room else None))


SMALL = {"FORESTO_SANDBOX_STOCKS": "60", "FORESTO_SANDBOX_SESSIONS": "12", "FORESTO_SANDBOX_TODAY": "2026-11-20"}


def environment_of(home, **variables):
    """The environment of a command under test: nothing of the operator's own settings."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("FORESTO_", "KRX_", "FSC_", "FSS_", "DART_", "ALPHA_", "DATABASE_", "PG"))
    }
    return {**kept, **SMALL, "FORESTO_HOME": str(home), "PYTHONWARNINGS": "ignore", **variables}


WITH_SETTINGS = """
import json, os
from foresto_cli import __main__ as entry, settings
given = json.loads(os.environ.pop("FORESTO_TEST_SETTINGS"))
usual = settings.load_sandbox
settings.load_sandbox = lambda: settings.Settings.model_validate(usual().model_dump() | given)
entry.main()
"""
"""The command with settings that the sandbox keeps to itself, such as the operator's own server."""


def start_foresto(home, *arguments, cwd=None, settings=None, **variables):
    """Start ``foresto`` as the operator would; ``settings`` are put over the sandbox's own."""
    program = ["-m", "foresto_cli"]
    if settings:
        program = ["-c", WITH_SETTINGS]
        variables["FORESTO_TEST_SETTINGS"] = json.dumps(dict(settings))
    command = [sys.executable, *program, *arguments]
    return subprocess.Popen(
        command,
        env=environment_of(home, **variables),
        cwd=cwd or ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_foresto(home, *arguments, cwd=None, settings=None, **variables):
    """Run ``foresto`` to its end, forked (:mod:`warm`); ``.returncode``, ``.stdout``, ``.stderr``."""
    program = warm.RUN
    if settings:
        program, variables["FORESTO_TEST_SETTINGS"] = WITH_SETTINGS, json.dumps(dict(settings))
    environment = environment_of(home, **variables)
    code, out, err = warm.run(program, arguments, env=environment, cwd=cwd or ROOT, timeout=120)
    return subprocess.CompletedProcess(["foresto", *arguments], code, out, err)


def result_of(finished):
    """The ``--json`` object of a finished command."""
    return json.loads(finished.stdout)
