"""Several hosts on one PostgreSQL: one collects, nobody's run is declared dead, nothing is told twice."""

import contextlib
import json
import signal
import socket
import subprocess
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from support import result_of, run_foresto, start_foresto

from foresto_cli import clock
from foresto_cli.errors import Busy
from foresto_cli.running import lock, runs
from foresto_cli.store import advisory
from foresto_cli.store.engine import connected
from foresto_cli.telling import alerts, late_jobs
from foresto_cli.telling.alerts import Alert

WEEKDAY = ("--sandbox", "run", "weekday", "--json")
LOAD = ("--sandbox", "prices", "incremental", "--json")
HANGS = "timeout@*/20261113*1"
"""One older market day hangs for a while."""
LOCKS = [value for name, value in vars(advisory).items() if name.isupper() and isinstance(value, int)]


@pytest.fixture
def hosts(tmp_path, database_url):
    """Start a command on one of two hosts: folders of their own, the database in common."""

    def start(name, *arguments, **variables):
        return start_foresto(tmp_path / name, *arguments, settings={"database_url": database_url}, **variables)

    return start


@pytest.fixture
def asked(database_url):
    """Ask the database one thing."""

    def ask(query):
        with psycopg.connect(database_url) as connection:
            return connection.execute(query).fetchone()[0]

    return ask


def end_of(process):
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return process.returncode, json.loads(out), err


def await_true(asked, query, process=None):
    until = time.monotonic() + 60
    while not asked(query):
        assert time.monotonic() < until, query
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.02)


STORING = "SELECT count(*) >= 3 FROM unit_ledger WHERE dataset = 'prices.day'"


# --- the locks ------------------------------------------------------------------------------------------------------


def test_every_lock_has_a_number_of_its_own():
    assert len(LOCKS) == len(set(LOCKS)) >= 6


def test_a_lock_holds_no_vacuum_back_whatever_the_servers_usual_isolation_is(engine):
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'"))
    engine.dispose()
    with advisory.alone(engine, advisory.COLLECTING) as free, engine.connect() as other:
        assert free
        found = other.execute(
            text(
                "SELECT state, backend_xmin, backend_xid FROM pg_stat_activity JOIN pg_locks USING (pid)"
                " WHERE locktype = 'advisory' AND datname = current_database()"
            )
        ).all()
    assert [tuple(row) for row in found] == [("idle in transaction", None, None)]


def test_a_server_that_ends_idle_transactions_leaves_the_lock_alone(engine):
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        version = connection.scalar(text("SELECT current_setting('server_version_num')::int"))
        limits = ["idle_in_transaction_session_timeout", *(["transaction_timeout"] if version >= 170_000 else [])]
        for limit in limits:
            connection.execute(text(f"ALTER DATABASE {name} SET {limit} = '200ms'"))
    engine.dispose()
    with lock.only_host(engine, advisory.COLLECTING, 0):
        clock.nap(0.6)
        with pytest.raises(Busy), lock.only_host(engine, advisory.COLLECTING, 0):
            pytest.fail("two at once")


@pytest.mark.long
def test_one_who_waits_keeps_no_transaction_open(engine):
    seen = []
    with lock.only_host(engine, advisory.COLLECTING, 0):
        thread = threading.Thread(target=_waiting, args=(engine,))
        thread.start()
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            with engine.connect() as other:
                query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                seen.append(other.scalar(text(f"{query} AND state = 'idle in transaction'")))
            time.sleep(0.05)
    thread.join()
    assert seen.count(1) > 0.8 * len(seen), "the holder's, and between two looks no other"


def _waiting(engine):
    with contextlib.suppress(Busy), lock.only_host(engine, advisory.COLLECTING, 3):
        pass


# --- two hosts ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_of_two_hosts_one_collects_and_the_other_is_told_or_waits(hosts, asked):
    first = hosts("a", *LOAD, FORESTO_SANDBOX_FAULTS=HANGS)
    await_true(asked, STORING, first)
    first.send_signal(signal.SIGSTOP)
    waiting = hosts("b", *LOAD, "--wait", "5m")
    for command in (LOAD, ("--sandbox", "score", "batch", "--json")):
        code, result, err = end_of(hosts("c", *command))
        assert (code, result["outcome"]) == (75, "busy")
        assert "다른 컴퓨터" in err
    first.send_signal(signal.SIGCONT)
    code, result, _ = end_of(first)
    assert (code, result["units"]["done"]) == (0, 12)
    code, result, _ = end_of(waiting)
    assert (code, result["outcome"], result["requests"]["total"]) == (0, "nothing_to_do", 0)
    assert asked("SELECT count(*) FROM data_collection_log WHERE status = 'interrupted'") == 0


@pytest.mark.slow
def test_a_host_that_is_killed_holds_nothing_and_another_goes_on(hosts, asked):
    first = hosts("a", *LOAD, FORESTO_SANDBOX_FAULTS=HANGS)
    await_true(asked, STORING, first)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    code, result, _ = end_of(hosts("b", *LOAD, "--wait", "1m"))
    assert (code, result["outcome"]) == (0, "done")
    assert 0 < result["units"]["done"] <= 12
    assert asked("SELECT count(DISTINCT trade_date) FROM stock_price_daily") == 12
    assert asked("SELECT count(*) FROM data_collection_log WHERE status = 'running'") == 0


@pytest.mark.slow
def test_two_hosts_with_one_timetable_run_a_chain_once(hosts, asked):
    started = [hosts(name, *WEEKDAY, "--if-due", "--wait", "5m") for name in "ab"]
    ends = [end_of(process) for process in started]
    assert [code for code, _, _ in ends] == [0, 0], ends
    assert sorted(result["outcome"] for _, result, _ in ends) == ["done", "nothing_to_do"]
    assert asked("SELECT count(*) FROM data_collection_log WHERE job_name = 'run weekday'") == 1


@pytest.mark.slow
def test_an_incident_is_told_by_one_of_two_hosts(hosts, tmp_path, database_url, asked):
    with connected(database_url, sandbox=True) as engine:
        alerts.raise_alert(engine, Alert("load_failed", "prices.day", "critical", "한 번만 알릴 일", "x"), None)
    for process in [hosts(name, "--sandbox", "alerts", "list") for name in "ab"]:
        process.communicate(timeout=120)
        assert process.returncode == 0
    sent = [result_of(run_foresto(tmp_path / name, "--sandbox", "sandbox", "sent", "--json")) for name in "ab"]
    told = [
        item for found in sent for item in found["sent"] if "한 번만 알릴 일" in json.dumps(item, ensure_ascii=False)
    ]
    assert len(told) == asked("SELECT count(*) FROM alert_delivery") >= 1


# --- whose run is alive ---------------------------------------------------------------------------------------------


@pytest.fixture
def running(engine):
    """Leave a run open."""

    def insert(process_id, host, silence):
        with engine.begin() as connection:
            return connection.execute(
                text(
                    "INSERT INTO data_collection_log (job_name, job_label, status, started_at, heartbeat_at, host,"
                    " process_id) VALUES ('j', 'l', 'running', :beat, :beat, :host, :pid) RETURNING id"
                ),
                {"beat": clock.wall() - silence, "host": host, "pid": process_id},
            ).scalar_one()

    return insert


@pytest.fixture
def nobody():
    """The number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_a_run_of_another_host_is_dead_only_after_a_long_silence(engine, running, nobody):
    running(nobody, "elsewhere", timedelta(minutes=50))
    assert runs.close_abandoned(engine, is_shared=True) == 0
    running(nobody, "gone for good", timedelta(minutes=70))
    assert runs.close_abandoned(engine, is_shared=True) == 1


@pytest.mark.long
@pytest.mark.parametrize("beats", [True, False])
def test_a_living_run_of_a_host_with_our_own_name_is_known_by_its_heart(engine, running, nobody, monkeypatch, beats):
    monkeypatch.setattr(runs, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(runs, "LATE_SECONDS", 0.9)
    run = runs.Run(engine, running(nobody, socket.gethostname(), timedelta(seconds=1)))
    heart = threading.Thread(target=run.keep_beating if beats else lambda: None)
    heart.start()
    closed = runs.close_abandoned(engine, is_shared=True)
    run.stop_beating()
    heart.join()
    assert closed == (0 if beats else 1)


def test_our_own_server_is_not_waited_for(engine, running, nobody):
    running(nobody, socket.gethostname(), timedelta(seconds=1))
    before = time.monotonic()
    assert runs.close_abandoned(engine) == 1
    assert time.monotonic() - before < runs.HEARTBEAT_SECONDS


@pytest.mark.parametrize(("is_shared", "left"), [(True, ["weekly"]), (False, [])])
def test_a_host_that_takes_its_schedule_away_leaves_that_of_the_others(open_world, monkeypatch, is_shared, left):
    with open_world() as world:
        late_jobs.expect(world.app, "systemd", "weekday", "weekly")
        world.execute("UPDATE scheduled_job SET host = 'elsewhere' WHERE job = 'weekly'")
        monkeypatch.setattr(type(world.app), "is_shared", property(lambda _: is_shared))
        late_jobs.expect_nothing(world.app)
        assert [job for (job,) in world.rows("SELECT job FROM scheduled_job")] == left
