"""Files are in their place whole or not at all, never through a link, readable by their owner only."""

import ast
import os
import stat
import time

import pytest
from support import ROOT, run_foresto

from foresto_cli import files
from foresto_cli.errors import ConfigError

SOURCE = ROOT / "foresto_cli"
OPENERS = {
    "files.py": "the helper itself",
    "console.py": "standard output, as bytes of UTF-8",
    "cli/_reference.py": "of developers: docs/commands.md",
    "cli/_guide.py": "of developers: docs/guide.md, docs/guide.ko.md",
    "cli/_settings.py": "of developers: the table of settings",
    "store/dictionary.py": "of developers: docs/data.md and docs/data.ko.md",
    "schedule/schedule_files.py": "of developers: the example files",
    "sandbox/faults.py": "the lock beside the faults, in a private folder",
    "store/owners.py": "O_NOFOLLOW stands in a variable",
    "upstream/yahoo.py": "the cache of yfinance, in a private folder",
}
"""Modules that write files without the helper, and why they may."""


def _folder(place, _elsewhere):
    place.mkdir()


def _link(place, elsewhere):
    place.symlink_to(elsewhere)


def _dangling(place, elsewhere):
    place.symlink_to(elsewhere.with_name("nowhere"))


def _pipe(place, _elsewhere):
    os.mkfifo(place)


KINDS = [_folder, _link, _dangling, _pipe]


@pytest.fixture
def elsewhere(tmp_path):
    file = tmp_path / "elsewhere" / "precious"
    file.parent.mkdir()
    file.write_text("precious")
    return file


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_plain_file_is_not_written_to(tmp_path, elsewhere, kind):
    kind(tmp_path / "out", elsewhere)
    before = stat.S_IFMT((tmp_path / "out").lstat().st_mode)
    with pytest.raises(ConfigError, match="out"):
        files.write(tmp_path / "out", "text")
    assert stat.S_IFMT((tmp_path / "out").lstat().st_mode) == before
    assert elsewhere.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "out"]


def test_the_new_file_is_the_owners_alone_whatever_the_umask_and_the_old_mode(tmp_path):
    (tmp_path / "out").write_text("old")
    (tmp_path / "out").chmod(0o666)
    before = os.umask(0)
    try:
        files.write(tmp_path / "out", "new")
    finally:
        os.umask(before)
    assert (tmp_path / "out").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600


def test_a_hard_link_keeps_what_it_had(tmp_path):
    (tmp_path / "mine").write_text("precious")
    (tmp_path / "out").hardlink_to(tmp_path / "mine")
    files.write(tmp_path / "out", "new")
    assert (tmp_path / "mine").read_text() == "precious"


def _half_written(target, error):
    with files.made(target) as stream:
        stream.write(b"half")
        raise error


def test_a_failure_leaves_what_was_there_and_no_draft(tmp_path):
    (tmp_path / "out").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        _half_written(tmp_path / "out", KeyboardInterrupt)
    with pytest.raises(ConfigError, match="No space"):
        _half_written(tmp_path / "out", OSError(28, "No space left on device"))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_text() == "old"


def test_a_link_that_comes_meanwhile_is_not_followed(tmp_path, elsewhere):
    with pytest.raises(ConfigError), files.made(tmp_path / "out"):
        (tmp_path / "out").symlink_to(elsewhere)
    assert elsewhere.read_text() == "precious"


def test_old_drafts_of_killed_processes_are_swept_and_nothing_else(tmp_path):
    old, fresh, other = (
        tmp_path / f"{name}.partial" for name in (f".foresto-{'0' * 16}", f".foresto-{'1' * 16}", ".foresto-mine")
    )
    for file in (old, fresh, other):
        file.write_text("half")
    for file in (old, other):
        os.utime(file, (0, time.time() - 2 * files.OLD_SECONDS))
    files.write(tmp_path / "out", "new")
    assert (old.exists(), fresh.exists(), other.exists()) == (False, True, True)


@pytest.mark.parametrize("place", ["/dev/null", "/nowhere/out", "/proc/out", "/", ".", "..", "x" * 300])
def test_places_that_cannot_be_are_refused(tmp_path, place, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError):
        files.write(type(tmp_path)(place), "text")


@pytest.mark.long
def test_nobody_writes_files_past_the_helper():
    """A new ``write_text``, ``open("w")`` or ``os.open(O_CREAT)`` without O_NOFOLLOW is found here."""
    found = set()
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            said = ast.unparse(node)
            writes = called.endswith((".write_text", ".write_bytes", ".touch"))
            opens = called.endswith("open") and any(mode in said for mode in ("'w'", "'a'", "'x'", "'wb'", "'ab'"))
            makes = called == "os.open" and "O_CREAT" in said and "O_NOFOLLOW" not in said
            if writes or (opens and not called.startswith("os.")) or makes:
                found.add(str(file.relative_to(SOURCE)))
    assert found - set(OPENERS) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [("dashboard", "--out"), ("db", "dump", "--out"), ("report", "market-email", "--preview")]
)
def test_commands_refuse_such_places_in_one_sentence(home, tmp_path, elsewhere, command):
    for number, kind in enumerate(KINDS):
        kind(tmp_path / f"{number}.html", elsewhere)
        done = run_foresto(home, "--sandbox", *command, str(tmp_path / f"{number}.html"))
        assert done.returncode in {2, 78, 75}, done.stderr
        assert "Traceback" not in done.stderr
    assert elsewhere.read_text() == "precious"
