"""A file's name stands once in the package, so that a name alone tells which file is meant."""

from collections import Counter

from support import ROOT

SHARED = {"__init__.py", "fdr.py"}
"""``compat.fdr`` is a public name, and so is the upstream's."""


def test_no_two_files_share_a_name():
    files = [path for path in (ROOT / "foresto_cli").rglob("*.py") if "versions" not in path.parts]
    assert len(files) > 700
    assert {name for name, times in Counter(path.name for path in files).items() if times > 1} <= SHARED
