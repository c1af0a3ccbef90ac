"""The database of the Python interface: opened at the first question, read-only, gone with the process."""

import os
import pydoc
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import foresto_cli as foresto
from foresto_cli import settings
from foresto_cli.errors import ForestoError, UsageError
from foresto_cli.frames import session
from foresto_cli.store import embedded

ASK = "import foresto_cli as foresto; foresto.open(sandbox=True); print(len(foresto.listing()))"


@pytest.fixture
def folder(home, monkeypatch):
    monkeypatch.setenv("FORESTO_HOME", f"{home}")
    return settings.paths().in_sandbox().data


def _python(code, home):
    return subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {"FORESTO_HOME": f"{home}"}, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.long
def test_a_process_asks_and_leaves_nothing_running(home, folder):
    process = _python(ASK, home)
    assert process.communicate(timeout=60) == ("0\n", None)
    assert process.returncode == 0
    assert not embedded.is_running(folder)


@pytest.mark.long
def test_commands_run_beside_an_open_notebook_and_after_it_was_killed(home, folder, foresto):
    process = _python(ASK + "; import time; print('open', flush=True); time.sleep(60)", home)
    assert [process.stdout.readline() for _ in range(2)] == ["0\n", "open\n"]
    assert foresto("--sandbox", "db", "size").returncode == 0
    assert embedded.is_running(folder)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert foresto("--sandbox", "db", "size").returncode == 0
    until = time.monotonic() + 10
    while embedded.is_running(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert not embedded.is_running(folder)


def test_nothing_can_be_written(asked):
    for statement in (
        "DELETE FROM stocks",
        "INSERT INTO watchlist (ticker) VALUES ('005930')",
        "CREATE TABLE mine (a int)",
        "WITH gone AS (DELETE FROM stocks RETURNING 1) SELECT * FROM gone",
        "SELECT nextval('data_load_batch_id_seq')",
    ):
        with pytest.raises((DBAPIError, ForestoError)), session.reading() as connection:
            connection.execute(text(statement))
    assert len(foresto.listing()) > 0


def test_real_and_synthetic_are_never_open_together(asked):
    with pytest.raises(UsageError, match=r"foresto\.close"):
        foresto.open(sandbox=False)
    assert foresto.open(sandbox=True) is session._current


def test_what_python_offers_is_on_one_page():
    page = pydoc.render_doc(foresto, renderer=pydoc.plaintext)
    for name in foresto.__all__:
        assert callable(getattr(foresto, name)) or name == "__version__"
        assert name in page
    with pytest.raises(AttributeError, match="price_list"):
        _ = foresto.price_list


def test_a_command_imports_no_pandas_for_it():
    code = "import sys, foresto_cli; sys.exit('pandas' in sys.modules or 'foresto_cli.frames' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
