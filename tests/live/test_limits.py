"""Too many, too long, too slow: the live dashboard answers others meanwhile, and afterwards nothing is left."""

import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from live.visitors import Visitor, head, raw, serving

from foresto_cli.live import protocol
from foresto_cli.live.live_server import CONNECTIONS

pytestmark = pytest.mark.long


def own(live):
    return {"Origin": f"http://127.0.0.1:{live.port}"}


def test_methods_that_nobody_needs_are_refused(live, visitor):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert visitor.session.request(method, f"http://127.0.0.1:{live.port}/").status_code == 405
    assert visitor.post("/", headers=own(live)).status_code == 405


def test_what_is_too_long_is_refused(live, visitor):
    assert visitor.get("/?q=" + "x" * 5_000).status_code == 414
    assert visitor.get("/", headers={"X-Long": "x" * 20_000}).status_code == 431
    # What does not come in one piece is not kept either.
    assert raw(live, head(live, **{"X-Long": "x" * 2_000_000})).startswith((b"HTTP/1.1 400", b"HTTP/1.1 431"))
    assert raw(live, b"\x16\x03\x01\x02\x00" * 100).startswith(b"HTTP/1.1 400")
    assert visitor.get("/static/live.js").status_code == 200


def test_who_sends_slowly_is_cut_off(loaded, monkeypatch):
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.5)
    with serving(loaded.app) as live:
        slow = [socket.create_connection(("127.0.0.1", live.port), 5) for _ in range(CONNECTIONS + 10)]
        begun = time.monotonic()
        for connection in slow[1:]:
            with contextlib.suppress(OSError):
                connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        with contextlib.suppress(OSError):
            while time.monotonic() - begun < 10:
                slow[1].sendall(b"a")
                time.sleep(0.05)
        assert time.monotonic() - begun < 8
        time.sleep(0.6)
        assert Visitor(live).enter().get("/static/live.js").status_code == 200
        for connection in slow:
            connection.close()


def test_who_reads_slowly_is_cut_off(loaded, monkeypatch):
    monkeypatch.setattr(protocol, "READ_SECONDS", 0.5)
    with serving(loaded.app) as live:
        cookie = f"foresto_{live.port}={live.secrets.cookie}"
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            connection.connect(("127.0.0.1", live.port))
            keep = head(live, Cookie=cookie).replace(b"Connection: close\r\n", b"")
            connection.sendall(keep * 40)
            time.sleep(3)
            connection.settimeout(5)
            with contextlib.suppress(OSError):
                while connection.recv(65536):
                    pass
        assert Visitor(live).enter().get("/static/live.js").status_code == 200


def test_ten_thousand_requests_are_answered_and_leave_nothing(live, visitor):
    backends = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    cookie = f"foresto_{live.port}={live.secrets.cookie}"
    request = head(live, "/static/live.js", Cookie=cookie).replace(b"Connection: close\r\n", b"")
    last = head(live, "/static/live.js", Cookie=cookie)

    def many(_):
        return raw(live, request * 999 + last, 120).count(b"HTTP/1.1 200")

    begun = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(many, range(10))) == 10_000
    assert time.monotonic() - begun < 120
    with ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(lambda _: visitor.get("/data").status_code, range(100)))
    assert statuses <= {200, 503}
    assert live.world.scalar(backends) <= 15
    assert visitor.get("/").status_code == 200
