"""Opening the database: the operator's server, or our own embedded one. Nothing else opens connections."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from foresto_cli import clock
from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.store import embedded, migrate

POOL_SIZE = 5
POOL_OVERFLOW = 10
LEAST_SERVER_CONNECTIONS = 5
"""Of a pooler in front of the server: locks keep two while a chain runs, the rest is for the work itself."""
POOLER_IS_FULL = "query_wait_timeout"
"""What pgbouncer says when it had no server connection to give for as long as that setting allows."""
CONNECT_TIMEOUT_SECONDS = 10
LOST = (OperationalError, psycopg.OperationalError)
"""What the database does to us; COPY goes past SQLAlchemy, so its errors come as the driver's own."""
TRY_AGAIN_AFTER = (5.0, 5.0)
"""Seconds before each further try to connect."""


@contextmanager
def opened(url: str | None, folder: Path, *, sandbox: bool, patient: bool = False) -> Iterator[Engine]:
    """Yield an engine on a migrated database.

    Args:
        url: the operator's ``DATABASE_URL``, or ``None`` for the embedded server.
        folder: where the embedded server keeps its data.
        sandbox: whether synthetic data will be written; a database belongs to one world for ever.
        patient: whether to try twice more to reach the operator's server; a person is told at once.

    Raises:
        StoreUnavailable: no connection, or the database belongs to the other world or to a newer foresto.
        ConfigError: the URL is not one of PostgreSQL.
    """
    if url is None:
        with embedded.running(folder) as own, connected(own, sandbox=sandbox) as engine:
            yield engine
    else:
        with connected(url, sandbox=sandbox, patient=patient) as engine:
            yield engine


@contextmanager
def connected(url: str, *, sandbox: bool, patient: bool = False) -> Iterator[Engine]:
    """Yield an engine on the server at ``url``, its tables made or migrated first."""
    with as_it_is(url, patient=patient) as engine:
        with explained():
            migrate.ensure_current(engine, sandbox=sandbox)
        yield engine


@contextmanager
def as_it_is(url: str, *, patient: bool = False) -> Iterator[Engine]:
    """Yield an engine on the server at ``url`` without looking at what is in it.

    Raises:
        StoreUnavailable: no connection.
        ConfigError: the URL is not one of PostgreSQL.
    """
    engine = create_engine(
        psycopg_url(url),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "application_name": "foresto",
            # A statement prepared on one server connection is not known to the next one that a pooler hands out.
            "prepare_threshold": None,
        },
    )
    try:
        _reach(engine, TRY_AGAIN_AFTER if patient else ())
        yield engine
    finally:
        engine.dispose()


def is_pooled(connection: Connection) -> bool:
    """Say whether a pooler stands before the server: then who greeted us is not the process that answers."""
    driver: Any = connection.connection.dbapi_connection
    answering: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return bool(driver.info.backend_pid != answering)


@contextmanager
def unit_transaction(engine: Engine) -> Iterator[Connection]:
    """Begin the transaction of one unit: rows and ledger entry together, or neither.

    It does not wait for the disk: after a power loss the last units may be gone, rows and entry alike, and the next run
    asks for them again.
    """
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit TO off"))
        yield connection


def _reach(engine: Engine, waits: Sequence[float]) -> None:
    for pause in waits:
        try:
            with explained():
                _try(engine)
        except StoreUnavailable:
            clock.sleep(pause)
        else:
            return
    with explained():
        _try(engine)


def _try(engine: Engine) -> None:
    try:
        engine.connect().close()
    except ProgrammingError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise ConfigError(f"DATABASE_URL 에 알 수 없는 항목이 있습니다: {reason}.") from None


@contextmanager
def explained() -> Iterator[None]:
    """Turn a driver's connection error into :class:`StoreUnavailable`, without the URL and its password.

    Raises:
        StoreUnavailable: the server could not be reached or refused us.
    """
    try:
        yield
    except LOST as error:
        raise StoreUnavailable(_why(error)) from None


def _why(error: OperationalError | psycopg.OperationalError) -> str:
    cause = error.orig if isinstance(error, OperationalError) else error
    # On a full disk a connection may be refused as well, and then only the words say so.
    if isinstance(cause, psycopg.errors.DiskFull) or os.strerror(errno.ENOSPC) in str(cause):
        return "데이터베이스의 디스크에 남은 공간이 없습니다. 공간을 비운 뒤 다시 실행하세요."
    if POOLER_IS_FULL in str(cause):
        return (
            "pgbouncer 에 남은 서버 연결이 없습니다(query_wait_timeout)."
            f" default_pool_size 를 {LEAST_SERVER_CONNECTIONS} 이상으로 늘리고, 누가 연결을 쥐고 있는지 확인하세요."
        )
    reason = next(iter(str(cause).strip().splitlines()), type(error).__name__)
    return f"데이터베이스에 연결할 수 없습니다: {reason}. 서버가 켜져 있는지와 DATABASE_URL 을 확인하세요."


def psycopg_url(url: str) -> str:
    """Return ``url`` in SQLAlchemy's spelling for psycopg 3 (``postgres://`` and ``postgresql://`` are understood).

    Raises:
        ConfigError: not a PostgreSQL URL. The URL itself is not shown, it may hold a password.
    """
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        raise ConfigError(
            "DATABASE_URL 을 알아볼 수 없습니다. postgresql://사용자:비밀번호@호스트:5432/이름 꼴로 적으세요."
        ) from None
    if parsed.get_backend_name() != "postgresql":
        raise ConfigError(
            "DATABASE_URL 은 PostgreSQL 주소여야 합니다(postgresql://…). 다른 데이터베이스는 쓸 수 없습니다."
        )
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def shown_url(url: str) -> str:
    """Return ``url`` with its passwords hidden, also those among the parameters."""
    parsed = make_url(psycopg_url(url)).set(drivername="postgresql")
    hidden = {name: "***" for name in parsed.query if "password" in name.lower()}
    return parsed.update_query_dict(hidden).render_as_string(hide_password=True)
