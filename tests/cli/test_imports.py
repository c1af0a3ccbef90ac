"""What a command that only looks imports, and how often it asks the database: counted, because seconds are not."""

import re
import subprocess
import sys

import pytest
from sqlalchemy import event
from support import ROOT, environment_of

from foresto_cli.verify.watched_sets import watched
from foresto_cli.views import state

NEVER = {
    "FinanceDataReader", "alembic", "apprise", "curl_cffi", "cryptography", "jinja2", "numpy", "pandas", "plistlib",
    "pyarrow", "pykrx", "requests", "scipy", "smtplib", "starlette", "urllib3", "uvicorn", "xlsxwriter", "yfinance",
}  # fmt: skip
"""What only those need that ask somebody, write a file, draw a page or compute a score."""
LOGIN = {"KRX_ID": "me", "KRX_PW": "word"}
KEYS = {**LOGIN, "KRX_OPENAPI_KEY": "k" * 40, "DART_API_KEY": "d" * 40, "FSC_API_KEY": "f" * 60}


@pytest.fixture(scope="module")
def home(private_tmp):
    """A home whose database is there."""
    place = private_tmp / "imports"
    imported(place, "sql", "SELECT 1")
    return place


def imported(home, *words):
    """The modules that a command imports, in a process of its own that has every key."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "foresto_cli", *words],
        env=environment_of(home, **KEYS), cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    lines = (line.rpartition("|") for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {name.strip() for _, _, name in lines}


@pytest.mark.long
@pytest.mark.parametrize(
    ("words", "also"),
    [
        (["sql", "SELECT 1"], {"foresto_cli.collecting.collect", "foresto_cli.store.tables", "tenacity"}),
        (["status"], {"foresto_cli.loading.retry_loaders"}),
        (["schedule", "next"], set()),
        (["runs", "list"], set()),
        (["alerts", "list"], set()),
    ],
)
def test_a_look_imports_nothing_of_what_asks_others_or_computes(home, words, also):
    found = imported(home, *words)
    assert "sqlalchemy" in found
    assert {name.partition(".")[0] for name in found} & NEVER == set()
    assert found & also == set()


@pytest.mark.long
def test_the_calendar_imports_the_holidays_of_no_other_country(home):
    found = {name for name in imported(home, "status") if re.match(r"holidays\.(countries|financial)", name)}
    assert "holidays.countries.south_korea" in found
    assert found <= {"holidays.countries.south_korea", "holidays.financial.korea_exchange"}


def test_status_reads_the_calendar_once_and_asks_little_of_each_data_set(open_world):
    asked, connections = [], []
    with open_world() as world:
        engine = world.app.engine
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        event.listen(engine, "checkout", lambda *_: connections.append(1))
        state.status(world.app)
        data_sets = len(watched(world.app))
    assert sum("market_closure" in statement for statement in asked) == 1
    assert len(asked) <= 5 * data_sets + 20
    assert len(connections) <= 10
