"""The guide's one-liners over the own data, as they stand there: what they write is what is stored."""

import csv
import re
import shlex
import subprocess
import sys
import zipfile

import pytest
from pages import page
from support import ROOT, environment_of, run_foresto

from foresto_cli.store.binaries import binaries

HEADINGS = {"docs/guide.md": "Ask your data", "docs/guide.ko.md": "내 데이터에 묻기"}
FORESTO = f'foresto() {{ {shlex.quote(sys.executable)} -m foresto_cli --sandbox "$@"; }}'


def lines(name):
    text = page(name).partition(f"\n## {HEADINGS[name]}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    found = [re.sub(r"\s+# .*", "", line) for block in blocks for line in block.splitlines()]
    assert len(found) >= 8
    return found


@pytest.fixture(scope="module")
def home(copied_home, fresh_home):
    with copied_home(fresh_home) as place:
        for command in (("listing", "load"), ("prices", "incremental"), ("stocks", "load")):
            assert run_foresto(place, "--sandbox", *command).returncode == 0
        yield place


def test_both_guides_show_the_same_lines():
    assert lines("docs/guide.md") == lines("docs/guide.ko.md")


@pytest.mark.long
def test_every_line_does_what_it_says(home, tmp_path):
    shown = [line for line in lines("docs/guide.md") if line != "foresto db shell"]
    script = "\n".join(["set -euo pipefail", FORESTO, *shown]).replace("~/", f"{tmp_path}/")
    programs = f"{binaries()}:{ROOT / '.venv' / 'bin'}"
    given = environment_of(home, PYTHONPATH=str(ROOT))
    given |= {"PATH": f"{programs}:{given['PATH']}", "PSQLRC": "/dev/null"}
    done = subprocess.run(
        ["/bin/bash", "-c", script], cwd=tmp_path, env=given, input="", capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with (tmp_path / "samsung.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12
    assert float(rows[-1]["open_price"]) > 0
    assert rows == sorted(rows, key=lambda row: row["trade_date"])
    with zipfile.ZipFile(tmp_path / "best.xlsx") as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()
    assert (tmp_path / "market" / "price_adjusted" / "year=2026").is_dir()
    assert (tmp_path / "market.duckdb").stat().st_size > 10_000
    assert "데이터베이스" not in done.stderr
