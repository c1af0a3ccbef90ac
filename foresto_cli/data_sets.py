"""Data sets that one file describes; a file in ``datasets/`` is found by being there.

This module imports nothing heavy: ``foresto --help`` asks it for names and labels.
"""

import ast
from collections.abc import Collection
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from foresto_cli.declared import ByDay

FOLDER = Path(__file__).parent / "datasets"


@cache
def every() -> tuple["ByDay", ...]:
    """Return every described data set, by name."""
    modules = [import_module(f"foresto_cli.datasets.{file.stem}") for file in _files()]
    return tuple(module.DATASET for module in modules)


def wanted(switched_on: Collection[str]) -> tuple["ByDay", ...]:
    """Return the data sets that chains load: those of everybody, and those that the operator switched on."""
    return tuple(found for found in every() if found.is_default or found.name in switched_on)


def named(name: str) -> "ByDay":
    """Return the data set ``name``.

    Raises:
        KeyError: there is none.
    """
    return {found.name: found for found in every()}[name]


@cache
def labels() -> dict[str, str]:
    """Return label by name, read from the files without running them."""
    found = [_said_in(file) for file in _files()]
    return {said["name"]: said["label"] for said in found}


def _files() -> list[Path]:
    return sorted(file for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))


def _said_in(file: Path) -> dict[str, Any]:
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
            return {
                word.arg: word.value.value
                for word in node.value.keywords
                if word.arg is not None and isinstance(word.value, ast.Constant)
            }
    raise ValueError(f"{file.name} has no DATASET")
