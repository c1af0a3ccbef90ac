"""A deadline for a whole exchange, headers included.

The time limits of ``requests`` hold for each piece that arrives, so a server that sends a byte now and then keeps a
caller for ever. Here a timer cuts the connection when the time for the whole answer is up.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection

_under_way = threading.local()


class Deadline:
    """The time limit of one exchange.

    Attributes:
        passed: the time was up and the connection has been cut.
    """

    def __init__(self) -> None:
        """Use :func:`deadline`."""
        self.passed = False
        self.socket: socket.socket | None = None

    def cut(self) -> None:
        """End the exchange now."""
        self.passed = True
        if self.socket is not None:
            # Of the plain socket: an SSL socket would take the TLS state away from the thread that is reading.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.socket, socket.SHUT_RDWR)


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """Give the exchange that this thread starts in the block ``seconds`` in all."""
    limit = Deadline()
    timer = threading.Timer(seconds, limit.cut)
    timer.daemon = True
    _under_way.limit = limit
    timer.start()
    try:
        yield limit
    finally:
        timer.cancel()
        _under_way.limit = None


class _Http(HTTPConnection):
    """Tells the deadline of this thread which socket it is about."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself overrides http.client
        limit = getattr(_under_way, "limit", None)
        if limit is not None:
            limit.socket = self.sock
        return super().getresponse()


@cache
def _obedient(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    """Return the kind of pool whose connections obey :func:`deadline`; a SOCKS proxy has kinds of its own."""
    connection = type(pool.ConnectionCls.__name__, (_Http, pool.ConnectionCls), {})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def _make_obedient(manager: PoolManager) -> None:
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _obedient(pool) for scheme, pool in pools.items()}


class DeadlineAdapter(HTTPAdapter):
    """Connections of this adapter obey :func:`deadline`."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools, ours."""
        super().init_poolmanager(*arguments, **options)
        _make_obedient(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:
        """Make the pools behind a proxy, ours too."""
        is_known = proxy in self.proxy_manager
        manager: ProxyManager = super().proxy_manager_for(proxy, **options)
        if not is_known:
            _make_obedient(manager)
        return manager
