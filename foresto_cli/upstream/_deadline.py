"""A deadline for a whole exchange, headers included.

The time limits of ``requests`` hold for each piece that arrives, so a server that sends a byte now and then keeps a
caller for ever. Here a timer cuts the connection when the time for the whole answer is up.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

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


class _Https(_Http, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_POOLS = {"http": _HttpPool, "https": _HttpsPool}


class DeadlineAdapter(HTTPAdapter):
    """Connections of this adapter obey :func:`deadline`."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools, ours."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:
        """Make the pools behind a proxy, ours too."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager
