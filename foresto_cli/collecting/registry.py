"""Every data set there is, as its own module describes it."""

from collections.abc import Mapping
from functools import cache, partial
from importlib import import_module
from pathlib import Path

from foresto_cli import data_sets
from foresto_cli.collecting.data_set import DataSet, Reached, all_asked, last_asked, last_read, published, shown
from foresto_cli.declared import ByDay, Daily, Declared, KrxPage, WholeList
from foresto_cli.store.fragments import fragment

ROOMS = ("prices", "listed", "dart", "open_data", "fss", "us")
"""In the order in which data sets are shown."""


@cache
def every() -> Mapping[str, DataSet]:
    """Return every data set by name: those of the rooms, then those that one file describes."""
    found = [one for module in _modules() for one in _said(module)]
    return {one.name: one for one in (*found, *map(of_file, data_sets.every()))}


def of_file(described: Declared) -> DataSet:
    """Return what is to be known about a data set that one file describes."""
    name, table = described.name, described.table.name
    if isinstance(described, Daily):
        client = "krx" if isinstance(described, KrxPage) else "krx_openapi"
        newest = fragment("SELECT max(trade_date) FROM {table}", table=table)
    elif isinstance(described, WholeList):
        client, newest = "fsc", last_read(name)
    else:
        client, newest = "finlife", all_asked(name, len(described.service.groups))
    is_daily = isinstance(described, Daily)
    return DataSet(
        name=name,
        label=described.label,
        table=table,
        command=f"{name} load",
        clients=(client,),
        batch="DECLARED",
        jobs=described.chains,
        newest=newest,
        reached=_reached(described),
        asked=None if is_daily else last_asked(name),
    )


def _reached(described: Declared) -> Reached | None:
    if isinstance(described, KrxPage):
        return partial(shown, described.lag)
    return published if isinstance(described, ByDay) else None


def _modules() -> list[str]:
    """Return the modules that say something of a data set, without running the others."""
    return [
        f"foresto_cli.datasets.{room}.{file.stem}"
        for room in ROOMS
        for file in sorted((data_sets.FOLDER / room).glob("*.py"))
        if _says_something(file)
    ]


def _says_something(file: Path) -> bool:
    return "\nDATASET" in file.read_text(encoding="utf-8")


def _said(name: str) -> tuple[DataSet, ...]:
    module = import_module(name)
    return module.DATASETS if hasattr(module, "DATASETS") else (module.DATASET,)
