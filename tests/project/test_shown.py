"""What the pages show to be typed does what they say, beyond the commands that test_documents.py reads."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib

import pytest
from pages import PAGES, page
from support import ROOT, environment_of

WRITTEN = ("README.md", "README.ko.md", "crontab.example", "docs", "launchd", "systemd")
"""What programs of the project write."""
LINES = sorted({line for name in PAGES for line in re.findall(r"`python -c '([^`]+)'`", page(name))})
DRILLS = re.findall(
    r"^# .*\(exit code ([\d or]+)\)\n((?:.*\\\n)*.+)$",
    page("docs/faults.md").partition("Some drills:")[2],
    re.MULTILINE,
)


def test_what_can_be_installed_beside_is_declared():
    declared = tomllib.loads(page("pyproject.toml"))["project"]["optional-dependencies"]
    named = {extra for name in PAGES for extra in re.findall(r"(?:foresto|\.)\[([a-z]+)\]", page(name))}
    assert {"parquet", "apprise", "test", "dev"} <= named
    assert named <= declared.keys()


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES)
def test_what_writes_pages_anew_changes_nothing(line, tmp_path):
    for name in WRITTEN:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    around = environment_of(tmp_path / "home", PYTHONPATH=str(ROOT))
    subprocess.run([sys.executable, "-c", line], cwd=tmp_path, env=around, check=True)
    files = [file for name in WRITTEN for file in [tmp_path / name, *(tmp_path / name).rglob("*")] if file.is_file()]
    assert len(files) > 20
    for file in files:
        assert file.read_bytes() == (ROOT / file.relative_to(tmp_path)).read_bytes(), file.name


@pytest.mark.slow
@pytest.mark.parametrize(("code", "command"), DRILLS)
def test_a_drill_of_the_page_of_faults_ends_as_it_says(code, command, home, tmp_path):
    program = tmp_path / "foresto"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m foresto_cli "$@"\n')
    program.chmod(0o755)
    around = environment_of(
        home, PATH=f"{tmp_path}:/usr/bin:/bin", PYTHONPATH=str(ROOT),
        FORESTO_SANDBOX_STOCKS="60", FORESTO_SANDBOX_SESSIONS="40",
    )  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=around, capture_output=True, text=True, check=False
    )
    assert f"{done.returncode}" in code.split(" or "), done.stdout + done.stderr


def test_there_are_drills_and_lines():
    assert len(DRILLS) >= 4
    assert len(LINES) >= 5
