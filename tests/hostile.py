"""Servers on 127.0.0.1 that answer whatever a test wants, and sessions of ours in front of them."""

import contextlib
import ssl
import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer

from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport


class Forgetful:
    """Budgets and breakers that remember nothing."""

    def check(self, breaker):
        """Never blocked."""

    def spend(self, upstream, daily_budget):
        """Never spent."""

    def exhaust(self, upstream, reason):
        """Forget at once."""

    def block(self, breaker, reason):
        """Forget at once."""


POLICY = Policy(name="probe", label="시험 서버", hosts={"127.0.0.1": ("probe",)}, pace=0, daily_budget=99)


def session_of(inspect=None, *, policy=POLICY, **options):
    return Transport(Forgetful(), haste=0, **options).session(policy, inspect)


class _Once(StreamRequestHandler):
    timeout = 20

    def finish(self):
        super().finish()
        if self.connection is not self.request:
            self.connection.close()

    def handle(self):
        head = b""
        with contextlib.suppress(OSError, ssl.SSLError):
            if self.server.tls is not None:
                self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
            while (line := self.rfile.readline()) not in {b"\r\n", b""}:
                head += line
            self.server.heard.append(head)
            for part in self.server.answer:
                self.wfile.write(part)


@contextlib.contextmanager
def serving(*answer, tls=None):
    """Yield (port, heads of the requests so far) of a server that gives every request the same bytes."""
    server = ThreadingTCPServer(("127.0.0.1", 0), _Once)
    server.daemon_threads, server.block_on_close = True, False
    server.answer, server.tls, server.heard = answer, tls, []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_address[1], server.heard
    finally:
        server.shutdown()
        server.server_close()


def http(body, *headers, status="200 OK"):
    """The bytes of one whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
