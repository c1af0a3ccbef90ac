"""``/events``: sends runs and alerts to every open page as they change, from one query a second for all pages.

Without an open page no query is sent. A page gets the present state at once, and from then on only the parts that
changed, as HTML from the same templates as the page.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

from sqlalchemy import Connection

from foresto_cli.app import App
from foresto_cli.errors import StoreUnavailable
from foresto_cli.store.engine import explained
from foresto_cli.views.page.happening import Happening, happening
from foresto_cli.views.templating import filled

EVERY_SECONDS = 1.0
AFTER_TROUBLE_SECONDS = 5.0
"""Pause after the database could not be reached."""
SIGN_OF_LIFE_SECONDS = 15.0
"""An empty comment is sent after so long without news, so that a closed page is noticed."""
LISTENERS = 32
"""Maximum number of open streams: half of ``server.CONNECTIONS``, so that pages can still be loaded."""
log = logging.getLogger(__name__)

Parts = dict[str, str]
"""Name of an event and its data."""


class Happenings:
    """Queries the database while there are listeners, and sends them what changed."""

    def __init__(self, app: App, form: str) -> None:
        """Take the application and the secret that forms have to send."""
        self._engine, self._is_own, self._form = app.engine, not app.is_shared, form
        self._changed = asyncio.Condition()
        self._parts: Parts = {}
        self._listeners = 0
        self._asking: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    @property
    def is_full(self) -> bool:
        """Return whether the maximum number of streams is open."""
        return self._listeners >= LISTENERS

    async def listen(self) -> AsyncIterator[bytes]:
        """Yield the stream of one page, until the page is closed or the server stops."""
        self._listeners += 1
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        sent: Parts = {}
        try:
            yield b"retry: 2000\n\n"
            while not self._closing.is_set():
                news = {name: data for name, data in self._parts.items() if sent.get(name) != data}
                if news:
                    sent |= news
                    yield b"".join(_event(name, data) for name, data in news.items())
                elif not await self._wait():
                    yield b": \n\n"
        finally:
            self._listeners -= 1

    async def close(self) -> None:
        """End every stream."""
        self._closing.set()
        async with self._changed:
            self._changed.notify_all()

    async def _wait(self) -> bool:
        """Return True when something changed, False after :data:`SIGN_OF_LIFE_SECONDS` without a change."""
        async with self._changed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), SIGN_OF_LIFE_SECONDS)
                return True
        return False

    async def _ask(self) -> None:
        """Query once a second until there is no listener."""
        connection: Connection | None = None
        try:
            while self._listeners and not self._closing.is_set():
                try:
                    if connection is None:
                        connection = await asyncio.to_thread(self._connected)
                    self._parts = await asyncio.to_thread(self._asked, connection)
                    pause = EVERY_SECONDS
                except StoreUnavailable as error:
                    log.warning("%s", error)
                    _let_go(connection)
                    connection, pause = None, AFTER_TROUBLE_SECONDS
                    self._parts |= {"trouble": f"{error}"}
                async with self._changed:
                    self._changed.notify_all()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), pause)
        finally:
            self._asking, self._parts = None, {}
            _let_go(connection)

    def _connected(self) -> Connection:
        with explained(own=self._is_own):
            # A connection of its own without a transaction: a query is one statement and holds no vacuum back.
            return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def _asked(self, connection: Connection) -> Parts:
        with explained(own=self._is_own):
            return parts(happening(connection, self._form))


def parts(found: Happening) -> Parts:
    """Return the data of each event, by the event's name."""
    return {
        "trouble": "",
        "running": filled("running.html", happening=found),
        "alerts": filled("alerts.html", happening=found),
        "ended": f"{found.ended}",
        "done": f"{found.done}",
    }


def _event(name: str, data: str) -> bytes:
    lines = "\n".join(f"data: {line}" for line in data.split("\n"))
    return f"event: {name}\n{lines}\n\n".encode()


def _let_go(connection: Connection | None) -> None:
    if connection is not None:
        with suppress(StoreUnavailable), explained():
            connection.invalidate()
            connection.close()
