"""What the sandbox's servers share: a port on 127.0.0.1, a thread for each connection, an end without a wait."""

import selectors
import socket
import sys
import threading
from socketserver import BaseRequestHandler, TCPServer, ThreadingMixIn

Connected = socket.socket | tuple[bytes, socket.socket]
"""As the base classes have it; over TCP it is a socket."""


class Listener(ThreadingMixIn, TCPServer):
    """Listens on 127.0.0.1 from the beginning; accepts connections, each in a daemon thread, until :meth:`stop`.

    Attributes:
        port: where it listens.
        stopping: set once :meth:`stop` was called.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    block_on_close = False
    timeout = 0

    def __init__(self, port: int, handler: type[BaseRequestHandler]) -> None:
        """Take ``port`` (0: any free one).

        Raises:
            OSError: the port is taken.
        """
        super().__init__(("127.0.0.1", port), handler)
        self.port: int = self.server_address[1]
        self.stopping = threading.Event()
        self._waker, self._woken = socket.socketpair()

    def start(self, name: str) -> threading.Thread:
        """Accept connections in a background thread, which can be left behind when the process ends."""
        thread = threading.Thread(target=self._serve, name=name, daemon=True)
        thread.start()
        return thread

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self.stopping.is_set():
                selector.select()
                if not self.stopping.is_set():
                    self.handle_request()
        self.server_close()
        self._woken.close()

    def stop(self) -> None:
        """Accept nothing more; the port is free once the thread has ended."""
        self.stopping.set()
        # Not closed alone: a forked process would hold the other copy, and the thread would sleep on.
        self._waker.shutdown(socket.SHUT_RDWR)
        self._waker.close()

    def handle_error(self, request: Connected, client_address: object) -> None:
        """Stay silent when a client goes away; report everything else as usual."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
