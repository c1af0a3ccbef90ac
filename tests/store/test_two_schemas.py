"""Two operators in one database, each in a schema of their own: neither sees, blocks or changes the other."""

import concurrent.futures

import psycopg
import pytest
from operators_server import PASSWORD, operators_server
from support import run_foresto

NAMES = ("first", "second")
SMALL = {"FORESTO_SANDBOX_STOCKS": "60", "FORESTO_SANDBOX_TODAY": "2026-11-20"}


@pytest.fixture(scope="module")
def port():
    """An operator's server with two accounts, each with a schema called like it and no right to the other's."""
    with operators_server() as (port, url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE shared TEMPLATE template0 ENCODING 'UTF8'")
        with psycopg.connect(address(port, "boss"), autocommit=True) as connection:
            for name in NAMES:
                connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
                connection.execute(f"CREATE SCHEMA {name} AUTHORIZATION {name}")
                connection.execute(f"ALTER ROLE {name} SET search_path = {name}")
        yield port


def address(port, name):
    return f"postgresql://{name}:{PASSWORD}@127.0.0.1:{port}/shared"


def foresto(port, place, name, *arguments):
    url = address(port, name)
    return run_foresto(place / name, "--sandbox", *arguments, FORESTO_SANDBOX_DATABASE_URL=url, **SMALL)


def rows(port, name):
    with psycopg.connect(address(port, name)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (name,)).fetchall()
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for (table,) in tables}


@pytest.mark.long
def test_two_operators_load_at_once_and_stay_apart(port, tmp_path):
    first = foresto(port, tmp_path, "first", "db", "upgrade")
    assert first.returncode == 0, first.stderr
    refused = foresto(port, tmp_path, "second", "status")
    assert refused.returncode == 78, "somebody's tables are there: a mistake unless the operator says otherwise"
    second = foresto(port, tmp_path, "second", "db", "upgrade", "--beside-other-tables")
    assert second.returncode == 0, second.stderr
    with concurrent.futures.ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda name: foresto(port, tmp_path, name, "run", "initial"), NAMES))
    assert [one.returncode for one in done] == [0, 0], [one.stderr[-500:] for one in done]
    counted = [rows(port, name) for name in NAMES]
    # That the second was refused at first is an incident of its own.
    apart = {"ops_alert", "alert_delivery"}
    assert {name for name in counted[0] if counted[0][name] != counted[1][name]} <= apart
    assert counted[0]["stock_price_daily"] > 0

    added = foresto(port, tmp_path, "first", "watchlist", "add", "005930")
    assert added.returncode == 0, added.stderr
    assert [rows(port, name)["watchlist"] for name in NAMES] == [1, 0]
    tables = foresto(port, tmp_path, "second", "sql", "--tables", "--json")
    assert "first." not in tables.stdout
