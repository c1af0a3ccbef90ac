"""The server as a process: it keeps the embedded database up, works beside runs, and leaves nothing behind."""

import contextlib
import os
import re
import signal
import time

import pytest
import requests
from live.visitors import events
from support import NOT_UNDER_NOHUP, result_of, run_foresto, start_foresto

from foresto_cli.store import embedded

pytestmark = pytest.mark.long


class Open:
    """A dashboard that the command serves, and a browser that has its cookie."""

    def __init__(self, home):
        """Start it in ``home``."""
        self.process = start_foresto(home, "--sandbox", "dashboard", "--serve")
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=\S+", line)
        assert found, line + self.process.stderr.read()
        self.url, self.port = found[0], int(found[1])
        self.session = requests.Session()
        self.session.trust_env = False
        assert self.session.get(self.url, timeout=30).status_code == 200

    def get(self, path, **options):
        return self.session.get(f"http://127.0.0.1:{self.port}{path}", timeout=30, **options)


@contextlib.contextmanager
def opened(home):
    found = Open(home)
    try:
        yield found
    finally:
        found.process.kill()
        found.process.communicate()


def is_up(home):
    folder = next(file.parent for file in home.rglob("users.lock"))
    return embedded.postmaster.is_alive(folder)


def ends(condition, seconds=10):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, pytest.param(signal.SIGHUP, marks=NOT_UNDER_NOHUP)])
def test_a_signal_ends_it_with_streams_open_and_the_database_with_it(home, number):
    with opened(home) as found:
        assert is_up(home)
        stream = events(found)
        next(stream)
        begun = time.monotonic()
        found.process.send_signal(number)
        out, err = found.process.communicate(timeout=15)
        assert time.monotonic() - begun < 8
        assert (found.process.returncode, err) == (0, "")
        assert "닫았습니다" in out
        list(stream)
        ends(lambda: not is_up(home))


def test_killed_it_leaves_nothing_broken(home):
    with opened(home) as found:
        found.process.send_signal(signal.SIGKILL)
        found.process.wait()
    assert run_foresto(home, "--sandbox", "status").returncode == 0
    ends(lambda: not is_up(home))


def test_a_run_works_beside_it_and_is_seen_while_it_runs(home):
    with opened(home) as found:
        seen = []
        stream = events(found)
        next(stream)
        run = start_foresto(home, "--sandbox", "listing", "load", "--json")
        begun = time.monotonic()
        for name, data in stream:
            seen.append((name, data))
            if name == "done" and data != "0":
                break
            assert time.monotonic() - begun < 60
        _, err = run.communicate(timeout=60)
        assert run.returncode == 0, err
        assert "listing load" in found.get("/").text
        assert is_up(home)
        assert found.get("/data").status_code == 200


def test_a_port_that_somebody_has_is_refused_in_one_sentence(home):
    with opened(home) as found:
        second = run_foresto(home, "--sandbox", "dashboard", "--serve", "--port", str(found.port), "--json")
        assert second.returncode == 2
        assert f"{found.port}번 포트를 쓸 수 없습니다" in result_of(second)["error"]["message"]


@pytest.mark.parametrize("options", [["--port", "9000"], ["--serve", "--out", "x.html"]])
def test_options_that_do_not_go_together_are_refused(home, options):
    assert run_foresto(home, "--sandbox", "dashboard", *options).returncode == 2


def test_pages_are_there_again_when_the_database_was_gone_and_is_back(home):
    with opened(home) as found:
        folder = next(file.parent for file in home.rglob("users.lock"))
        server = embedded.postmaster.read(folder)
        os.kill(server.pid, signal.SIGINT)
        ends(lambda: not is_up(home), 30)
        gone = found.get("/data")
        assert gone.status_code == 503
        assert "데이터베이스" in gone.text
        # The next command starts it; while it is kept the page reads again.
        run = start_foresto(home, "--sandbox", "status", "--watch")
        ends(lambda: found.get("/data").status_code == 200, 30)
        run.terminate()
        run.communicate()
        assert found.get("/").status_code == 200
