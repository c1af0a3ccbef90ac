"""What is installed says the truth about itself, and the picture of it fetches nothing."""

import re
import tomllib

from pages import COMMAND, page
from support import ROOT

import foresto_cli

PICTURE = "docs/pictures/terminal.svg"


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads(page("pyproject.toml"))["project"]
    assert project["version"] == foresto_cli.__version__


def test_the_package_says_that_it_is_typed_and_is():
    assert "Typing :: Typed" in tomllib.loads(page("pyproject.toml"))["project"]["classifiers"]
    assert (ROOT / "foresto_cli" / "py.typed").is_file()


def test_ci_builds_and_uses_the_package():
    assert "\n.venv/bin/python scripts/built.py\n" in page(".ci/run")


def test_the_picture_of_the_readme_shows_commands_that_there_are_and_fetches_nothing():
    svg = page(PICTURE)
    assert f"({PICTURE})" in page("README.md")
    assert f"({PICTURE})" in page("README.ko.md")
    assert "@font-face" not in svg
    assert not re.search(r"(href|src|url\()\s*=?\s*[\"']?https?:", svg)
    script = page("scripts/pictures.py").partition("SHOWN = (")[2].partition("\n)\n")[0]
    shown = re.findall(r'^ {4}\("(\w+)"', script, re.MULTILINE)
    assert len(shown) >= 3
    assert set(shown) <= set(COMMAND.commands)


def test_the_newest_version_of_the_changelog_is_this_one_and_each_has_its_day():
    found = re.findall(r"^## (.+)$", page("CHANGELOG.md"), re.MULTILINE)
    dated = [re.fullmatch(r"(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)", one) for one in found if one != "Unreleased"]
    assert all(dated)
    assert dated[0][1] == foresto_cli.__version__
    assert [one[2] for one in dated] == sorted((one[2] for one in dated), reverse=True)
