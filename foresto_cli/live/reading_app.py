"""A read-only application for the pages: each transaction is a snapshot, cannot write, and has a time limit."""

from dataclasses import replace

from sqlalchemy import Connection, Engine, event

from foresto_cli.app import App

LONGEST_QUERY = "20s"
"""``statement_timeout`` of every transaction."""


def read_only(app: App) -> App:
    """Return ``app`` with an engine that cannot write."""
    return replace(app, engine=engine_of(app.engine))


def engine_of(engine: Engine) -> Engine:
    """Return ``engine`` with read-only transactions and a time limit; the connection pool is shared."""
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @event.listens_for(reading, "begin")
    def _bounded(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{LONGEST_QUERY}'")

    return reading
