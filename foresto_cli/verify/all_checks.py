"""The checks of every verification: each is declared above its query, in the room of its data set, and found there."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

from foresto_cli import data_sets
from foresto_cli.collecting.checks import DAILY, DECLARED, MONTHLY, WEEKLY, Check
from foresto_cli.collecting.registry import ROOMS
from foresto_cli.declared import Declared
from foresto_cli.verify import described_checks

SESSIONS = 30
"""Newest sessions of the daily verification."""
LEVELS = (DAILY, WEEKLY, MONTHLY)
BESIDE = ("running.leftovers", "score.score_checks", "score.value_checks", "telling.late_jobs", "telling.record_checks")
"""Modules with checks of what is no data set's."""


def of(level: str, files: Iterable[Declared] = ()) -> list[Check]:
    """Return the checks of a verification, those of the described data sets included."""
    asked = LEVELS[: LEVELS.index(level) + 1]
    return [*(one for one in _declared() if one.level in asked), *described_checks.checks(files)]


@cache
def _declared() -> tuple[Check, ...]:
    rooms = [f"datasets.{room}.{file.stem}" for room in ROOMS for file in _files(room)]
    for module in (*rooms, *BESIDE):
        import_module(f"foresto_cli.{module}")
    return tuple(DECLARED.values())


def _files(room: str) -> list[Path]:
    return sorted((data_sets.FOLDER / room).glob("*_checks.py"))
