"""No failure is stored as "no data", and no part of a unit as done: every data set, every fault, every place."""

import logging
import os
import random
from pathlib import Path

import pytest
from campaign import table
from campaign.datasets import DATA_SETS
from campaign.matrix import ONCE, SLOW, Bench, timed
from conftest import opener
from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.sandbox.hosts import data_go_kr

log = logging.getLogger(__name__)

FOLDER = os.environ.get("FORESTO_MATRIX")
SEED = os.environ.get("FORESTO_MATRIX_SEED", "1")
CELLS = 3
ALWAYS = {"prices, OPEN API": ("truncated", "middle"), "US funds": ("429", "first")}
"""Cells of every test run: the campaign's own machinery goes on working."""


def chosen(name):
    """Return the kinds and the choice of places for a data set: all, or a few that the seed picks."""
    kinds = DATA_SETS[name].kinds
    if FOLDER:
        named = os.environ.get("FORESTO_MATRIX_KINDS")
        return named.split(";") if named else kinds, list
    chance = random.Random(f"{SEED}/{name}")
    quick = [kind for kind in kinds if kind not in SLOW | ONCE]
    return chance.sample(quick, CELLS), lambda places: [chance.choice(places)]


def names():
    """Return the data sets that are named, all, or one of each upstream that the seed picks."""
    if FOLDER:
        named = os.environ.get("FORESTO_MATRIX_ONLY")
        return named.split(";") if named else list(DATA_SETS)
    chance = random.Random(SEED)
    hosts = dict.fromkeys(one.host for one in DATA_SETS.values())
    return [chance.choice([name for name, one in DATA_SETS.items() if one.host == host]) for host in hosts]


@pytest.fixture
def open_world(engine, tmp_path):
    """On the module's database, where nothing has to survive a crash."""
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit TO off"))
    engine.dispose()
    return opener(engine, tmp_path)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(clock, "sleep", lambda _: None)
    for operation, rows in (("getItemInfo", 30), ("getStockPriceInfo", 30), ("getBondBasiInfo", 150),
                            ("getDiviInfo", 600)):  # fmt: skip
        monkeypatch.setitem(data_go_kr.MOST_ROWS, operation, rows)


@pytest.mark.parametrize("name", ALWAYS)
def test_a_few_cells_are_right_in_every_test_run(open_world, name):
    kind, place = ALWAYS[name]
    (cell,) = Bench(open_world, DATA_SETS[name]).cells([kind], lambda _: [place])
    assert cell.outcome in {"partial", "quota"}, f"{cell}"
    assert not cell.wrong, f"{cell}"


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_after_any_failure_the_next_run_makes_it_as_if_nothing_had_gone_wrong(open_world, name):
    bench = Bench(open_world, DATA_SETS[name])
    cells, seconds = timed(bench.cells(*chosen(name)))
    log.info("%s: %d cells, %d questions, %.1f s", name, len(cells), len(bench.questions), seconds)
    if FOLDER:
        table.write(Path(FOLDER), name, cells)
    assert cells
    assert not [f"{cell.kind} {cell.place}: {cell}" for cell in cells if cell.wrong]
