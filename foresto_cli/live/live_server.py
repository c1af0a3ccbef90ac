"""``foresto dashboard --serve``: starts the server, waits for Ctrl-C, and stops it."""

import asyncio
import socket
import threading
import webbrowser
from contextlib import suppress

import uvicorn

from foresto_cli.app import App
from foresto_cli.errors import Interrupted, UsageError
from foresto_cli.live import application
from foresto_cli.live.guard import LARGEST_HEAD
from foresto_cli.live.protocol import Impatient
from foresto_cli.live.secrets import Secrets
from foresto_cli.settings import keys_out_of_sight

HOST = "127.0.0.1"
USUAL_PORT = 8321
"""Used when it is free, so that the address stays the same from day to day."""
CONNECTIONS = 64
"""Maximum number of open connections."""
END_SECONDS = 3
"""Seconds that responses under way may take once the server was asked to stop."""


def serve(app: App, port: int | None, *, show: bool) -> dict[str, object]:
    """Serve until Ctrl-C or SIGTERM; return the ``--json`` object of ``foresto dashboard --serve``.

    Args:
        app: what to show.
        port: of 127.0.0.1; :data:`USUAL_PORT` or any free one when None.
        show: open the page in the operator's browser.

    Raises:
        UsageError: the port cannot be used.
    """
    with listening(port) as listener:
        server = Live(app, listener)
        server.start()
        app.console.line(f"✓ {server.url}")
        app.console.line("  이 주소는 이 컴퓨터에서만 열리고, 아는 사람은 누구나 볼 수 있습니다. Ctrl-C로 끝냅니다.")
        if show:
            with keys_out_of_sight():
                if not webbrowser.open(server.url):
                    app.console.complain("! 열 브라우저를 찾지 못했습니다. 위 주소를 직접 여세요.")
        try:
            server.wait()
        except Interrupted:
            app.console.line("✓ 현황판을 닫았습니다.")
        finally:
            server.stop()
    return {"port": server.port}


def listening(port: int | None) -> socket.socket:
    """Return a socket that listens on ``port`` of 127.0.0.1; a client that connects before the server starts waits.

    Raises:
        UsageError: the port cannot be used.
    """
    for wanted in (USUAL_PORT, 0) if port is None else (port,):
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((HOST, wanted))
            bound.listen()
        except OSError as error:
            bound.close()
            reason = error.strerror
        else:
            return bound
    raise UsageError(f"{port}번 포트를 쓸 수 없습니다({reason}). --port로 다른 번호를 적거나 --port 없이 실행하세요.")


class Live:
    """The server in a thread of its own, so that the main thread can handle signals."""

    def __init__(self, app: App, listener: socket.socket) -> None:
        """Take what to show and where to listen."""
        self.port: int = listener.getsockname()[1]
        self.secrets = Secrets()
        self._listener = listener
        self._ended = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        pages, self._happenings = application.made(app, self.secrets, self.port)
        config = uvicorn.Config(
            pages,
            http=Impatient,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            h11_max_incomplete_event_size=LARGEST_HEAD,
            timeout_graceful_shutdown=END_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    @property
    def url(self) -> str:
        """Return the address that lets a browser in."""
        return f"http://{HOST}:{self.port}/?token={self.secrets.token}"

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wait(self) -> None:
        """Wait until the server has stopped; only :meth:`stop` stops it."""
        # No join(): Python 3.11 counts a thread as ended once its join was interrupted.
        while not self._ended.wait(1):
            pass

    def stop(self) -> None:
        """Stop the server: first its event streams, then itself."""
        self._server.should_exit = True
        loop = self._loop
        if loop is not None and not self._ended.is_set():
            with suppress(RuntimeError):  # the loop was closed in the meantime
                asyncio.run_coroutine_threadsafe(self._happenings.close(), loop)
        self._ended.wait(END_SECONDS + 5)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._ended.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._listener])
