"""``foresto db up``: the server stays for a work session, works beside commands, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest
from embedded_server.places import PROJECT, ready
from support import run_foresto

from foresto_cli.errors import StoreUnavailable
from foresto_cli.store import embedded, keeping

pytestmark = pytest.mark.long


@pytest.fixture
def state(tmp_path):
    yield tmp_path
    keeping.down(tmp_path)


@pytest.fixture
def up(folder, state):
    """Have the server kept; return its URL."""

    def start(hours=1.0):
        with embedded.running(folder) as url:
            keeping.up(folder, state, hours)
        return url

    return start


@pytest.fixture
def keeper(folder, state):
    """Start a keeper whose process is known."""
    started = []

    def start():
        keeping._ask(state, keeping.Asked(time.time(), 1, time.time()))
        reading, writing = os.pipe()
        command = [sys.executable, "-m", "foresto_cli.store.keeping", str(folder), str(state), str(writing)]
        process = subprocess.Popen(command, pass_fds=(writing,), cwd=PROJECT)
        os.close(writing)
        started.append(process)
        assert keeping._read(reading) == keeping.READY
        os.close(reading)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def answer(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone()


def await_true(says, seconds=30):
    until = time.monotonic() + seconds
    while not says():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.05)


def test_it_stays_until_it_is_told_and_then_nothing_runs(folder, state, up):
    url = up()
    assert keeping.is_kept(state)
    assert answer(url) == (1,)
    found = keeping.status(folder, state)
    assert (found.url, found.sessions) == (url, 0)
    assert found.wish.hours == 1
    assert keeping.down(state)
    assert not keeping.is_kept(state)
    assert not embedded.is_running(folder)
    assert keeping.status(folder, state) == keeping.Status(None, 0, None)
    assert not keeping.down(state)


def test_a_command_beside_it_joins_and_leaves_it_running(folder, state, up):
    url = up()
    with embedded.running(folder) as other:
        assert other == url
    assert answer(url) == (1,)


def test_told_while_a_command_runs_the_server_stays_until_that_ends(folder, state, up, holder):
    url = up()
    process = holder(folder)
    assert ready(process) == url
    keeping.down(state)
    assert keeping.let_go(folder)
    assert answer(url) == (1,)
    process.communicate("\n", timeout=30)
    assert not embedded.is_running(folder)


def test_asked_twice_one_process_holds_it_for_the_newer_time(folder, state, up):
    up(1)
    with embedded.running(folder):
        assert not keeping.up(folder, state, 5)
    assert keeping.asked(state).hours == 5


def test_unused_for_long_enough_it_ends_by_itself(folder, state, up):
    up(1.5 / 3600)
    await_true(lambda: not keeping.is_kept(state))
    assert not embedded.is_running(folder)


def test_use_is_noticed_and_puts_the_end_off(state, up):
    url = up()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_sleep(0.1)")
        wish = keeping.asked(state)
        keeping._ask(state, keeping.Asked(wish.since, wish.hours, wish.used - 1000))
        keeping._note_use(state, url)
        assert keeping.asked(state).used > wish.used
        # An open connection that asks nothing is no use.
        keeping._ask(state, keeping.Asked(wish.since, wish.hours, time.time() + 500))
        keeping._note_use(state, url)
        assert keeping.asked(state).used > time.time() + 400


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_ended_from_outside_it_stops_the_server(folder, keeper, number):
    process = keeper()
    process.send_signal(number)
    assert process.wait(30) == 0
    assert not embedded.is_running(folder)


def test_killed_it_leaves_a_server_that_down_or_any_command_stops(folder, state, keeper):
    process = keeper()
    process.kill()
    process.wait()
    assert not keeping.is_kept(state)
    assert embedded.is_running(folder)
    assert keeping.status(folder, state).wish is None
    assert not keeping.down(state)
    assert not keeping.let_go(folder)
    assert not embedded.is_running(folder)


def test_a_killed_server_is_started_again(folder, state, up):
    url = up()
    with psycopg.connect(url) as connection:
        postmaster = connection.execute("SELECT pg_postmaster_start_time()").fetchone()
    pid = int((embedded.location(folder) / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)

    def is_back():
        try:
            with psycopg.connect(url) as connection:
                return connection.execute("SELECT pg_postmaster_start_time()").fetchone() > postmaster
        except psycopg.OperationalError:
            return False

    await_true(is_back)


def test_what_a_reboot_leaves_says_nothing(folder, state, keeper):
    process = keeper()
    process.kill()
    process.wait()
    pid = int((embedded.location(folder) / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    await_true(lambda: not embedded.is_running(folder))
    assert (state / keeping.ASKED).exists()
    assert keeping.status(folder, state) == keeping.Status(None, 0, None)
    with embedded.running(folder) as url:
        assert keeping.up(folder, state, 1)
    assert answer(url) == (1,)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"since": 1}', "\x00"])
def test_a_file_that_cannot_be_read_keeps_nothing(folder, state, up, content):
    up()
    (state / keeping.ASKED).write_text(content)
    await_true(lambda: not keeping.is_kept(state))
    assert not embedded.is_running(folder)


def test_a_keeper_that_cannot_start_says_why(folder, state, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(StoreUnavailable, match="종료 코드 1"):
        keeping.up(folder, state, 1)


# --- the commands ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(copied_home, fresh_home):
    with copied_home(fresh_home) as place:
        yield place
        run_foresto(place, "--sandbox", "db", "down")


def said(home, *arguments, **more):
    return run_foresto(home, "--sandbox", "db", *arguments, **more)


def test_the_commands_keep_it_show_it_and_stop_it(home):
    assert json.loads(said(home, "status", "--json").stdout)["running"] is False
    done = json.loads(said(home, "up", "--hours", "2", "--json").stdout)
    assert done["started"] is True
    assert answer(done["url"]) == (1,)
    found = json.loads(said(home, "status", "--json").stdout)
    assert (found["running"], found["kept"], found["url"]) == (True, True, done["url"])
    assert "db down" in said(home, "status").stdout
    assert said(home, "url").stderr == ""
    again = said(home, "up")
    assert "이미" in again.stdout
    with psycopg.connect(done["url"]):
        down = said(home, "down", "--json")
    assert json.loads(down.stdout)["was_kept"] is True
    assert json.loads(said(home, "status", "--json").stdout)["running"] is False
    assert "없습니다" in said(home, "down").stdout


@pytest.mark.parametrize("hours", ["0", "-1", "x", "100000"])
def test_hours_that_are_none_are_refused(home, hours):
    assert said(home, "up", "--hours", hours).returncode == 2


def test_with_a_server_of_ones_own_there_is_nothing_to_keep(home, server):
    for command in ("up", "down"):
        done = said(home, command, settings={"database_url": server.replace("/foresto?", "/postgres?")})
        assert done.returncode in {2, 78}, done.stdout


# --- psql -----------------------------------------------------------------------------------------------------------


def shell(home, *arguments):
    return said(home, "shell", *arguments)


def test_the_shell_is_psql_and_reads_only(home):
    done = shell(home, "--", "-X", "-At", "-c", "SELECT '가' || current_user")
    assert (done.returncode, done.stdout) == (0, "가foresto_reader\n")
    for attempt in (
        "DELETE FROM foresto_meta",
        "SET default_transaction_read_only = off; DELETE FROM foresto_meta",
        "SET SESSION AUTHORIZATION foresto",
        "COPY foresto_meta TO PROGRAM 'id'",
    ):
        assert shell(home, "--", "-X", "-c", attempt).returncode == 2
    assert shell(home, "--", "-X", "-At", "-c", "SELECT count(*) > 0 FROM foresto_meta").stdout == "t\n"


def test_the_shell_writes_when_it_is_told(home):
    note = "INSERT INTO foresto_meta (key, value) VALUES ('note', 'x')"
    assert shell(home, "--write", "--", "-X", "-c", note).returncode == 0
    assert shell(home, "--", "-X", "-At", "-c", "SELECT value FROM foresto_meta WHERE key = 'note'").stdout == "x\n"
    assert shell(home, "--write", "--", "-X", "-c", "DELETE FROM foresto_meta WHERE key = 'note'").returncode == 0


def test_the_shell_says_how_it_ended_and_has_no_json(home):
    assert shell(home, "--", "-X", "-v", "ON_ERROR_STOP=1", "-f", "/no/such").returncode == 2
    assert shell(home, "--json").returncode == 2
