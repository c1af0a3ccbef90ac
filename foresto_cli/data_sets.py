"""Data sets that one file describes; a file in ``datasets/`` is found by being there.

This module imports nothing heavy: ``foresto --help`` asks it for names and labels.
"""

import ast
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from foresto_cli.declared import ByDay, Declared, Described, KrxPage

    Kind = TypeVar("Kind", bound=Described)

WORDS = ("name", "label", "extra")
ALL = "all"
"""Switches on whatever ``FORESTO_KRX_EXTRAS`` can."""
FOLDER = Path(__file__).parent / "datasets"


@dataclass(frozen=True)
class Said:
    """What a file says of its data set in plain words.

    Attributes:
        kind: ``ByDay``, ``KrxPage``, ``WholeList`` or ``PerGroup``.
        name: of the data set.
        label: what the operator calls it.
        extra: the word of ``FORESTO_KRX_EXTRAS`` that switches it on, if one does.
    """

    kind: str
    name: str
    label: str
    extra: str = ""


@cache
def every() -> "tuple[Declared, ...]":
    """Return every described data set, by name."""
    modules = [import_module(f"foresto_cli.datasets.{file.stem}") for file in _files()]
    return tuple(module.DATASET for module in modules)


def of_kind(kind: "type[Kind]") -> "tuple[Kind, ...]":
    """Return the described data sets of one kind."""
    return tuple(found for found in every() if isinstance(found, kind))


def wanted(switched_on: Collection[str], extras: Collection[str] = ()) -> "tuple[Declared, ...]":
    """Return the data sets that chains load: those of everybody, and those that the operator switched on.

    Args:
        switched_on: names in ``FORESTO_DATASETS``.
        extras: words of ``FORESTO_KRX_EXTRAS``.
    """
    extra = {one.name for one in said() if one.extra and {one.extra, ALL} & set(extras)}
    return tuple(found for found in every() if found.is_default or found.name in {*switched_on, *extra})


def named(name: str) -> "Declared":
    """Return the data set ``name``.

    Raises:
        KeyError: there is none.
    """
    return {found.name: found for found in every()}[name]


def by_day(name: str) -> "ByDay | KrxPage":
    """Return the data set ``name``, which comes by trade date.

    Raises:
        KeyError: there is none.
    """
    from foresto_cli.declared import Daily

    return {found.name: found for found in every() if isinstance(found, Daily)}[name]


@cache
def said() -> tuple[Said, ...]:
    """Return what the files say, read without running them."""
    return tuple(_said_in(file) for file in _files())


def switchable() -> tuple[str, ...]:
    """Return the names that ``FORESTO_DATASETS`` may hold: pages behind a login have a switch of their own."""
    return tuple(one.name for one in said() if one.kind != "KrxPage")


def extras() -> tuple[str, ...]:
    """Return the words that ``FORESTO_KRX_EXTRAS`` may hold, beside :data:`ALL`."""
    return tuple(dict.fromkeys(one.extra for one in said() if one.extra))


def labels() -> dict[str, str]:
    """Return label by name, read from the files without running them."""
    return {one.name: one.label for one in said()}


def _files() -> list[Path]:
    return sorted(file for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))


def _said_in(file: Path) -> Said:
    """Return the plain values of ``DATASET = ByDay(…)``.

    Raises:
        ValueError: the file has none.
    """
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and ast.unparse(node.targets[0]) == "DATASET"
        ):
            plain = {word.arg: str(ast.literal_eval(word.value)) for word in node.value.keywords if word.arg in WORDS}
            return Said(ast.unparse(node.value.func), **plain)
    raise ValueError(f"{file.name} has no DATASET")
