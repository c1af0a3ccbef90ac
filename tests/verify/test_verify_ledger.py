"""Failed units are told with the one command that asks again, and only prices are asked for by ``--repair``."""

import importlib
import pkgutil

import pytest
import typer

from foresto_cli import cli, data_sets
from foresto_cli import datasets as rooms
from foresto_cli.collecting import registry
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.fss.kinds import KINDS
from foresto_cli.loading import retry_loaders
from foresto_cli.running import job
from foresto_cli.verify import verification

FAILED = (
    "INSERT INTO unit_ledger (dataset, unit, status, reason, run_id, asked_at)"
    " VALUES (:dataset, :unit, 'failed', 'x', 1, now())"
)


@pytest.fixture
def world(open_loaded):
    with open_loaded() as world:
        yield world


def plant(world, *units):
    for dataset, unit in units:
        world.execute(FAILED, dataset=dataset, unit=unit)


def unsettled(result):
    [finding] = [finding for finding in result.findings if finding.check == "ledger.unsettled"]
    return finding


@pytest.mark.parametrize(
    "units",
    [
        [("bonds", "2026-11-19")],
        [("dart.details", "2026/11014/00126380/20261113000001"), ("fss.deposits", "030300")],
        [("of.another.version", "x")],
    ],
)
def test_failed_units_are_told_with_the_one_command_that_asks_for_them_again(world, units):
    plant(world, *units)
    result = verification.verify_daily(world.app)
    assert unsettled(result).repair == "foresto retry"
    assert result.repair is None, "prices were asked for, which mends nothing here"


@pytest.mark.long
def test_failed_prices_are_asked_for_again(world):
    world.execute(
        "UPDATE unit_ledger SET status = 'failed', reason = 'x' WHERE dataset = 'prices.day' AND unit = '2026-11-17'"
    )
    plant(world, ("bonds", "2026-11-19"))
    result = verification.with_repair(world.app, verification.verify_daily, job.Options())
    assert result.repair.units.done == 7, "two, and the five that follow from what is stored"
    assert result.findings == [], "of every data set"


@pytest.mark.long
def test_a_missing_index_is_asked_for_again_and_not_sought_among_the_prices(world):
    world.execute("DELETE FROM index_price_daily WHERE trade_date = '2026-11-20'")
    result = verification.with_repair(world.app, verification.verify_daily, job.Options())
    assert result.findings == []
    assert result.repair.exit_code == 0
    assert world.asked("sto/") == world.asked("MDCSTAT01501") == []


def test_every_data_set_has_its_command_and_its_loader():
    known = registry.every()
    assert len(known) >= 30
    assert set(retry_loaders.MAKERS) == set(known), "each can be asked again for single units"
    for one in known.values():
        group, *words = one.command.split()
        found = typer.main.get_command(cli.app(group))
        for word in [group, *[word for word in words if not word.startswith("--")]]:
            found = found.commands[word]
    described = {kind.dataset for kind in KINDS} | set(data_sets.labels())
    assert described < set(known)


def test_a_loader_bears_the_name_of_its_data_set():
    modules = [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(rooms.__path__, f"{rooms.__name__}.")
    ]
    names = {
        loader.data_set.name
        for module in modules
        for loader in vars(module).values()
        if isinstance(loader, type) and issubclass(loader, Loader) and hasattr(loader, "data_set")
    }
    assert len(names) >= 15
    assert names < set(registry.every())
