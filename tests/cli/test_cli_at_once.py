"""Commands that meet: two at once, one that waits, one that is told to stop."""

import json
import signal
import time

import pytest
from commands import KEYS, all_at_once
from sqlalchemy import create_engine, text
from support import NOT_UNDER_NOHUP, result_of, run_foresto, start_foresto

from foresto_cli.store import embedded
from foresto_cli.store.addresses import psycopg_url

pytestmark = pytest.mark.long

NEWEST_HANGS = "timeout@*/20261120*1"
OLDER_HANGS = "timeout@*/20261113"


def await_holder(home, process):
    """Wait until ``process`` holds the lock."""
    file = home / "state" / "sandbox" / "collect.lock"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists() and f'"pid": {process.pid}' in file.read_text():
            return
        time.sleep(0.02)
    pytest.fail("the command never took the lock")


def test_of_two_starts_one_works_another_is_busy_and_a_patient_one_waits(home):
    first = start_foresto(home, "--sandbox", "prices", "incremental", "--json", FORESTO_SANDBOX_FAULTS=NEWEST_HANGS)
    await_holder(home, first)
    hasty, patient = all_at_once(
        home,
        (("--sandbox", "listing", "load", "--json"), {}),
        (("--sandbox", "prices", "incremental", "--wait", "30s", "--json"), {}),
    )
    out, err = first.communicate(timeout=60)
    assert hasty.returncode == 75
    assert result_of(hasty)["outcome"] == "busy"
    assert result_of(hasty).keys() >= KEYS
    assert f"PID {first.pid}" in hasty.stderr
    assert "prices incremental" in hasty.stderr
    assert first.returncode == 0, err
    assert json.loads(out)["units"]["done"] == 12
    assert patient.returncode == 0
    assert result_of(patient)["outcome"] == "nothing_to_do"
    assert not embedded.is_running(home / "data" / "sandbox")


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), pytest.param(signal.SIGHUP, 129, marks=NOT_UNDER_NOHUP)],
)
def test_a_signal_keeps_what_is_done_and_the_next_run_goes_on(home, number, code):
    arguments = ("--sandbox", "prices", "incremental", "--workers", "1", "--json")
    process = start_foresto(home, *arguments, FORESTO_SANDBOX_FAULTS=OLDER_HANGS)
    await_holder(home, process)
    with embedded.running(home / "data" / "sandbox") as url:
        engine = create_engine(psycopg_url(url))

        def rows(query):
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(query))]

        # Newest first: 20, 19, 18, 17, 16 November are stored when the 13th hangs.
        deadline = time.monotonic() + 30
        while rows("SELECT count(*) FROM unit_ledger")[0][0] < 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        sent = time.monotonic()
        out, err = process.communicate(timeout=60)
        assert time.monotonic() - sent < 15, "and does not wait for the question that hangs"
        assert process.returncode == code, err
        result = json.loads(out)
        assert result.keys() >= KEYS
        assert (result["outcome"], result["exit_code"]) == ("interrupted", code)
        assert (result["units"]["planned"], result["units"]["done"], result["units"]["pending"]) == (12, 5, 7)
        assert "Traceback" not in err
        stored = rows("SELECT trade_date::text, count(*) FROM stock_price_daily GROUP BY 1 ORDER BY 1")
        assert stored == rows("SELECT unit, row_count FROM unit_ledger WHERE row_count > 0 ORDER BY 1")
        assert len(stored) == 5
        assert rows("SELECT status, exit_code FROM data_collection_log") == [("interrupted", code)]
        engine.dispose()
    assert not embedded.is_running(home / "data" / "sandbox")
    if number == signal.SIGTERM:
        return  # going on is the same after both
    later = run_foresto(home, *arguments)
    assert later.returncode == 0
    assert (result_of(later)["units"]["planned"], result_of(later)["units"]["done"]) == (7, 7)


def test_what_was_killed_is_closed_by_whatever_command_comes_next(home):
    arguments = ("--sandbox", "prices", "incremental", "--workers", "1")
    process = start_foresto(home, *arguments, FORESTO_SANDBOX_FAULTS=OLDER_HANGS)
    await_holder(home, process)
    time.sleep(1)
    process.kill()
    process.communicate(timeout=60)
    assert run_foresto(home, "--sandbox", "db", "url").returncode == 0
    with embedded.running(home / "data" / "sandbox") as url:
        engine = create_engine(psycopg_url(url))
        with engine.connect() as connection:
            assert connection.scalars(text("SELECT status FROM data_collection_log")).all() == ["interrupted"]
        engine.dispose()
