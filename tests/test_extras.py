"""What is missing beside foresto is installed into foresto's own environment, by what installed foresto."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from foresto_cli import extras

ROOT = Path(__file__).parents[1]


def test_every_extra_installs_what_the_package_says():
    said = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra, packages in extras.PACKAGES.items():
        theirs = [
            package for name in said[extra] for package in (said["parquet"] if name == "foresto[parquet]" else [name])
        ]
        assert sorted(packages) == sorted(theirs)


@pytest.mark.parametrize(
    ("made_by", "begins"),
    [
        ("uv-receipt.toml", "uv pip install --python"),
        ("pipx_metadata.json", "pipx inject"),
        ("x", f"{sys.executable} -m pip"),
    ],
)
def test_the_line_is_that_of_the_installer_and_one_of_a_shell(tmp_path, monkeypatch, made_by, begins):
    prefix = tmp_path / "a folder" / "foresto"
    prefix.mkdir(parents=True)
    (prefix / made_by).touch()
    monkeypatch.setattr(sys, "prefix", f"{prefix}")
    line = extras.command("mcp")
    assert line.startswith(begins)
    words = subprocess.run(["sh", "-c", f"printf '%s\\n' {line}"], capture_output=True, text=True, check=True).stdout
    assert words.splitlines()[-1] == "mcp>=2.3,<3"
    assert (f"{prefix}" in words.splitlines()) == (made_by == "uv-receipt.toml")


def test_no_message_sends_to_a_package_of_that_name():
    for file in (ROOT / "foresto_cli").rglob("*.py"):
        if file.name != "extras.py":
            assert "pip install 'foresto[" not in file.read_text(), file
