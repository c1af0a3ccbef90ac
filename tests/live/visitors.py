"""Somebody who asks a live dashboard, and the server in this process."""

import contextlib
import socket

import requests

from foresto_cli.live import live_server


class Visitor:
    """Somebody who asks the server for pages."""

    def __init__(self, live):
        """Take the server to ask."""
        self.live = live
        self.session = requests.Session()
        self.session.trust_env = False

    def enter(self):
        assert self.session.get(self.live.url).status_code == 200
        return self

    def get(self, path, **options):
        return self.session.get(f"http://127.0.0.1:{self.live.port}{path}", timeout=30, **options)

    def post(self, path, **options):
        return self.session.post(f"http://127.0.0.1:{self.live.port}{path}", timeout=30, **options)


@contextlib.contextmanager
def serving(app):
    """The server on a free port, until the end of the block."""
    listener = live_server.listening(None)
    live = live_server.Live(app, listener)
    live.start()
    try:
        yield live
    finally:
        live.stop()
        listener.close()


def events(visitor):
    """Yield the name and data of each event that the server sends."""
    with visitor.get("/events", stream=True) as response:
        assert response.status_code == 200
        name, data = "", []
        for line in response.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data.append(line.removeprefix("data: "))
            elif not line and name:
                yield name, "\n".join(data)
                name, data = "", []


def raw(live, sent, seconds=5):
    """What a connection answers to exactly these bytes."""
    with socket.create_connection(("127.0.0.1", live.port), seconds) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(sent)
        answer = b""
        with contextlib.suppress(OSError):
            while piece := connection.recv(65536):
                answer += piece
        return answer


def head(live, path="/", **headers):
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{live.port}", "Connection: close"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()
