"""Who pays most, and how a terminal shows it."""

import io
import re

import pytest
from fss_products import load
from rich.cells import cell_len

from foresto_cli.cli import fss_command as command
from foresto_cli.console import Console
from foresto_cli.datasets.fss.kinds import KINDS
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import load_products
from foresto_cli.sandbox.hosts.finlife_fss_or_kr import OPERATIONS
from foresto_cli.store import tables
from foresto_cli.upstream.finlife import GROUPS
from foresto_cli.views import best_products
from foresto_cli.views.best_products import Wish

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.mark.slow
def test_the_best_come_first(open_world):
    with open_world() as world:
        load(world, "all")
        everyone = list(GROUPS)
        found = best_products.best(world.app, Wish(kind="deposits", groups=everyone, top=10))
        rates = [one.best for one in found.products]
        assert rates == sorted(rates, reverse=True)
        assert (len(rates), found.term, found.as_of) == (10, 12, "2026-11-20")
        most = "SELECT max(coalesce(intr_rate2, intr_rate)) FROM deposit_rate_options WHERE save_trm = 12"
        assert rates[0] == float(world.scalar(most))
        by_base = best_products.best(world.app, Wish(kind="savings", groups=["020000"], term=24, base=True))
        rates = [one.other for one in by_base.products]
        assert rates == sorted(rates, reverse=True)
        assert {one.company[-2:] for one in by_base.products} == {"은행"}
        for kind in ("mortgage", "rent-house", "credit"):
            found = best_products.best(world.app, Wish(kind=kind, groups=everyone, top=1_000))
            rates = [one.best for one in found.products]
            assert rates == sorted(rates)
            names = [(one.company, one.name, one.sort) for one in found.products]
            assert len(set(names)) == len(names) > 50
        top = "SELECT min(crdt_grad_avg) FROM credit_loan_options WHERE crdt_lend_rate_type = 'A'"
        assert rates[0] == float(world.scalar(top)), "margins alone are no rates"
        world.execute("UPDATE deposit_products SET is_active = false, closed_on = '2026-11-20'")
        nobody = best_products.best(world.app, Wish(kind="deposits", groups=everyone))
        assert nobody.products == []
        with pytest.raises(UsageError, match="--term"):
            best_products.best(world.app, Wish(kind="credit", groups=everyone, term=12))
        with pytest.raises(UsageError, match="annuity"):
            best_products.best(world.app, Wish(kind="annuity", groups=everyone))


def test_before_the_first_load_it_says_what_to_do(open_world):
    with open_world() as world, pytest.raises(ConfigError, match="foresto fss mortgage"):
        best_products.best(world.app, Wish(kind="mortgage", groups=list(GROUPS)))


def drawn(found):
    """What a terminal of eighty columns shows."""
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    console = Console()
    console._lines = terminal
    best_products.show(console, found)
    return re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()


def test_the_table_fits_into_eighty_columns(open_world, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with open_world() as world:
        load(world, "all", "020000")
        for kind in best_products.RANKINGS:
            found = best_products.best(world.app, Wish(kind=kind, groups=list(GROUPS)))
            lines = drawn(found)
            assert len(lines) > 20
            assert max(map(cell_len, lines)) <= 80, kind
            assert any(found.products[0].company in line for line in lines)


def test_the_command_knows_every_kind():
    assert [*command.KINDS] == [kind.name for kind in KINDS] + [load_products.ALL]
    assert set(OPERATIONS.items()) == {(kind.operation, kind.division) for kind in KINDS}
    names = set(tables.metadata.tables)
    assert {kind.products.name for kind in KINDS} | {kind.options.name for kind in KINDS} <= names
