"""Opening the database: the operator's server, or our own embedded one. Nothing else opens connections."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError

from foresto_cli import clock
from foresto_cli.errors import BadPayload, ConfigError, StoreRefused, StoreUnavailable
from foresto_cli.store import complaints, embedded, libpq, migrate, whose
from foresto_cli.store.addresses import connect_timeout, psycopg_url

log = logging.getLogger(__name__)

POOL_SIZE = 5
POOL_OVERFLOW = 10
LOST = (OperationalError, psycopg.OperationalError)
"""What the database does to us; COPY goes past SQLAlchemy, so its errors come as the driver's own."""
READER = "foresto_reads"
"""Execution option that marks an engine whose connections can only read."""
TRY_AGAIN_AFTER = (5.0, 5.0)
"""Seconds before each further try to connect."""


@contextmanager
def opened(  # noqa: PLR0913  # which database, and how it may be opened
    url: str | None,
    folder: Path,
    *,
    sandbox: bool,
    patient: bool = False,
    beside: bool = False,
    named: str = "DATABASE_URL",
    tell: Callable[[str], None] = log.warning,
    begins: Callable[[str], None] = log.info,
) -> Iterator[Engine]:
    """Yield an engine on a migrated database; a read-only connection migrates nothing (:func:`is_reader`).

    Args:
        url: the operator's ``DATABASE_URL``, or ``None`` for the embedded server.
        folder: where the embedded server keeps its data.
        sandbox: whether synthetic data will be written; a database belongs to one world for ever.
        patient: whether to try twice more to reach the operator's server; a person is told at once.
        beside: whether our tables may be made beside other people's.
        named: the setting that named the operator's server, for messages.
        tell: is told what became of an interrupted restore or upgrade of the embedded server.
        begins: called before the embedded server initializes a new data folder, which takes a while.

    Raises:
        StoreUnavailable: no connection, or the database belongs to other people, to the other world or to a newer
            foresto, or cannot be used as it is.
        ConfigError: the URL is not one of PostgreSQL.
    """
    if url is None:
        with (
            embedded.running(folder, tell, begins) as own,
            _current(own, sandbox=sandbox, own=True, beside=beside) as engine,
        ):
            yield engine
    else:
        with _current(url, sandbox=sandbox, patient=patient, beside=beside, named=named) as engine:
            yield engine


@contextmanager
def connected(url: str, *, sandbox: bool, patient: bool = False, own: bool = False) -> Iterator[Engine]:
    """Yield an engine on the server at ``url``, its tables made or migrated first; ``own``: it is the embedded one."""
    with _current(url, sandbox=sandbox, patient=patient, own=own) as engine:
        yield engine


@contextmanager
def _current(  # noqa: PLR0913  # as opened
    url: str,
    *,
    sandbox: bool,
    patient: bool = False,
    own: bool = False,
    beside: bool = False,
    named: str = "DATABASE_URL",
) -> Iterator[Engine]:
    with as_it_is(url, patient=patient, own=own) as engine:
        with explained(own=own):
            only_reads = not own and _only_reads(engine, sandbox=sandbox)
            if not only_reads:
                migrate.ensure_current(engine, sandbox=sandbox, beside=beside, named="내장 서버" if own else named)
        yield engine.execution_options(postgresql_readonly=True, **{READER: True}) if only_reads else engine


def _only_reads(engine: Engine, *, sandbox: bool) -> bool:
    with engine.connect() as connection:
        if not whose.is_reader(connection):
            return False
        migrate.check_readable(connection, sandbox=sandbox)
        return True


def is_reader(engine: Engine) -> bool:
    """Return whether the connections of an opened engine can only read, as on a standby or a read-only account."""
    return bool(engine.get_execution_options().get(READER))


@contextmanager
def as_it_is(url: str, *, patient: bool = False, own: bool = False) -> Iterator[Engine]:
    """Yield an engine on the server at ``url`` without looking at what is in it.

    Raises:
        StoreUnavailable: no connection, or the server cannot be used at all.
        ConfigError: the URL is not one of PostgreSQL.
    """
    engine = _engine(url)
    # Nothing reaches the embedded server anyway, for as long as it runs.
    with nullcontext() if own else libpq.of_the_operators(psycopg_url(url)):
        try:
            _reach(engine, TRY_AGAIN_AFTER if patient else (), own=own)
            yield engine
        finally:
            engine.dispose()


def _engine(url: str) -> Engine:
    try:
        address = make_url(psycopg_url(url))
        return create_engine(
            address,
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": connect_timeout(address),
                "application_name": "foresto",
                # Whatever the server or the environment says: our texts are Korean.
                "client_encoding": "UTF8",
                # A statement prepared on one server connection is not known to the next one that a pooler hands out.
                "prepare_threshold": None,
            },
        )
    except ArgumentError:
        raise ConfigError("DATABASE_URL의 매개변수를 알아볼 수 없습니다. 호스트와 포트를 확인하세요.") from None


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


def _reach(engine: Engine, waits: Sequence[float], *, own: bool) -> None:
    for pause in waits:
        try:
            with explained(own=own):
                _try(engine)
        except StoreRefused:
            raise
        except StoreUnavailable:
            clock.sleep(pause)
        else:
            return
    with explained(own=own):
        _try(engine)


def _try(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            whose.refuse_unfit(connection)
    except ProgrammingError as error:
        if complaints.code_of(error):
            raise
        reason = str(error.orig).strip().splitlines()[0]
        raise ConfigError(
            f"DATABASE_URL에 쓸 수 없는 항목이 있습니다: {reason}. 그 항목을 고치거나 지우세요."
        ) from None


@contextmanager
def judged() -> Iterator[None]:
    """Turn what the database, or the driver before it, says of values into a payload that is not believed.

    It is the net below :mod:`foresto_cli.store.values`: the rows of one answer are refused, and nothing else is.

    Raises:
        BadPayload: a value was not taken: too long, too large, not text, twice, or against a rule of the table.
    """
    try:
        yield
    # What the driver has no bytes for (half a character), and what a writer would not take.
    except ValueError as error:
        log.exception("values that cannot be written")
        raise BadPayload(f"데이터베이스에 쓸 수 없는 값이 있습니다({type(error).__name__}).") from None
    except (DBAPIError, psycopg.Error) as error:
        if not complaints.is_about_values(error):
            raise
        raise complaints.refused_values(error) from None


@contextmanager
def explained(*, own: bool | None = None) -> Iterator[None]:
    """Turn what the database refuses, of whatever class, into one of our errors, without the URL and its password.

    A value that does not fit and a query that cannot be understood are no refusals: they pass as they are.

    Args:
        own: whether the server is the embedded one, where that is known.

    Raises:
        StoreUnavailable: the server could not be reached or refused us; the message says what to do.
        BadPayload: a value is larger than the server can keep: no outage.
    """
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        if complaints.is_too_large(error):
            raise complaints.refused_values(error) from None
        if complaints.is_a_bug(error):
            raise
        if complaints.is_about_our_tables(error):
            log.exception("refused by the database")
        raise complaints.explanation(error, own=own) from None
