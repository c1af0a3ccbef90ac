"""What the first start makes, who may get at it, and who starts and stops a server that several use."""

import os
import shutil
import signal
import stat
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from embedded_server.places import SOME_SECONDS, ask, finish, postmaster, quickest, ready

from foresto_cli.store import embedded
from foresto_cli.store.binaries import binaries
from foresto_cli.store.cluster import location


def test_first_start_makes_a_database_in_korean_time_and_utf8(empty):
    with embedded.running(empty) as url:
        place = location(empty)
        assert url == f"postgresql://foresto@/foresto?host={place}"
        assert ask(url, "SELECT current_user::text, current_database()::text") == ("foresto", "foresto")
        found = ask(url, "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database LIMIT 1")
        assert found == ("UTF8", "b", "C.UTF-8")
        for name, value in {
            "TimeZone": "Asia/Seoul",
            "log_timezone": "Asia/Seoul",
            "listen_addresses": "",
            "shared_buffers": "128MB",
            "work_mem": "32MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "1GB",
            "max_connections": "40",
            "jit": "off",
            "autovacuum": "on",
            "synchronous_commit": "on",
            "fsync": "on",
        }.items():
            assert ask(url, f"SHOW {name}") == (value,)
    assert not embedded.is_running(empty)


def test_a_first_start_takes_less_than_five_seconds(empty):
    with ExitStack() as stack:
        assert quickest(lambda n: stack.enter_context(embedded.running(empty.parent / f"db-{n}")), within=5) < 5


def test_what_was_written_is_there_after_a_later_start_and_joining_takes_no_time(folder):
    with embedded.running(folder) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE later (a int)")
    begun = time.monotonic()
    with embedded.running(folder) as url:
        started = time.monotonic()
        with embedded.running(folder) as same:
            joined = time.monotonic()
            assert same == url
        assert embedded.is_running(folder)
        assert ask(url, "SELECT count(*) FROM later") == (0,)
        ending = time.monotonic()
    ended = time.monotonic()
    assert started - begun < 1
    assert joined - started < 0.1
    assert ended - ending < 1
    assert not embedded.is_running(folder)


def test_only_the_owner_gets_at_the_files_and_the_socket(folder):
    with embedded.running(folder):
        place = location(folder)
        modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in (place, *place.iterdir())}
        assert modes.pop(place.name) == "0o700"
        assert modes.pop("data") == "0o700"
        assert modes.pop(".s.PGSQL.5432") == "0o700"
        assert set(modes.values()) == {"0o600"}
        assert set(modes) == {"start.lock", "users.lock", "server.lock", "server.log", ".s.PGSQL.5432.lock"}


def test_the_operators_own_postgresql_settings_do_not_leak_in(folder, monkeypatch):
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("DART_API_KEY", "secret")
    with embedded.running(folder) as url:
        assert ask(url, "SELECT 1") == (1,)
        environ = Path(f"/proc/{postmaster(folder)}/environ")
        if environ.exists():
            assert b"secret" not in environ.read_bytes()


def test_the_last_of_two_processes_stops_the_server(folder, holder):
    first = holder(folder)
    url = ready(first)
    second = holder(folder)
    assert ready(second) == url
    finish(first)
    assert embedded.is_running(folder)
    assert ask(url, "SELECT 1") == (1,)
    finish(second)
    assert not embedded.is_running(folder)


def test_an_exception_stops_the_server_too(folder):
    with pytest.raises(KeyboardInterrupt), embedded.running(folder):
        raise KeyboardInterrupt
    assert not embedded.is_running(folder)


@pytest.mark.long
def test_ctrl_c_in_the_terminal_reaches_the_command_but_not_the_server(folder, holder):
    process = holder(folder, start_new_session=True)
    url = ready(process)
    with psycopg.connect(url) as connection:
        os.killpg(process.pid, signal.SIGSTOP)  # what the command does about it comes later
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.1)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    os.killpg(process.pid, signal.SIGCONT)
    process.wait(SOME_SECONDS)
    assert not embedded.is_running(folder)


@pytest.mark.long
def test_six_at_once_on_nothing_make_one_database(empty, holder):
    processes = [holder(empty) for _ in range(6)]
    urls = {ready(process) for process in processes}
    assert len(urls) == 1
    place = location(empty)
    assert [path.name for path in place.iterdir() if path.is_dir()] == ["data"]
    log = (place / "server.log").read_text()
    assert log.count("ready to accept connections") == 1
    for process in processes:
        process.stdin.close()
    for process in processes:
        assert process.wait(SOME_SECONDS) == 0
        process.stdin = None
    assert not embedded.is_running(empty)


def test_a_long_path_and_one_with_spaces_and_korean_work(own):
    deep = own.parent / ("긴 이름, 'x' " * 3) / ("y" * 60)
    deep.parent.mkdir()
    shutil.move(own, deep)
    if location(deep).parent.name == "clusters":
        pytest.skip("the system's temp own is private")
    with embedded.running(deep) as url:
        assert ask(url, "SELECT 1") == (1,)
        sockets = Path(url.partition("host=")[2])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert sockets.name.startswith("foresto-")
        with embedded.running(deep) as same:
            assert same == url
    assert not embedded.is_running(deep)
    sockets.rmdir()


def test_pg_dump_beside_the_server_works(folder):
    with embedded.running(folder) as url:
        done = subprocess.run(
            [binaries() / "pg_dump", url], capture_output=True, text=True, check=True, timeout=SOME_SECONDS
        )
    assert "PostgreSQL database dump complete" in done.stdout


def test_the_log_does_not_grow_for_ever(folder):
    log = location(folder) / "server.log"
    with log.open("a") as stream:
        stream.writelines(["an old line\n"] * 600_000)
    with embedded.running(folder):
        assert 0 < log.stat().st_size < 1_000_000
        assert log.read_text().startswith("an old line\n")
        assert "ready to accept connections" in log.read_text()
