"""The run history and the alerts: what was done, what came of it, what is wrong now."""

import os
import socket
import subprocess
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from support import EVENING

from foresto_cli import clock
from foresto_cli.errors import Interrupted, StoreUnavailable
from foresto_cli.loading import load_prices
from foresto_cli.running import job, runs
from foresto_cli.running.results import Result, Units
from foresto_cli.store import batches
from foresto_cli.store.addresses import psycopg_url
from foresto_cli.telling import alerts
from foresto_cli.telling.alerts import Alert

RESULT = Result(
    "prices incremental",
    "partial",
    3,
    seconds=1.5,
    units=Units(planned=6, done=3, no_data=1, failed=2),
    reasons=["왜냐하면"],
)


@pytest.fixture
def row(engine):
    """Read a run as another connection sees it."""
    other = create_engine(engine.url)

    def read(run_id):
        with other.connect() as connection:
            return runs.one(connection, run_id)

    yield read
    other.dispose()


@pytest.fixture
def left_open(engine):
    """Leave a run open as a process that is gone would."""

    def insert(process_id, host=None, heartbeat=timedelta()):
        with engine.begin() as connection:
            return connection.execute(
                text(
                    "INSERT INTO data_collection_log (job_name, job_label, status, started_at, heartbeat_at, host,"
                    " process_id) VALUES ('j', 'l', 'running', :beat, :beat, :host, :pid) RETURNING id"
                ),
                {"beat": clock.wall() - heartbeat, "host": host or socket.gethostname(), "pid": process_id},
            ).scalar_one()

    return insert


def ended_process():
    """The number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_a_run_is_visible_while_it_runs(engine, row):
    clock.pretend(EVENING)
    with runs.recorded(engine, "prices incremental", "일별 시세") as run:
        found = row(run.run_id)
        assert (found["status"], found["job_name"], found["job_label"]) == (
            "running",
            "prices incremental",
            "일별 시세",
        )
        assert (found["host"], found["process_id"]) == (socket.gethostname(), os.getpid())
        assert abs(found["started_at"] - EVENING.replace(tzinfo=None)) < timedelta(seconds=5)
        assert found["completed_at"] is None
        run.close(RESULT, None)


def test_a_closed_run_says_what_came_of_it(engine, row):
    with runs.recorded(engine, "prices incremental", "일별 시세") as run:
        run.close(RESULT, "왜냐하면")
    found = row(run.run_id)
    assert (found["status"], found["exit_code"], found["duration_seconds"]) == ("partial", 3, 1.5)
    assert (found["success_count"], found["failed_count"], found["total_count"]) == (4, 2, 6)
    assert found["completed_at"] >= found["started_at"]
    assert found["detail"] == RESULT.as_json()
    assert found["error_message"] == "왜냐하면"


def test_the_heart_beats_while_the_run_is_silent(engine, row, monkeypatch):
    monkeypatch.setattr(runs, "HEARTBEAT_SECONDS", 0.05)
    with runs.recorded(engine, "j", "l") as run:
        first = row(run.run_id)["heartbeat_at"]
        deadline = time.monotonic() + 10
        while row(run.run_id)["heartbeat_at"] == first and time.monotonic() < deadline:
            time.sleep(0.02)
        assert row(run.run_id)["heartbeat_at"] > first
        run.close(RESULT, None)
    closed = row(run.run_id)["heartbeat_at"]
    time.sleep(0.2)
    assert row(run.run_id)["heartbeat_at"] == closed


def test_progress_is_visible_from_another_connection(engine, row):
    with runs.recorded(engine, "j", "l") as run:
        run.report({"done": 1, "planned": 9, "unit": "2026-11-20"})
        run.beat()
        assert row(run.run_id)["progress"] == {"done": 1, "planned": 9, "unit": "2026-11-20"}
        run.close(RESULT, None)


@pytest.mark.long
def test_progress_is_written_at_most_once_a_second(engine, row):
    with runs.recorded(engine, "j", "l") as run:
        run.beat()
        for done in range(50):
            run.report({"done": done})
        assert row(run.run_id)["progress"] == {}
        time.sleep(1.05)
        run.report({"done": 50})
        assert row(run.run_id)["progress"] == {"done": 50}
        run.close(RESULT, None)


def test_a_bug_closes_the_run_as_failed(engine, row):
    with pytest.raises(ZeroDivisionError), runs.recorded(engine, "j", "l") as run:
        raise ZeroDivisionError
    found = row(run.run_id)
    assert (found["status"], found["exit_code"]) == ("failed", 70)
    assert "로그" in found["error_message"]
    assert found["completed_at"] is not None


def test_a_result_is_not_overwritten_by_what_comes_after_it(engine, row):
    with runs.recorded(engine, "j", "l") as run:
        run.close(RESULT, None)
        run.close_after(RuntimeError())
    assert row(run.run_id)["status"] == "partial"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Interrupted(2), "interrupted", 130),
        (Interrupted(15), "interrupted", 143),
        (StoreUnavailable("x"), "failed", 69),
    ],
)
def test_an_error_that_was_foreseen_closes_the_run_with_its_own_outcome_and_code(engine, row, error, status, code):
    with pytest.raises(type(error)), runs.recorded(engine, "verify daily", "일일 검증") as run:
        raise error
    found = row(run.run_id)
    assert (found["status"], found["exit_code"]) == (status, code)
    assert found["error_message"] == str(error)


def test_a_run_whose_process_is_gone_is_closed_as_interrupted(engine, row, left_open):
    run_id = left_open(ended_process(), heartbeat=timedelta(minutes=3))
    beat = row(run_id)["heartbeat_at"]
    assert runs.close_abandoned(engine) == 1
    found = row(run_id)
    assert found["status"] == "interrupted"
    assert found["completed_at"] == beat
    assert "갑자기" in found["error_message"]
    assert runs.close_abandoned(engine) == 0


def test_the_batches_of_an_ended_run_are_closed_with_it_and_those_of_a_living_one_are_not(engine, left_open):
    gone, alive = left_open(ended_process(), heartbeat=timedelta(minutes=3)), left_open(os.getpid())
    with engine.begin() as connection:
        numbers = [batches.begin(connection, run_id, "PRICE") for run_id in (gone, alive)]
    runs.close_abandoned(engine)
    with engine.connect() as connection:
        query = text("SELECT batch_id, status, completed_at IS NULL, error_message FROM data_load_batch ORDER BY 1")
        closed, still_open = connection.execute(query).all()
    assert closed[:3] == (numbers[0], "FAILED", False)
    assert "갑자기" in closed[3]
    assert still_open == (numbers[1], "RUNNING", True, None)


def test_a_run_that_is_alive_or_on_another_host_is_left_alone(engine, row, left_open):
    mine, other = left_open(os.getpid()), left_open(ended_process(), host="elsewhere")
    with subprocess.Popen(["sleep", "60"]) as process:
        alive = left_open(process.pid)
        assert runs.close_abandoned(engine) == 0
        process.kill()
    assert {row(run_id)["status"] for run_id in (mine, other, alive)} == {"running"}


@pytest.mark.parametrize("whose", ["our own", "another's"])
def test_a_number_that_a_living_process_has_got_since_does_not_keep_a_run_open(engine, row, left_open, whose):
    # In a container every command may have the same process number.
    run_id = left_open(os.getpid() if whose == "our own" else os.getppid(), heartbeat=timedelta(hours=1))
    assert runs.close_abandoned(engine) == 1
    assert row(run_id)["status"] == "interrupted"


def test_the_newest_runs_come_first(engine):
    ids = []
    for _ in range(3):
        with runs.recorded(engine, "j", "l") as run:
            run.close(RESULT, None)
        ids.append(run.run_id)
    with engine.connect() as connection:
        assert [found["id"] for found in runs.newest(connection, 2)] == ids[:0:-1]
        assert runs.one(connection, max(ids) + 1) is None


ALERT = Alert("load_failed", "prices.day", "warning", "제목", "처음")


def opened(engine):
    with engine.connect() as connection:
        return alerts.open_alerts(connection)


def test_an_incident_is_one_row_however_often_it_is_raised(engine):
    clock.pretend(EVENING)
    assert alerts.raise_alert(engine, ALERT, 1) is True
    clock.pretend(EVENING + timedelta(hours=1))
    worse = Alert("load_failed", "prices.day", "critical", "제목", "다시")
    assert alerts.raise_alert(engine, worse, 2) is False
    [(_, level, title, message, occurrences)] = opened(engine)
    assert (level, title, message, occurrences) == ("critical", "제목", "다시", 2)
    with engine.connect() as connection:
        made, seen, run_id = connection.execute(text("SELECT created_at, last_seen_at, run_id FROM ops_alert")).one()
    assert timedelta(minutes=59) < seen - made < timedelta(minutes=61)
    assert run_id == 1


def test_kind_and_subject_are_the_incident(engine):
    alerts.raise_alert(engine, ALERT, None)
    assert alerts.raise_alert(engine, Alert("load_failed", "listing", "warning", "제목", "x"), None) is True
    assert alerts.raise_alert(engine, Alert("blocked", "prices.day", "warning", "제목", "x"), None) is True
    assert len(opened(engine)) == 3


def test_a_resolved_incident_is_closed_and_opens_anew(engine):
    alerts.raise_alert(engine, ALERT, None)
    assert alerts.resolve(engine, "load_failed", "listing") is False
    assert alerts.resolve(engine, "load_failed", "prices.day") is True
    assert opened(engine) == []
    assert alerts.resolve(engine, "load_failed", "prices.day") is False
    assert alerts.raise_alert(engine, ALERT, None) is True
    assert [found[4] for found in opened(engine)] == [1]
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM ops_alert")) == 2


def test_the_gravest_incident_comes_first(engine):
    for level in ("info", "critical", "warning"):
        alerts.raise_alert(engine, Alert("verify", level, level, "제목", "x"), None)
    assert [found[1] for found in opened(engine)] == ["critical", "warning", "info"]


def test_threads_that_raise_the_same_incident_count_it_exactly(engine):
    news = []
    threads = [
        threading.Thread(target=lambda: news.extend(alerts.raise_alert(engine, ALERT, None) for _ in range(5)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert news.count(True) == 1
    assert [found[4] for found in opened(engine)] == [40]


def test_losing_the_database_in_the_middle_of_a_load_is_told_as_such(open_world, server, monkeypatch):
    monkeypatch.setattr(clock, "sleep", lambda _: None)
    with open_world() as world:
        name = world.app.engine.url.database
        admin = create_engine(psycopg_url(server), isolation_level="AUTOCOMMIT")

        def cut_off():
            while not world.sandbox.requests:
                time.sleep(0.005)
            with admin.connect() as connection:
                connection.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))
                connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
                )

        thread = threading.Thread(target=cut_off)
        thread.start()
        try:
            with pytest.raises(StoreUnavailable, match="데이터베이스"):
                load_prices.load_prices_incremental(world.app, 1825, 2, job.Options(workers=1))
        finally:
            thread.join(30)
            with admin.connect() as connection:
                connection.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"))
            admin.dispose()
