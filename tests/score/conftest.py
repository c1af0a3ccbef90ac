"""A whole synthetic market with statements and dividends, stored once, and its scores."""

import pytest
from conftest import own_database
from score.stored import LAST, SESSIONS, STOCKS, TABLES
from sqlalchemy import text

from benchmarks import _market
from foresto_cli import app as application
from foresto_cli import clock, settings
from foresto_cli.console import Console
from foresto_cli.datasets.listed.stock_tables import stocks
from foresto_cli.logs import Redactor
from foresto_cli.score import compute, load
from foresto_cli.store.engine import connected


@pytest.fixture(scope="session")
def market():
    return _market.made(STOCKS, SESSIONS)


@pytest.fixture(scope="session")
def filled(server, template, market):
    """An engine on a database with the whole market; tests put back what they change."""
    with own_database(server, template) as url, connected(url, sandbox=True) as engine:
        _store(engine, market)
        yield engine


def _store(engine, market):
    _market.stored(engine, market, 6)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO stocks (ticker, name, market, sector, is_active, batch_id, updated_at, created_at)"
                " SELECT ticker, name, market, '기타', true, 1, now(), now() FROM stock_price_daily"
                " WHERE trade_date = :day"
            ),
            {"day": LAST},
        )


@pytest.fixture(scope="session")
def inputs(filled):
    with filled.connect() as connection:
        return load.inputs(connection, LAST)


@pytest.fixture(scope="session")
def scores(inputs):
    return compute.scored(inputs, LAST)


@pytest.fixture
def app(filled, tmp_path):
    """The application on that database, without any score at first."""
    clock.pretend(_market.NOW)
    with filled.begin() as connection:
        for table in (*TABLES, "ops_alert", "data_collection_log"):
            connection.execute(text(f"DELETE FROM {table}"))
        cleared = ", ".join(f"{name} = NULL" for name in stocks.columns.keys() if name.startswith("compass_"))  # noqa: SIM118  # a collection of columns
        connection.execute(text(f"UPDATE stocks SET {cleared}"))
    found = settings.load_sandbox()
    folders = settings.Paths(tmp_path / "config", tmp_path / "data", tmp_path / "state")
    return application.App(found, folders, filled, Console(as_json=True), Redactor(found.secrets()))
