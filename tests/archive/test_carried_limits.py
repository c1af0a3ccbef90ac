"""Blocks and the day's use come along with an export, and what a database knows better stays."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from support import EVENING

from foresto_cli import clock
from foresto_cli.archive import manifest
from foresto_cli.archive.export import export
from foresto_cli.archive.restore import restore
from foresto_cli.errors import Blocked, BudgetSpent
from foresto_cli.store.limits import StoredLimits

OLDEST = Path(__file__).parents[1] / "exports" / "0017"


def quiet(*_):
    """No progress."""


def used(engine):
    with engine.connect() as connection:
        return dict(connection.execute(text("SELECT upstream, used FROM upstream_usage")).fetchall())


@pytest.fixture
def away(engine, tmp_path):
    """An export of a database that KRX has blocked an hour ago and whose DART budget is used up; now it is empty."""
    clock.pretend(EVENING - timedelta(hours=1))
    limits = StoredLimits(engine)
    limits.block("krx", "HTTP 403")
    limits.spend("dart", 9)
    limits.exhaust("dart", "020")
    for _ in range(3):
        limits.spend("fsc", 9)
    export(engine, tmp_path / "out", "csv", advance=quiet)
    forget(engine)
    clock.pretend(EVENING)
    return tmp_path / "out"


def forget(engine):
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM upstream_usage"))
        connection.execute(text("DELETE FROM upstream_block"))


def test_a_block_and_the_use_of_today_are_not_forgotten(away, engine):
    restore(engine, away, sandbox=True, advance=quiet)
    limits = StoredLimits(engine)
    with pytest.raises(Blocked, match=r"11-21 19:30까지"):
        limits.check("krx")
    with pytest.raises(BudgetSpent, match="19:30"):
        limits.spend("dart", 20_000)
    assert used(engine) == {"dart": 1, "fsc": 3}


def test_of_two_that_know_the_larger_counts(away, engine):
    limits = StoredLimits(engine)
    limits.block("krx", "HTTP 429")
    limits.block("naver", "HTTP 403")
    for _ in range(5):
        limits.spend("fsc", 9)
    limits.spend("naver", 9)
    limits.spend("dart", 9)
    limits.spend("dart", 9)
    restore(engine, away, sandbox=True, advance=quiet)
    assert used(engine) == {"dart": 2, "fsc": 5, "naver": 1}
    with pytest.raises(Blocked, match="429"):
        limits.check("krx")
    with pytest.raises(Blocked, match="403"):
        limits.check("naver")
    with pytest.raises(BudgetSpent, match="19:30"):
        limits.spend("dart", 20_000)


def test_an_export_that_does_not_have_them_leaves_them(engine):
    assert not {"upstream_usage", "upstream_block"} & set(manifest.read(OLDEST).columns)
    limits = StoredLimits(engine)
    clock.pretend(EVENING)
    limits.block("krx", "HTTP 403")
    limits.spend("dart", 9)
    restore(engine, OLDEST, sandbox=True, advance=quiet)
    assert used(engine) == {"dart": 1}
    with pytest.raises(Blocked):
        limits.check("krx")
