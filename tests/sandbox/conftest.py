"""One small market for all tests here, and ways to talk to it."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import requests

from foresto_cli.clock import KST
from foresto_cli.sandbox import Options, running

EVENING = datetime(2026, 11, 20, 19, 0, tzinfo=KST)
QUIET = {"after_market": 0.0, "mirror_stopped": None}
"""Nothing moves after the close and the mirror lives, unless a test is about that."""
STATISTICS = "https://data.krx.co.kr/comm/bldAttendant/getJsonData.cmd"
LOGIN = "https://data.krx.co.kr/contents/MDC/COMS/client/"


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """A running sandbox on Friday 2026-11-20, 19:00, that no test changes."""
    with running(Options(now=EVENING, **QUIET), tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def start(tmp_path):
    """Start a sandbox with its own faults at another time or with another market; all are stopped after the test."""
    opened = []

    def begin(now=EVENING, faults="", **options):
        context = running(
            Options(**{"now": now, "stocks": 60, "sessions": 40, **QUIET, **options}), tmp_path, faults=faults
        )
        opened.append(context)
        return context.__enter__()

    yield begin
    for context in reversed(opened):
        context.__exit__(None, None, None)


@pytest.fixture
def browser():
    """Make requests sessions that go through a sandbox; ``login=True`` logs in at KRX first."""
    made = []

    def make(sandbox, *, login=False, right=True):
        session = requests.Session()
        made.append(session)
        session.trust_env = False
        session.proxies = dict.fromkeys(("http", "https"), f"http://127.0.0.1:{sandbox.port}")
        session.verify = str(sandbox.certificate)
        if login:
            session.get(LOGIN + "MDCCOMS001.cmd", timeout=5)
            session.post(
                LOGIN + "MDCCOMS001D1.cmd", data={"mbrId": "someone", "pw": "secret" if right else "wrong"}, timeout=5
            )
        return session

    yield make
    for session in made:
        session.close()


@pytest.fixture
def krx(browser):
    """Ask KRX for a statistic as somebody who is logged in; returns the HTTP response."""

    def ask(sandbox, bld, **form):
        folder = "comm/finder" if bld.startswith("finder") else "MDC/STAT/standard"
        return browser(sandbox, login=True).post(STATISTICS, data={"bld": f"dbms/{folder}/{bld}", **form}, timeout=10)

    return ask


@pytest.fixture
def run_client(tmp_path):
    """Run Python code in a process of its own whose environment leads to a sandbox; returns what it printed."""

    def run(sandbox, code, **more):
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path),
            "MPLBACKEND": "Agg",
            "PYTHONUTF8": "1",
            **sandbox.environment(),
            **more,
        }
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run


@pytest.fixture(scope="session")
def recordings():
    """The folder of recorded answers beside the repository; tests that need it are skipped where it is absent."""
    folder = Path(__file__).parents[2].parent / "shared" / "recorded"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: recorded answers may not be copied into the repository")
    return folder
