"""Through pgbouncer in transaction mode: everything works, locks are kept, a pool that is too small is told as such."""

import contextlib
import json
import signal
import threading
import time

import psycopg
import pytest
from bouncer import bouncing, needs_pgbouncer
from conftest import own_database
from sqlalchemy import text
from support import result_of, run_foresto, start_foresto

from foresto_cli.archive.dump import dump
from foresto_cli.errors import Busy, ConfigError, StoreUnavailable
from foresto_cli.running import lock
from foresto_cli.store import advisory
from foresto_cli.store.complaints import LEAST_SERVER_CONNECTIONS
from foresto_cli.store.engine import as_it_is, connected

pytestmark = needs_pgbouncer

WEEKDAY = ("--sandbox", "run", "weekday", "--json")
SMALLEST = 3
"""Two for the locks of a chain and of its step, one for the work."""


@pytest.fixture
def bounced(server, template, private_tmp):
    """Give the same new database twice: through a pooler with few connections, and directly."""
    with contextlib.ExitStack() as stack:

        def through(pool=SMALLEST, wait=20):
            direct = stack.enter_context(own_database(server, template))
            folder = private_tmp / f"bouncer-{time.monotonic_ns()}"
            return stack.enter_context(bouncing(direct, folder, pool=pool, wait=wait)), direct

        yield through


def ask(url, query):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def test_a_lock_is_kept_whatever_else_goes_through_the_pooler(bounced):
    url, _ = bounced()
    with as_it_is(url) as engine, as_it_is(url) as other:
        with lock.only_host(engine, advisory.COLLECTING, 0):
            for _ in range(20):
                with engine.connect() as connection:
                    connection.execute(text("SELECT 1"))
                with pytest.raises(Busy), lock.only_host(other, advisory.COLLECTING, 0):
                    pytest.fail("two at once")
        with lock.only_host(other, advisory.COLLECTING, 0):
            pass


def test_a_lock_of_one_who_lost_the_pooler_is_given_up(bounced):
    url, direct = bounced()

    def lose_it():
        with as_it_is(url) as engine, lock.only_host(engine, advisory.COLLECTING, 0):
            with psycopg.connect(direct) as other:
                query = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'"
                assert other.execute(query).fetchone()[0] == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lose_it()
    with as_it_is(url) as engine, lock.only_host(engine, advisory.COLLECTING, 0):
        pass


def test_the_same_statement_many_times_on_changing_connections(bounced):
    url, _ = bounced()
    wrong, right = [], []

    def repeat(engine):
        for number in range(40):
            # Committed: psycopg forgets its prepared statements with every rollback.
            with engine.begin() as connection:
                if connection.scalar(text("SELECT CAST(:number AS integer) + 1"), {"number": number}) != number + 1:
                    wrong.append(number)
        right.append(engine)

    with as_it_is(url) as engine:
        threads = [threading.Thread(target=repeat, args=(engine,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0
    assert (wrong, len(right)) == ([], 8)


def test_a_dump_goes_to_the_server_itself(bounced, tmp_path):
    url, direct = bounced()
    with as_it_is(url) as engine, pytest.raises(ConfigError, match="풀러"):
        dump(engine, tmp_path / "a.dump")
    with as_it_is(direct) as engine:
        assert dump(engine, tmp_path / "a.dump") > 0
    assert [file.name for file in tmp_path.iterdir()] == ["a.dump"]


@pytest.mark.long
def test_an_empty_database_is_made_through_it_and_a_pool_of_one_is_told_as_such(server, private_tmp):
    with own_database(server, "template0", name="bounced_empty") as direct:
        folder = private_tmp / "bouncer-empty"
        with bouncing(direct, folder, pool=SMALLEST, wait=20) as url, connected(url, sandbox=True):
            pass
        assert ask(direct, "SELECT count(*) FROM data_source") > 0
        with (
            bouncing(direct, folder, pool=1, wait=1) as url,
            pytest.raises(StoreUnavailable, match=rf"default_pool_size를 {LEAST_SERVER_CONNECTIONS} 이상"),
            connected(url, sandbox=True) as engine,
            lock.only_host(engine, advisory.COLLECTING, 0),
        ):
            engine.connect().execute(text("SELECT 1"))


@pytest.mark.slow
def test_a_killed_chain_is_gone_on_with_and_leaves_nothing_behind(bounced, tmp_path):
    url, direct = bounced()
    settings = {"database_url": url}
    process = start_foresto(tmp_path, *WEEKDAY, settings=settings, FORESTO_SANDBOX_FAULTS="timeout@*/20261113*1")
    until = time.monotonic() + 60
    while ask(direct, "SELECT count(*) FROM unit_ledger WHERE dataset = 'prices.day'") < 3:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    finished = run_foresto(tmp_path, *WEEKDAY, "--wait", "1m", settings=settings)
    result = json.loads(finished.stdout)
    assert (finished.returncode, result["outcome"]) == (0, "done"), finished.stderr
    assert ask(direct, "SELECT count(DISTINCT trade_date) FROM stock_price_daily") == 12
    assert ask(direct, "SELECT count(*) FROM data_collection_log WHERE status = 'running'") == 0
    assert ask(direct, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
    assert result_of(run_foresto(tmp_path, *WEEKDAY, settings=settings))["rows"]["added"] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    ["run weekly", "run monthly", "watchlist notify", "report market-email", "db export out --format csv"],
)
def test_a_command_does_the_same_through_the_smallest_pool(server, loaded_template, tmp_path, private_tmp, command):
    arguments = ("--sandbox", *command.split())
    with (
        own_database(server, loaded_template) as direct,
        bouncing(direct, private_tmp / f"bouncer-{time.monotonic_ns()}", pool=SMALLEST, wait=5) as url,
    ):
        through = run_foresto(tmp_path, *arguments, settings={"database_url": url}, cwd=tmp_path)
    with own_database(server, loaded_template) as direct:
        straight = run_foresto(tmp_path / "b", *arguments, settings={"database_url": direct}, cwd=tmp_path)
    assert "Traceback" not in through.stderr
    assert "default_pool_size" not in through.stdout + through.stderr
    assert through.returncode == straight.returncode
