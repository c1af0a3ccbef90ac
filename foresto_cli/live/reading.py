"""The application as pages have it: every transaction sees one state of the database, writes nothing, and ends."""

from dataclasses import replace

from sqlalchemy import Connection, Engine, event

from foresto_cli.app import App

LONGEST_QUERY = "20s"


def read_only(app: App) -> App:
    """Return ``app`` with an engine that cannot write."""
    return replace(app, engine=engine_of(app.engine))


def engine_of(engine: Engine) -> Engine:
    """Return ``engine`` for reading: its connections are the same, its transactions are read-only and bounded."""
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @event.listens_for(reading, "begin")
    def _bounded(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{LONGEST_QUERY}'")

    return reading
