"""The commands of the guide that show, typed as it says, over a database with everything in it."""

import csv
import json
import re

import pytest
from support import ROOT, run_foresto
from typer.main import get_command

from foresto_cli.cli import app

GROUPS = ("prices", "statements", "dividends", "actions", "bonds", "etfs", "indices", "fss", "us")
WORDS = "show|calendar|find|list"
README = (ROOT / "docs/guide.md").read_text(encoding="utf-8")
SHOWN = re.findall(rf"`foresto ((?:{'|'.join(GROUPS)}) (?:{WORDS})[^`]*)`", README)


@pytest.fixture
def typed(everything, tmp_path):
    """Type a command as an operator does, in a folder of this test's own."""
    url = everything.app.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")

    def run(*words):
        return run_foresto(tmp_path, "--sandbox", *words, settings={"database_url": url}, cwd=tmp_path)

    return run


def test_the_readme_shows_a_command_of_each_group():
    assert {line.split()[0] for line in SHOWN} == set(GROUPS)
    own = {name for name in GROUPS for verb in get_command(app()).commands[name].commands if re.fullmatch(WORDS, verb)}
    assert own == set(GROUPS)


@pytest.mark.long
@pytest.mark.parametrize("line", SHOWN)
def test_a_command_of_the_readme_shows_rows(typed, everything, line):
    # The sandbox has other ETFs and bonds than the exchange.
    there = {
        "069500": everything.scalar("SELECT ticker FROM etfs WHERE is_active ORDER BY aum DESC NULLS LAST LIMIT 1"),
        "KR6000520298": everything.scalar("SELECT min(isin_cd) FROM bonds"),
    }
    if line.startswith("actions"):
        there["005930"] = everything.scalar("SELECT min(ticker) FROM corporate_actions")
    done = typed(*(there.get(word, word) for word in line.split()))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    if "--csv" in line:
        return  # the next test reads it
    assert "\t" in done.stdout
    as_json = typed(*(there.get(word, word) for word in line.split()), "--json")
    found = json.loads(as_json.stdout)
    assert (found["exit_code"], found["count"]) == (0, len(found["rows"]))
    assert found["count"] > 0


def test_a_year_of_samsung_as_a_file_and_on_standard_output(typed, tmp_path):
    done = typed("prices", "show", "005930", "--from", "2024-01-01", "--adjusted", "--csv", "samsung.csv")
    assert (done.returncode, "✓ samsung.csv" in done.stdout) == (0, True)
    with (tmp_path / "samsung.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12
    assert rows[-1]["trade_date"] == "2026-11-20"
    assert rows[0]["code"] == "005930"
    piped = typed("prices", "show", "005930", "--from", "2024-01-01", "--adjusted", "--csv", "-")
    assert piped.stdout == (tmp_path / "samsung.csv").read_text(encoding="utf-8")
    assert "잠정" in piped.stderr


@pytest.mark.long
def test_a_chart_is_drawn_alone(typed, tmp_path):
    done = typed("prices", "show", "005930", "--chart", "a.svg")
    assert (done.returncode, (tmp_path / "a.svg").exists()) == (0, True)
    for more in (("--csv", "x.csv"), ("--after-market",)):
        refused = typed("prices", "show", "005930", "--chart", "b.svg", *more)
        assert (refused.returncode, (tmp_path / "b.svg").exists()) == (2, False)


@pytest.mark.parametrize(
    "words",
    [
        ("prices", "show", "없는이름"),
        ("prices", "show", "005930", "--weekly", "--monthly"),
        ("prices", "show", "005930", "--from", "어제"),
        ("statements", "show", "005930", "--ttm", "--annual"),
        ("us", "show", "AAPL", "--prices", "--statements"),
        ("fss", "show", "deposits", "--best", "--changes"),
        ("fss", "show", "stocks"),
        ("bonds", "find", "--min-coupon", "nan"),
        ("dividends", "calendar", "--month", "2026-13"),
        ("etfs", "list", "--sort", "luck"),
    ],
)
def test_the_impossible_is_refused(typed, words):
    done = typed(*words, "--json")
    assert done.returncode == 2, done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "UsageError"
