"""The database that the Python interface reads: opened at the first question, shared by all, closed with the process.

The embedded server runs for as long as it is open; scheduled runs join it. Nothing is written: every transaction is
read-only.
"""

import atexit
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

from sqlalchemy import Connection, Engine

from foresto_cli import settings
from foresto_cli.errors import UsageError
from foresto_cli.store import engine as store_engine


class Database:
    """An open database; a ``with`` block closes it."""

    def __init__(self, engine: Engine, held: ExitStack, *, is_sandbox: bool, is_own: bool) -> None:
        """Keep what has to be let go of; ``is_own``: it is the embedded server."""
        self.engine = engine
        self.is_sandbox = is_sandbox
        self.is_own = is_own
        self._held = held

    def close(self) -> None:
        """Let go of it; the embedded server stops when nobody else uses it."""
        global _current  # noqa: PLW0603  # a process has one
        with _lock:
            if _current is self:
                _current = None
        self._held.close()

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


_lock = threading.RLock()
_current: Database | None = None


def open(*, sandbox: bool = False) -> Database:  # noqa: A001  # foresto.open
    """Open the operator's database (``DATABASE_URL``, else the embedded one), to be read by every function here.

    It is opened by itself at the first question; call it for the sandbox's, or to close it before the process ends.

    Raises:
        UsageError: the database of the other world is open already.
        ConfigError, StoreUnavailable: it cannot be had; the message says what to do.
    """
    global _current  # noqa: PLW0603  # a process has one
    with _lock:
        if _current is not None:
            if _current.is_sandbox is not sandbox:
                raise UsageError("다른 데이터베이스가 열려 있습니다. foresto.close()를 먼저 부르세요.")
            return _current
        folders = settings.paths()
        found = settings.load_sandbox() if sandbox else settings.load(folders)
        found.demand("database_url")
        folders = folders.in_sandbox() if sandbox else folders
        url = None if found.database_url is None else found.database_url.get_secret_value()
        held = ExitStack()
        engine = held.enter_context(store_engine.opened(url, folders.data, sandbox=sandbox))
        _current = Database(engine, held, is_sandbox=sandbox, is_own=url is None)
        return _current


def current() -> Database:
    """Return the open database, opened now if none is.

    Raises:
        ConfigError, StoreUnavailable: as :func:`open`.
    """
    return _current or open()


def close() -> None:
    """Let go of the open database, if there is one."""
    if _current is not None:
        _current.close()


@contextmanager
def reading() -> Iterator[Connection]:
    """Yield a connection in a transaction that sees one state of the database and can write nothing.

    Raises:
        ConfigError, StoreUnavailable: as :func:`open`.
    """
    with (
        store_engine.explained(),
        current()
        .engine.connect()
        .execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection,
    ):
        yield connection


atexit.register(close)
