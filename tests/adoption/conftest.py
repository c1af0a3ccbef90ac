"""The predecessor's database, as it is left and as it is once taken over."""

from pathlib import Path

import psycopg
import pytest
from adoption.taking import take_over
from conftest import own_database

from foresto_cli.store.engine import as_it_is

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def old_template(server):
    """The name of a database as the predecessor leaves it, to copy."""
    with own_database(server, "template0", name="template_predecessor") as url:
        with psycopg.connect(url) as connection:
            for name in ("predecessor.sql", "predecessor_rows.sql"):
                connection.execute((HERE / name).read_text("utf-8"))
        yield "template_predecessor"


@pytest.fixture
def old_url(server, old_template):
    with own_database(server, old_template) as url:
        yield url


@pytest.fixture
def old(old_url):
    with as_it_is(old_url) as engine:
        yield engine


@pytest.fixture(scope="module")
def adopted(server, old_template):
    """One adopted database for the tests that only read, and the report."""
    with own_database(server, old_template) as url, as_it_is(url) as engine:
        engine.report = take_over(engine)
        yield engine
