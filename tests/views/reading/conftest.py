"""What tests of reading commands share: a database with everything in it, a terminal of 80 columns, the table shown."""

import io
import re
import sys
from datetime import date

import pytest
from conftest import opener, own_database
from sqlalchemy import text
from support import EVENING

from foresto_cli import clock
from foresto_cli.adjustment import closes
from foresto_cli.console import Console
from foresto_cli.loading import (
    load_capital,
    load_indices,
    load_open_data,
    load_products,
    load_statements,
    load_us_stocks,
)
from foresto_cli.output.give import Form
from foresto_cli.running import job
from foresto_cli.store.engine import connected
from foresto_cli.views.reading import reading

WIDTH = 80
STYLE = re.compile(r"\x1b\[[0-9;]*m")
SPLIT_STOCK, SPLIT_DAY = "000660", date(2026, 11, 12)
"""A split of five for one that is planted: so few sessions have none."""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture(scope="session")
def read_world(server, loaded_template, private_tmp):
    """A sandboxed application in front of a database with every data set, which tests only read."""
    with (
        own_database(server, loaded_template) as url,
        connected(url, sandbox=True) as engine,
    ):
        # Its variables are gone before the first test: those of other files must not ask this sandbox.
        with opener(engine, private_tmp / "reading")(patience=1) as world:
            load(world.app)
        clock.pretend(None)
        yield world


def load(app):
    """Load whatever the market's first load leaves out and a reading command shows."""
    quick = job.Options()
    load_statements.load_statements(app, load_statements.wanted_reports(None, None, 2023, None), quick, full=None)
    load_capital.load_dividends(app, None, quick)
    load_capital.load_actions(app, *load_capital.span(None, date(2026, 1, 1), None), quick)
    load_open_data.load_bonds(app, "all", None, quick)
    load_open_data.load_dividends(app, quick)
    for kind in ("deposits", "savings", "annuity", "mortgage", "rent-house", "credit"):
        load_products.load_products(app, kind, "020000,030300,050000", quick)
    load_us_stocks.load(app, "AAPL", quick)
    load_us_stocks.prices(app, "AAPL", quick)
    load_us_stocks.load(app, "", quick)  # funds too, as far as the day's requests go
    load_indices.load_index_history(app, None, date(2026, 11, 10), quick)
    with app.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE stock_price_daily SET adj_factor = 0.2, adj_event = 'SPLIT' WHERE ticker = :ticker"
                " AND trade_date = :day"
            ),
            {"ticker": SPLIT_STOCK, "day": SPLIT_DAY},
        )
        closes.rewrite_stocks(connection, [SPLIT_STOCK])


@pytest.fixture
def everything(read_world):
    """The same, its clock at the world's day."""
    from foresto_cli import clock

    clock.pretend(EVENING)
    return read_world


@pytest.fixture
def an_event(everything):
    """Return a stock with an event in the middle of its prices, and its day."""
    return everything.rows(
        "SELECT ticker, trade_date FROM stock_price_daily p WHERE adj_event IS NOT NULL AND adj_factor <> 1"
        " AND EXISTS (SELECT FROM stock_price_daily b WHERE b.ticker = p.ticker AND b.trade_date < p.trade_date)"
        " ORDER BY abs(ln(adj_factor)) DESC LIMIT 1"
    )[0]


@pytest.fixture
def screen(monkeypatch):
    """Show a reading on a terminal of 80 columns and return the lines."""
    monkeypatch.setenv("COLUMNS", f"{WIDTH}")
    monkeypatch.setenv("TERM", "dumb")

    def shown(*found):
        stream = Terminal()
        monkeypatch.setattr(sys, "stdout", stream)
        for one in found:
            reading.given(Console(), one, Form())
        monkeypatch.undo()
        return STYLE.sub("", stream.getvalue()).splitlines()

    return shown
