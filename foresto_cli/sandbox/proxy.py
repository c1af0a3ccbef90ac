"""A forward proxy on 127.0.0.1 that answers every request itself; nothing ever leaves the machine."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from foresto_cli.sandbox import damage, wire
from foresto_cli.sandbox.authority import Certificates
from foresto_cli.sandbox.faults import Faults
from foresto_cli.sandbox.listening import Connected, Listener
from foresto_cli.sandbox.wire import Answer, Request

DRIP_SECONDS = 0.5
QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Only Linux has it."""
LINGER_AND_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Desk:
    """What decides about answers: ``note`` hears of every request before ``answer`` is asked."""

    answer: Callable[[Request], Answer]
    faults: Faults
    note: Callable[[Request], None]
    mark: str
    """Value of the X-Foresto-Sandbox header."""
    latency: float = 0.0
    """Seconds before each answer."""


class Proxy(Listener):
    """Listens as a proxy; remembers its connections, so that :meth:`stop` ends them."""

    def __init__(self, port: int, desk: Desk, certificates: Certificates) -> None:
        """Listen on 127.0.0.1 at ``port`` (0: any free one)."""
        super().__init__(port, Handler)
        self.desk, self.certificates = desk, certificates
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()

    def process_request(self, request: Connected, client_address: object) -> None:
        """Remember the connection, then serve it in a thread."""
        if isinstance(request, socket.socket):
            request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._guard:
                self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Connected) -> None:
        """Forget a connection that has ended."""
        with self._guard:
            self._open -= {request}
        super().shutdown_request(request)

    def swap(self, plain: socket.socket, secure: socket.socket) -> None:
        """Remember the TLS connection that has taken the place of ``plain``."""
        with self._guard:
            self._open.discard(plain)
            self._open.add(secure)

    def end(self, secure: socket.socket) -> None:
        """Close a TLS connection: the base class knows only the plain one it was made from."""
        with self._guard:
            self._open.discard(secure)
        secure.close()

    def stop(self) -> None:
        """Stop listening and end all connections, also those of clients that wait for an answer."""
        super().stop()
        with self._guard:
            for connection in self._open:
                # The client may have closed it already.
                try:
                    # Not SSLSocket.shutdown(): it would pull the TLS state from under the thread that reads.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
                except OSError:
                    continue


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 with one client: plain proxy requests, or TLS after CONNECT."""

    protocol_version = "HTTP/1.1"
    server: Proxy
    secure_host = ""
    timeout = 600

    def do_CONNECT(self) -> None:  # named by the base class
        """Agree, then speak TLS with a certificate for the wanted host."""
        self.secure_host = self.path.rsplit(":", 1)[0].lower()
        try:
            context = self.server.certificates.context(self.secure_host)
        except ValueError:
            # No host can have that name: a proxy says so instead of looking for it.
            self.send_error(HTTPStatus.BAD_GATEWAY)
            self.close_connection = True
            return
        self.wfile.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        try:
            # Of a client that is gone already ssl would lose the socket without closing it.
            self.connection.getpeername()
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except (OSError, ssl.SSLError):
            # A client that does not trust the authority hangs up here.
            self.close_connection = True
            return
        self.server.swap(self.request, self.connection)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def finish(self) -> None:
        """End the connection."""
        super().finish()
        if self.connection is not self.request:
            self.server.end(self.connection)

    def do_GET(self) -> None:  # named by the base class
        """Answer one request."""
        request = self._read()
        if request.path == damage.ERROR_PAGE:
            self._send(damage.page(200, damage.MAINTENANCE), "")
            return
        fault = self.server.desk.faults.meet(request)
        if fault:
            request = replace(request, fault=fault.kind, fault_detail=fault.detail)
        self.server.desk.note(request)
        kind = request.fault or ""
        if kind == "timeout":
            self._hang()
            return
        answer = damage.replacement(kind)
        if answer is None or kind == "logout":
            # The host forgets the login itself.
            answer = self.server.desk.answer(request)
        if kind and answer.chunks is None:
            answer = damage.spoil(kind, answer, request.fault_detail)
        if self.server.desk.latency:
            self.server.stopping.wait(self.server.desk.latency)
        self._send(answer, kind)

    do_POST = do_GET
    do_HEAD = do_GET
    do_PUT = do_GET
    do_DELETE = do_GET

    def _read(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", "0") or 0)
        if length and QUICKACK is not None:
            # Clients send head and body apart and, to a proxy, wait for the first to be acknowledged: 40 ms otherwise.
            self.connection.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
        body = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        host = self.secure_host or parts.hostname or headers.get("host", "").rsplit(":", 1)[0].lower()
        return Request(
            "https" if self.secure_host else "http", self.command, host, parts.path or "/", parts.query, headers, body
        )

    def _send(self, answer: Answer, kind: str) -> None:
        if answer.chunks is not None:
            self.close_connection = True
            self.wfile.write(wire.head(answer, None, self.server.desk.mark, zipped=False))
            for chunk in answer.chunks:
                self.wfile.write(chunk)
            return
        content, zipped = wire.body(answer, self.headers.get("Accept-Encoding", ""))
        head = wire.head(answer, len(content), self.server.desk.mark, zipped=zipped)
        if self.command == "HEAD":
            content = b""
        if kind in ("half", "reset"):
            self.wfile.write(head + content[: len(content) // 2])
            self.close_connection = True
            if kind == "reset":
                self._reset()
        elif kind == "drip":
            self._drip(head + content)
        else:
            self.wfile.write(head + content)

    def _reset(self) -> None:
        """Close the connection so that the client gets a RST instead of an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_AND_RESET)
        # shutdown_request() would end it in an orderly way first, so the descriptor is closed here and now.
        raw = self.connection.detach()
        socket.close(raw)

    def _drip(self, content: bytes) -> None:
        for position in range(len(content)):
            if self._gone(DRIP_SECONDS if position else 0):
                break
            self.wfile.write(content[position : position + 1])

    def _hang(self) -> None:
        """Wait until the client gives up or the sandbox stops."""
        while not self._gone(0.1):
            pass
        self.close_connection = True

    def _gone(self, seconds: float) -> bool:
        """Wait ``seconds``; return whether there is no reason left to answer."""
        if self.server.stopping.wait(seconds):
            return True
        import select

        # Nobody sends a second request before the first is answered: whatever arrives is the end.
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named by the base class
        """Write nothing: requests are kept in ``Sandbox.requests``."""
