"""One collecting command at a time; the kernel forgets a holder with its process."""

import contextlib
import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.errors import Busy, ConfigError, Interrupted, exit_code_of
from foresto_cli.running import lock
from foresto_cli.store import advisory

HOLDER = """
import sys
from pathlib import Path
from foresto_cli.running import lock
from foresto_cli.store import advisory
with lock.held(Path(sys.argv[-1]), 0):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "state" / "collect.lock"


@contextlib.contextmanager
def holding(file):
    """Another process that holds the lock, as ``foresto prices incremental FILE`` would."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, "prices", "incremental", str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_a_free_lock_is_taken_and_given_back(file):
    assert lock.is_held(file) is None
    with lock.held(file, 0):
        pass
    assert lock.is_held(file) is None
    with lock.held(file, 0):
        pass


def test_the_file_is_the_operators_alone(file):
    with lock.held(file, 0):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.long
def test_a_second_command_is_told_who_is_at_work(file):
    with holding(file) as process:
        before = time.monotonic()
        with pytest.raises(Busy) as caught, lock.held(file, 0):
            pytest.fail("two at once")
        assert time.monotonic() - before < 1
        message = str(caught.value)
        assert f"PID {process.pid}" in message
        assert "foresto prices incremental" in message
        assert "--wait" in message
        assert "\n" not in message
        assert (exit_code_of(caught.value), caught.value.outcome) == (75, "busy")
        assert f"PID {process.pid}" in lock.is_held(file)


def test_waiting_ends_when_the_holder_ends(file):
    with holding(file) as process:
        threading.Timer(0.3, process.stdin.close).start()
        before = time.monotonic()
        with lock.held(file, 30):
            waited = time.monotonic() - before
    assert 0.25 <= waited < 10


@pytest.mark.long
def test_waiting_ends_with_busy_when_the_time_is_over(file):
    with holding(file):
        before = time.monotonic()
        with pytest.raises(Busy), lock.held(file, 0.6):
            pytest.fail("two at once")
        assert 0.6 <= time.monotonic() - before < 5


def test_waiting_ends_when_the_process_is_asked_to_stop(file):
    with holding(file):
        threading.Timer(0.1, clock.wake, [signal.SIGTERM]).start()
        before = time.monotonic()
        with pytest.raises(Interrupted) as caught, lock.held(file, 30):
            pytest.fail("two at once")
        assert time.monotonic() - before < 5
        assert exit_code_of(caught.value) == 143


@pytest.mark.parametrize("left", ['{"pid": 1, "since": "x", "command": "foresto"}', "", "{half", "[]", "\x00\xff"])
def test_what_a_file_says_never_blocks(file, left):
    file.parent.mkdir()
    file.write_bytes(left.encode("latin-1"))
    assert lock.is_held(file) is None
    with lock.held(file, 0):
        assert f'"pid": {os.getpid()}' in file.read_text()


@pytest.mark.long
def test_a_holder_that_has_not_written_yet_is_busy_all_the_same(file):
    with holding(file):
        file.write_text("")
        with pytest.raises(Busy), lock.held(file, 0):
            pytest.fail("two at once")


def test_a_shorter_name_does_not_leave_the_end_of_a_longer_one(file):
    file.parent.mkdir()
    file.write_text("x" * 10_000)
    with lock.held(file, 0):
        assert f"PID {os.getpid()}" in lock._holder(file)


def test_a_killed_holder_holds_nothing(file):
    with holding(file) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert lock.is_held(file) is None
        with lock.held(file, 0):
            pass


def test_an_exception_gives_the_lock_back(file):
    with pytest.raises(RuntimeError), lock.held(file, 0):
        raise RuntimeError
    assert lock.is_held(file) is None


def test_a_child_does_not_inherit_the_lock(file):
    with lock.held(file, 0):
        child = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        assert child.poll() is None
        assert lock.is_held(file) is None
        with lock.held(file, 0):
            pass
    finally:
        child.kill()
        child.wait()


def test_a_glance_at_the_lock_does_not_make_a_command_busy(file):
    with lock.held(file, 0):
        pass
    over = threading.Event()

    def look():
        while not over.wait(0.005):
            lock.is_held(file)

    onlookers = [threading.Thread(target=look) for _ in range(2)]
    for onlooker in onlookers:
        onlooker.start()
    try:
        for _ in range(200):
            with lock.held(file, 0):
                pass
    finally:
        over.set()
        for onlooker in onlookers:
            onlooker.join()


def test_a_lock_file_that_cannot_be_opened_is_a_wrong_setting(file):
    file.mkdir(parents=True)
    with pytest.raises(ConfigError) as caught, lock.held(file, 0):
        pytest.fail("a folder was locked")
    assert str(file) in str(caught.value)
    assert exit_code_of(caught.value) == 78


def test_of_two_hosts_one_collects(engine):
    with (
        lock.only_host(engine, advisory.COLLECTING, 0),
        pytest.raises(Busy, match="다른 컴퓨터"),
        lock.only_host(engine, advisory.COLLECTING, 0),
    ):
        pass
    with lock.only_host(engine, advisory.COLLECTING, 0):
        pass


def test_a_connection_lost_while_collecting_does_not_hide_what_happened(engine):
    def lose_it():
        with lock.only_host(engine, advisory.COLLECTING, 0):
            with engine.connect() as other:
                query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                query += " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                other.execute(text(query))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lose_it()
    with lock.only_host(engine, advisory.COLLECTING, 0):
        pass


@pytest.mark.parametrize("name", ["ENOLCK", "ENOTSUP", "EOPNOTSUPP", "EIO", "EINVAL", "EBADF"])
def test_a_file_system_without_locks_is_told_with_the_way_out(file, monkeypatch, name):
    def refused(*_):
        number = getattr(errno, name)
        raise OSError(number, os.strerror(number))

    file.parent.mkdir()
    file.touch()
    monkeypatch.setattr("fcntl.flock", refused)
    for attempt in (lambda: lock.held(file, 0).__enter__(), lambda: lock.is_held(file)):
        with pytest.raises(ConfigError, match="FORESTO_HOME을 이 컴퓨터의 디스크로 옮기세요"):
            attempt()


def test_a_link_in_the_place_of_a_lock_is_not_followed(file, tmp_path):
    file.parent.mkdir()
    target = tmp_path / "target"
    target.write_text("mine")
    file.symlink_to(target)
    with pytest.raises(ConfigError, match="링크"), lock.held(file, 0):
        pass
    with pytest.raises(ConfigError, match="링크"):
        lock.is_held(file)
    assert target.read_text() == "mine"
