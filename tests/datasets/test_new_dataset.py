"""The examples of docs/design.md, "Adding a data set": files added to a copy of the program, and nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import foresto_cli

pytestmark = pytest.mark.long

PACKAGE = Path(foresto_cli.__file__).parent
DESIGN = PACKAGE.parent / "docs" / "design.md"
EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n```python\n(.*?)```\n<!-- end -->", re.DOTALL)


@pytest.fixture(scope="module")
def run(tmp_path_factory, private_tmp):
    """Run the program with the examples' files in it, in a home of its own."""
    place = tmp_path_factory.mktemp("checkout")
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, place / "foresto_cli", ignore=skipped)
    home = private_tmp / "new_dataset"
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FORESTO_")},
        "PYTHONPATH": f"{place}",
        "FORESTO_HOME": f"{home}",
        "FORESTO_SANDBOX_STOCKS": "60",
        "FORESTO_SANDBOX_SESSIONS": "20",
    }

    def run(*arguments, day="2026-11-20"):
        return subprocess.run(
            [sys.executable, "-m", "foresto_cli", "--sandbox", *arguments],
            env={**variables, "FORESTO_SANDBOX_TODAY": f"{day}T20:30"},
            cwd=place, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    # The database is older than the files.
    assert run("db", "upgrade").returncode == 0
    for path, text in EXAMPLE.findall(DESIGN.read_text(encoding="utf-8")):
        assert len(text.splitlines()) <= 60
        (place / path).write_text(text, encoding="utf-8")
    run.files = place / "foresto_cli" / "datasets"
    return run


def result(finished):
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_one_file_gives_loading_resuming_checking_showing_and_exporting(run, tmp_path):
    assert "warrants" in run("--help").stdout
    assert result(run("warrants", "load", "--dry-run", "--json"))["plan"]["requests"] > 0
    loaded = result(run("warrants", "load", "--json"))
    assert loaded["outcome"] == "done"
    assert loaded["rows"]["added"] == 3 * loaded["units"]["done"] > 30
    assert result(run("warrants", "load", "--json"))["outcome"] == "nothing_to_do"
    assert "가상1WR" in run("warrants", "show", "--limit", "3").stdout
    assert len(result(run("warrants", "show", "WAR003", "--json", "--limit", "9"))["rows"]) == 9
    table = "warrants_price_daily"
    result(run("db", "export", f"{tmp_path / 'out'}", "--format", "csv", "--tables", table, "--json"))
    assert "가상1WR" in (tmp_path / f"out/{table}/year=2026/part-0.csv").read_text(encoding="utf-8")
    assert findings(run, "warrants") == {}


def findings(run, name):
    found = json.loads(run("verify", "daily", "--json").stdout)["findings"]
    return {finding["check"]: finding["repair"] for finding in found if finding["check"].startswith(f"{name}.")}


@pytest.mark.parametrize(("name", "units", "rows"), [("issues", 1, 3), ("institutions", 5, 15)])
def test_one_file_gives_a_list_that_is_loaded_shown_and_exported(run, tmp_path, name, units, rows):
    assert name in run("--help").stdout
    assert result(run(name, "load", "--dry-run", "--json"))["plan"]["units"] == units
    loaded = result(run(name, "load", "--json"))
    assert (loaded["outcome"], loaded["units"]["done"], loaded["rows"]["added"]) == ("done", units, rows)
    assert result(run(name, "load", "--json"))["outcome"] == "nothing_to_do"
    assert "가상 1호" in run(name, "show").stdout
    assert len(result(run(name, "show", "--json"))["rows"]) == rows
    result(run("db", "export", f"{tmp_path / 'out'}", "--format", "csv", "--tables", name, "--json"))
    assert "가상 3호" in (tmp_path / f"out/{name}/part-0.csv").read_text(encoding="utf-8")
    assert findings(run, name) == {}


def test_who_leaves_a_list_stays_and_is_marked_and_half_a_list_is_refused(run):
    described = (run.files / "issues.py").read_text(encoding="utf-8")

    def load(names, day):
        longer = described.replace("service=", f"names={tuple('가나다라마'[:names])}, service=")
        (run.files / "issues.py").write_text(longer, encoding="utf-8")
        return json.loads(run("issues", "load", "--json", day=day).stdout)

    assert load(5, "2026-11-23")["units"]["done"] == 1
    assert load(4, "2026-11-24")["rows"] == {"added": 0, "changed": 1, "unchanged": 4}
    shown = result(run("issues", "show", "--json", day="2026-11-24"))["rows"]
    assert [(row["is_active"], row["inactive_since"]) for row in shown[3:]] == [(True, None), (False, "2026-11-23")]
    assert "일부만" in load(2, "2026-11-25")["reasons"][0]
