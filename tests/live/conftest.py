"""A live dashboard in front of the sandbox, and a browser without a window: requests with a cookie."""

import contextlib

import pytest
import requests

from foresto_cli.live import server


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
    listener = server.listening(None)
    live = server.Live(app, listener)
    live.start()
    try:
        yield live
    finally:
        live.stop()


@pytest.fixture
def live(loaded):
    """A dashboard of the loaded sandbox."""
    with serving(loaded.app) as found:
        found.world = loaded
        yield found


@pytest.fixture
def visitor(live):
    """Who came in by the address that was printed."""
    return Visitor(live).enter()


@pytest.fixture
def stranger(live):
    """Who has no token."""
    return Visitor(live)
