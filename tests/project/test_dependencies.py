"""What the project says it needs is what it imports: nothing undeclared, nothing for show."""

import ast
import functools
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OF_THE_STANDARD_LIBRARY = {"tzdata"}
"""zoneinfo imports it where the system has no time zones."""
TOOLS = {"pytest-xdist", "mkdocs-material", "mkdocs-static-i18n"}
"""Used by being there."""


def code_below(folder):
    return (ROOT / folder).rglob("*.py")


BESIDE = ("tests", "benchmarks", "scripts")
OURS = {"foresto_cli", "benchmarks"}
TYPESHED = "_typeshed"
"""Known to type checkers alone."""
OURS |= {part for folder in BESIDE for path in code_below(folder) for part in (path.stem, path.parent.name)}
PACKAGE = (("foresto_cli",), ("apprise", "duckdb", "mcp", "parquet"))
EVERYTHING = (("foresto_cli", "tests", "benchmarks"), ("apprise", "duckdb", "mcp", "parquet", "test", "docs"))


def normalised(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras):
    """The distributions named by the project and by ``extras``."""
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in PROJECT["optional-dependencies"][extra])]
    names = {normalised(re.match(r"[A-Za-z0-9._-]+", text)[0]) for text in texts}
    return names - {normalised(PROJECT["name"])}


def imported(*folders):
    """Top-level modules of others that code below ``folders`` imports, at whatever place in a file."""
    found = {}
    for path in (path for folder in folders for path in code_below(folder)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"find_spec", "import_module"}:
                names = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            else:
                continue
            for name in names:
                found.setdefault(name.partition(".")[0], path.relative_to(ROOT))
    return {name: path for name, path in found.items() if name not in {*sys.stdlib_module_names, *OURS, TYPESHED}}


@functools.cache
def _installed():
    return packages_distributions()


def distributions(module):
    """Who may bring ``module``; of what is not installed here, the distribution is called like it."""
    return {normalised(name) for name in _installed().get(module, [module])}


@pytest.mark.long
@pytest.mark.parametrize(("folders", "extras"), [PACKAGE, EVERYTHING])
def test_what_is_declared_is_imported_and_what_is_imported_is_declared(folders, extras):
    modules, names = imported(*folders), declared(*extras)
    undeclared = {module: path for module, path in modules.items() if not distributions(module) & names}
    assert undeclared == {}
    used = set().union(*map(distributions, modules))
    assert names - used - OF_THE_STANDARD_LIBRARY - TOOLS == set()


def test_what_only_the_standard_library_imports_is_what_it_imports():
    code = "import zoneinfo; print(zoneinfo.ZoneInfo('Asia/Seoul'))"
    bare = {**os.environ, "PYTHONTZPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.strip() == "Asia/Seoul", done.stderr


def test_the_lock_has_a_version_of_everything_that_is_needed():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = {normalised(line.partition("==")[0]) for line in lines if "==" in line}
    # Apprise is for who wants it; the tests bring a stand-in.
    assert declared("duckdb", "parquet", "test", "dev", "docs") <= locked


def test_who_brings_a_module_that_is_not_installed_is_called_like_it():
    assert distributions("no_such_thing") == {"no-such-thing"}
