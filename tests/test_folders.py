"""Folders with names that no database could be kept in are refused before anything is made."""

import json

import pytest
from support import run_foresto


@pytest.mark.parametrize("name", ["two\nlines", "return\r", "escape\x1b[2J", "delete\x7f"])
def test_a_home_with_a_control_character_is_refused_in_one_line(tmp_path, name):
    finished = run_foresto(tmp_path / name, "status")
    assert finished.returncode == 78
    (line,) = finished.stderr.splitlines()
    assert "제어 문자" in line
    assert "FORESTO_HOME" in line
    assert not list(tmp_path.iterdir())


def test_the_doctor_says_so_too(tmp_path):
    finished = run_foresto(tmp_path / "two\nlines", "doctor", "--offline", "--json")
    assert finished.returncode == 78
    assert "제어 문자" in f"{json.loads(finished.stdout)}"
    assert not list(tmp_path.iterdir())


@pytest.mark.long
def test_spaces_quotes_and_korean_are_fine(tmp_path):
    finished = run_foresto(tmp_path / "한글 폴더 'x' $y (1)", "status")
    assert finished.returncode == 0, finished.stderr
