"""What comes between a chain and its end: other starts, cut connections, no free connection, signals, clocks."""

import contextlib
import json
import os
import signal
import time
from datetime import timedelta

import psycopg
import pytest
from psycopg import conninfo
from support import EVENING, result_of, run_foresto, start_foresto

from foresto_cli import clock
from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.store import embedded
from foresto_cli.store.cluster import location

pytestmark = pytest.mark.slow

STARTS = int(os.environ.get("FORESTO_STARTS", "1"))
"""How often eight commands start at once."""
WEEKDAY = ("--sandbox", "run", "weekday", "--json")
LOAD = ("--sandbox", "prices", "incremental", "--json")
OLDER_HANGS = "timeout@*/20261113*1"
STORED = "SELECT count(*) FROM unit_ledger WHERE dataset = 'prices.day'"


@pytest.fixture(scope="module")
def own_server(private_tmp):
    """A server that is the operator's, as far as the command knows, and may be harmed."""
    with embedded.running(private_tmp / "operators") as url:
        yield url


@pytest.fixture
def own_url(own_server, tmp_path):
    """An empty database there."""
    name = f"d_{time.monotonic_ns()}"
    with psycopg.connect(own_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    return own_server.replace("/foresto?", f"/{name}?")


@contextlib.contextmanager
def asking(url):
    """Connect as somebody who looks on, to the server's other database."""
    parts = conninfo.conninfo_to_dict(url)
    with psycopg.connect(url, application_name="onlooker", autocommit=True) as connection:
        yield connection, parts["dbname"]


def await_stored(process, url, count=3):
    """Wait until some units of the load are stored."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(psycopg.Error), psycopg.connect(url) as connection:
            if connection.execute(STORED).fetchone()[0] >= count:
                return
        time.sleep(0.02)
    pytest.fail(f"nothing was stored: {process.communicate()}")


def end_of(process):
    """Return (exit code, result) of a command that ended without a traceback."""
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    assert "foresto의 오류" not in err, err
    return process.returncode, json.loads(out)


def days(url):
    """Return what is stored of each session, and what the ledger says of it."""
    with psycopg.connect(url) as connection:
        stored = connection.execute("SELECT trade_date::text, count(*) FROM stock_price_daily GROUP BY 1 ORDER BY 1")
        told = connection.execute(
            "SELECT unit, row_count FROM unit_ledger WHERE dataset = 'prices.day'"
            " AND status IN ('done', 'provisional') ORDER BY 1"
        )
        return stored.fetchall(), told.fetchall()


def test_of_eight_starts_at_once_on_nothing_one_works_and_the_others_are_told(private_tmp):
    for attempt in range(STARTS):
        home = private_tmp / f"eight-{attempt}"
        started = [start_foresto(home, *LOAD) for _ in range(8)]
        ends = [end_of(process) for process in started]
        assert {code for code, _ in ends} <= {0, 75}
        assert [result["outcome"] for _, result in ends].count("done") == 1
        assert sum(result["units"]["done"] for _, result in ends) == 12
        assert not embedded.is_running(home / "data" / "sandbox")
        with embedded.running(home / "data" / "sandbox") as url:
            stored, told = days(url)
            assert (len(stored), stored) == (12, told)


def test_looking_works_while_a_load_is_under_way(home):
    process = start_foresto(home, *LOAD, FORESTO_SANDBOX_FAULTS="timeout@*/20261113")
    with embedded.running(home / "data" / "sandbox") as url:
        await_stored(process, url)
        process.send_signal(signal.SIGSTOP)  # nothing changes while we look, and every transaction stays as it is
        looks = [("status", "--json"), ("runs", "list"), ("db", "size", "--json"), ("dashboard",)]
        onlookers = [start_foresto(home, "--sandbox", *look) for look in looks]
        ended = [(onlooker.communicate(timeout=60), onlooker.returncode) for onlooker in onlookers]
        process.send_signal(signal.SIGCONT)
        assert [code for _, code in ended] == [0] * len(looks), ended
        assert "prices incremental" in ended[0][0][0]
        process.kill()
        process.communicate()


def test_cut_connections_are_made_anew_and_nothing_is_lost(own_url, tmp_path):
    process = start_foresto(tmp_path, *WEEKDAY, settings={"database_url": own_url}, FORESTO_SANDBOX_FAULTS=OLDER_HANGS)
    await_stored(process, own_url)
    cuts = 0
    with asking(own_url) as (connection, _):
        until = time.monotonic() + 1
        while time.monotonic() < until:
            cuts += len(
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid()"
                ).fetchall()
            )
            time.sleep(0.3)
    code, result = end_of(process)
    assert cuts
    assert code in {0, 69}, result["reasons"]
    finished = run_foresto(tmp_path, *WEEKDAY, settings={"database_url": own_url})
    assert result_of(finished)["exit_code"] == 0
    stored, told = days(own_url)
    assert (len(stored), stored) == (12, told)


def test_a_server_without_a_free_connection_is_told_as_such_and_the_next_run_goes_on(own_url, tmp_path):
    settings = {"database_url": own_url}
    process = start_foresto(tmp_path, *WEEKDAY, settings=settings, FORESTO_SANDBOX_FAULTS=OLDER_HANGS)
    await_stored(process, own_url)
    with contextlib.ExitStack() as crowd:
        with contextlib.suppress(psycopg.OperationalError):
            for _ in range(100):
                crowd.enter_context(psycopg.connect(own_url, application_name="crowd"))
        with contextlib.suppress(psycopg.Error):
            crowd.enter_context(psycopg.connect(own_url)).execute("SELECT 1")
        refused = run_foresto(tmp_path, "--sandbox", "status", "--json", settings=settings)
        code, result = end_of(process)
    assert (refused.returncode, "connection" in refused.stderr) == (69, True), refused.stderr
    assert code in {0, 69}, result["reasons"]
    assert result_of(run_foresto(tmp_path, *WEEKDAY, settings=settings))["exit_code"] == 0
    stored, told = days(own_url)
    assert (len(stored), stored) == (12, told)


def test_a_signal_ends_a_chain_at_its_step_and_the_next_chain_goes_on(home):
    process = start_foresto(home, *WEEKDAY, FORESTO_SANDBOX_FAULTS="timeout@*/20261113")
    with embedded.running(home / "data" / "sandbox") as url:
        await_stored(process, url)
        process.send_signal(signal.SIGTERM)
        sent = time.monotonic()
        code, result = end_of(process)
        assert time.monotonic() - sent < 10
        assert (code, result["outcome"]) == (143, "interrupted")
        with psycopg.connect(url) as connection:
            query = "SELECT job_name, status FROM data_collection_log WHERE job_name <> 'listing load' ORDER BY 1"
            assert connection.execute(query).fetchall() == [
                ("prices incremental", "interrupted"), ("run weekday", "interrupted"),
            ]  # fmt: skip
        stored, told = days(url)
        assert stored == told
        assert result_of(run_foresto(home, *WEEKDAY))["exit_code"] == 0
        stored, told = days(url)
        assert (len(stored), stored) == (12, told)


def test_a_server_that_is_restarted_during_a_chain_costs_at_most_that_run(home):
    process = start_foresto(home, *WEEKDAY, FORESTO_SANDBOX_FAULTS=OLDER_HANGS)
    with embedded.running(home / "data" / "sandbox") as url:
        await_stored(process, url)
    cluster = location(home / "data" / "sandbox")
    os.kill(int((cluster / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
    code, result = end_of(process)
    assert code in {0, 69}, result["reasons"]
    assert not embedded.is_running(home / "data" / "sandbox")
    assert result_of(run_foresto(home, *WEEKDAY))["exit_code"] == 0
    with embedded.running(home / "data" / "sandbox") as url:
        stored, told = days(url)
        assert (len(stored), stored) == (12, told)


def test_a_clock_that_steps_back_a_day_in_a_chain_loses_nothing(open_world, monkeypatch):
    with open_world(sessions=12) as world:
        keep = job.Options()
        real, steps = load_prices.load_prices_incremental, []

        def stepping(*arguments):
            clock.pretend(EVENING - timedelta(days=1))
            steps.append(clock.now())
            return real(*arguments)

        monkeypatch.setattr(load_prices, "load_prices_incremental", stepping)
        first = chain.run(world.app, "weekday", CHAINS["weekday"], keep)
        assert steps
        assert first.exit_code in {0, 3, 65}, first.reasons
        assert world.scalar("SELECT count(*) FROM data_collection_log WHERE status = 'running'") == 0
        assert world.scalar("SELECT count(*) FROM data_collection_log WHERE duration_seconds < 0") == 0
        monkeypatch.setattr(load_prices, "load_prices_incremental", real)
        clock.pretend(EVENING)
        assert chain.run(world.app, "weekday", CHAINS["weekday"], keep).exit_code == 0
        assert world.scalar("SELECT count(DISTINCT trade_date) FROM stock_price_daily") == 12
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0
