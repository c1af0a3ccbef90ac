"""The example of docs/design.md, "Adding a data set": one file added to a copy of the program, and nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import foresto_cli

PACKAGE = Path(foresto_cli.__file__).parent
DESIGN = PACKAGE.parent / "docs" / "design.md"
EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n```python\n(.*?)```\n<!-- end -->", re.DOTALL)


@pytest.fixture(scope="module")
def run(tmp_path_factory, private_tmp):
    """Run the program with the example's file in it, in a home of its own."""
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
        "FORESTO_SANDBOX_TODAY": "2026-11-20T20:30",
    }

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "foresto_cli", "--sandbox", *arguments],
            env=variables, cwd=place, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    # The database is older than the file.
    assert run("db", "upgrade").returncode == 0
    path, text = EXAMPLE.search(DESIGN.read_text(encoding="utf-8")).groups()
    assert len(text.splitlines()) <= 60
    (place / path).write_text(text, encoding="utf-8")
    return run


def result(finished):
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_one_file_gives_loading_resuming_checking_showing_and_exporting(run, tmp_path):
    assert "oil" in run("--help").stdout
    assert result(run("oil", "load", "--dry-run", "--json"))["plan"]["requests"] > 0
    loaded = result(run("oil", "load", "--json"))
    assert loaded["outcome"] == "done"
    assert loaded["rows"]["added"] == 3 * loaded["units"]["done"] > 30
    assert result(run("oil", "load", "--json"))["outcome"] == "nothing_to_do"
    assert "휘발유" in run("oil", "show", "--limit", "3").stdout
    assert len(result(run("oil", "show", "등유", "--json", "--limit", "9"))["rows"]) == 9
    result(run("db", "export", f"{tmp_path / 'out'}", "--format", "csv", "--tables", "oil_price_daily", "--json"))
    assert "휘발유" in (tmp_path / "out/oil_price_daily/year=2026/part-0.csv").read_text(encoding="utf-8")
    checks = [finding["check"] for finding in json.loads(run("verify", "daily", "--json").stdout)["findings"]]
    assert not [check for check in checks if check.startswith("oil.")]
