"""Verification finds what is wrong: one fault at a time in a healthy database, through the real code.

``PLANT=FOLDER pytest -m slow tests/campaign/test_planting.py`` plants every written kind and a part of the
generated ones and writes the table there. ``PLANT_ONLY='P;fss'`` plants those whose id, table or room begins so
(patterns), ``PLANT_SHARE=1`` every generated kind, ``0`` none; ``PLANT_KEEP=FOLDER`` keeps the healthy database for
the next time, ``PLANT_STOCKS`` and ``PLANT_SESSIONS`` say how large it is, ``PLANT_QUICK=1`` asks only the level that
must find a kind and repairs nothing.
"""

import os
import random
import re
import zlib
from pathlib import Path

import pytest
from campaign.planting import bench, kinds, report, written, written_filed, written_others
from campaign.planting.cells import FOUND, Planter
from campaign.planting.kind import ROOMS, RUNNING
from conftest import opener

from foresto_cli import clock

FOLDER = os.environ.get("PLANT")
ONLY = [re.compile(part) for part in os.environ.get("PLANT_ONLY", "").split(";") if part]
SHARE = float(os.environ.get("PLANT_SHARE", "0.05"))
SEED = os.environ.get("PLANT_SEED", "1")
IS_QUICK = bool(os.environ.get("PLANT_QUICK"))
SURE = ("P01", "P07", "P16", "P22", "I02")
"""Found since they were first planted."""
SAMPLE = 2


def _written():
    return [*written.kinds(), *written_filed.kinds(), *written_others.kinds()]


def _is_picked(kind):
    return zlib.crc32(f"{SEED}/{kind.id}".encode()) < SHARE * 2**32


def _is_wanted(kind):
    return not ONLY or any(part.match(name) for part in ONLY for name in (kind.id, kind.table, kind.room))


def chosen(room):
    """Return the kinds of a room to be planted."""
    every = [*_written(), *filter(_is_picked, kinds.generated())]
    return [kind for kind in every if kind.room == room and _is_wanted(kind)]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(clock, "sleep", lambda _: None)


@pytest.fixture(scope="module")
def healthy():
    with bench.opened() as found:
        assert _false_findings(found) == []
        yield found


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER, reason="a campaign: PLANT=FOLDER")
@pytest.mark.parametrize("room", [*ROOMS, RUNNING])
def test_what_is_planted_is_found_and_the_healthy_database_is_not_doubted(room, healthy):
    wanted = chosen(room)
    if not wanted:
        pytest.skip("none of these is wanted")
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    planter = Planter(healthy, repair=not IS_QUICK, only_wanted=IS_QUICK)
    for kind in wanted:
        report.keep(folder, room, planter.cell(kind))
    report.write(folder)


@pytest.mark.long
def test_a_few_faults_are_found_and_a_healthy_database_is_not_doubted(server, loaded_template, tmp_path):
    with opener(None, tmp_path)(patience=1) as world:
        healthy = bench.Bench(server, loaded_template, world.app)
        planter = Planter(healthy, repair=False, only_wanted=True)
        assert _false_findings(healthy) == []
        ours = {kind.id: kind for kind in _written()}
        drawn = random.Random(SEED).sample(sorted(set(ours) - set(SURE)), SAMPLE)
        cells = {name: planter.cell(ours[name]) for name in (*SURE, *drawn)}
        generated = random.Random(SEED).sample([kind for kind in kinds.generated() if kind.level == "daily"], SAMPLE)
        cells |= {kind.id: planter.cell(kind) for kind in generated}
    assert [name for name in SURE if cells[name].outcome != FOUND] == []


def _false_findings(healthy):
    with healthy.copy() as copy:
        return [f"{one['check']} {one['sample']}" for one in copy.look().findings]


def test_kinds_have_names_of_their_own():
    names = [kind.id for kind in (*_written(), *kinds.generated())]
    assert len(names) == len(set(names))
