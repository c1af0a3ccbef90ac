"""The command itself, as the operator runs it: help, JSON with every promised key, and what looking shows."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from commands import HANGUL, KEYS, one_after_another
from support import ROOT, result_of, run_foresto

from foresto_cli import cli
from foresto_cli.chains.steps import MONTHLY
from foresto_cli.store import embedded

HEAVY = ("jinja2", "pandas", "pykrx", "sqlalchemy", "FinanceDataReader", "alembic", "requests")
OUTCOMES = {"done", "nothing_to_do", "partial", "busy", "quota", "blocked", "failed", "interrupted"}

ASK_FOR_HELP = r"""
import contextlib, io, json, sys
opened = []
sys.addaudithook(lambda event, _: opened.append(event) if event.startswith("socket.") else None)
import typer
from foresto_cli import __main__ as entry
from foresto_cli.cli import app

def commands(node, path):
    yield path, node
    for name, child in getattr(node, "commands", {}).items():
        yield from commands(child, [*path, name])

found = {}
for path, node in list(commands(typer.main.get_command(app()), [])):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            sys.argv = ["foresto", *path, "--help"]
            entry.main()
            code = None
        except SystemExit as leaving:
            code = leaving.code
    options = {p.opts[0]: p.help for p in node.params if "--help" not in p.opts}
    kind = "group" if hasattr(node, "commands") else "command"
    found[" ".join(path)] = {"code": code, "text": out.getvalue(), "help": node.help, "options": options, "kind": kind}
modules = sorted(name for name in sys.modules if "." not in name)
print(json.dumps({"commands": found, "modules": modules, "sockets": opened}))
"""


@pytest.fixture(scope="module")
def helped():
    """Every command's ``--help``, asked for in one process, and what that process imported."""
    done = subprocess.run(
        [sys.executable, "-c", ASK_FOR_HELP], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


LOADING = {
    "listing load": ("--sandbox", "listing", "load", "--json"),
    "prices incremental": ("prices", "incremental", "--json", "--sandbox"),
    "stocks etfs": ("--sandbox", "stocks", "etfs", "--json"),
    "prices index": ("prices", "--sandbox", "index", "--json"),
    "prices load": ("--sandbox", "prices", "load", "--start", "20261116", "--end", "2026-11-20", "--json"),
    "verify daily": ("--sandbox", "verify", "daily", "--json"),
    "stocks load": ("--sandbox", "stocks", "load", "--json"),
    "dart corp-codes": ("--sandbox", "dart", "corp-codes", "--json"),
    "dart financials": ("--sandbox", "dart", "financials", "--json"),
    "dart dividends": ("--sandbox", "dart", "dividends", "--json"),
    "dart corporate-actions": ("--sandbox", "dart", "corporate-actions", "--from", "2026-11-01", "--json"),
    "dart reparse": ("--sandbox", "dart", "reparse", "--json"),
    "bonds load": ("--sandbox", "bonds", "load", "--quality-filter", "all", "--json"),
    "stocks dividends": ("--sandbox", "stocks", "dividends", "--json"),
    "fss rent-house": ("--sandbox", "fss", "rent-house", "--json"),
    "score batch": ("--sandbox", "score", "batch", "--json"),
    "run monthly": ("--sandbox", "run", "monthly", "--json"),
}
ASKING = ("listing load", "prices incremental", "prices index")
"""Those in which libraries that print are at work: each is a process of its own."""


@pytest.fixture(scope="module")
def place(private_tmp):
    """A home whose sandbox is loaded by every loading command in turn."""
    home = private_tmp / "cli"
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def loaded(place):
    """What the loading commands said, by name."""
    first = {name: run_foresto(place, *LOADING[name]) for name in ASKING}
    others = [name for name in LOADING if name not in ASKING]
    return first | dict(zip(others, one_after_another(place, *((LOADING[name], {}) for name in others)), strict=True))


GLANCES = {
    "status": ("--sandbox", "status"),
    "status --json": ("--sandbox", "status", "--json"),
    "runs list": ("--sandbox", "runs", "list"),
    "runs show": ("--sandbox", "runs", "show", "1"),
    "stocks show": ("--sandbox", "stocks", "show", "가상전자"),
    "score show": ("--sandbox", "score", "show", "005930"),
    "score rank": ("--sandbox", "score", "rank", "--json"),
    "score history": ("--sandbox", "score", "history", "005930"),
    "listing delisted": ("--sandbox", "listing", "delisted", "--json", "--since", "2020-01-01"),
    "dart quota": ("--sandbox", "dart", "quota"),
    "schedule show": ("--sandbox", "schedule", "show"),
    "schedule next": ("--sandbox", "schedule", "next", "--json"),
    "schedule status": ("--sandbox", "schedule", "status"),
    "alerts list": ("--sandbox", "alerts", "list"),
    "alerts test": ("--sandbox", "alerts", "test", "--json"),
    "sandbox sent": ("sandbox", "sent"),
    "doctor": ("--sandbox", "doctor", "--offline"),
    "fss best": ("--sandbox", "fss", "best", "rent-house"),
    "dashboard": ("--sandbox", "dashboard"),
    "watchlist add": ("--sandbox", "watchlist", "add", "005930", "가상전자"),
    "watchlist list": ("--sandbox", "watchlist", "list"),
    "db url": ("--sandbox", "db", "url"),
    "db size": ("--sandbox", "db", "size", "--json"),
    "dry": ("--sandbox", "prices", "incremental", "--dry-run", "--json"),
}


@pytest.fixture(scope="module")
def glances(place, loaded):
    """What the commands that only look said on the loaded home."""
    return dict(
        zip(GLANCES, one_after_another(place, *((arguments, {}) for arguments in GLANCES.values())), strict=True)
    )


# --- help -----------------------------------------------------------------------------------------------------------


def test_help_imports_nothing_heavy_and_opens_no_socket(helped):
    assert set(HEAVY) & set(helped["modules"]) == set()
    assert helped["sockets"] == []
    assert len(helped["commands"]) > 15


def test_help_of_the_real_entry_point_imports_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "foresto_cli", "--help"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "typer" in imported
    assert imported & set(HEAVY) == set()


def test_every_command_and_every_option_is_explained_in_korean(helped):
    for name, command in helped["commands"].items():
        assert command["code"] == 0, name
        assert HANGUL.search(command["help"] or ""), name
        assert command["help"].splitlines()[0][:20] in " ".join(command["text"].split()), name
        for option, help_ in command["options"].items():
            assert HANGUL.search(help_ or ""), f"{name} {option}"


def test_version_is_told():
    done = subprocess.run(
        [sys.executable, "-m", "foresto_cli", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"foresto \d+\.\d+\.\d+\n", done.stdout)


# --- what commands say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOADING)
def test_json_is_one_object_with_every_promised_key_and_nothing_else(loaded, name):
    finished = loaded[name]
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("\n") == 1
    result = result_of(finished)
    assert result.keys() >= KEYS
    assert (result["command"], result["exit_code"]) == (name, 0)
    assert result["outcome"] in OUTCOMES
    assert result["units"].keys() == {"planned", "done", "no_data", "failed", "pending"}
    for counts in (result["rows"], *result["tables"].values()):
        assert counts.keys() == {"added", "changed", "unchanged"}
        assert all(isinstance(count, int) for count in counts.values())
    for word, total in result["rows"].items():
        assert total == sum(counts[word] for counts in result["tables"].values())
    assert result["requests"]["total"] == sum(n for upstream, n in result["requests"].items() if upstream != "total")
    assert isinstance(result["seconds"], float)
    assert isinstance(result["alerts"], list)
    assert isinstance(result["run_id"], int)


def test_loading_loads(loaded):
    assert result_of(loaded["prices incremental"])["units"]["done"] == 12
    assert result_of(loaded["prices incremental"])["sources"]
    assert result_of(loaded["prices load"])["outcome"] == "nothing_to_do"
    verified = result_of(loaded["verify daily"])
    assert verified["findings"] == []
    assert [result_of(finished)["run_id"] for finished in loaded.values()] == list(range(1, len(LOADING) + 1))


@pytest.mark.long
def test_a_dry_run_says_the_same_keys_and_makes_no_run(glances):
    result = result_of(glances["dry"])
    assert result.keys() >= KEYS | {"plan"}
    assert (result["run_id"], result["requests"]) == (None, {"total": 0})


@pytest.mark.parametrize("name", GLANCES)
def test_looking_works_and_complains_about_nothing(glances, name):
    finished = glances[name]
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.strip()
    assert "✗" not in finished.stdout + finished.stderr
    assert "Traceback" not in finished.stderr


def test_status_tells_what_there_is(glances):
    found = result_of(glances["status --json"])
    assert found["last_session"] == "2026-11-20"
    assert {item["name"]: item["current"] for item in found["data"]} == {
        "listing": True, "prices.day": True, "stocks": True, "etfs": True, "etfs.day": True, "prices.index": True,
        "dart.statements": True, "dart.dividends": True, "dart.actions": True, "bonds": True, "dividends.fsc": True,
        "fss.deposits": True, "fss.savings": True, "fss.annuity": True,
        "fss.mortgage": True, "fss.rent-house": True, "fss.credit": True,
        "score": True, "dart.filings": True, "fundamentals": False,
    }  # fmt: skip
    assert (found["running"], found["blocked"]) == ([], [])
    assert [alert["title"] for alert in found["alerts"]] == ["FinanceDataReader 미러가 멈춰 있습니다"]
    assert found["budgets"]["krx"] > 0
    assert "2026-11-20" in glances["status"].stdout


def test_runs_are_listed_and_shown(glances):
    listed = glances["runs list"].stdout
    assert all(f"\t{name}\t" in listed for name in LOADING)
    assert listed.index("verify daily") < listed.index("listing load")
    assert "listing load" in glances["runs show"].stdout
    assert "완료" in glances["runs show"].stdout


def test_the_database_tells_its_address_and_its_size(glances):
    assert glances["db url"].stdout.startswith("postgresql://foresto@/foresto?host=")
    rows = {item["table"]: item["rows"] for item in result_of(glances["db size"])["tables"]}
    assert rows["stock_price_daily"] > 400
    assert rows["data_collection_log"] == len(LOADING) + len(MONTHLY), "a chain is a run, and so are its steps"


def test_a_command_that_was_not_imported_is_a_loud_bug():
    with pytest.raises(RuntimeError, match="not imported"):
        cli.app("status")(["listing"], prog_name="foresto")


def test_nothing_is_left_running(place, loaded, glances):
    assert not embedded.is_running(place / "data" / "sandbox")


def test_no_key_is_in_any_output_or_log(place, loaded, glances):
    said = "".join(finished.stdout + finished.stderr for finished in [*loaded.values(), *glances.values()])
    logged = "".join(file.read_text(encoding="utf-8") for file in (place / "state").rglob("*.log*"))
    for secret in ("sandbox-password", "sandbox-openapi-key", "fsc+key", "fsc%2Bkey", "5andb0xdar7", "sandbox-fss-key"):
        assert secret not in said
        assert secret not in logged
