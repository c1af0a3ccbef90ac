"""The command itself, as the operator runs it: help, JSON, exit codes, bad input, two at once, signals."""

import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests
from sqlalchemy import create_engine, text
from support import ROOT, environment_of, result_of, run_foresto, start_foresto

from foresto_cli.ops.steps import MONTHLY
from foresto_cli.sandbox import variables
from foresto_cli.store import embedded
from foresto_cli.store.engine import psycopg_url

HEAVY = ("jinja2", "pandas", "pykrx", "sqlalchemy", "FinanceDataReader", "alembic", "requests")
HANGUL = re.compile("[가-힣]")
KEYS = {
    "command", "outcome", "exit_code", "run_id", "units", "rows", "tables", "requests", "seconds", "sources", "alerts",
}  # fmt: skip
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
for path, node in list(commands(typer.main.get_command(app), [])):
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


BATCH = r"""
import contextlib, io, json, os, sys
from pathlib import Path
from foresto_cli import __main__ as entry
from foresto_cli.store import embedded

said = []
with embedded.running(Path(os.environ["FORESTO_HOME"]) / "data" / "sandbox"):
    for arguments, variables in json.load(sys.stdin):
        before = dict(os.environ)
        os.environ.update(variables)
        out, err = io.StringIO(), io.StringIO()
        sys.argv = ["foresto", *arguments]
        code = None
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                entry.main()
            except SystemExit as leaving:
                code = leaving.code
        os.environ.clear()
        os.environ.update(before)
        said.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(said))
"""


def one_after_another(home, *commands):
    """Run several commands in one process, which spares a second each; each is (arguments, variables)."""
    done = subprocess.run(
        [sys.executable, "-c", BATCH],
        input=json.dumps(commands), env=environment_of(home),
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return [
        subprocess.CompletedProcess(arguments, code, out, err)
        for (arguments, _), (code, out, err) in zip(commands, json.loads(done.stdout), strict=True)
    ]


def all_at_once(home, *commands):
    """Run several commands at the same time; each is (arguments, variables)."""
    started = [start_foresto(home, *arguments, **variables) for arguments, variables in commands]
    ended = [process.communicate(timeout=120) for process in started]
    return [
        subprocess.CompletedProcess(process.args, process.returncode, out, err)
        for process, (out, err) in zip(started, ended, strict=True)
    ]


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
        assert command["help"].splitlines()[0][:20] in command["text"], name
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
        "listing": True, "prices.day": True, "stocks": True, "etfs": True, "prices.index": True,
        "dart.statements": True, "dart.dividends": True, "dart.actions": True, "bonds": True, "dividends.fsc": True,
        "fss.deposits": True, "fss.savings": True, "fss.annuity": True,
        "fss.mortgage": True, "fss.rent-house": True, "fss.credit": True,
        "score": True,
    }  # fmt: skip
    assert (found["running"], found["alerts"], found["blocked"]) == ([], [], [])
    assert found["budgets"]["krx"] > 0
    assert "2026-11-20" in glances["status"].stdout


def test_runs_are_listed_and_shown(glances):
    listed = glances["runs list"].stdout
    assert all(f"작업={name}" in listed for name in LOADING)
    assert listed.index("verify daily") < listed.index("listing load")
    assert "listing load" in glances["runs show"].stdout
    assert "done" in glances["runs show"].stdout


def test_the_database_tells_its_address_and_its_size(glances):
    assert glances["db url"].stdout.startswith("postgresql://foresto@/foresto?host=")
    rows = {item["table"]: item["rows"] for item in result_of(glances["db size"])["tables"]}
    assert rows["stock_price_daily"] > 400
    assert rows["data_collection_log"] == len(LOADING) + len(MONTHLY), "a chain is a run, and so are its steps"


def test_nothing_is_left_running(place, loaded, glances):
    assert not embedded.is_running(place / "data" / "sandbox")


def test_no_key_is_in_any_output_or_log(place, loaded, glances):
    said = "".join(finished.stdout + finished.stderr for finished in [*loaded.values(), *glances.values()])
    logged = "".join(file.read_text(encoding="utf-8") for file in (place / "state").rglob("*.log*"))
    for secret in ("sandbox-password", "sandbox-openapi-key", "fsc+key", "fsc%2Bkey", "5andb0xdar7", "sandbox-fss-key"):
        assert secret not in said
        assert secret not in logged


# --- bad input ------------------------------------------------------------------------------------------------------

SPAN = ("--start", "2026-11-16", "--end", "2026-11-20")
IMPOSSIBLE = {
    "a date that is none": (("prices", "load", "--start", "2026-02-30", "--end", "2026-03-02"), {}, "2026-02-30"),
    "a word for a date": (("prices", "load", "--start", "yesterday", "--end", "2026-03-02"), {}, "yesterday"),
    "start after end": (("prices", "load", "--start", "2026-11-20", "--end", "2026-11-19"), {}, "2026-11-19"),
    "a day to come": (("prices", "load", "--start", "2026-11-20", "--end", "2026-11-23"), {}, "2026-11-23"),
    "a day before all data": (("prices", "load", "--start", "19900101", "--end", "20261120"), {}, "1990-01-01"),
    "an unknown ticker": (("prices", "load", *SPAN, "--ticker", "999999"), {}, "999999"),
    "an unknown name": (("stocks", "show", "없는이름"), {}, "없는이름"),
    "an unknown stock to watch": (("watchlist", "add", "999999"), {}, "999999"),
    "a wait that is none": (("listing", "load", "--wait", "soon"), {}, "soon"),
    "a wait beyond all time": (("listing", "load", "--wait", "99999999999999h"), {}, "99999999999999h"),
    "no workers": (("prices", "incremental", "--workers", "0"), {}, "--workers"),
    "no days": (("prices", "incremental", "--default-days", "0"), {}, "--default-days"),
    "no days of the index": (("prices", "index", "--default-days", "-1"), {}, "--default-days"),
    "an unknown group": (("fss", "deposits", "--group", "020000,123456"), {}, "123456"),
    "an unknown kind": (("fss", "best", "stocks"), {}, "stocks"),
    "months of a loan": (("fss", "best", "mortgage", "--term", "12"), {}, "--term"),
    "nobody at the top": (("fss", "best", "savings", "--top", "0"), {}, "--top"),
    "a base date to come": (("bonds", "load", "--as-of", "2026-11-23"), {}, "2026-11-23"),
    "a base date that is none": (("bonds", "load", "--as-of", "20261131"), {}, "20261131"),
    "an unknown quality": (("bonds", "load", "--quality-filter", "junk"), {}, "--quality-filter junk"),
    "a run that is none": (("runs", "show", "999999"), {}, "999999"),
    "a run beyond all numbers": (("runs", "show", "9" * 30), {}, "9" * 30),
}
WRONG_SANDBOX = {
    "FORESTO_SANDBOX_STOCKS": "many",
    "FORESTO_SANDBOX_SESSIONS": "1",
    "FORESTO_SANDBOX_SEED": "-1",
    "FORESTO_SANDBOX_TODAY": "2026-02-30",
    "FORESTO_SANDBOX_FAULTS": "boom@data.krx.co.kr",
}


def says_one_sentence(finished, code, word):
    """Whether a refusal is one clear line on stderr and nothing on stdout."""
    assert finished.returncode == code, finished.stderr
    assert finished.stdout == ""
    [line] = finished.stderr.splitlines()
    assert line.startswith("✗ ")
    assert HANGUL.search(line)
    assert word in line


@pytest.fixture(scope="module")
def refused(place, loaded):
    """What the impossible commands said."""
    commands = [((*arguments, "--sandbox"), variables) for arguments, variables, _ in IMPOSSIBLE.values()]
    commands += [(("--sandbox", "status"), {name: value}) for name, value in WRONG_SANDBOX.items()]
    ended = one_after_another(place, *commands)
    return dict(zip([*IMPOSSIBLE, *WRONG_SANDBOX], ended, strict=True))


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_something_impossible_is_refused_in_one_sentence(refused, name):
    says_one_sentence(refused[name], 2, IMPOSSIBLE[name][2])


@pytest.mark.parametrize("name", WRONG_SANDBOX)
def test_a_wrong_sandbox_variable_is_named(refused, name):
    says_one_sentence(refused[name], 2, name)


def test_more_days_than_there_are_is_all_of_them(place, loaded):
    arguments = ("prices", "incremental", "--default-days", "99999999", "--dry-run", "--sandbox")
    [finished] = one_after_another(place, (arguments, {}))
    assert finished.returncode == 0, finished.stderr


def test_an_unknown_command_and_a_missing_option_are_usage_errors(place, loaded):
    wrong = (
        ["nonsense"],
        ["prices", "load"],
        ["prices", "incremental", "--nonsense"],
        ["runs", "list", "--limit", "0"],
    )
    for finished in one_after_another(place, *((arguments, {}) for arguments in wrong)):
        assert finished.returncode == 2
        assert finished.stdout == ""
        assert finished.stderr.startswith("Usage: foresto ")


@pytest.fixture(scope="module")
def unready(private_tmp):
    """What commands say when a precondition is missing."""
    base = private_tmp / "unready"
    (base / "half" / "config").mkdir(parents=True)
    (base / "half" / "config" / "config.toml").write_text('database_url = "postgresql://me:hunter2@db')
    (base / "file").write_text("")
    away = {"DATABASE_URL": "postgresql://me:hunter2@127.0.0.1:1/foresto"}
    started = {
        "away": start_foresto(base / "away", "status", **away),
        "away --json": start_foresto(base / "away2", "prices", "incremental", "--json", **away),
        "file": start_foresto(base / "file", "status"),
        "below a file": start_foresto(base / "file" / "below", "--sandbox", "status"),
        "half": start_foresto(base / "half", "status"),
        "other": start_foresto(base / "other", "status", DATABASE_URL="mysql://me:hunter2@db/foresto"),
    }
    ended = {name: process.communicate(timeout=60) for name, process in started.items()}
    return {
        name: subprocess.CompletedProcess(name, started[name].returncode, out, err)
        for name, (out, err) in ended.items()
    }


@pytest.mark.parametrize(
    ("name", "code", "word"),
    [
        ("away", 69, "DATABASE_URL"),
        ("file", 78, "FORESTO_HOME"),
        ("below a file", 78, "FORESTO_HOME"),
        ("half", 78, "config.toml"),
        ("other", 78, "PostgreSQL"),
    ],
)
def test_a_missing_precondition_is_told_in_one_sentence_without_a_password(unready, name, code, word):
    says_one_sentence(unready[name], code, word)
    assert "hunter2" not in unready[name].stderr


def test_a_refusal_in_json_has_every_key_too(unready):
    finished = unready["away --json"]
    assert finished.returncode == 69
    result = result_of(finished)
    assert result.keys() >= KEYS
    assert (result["command"], result["outcome"], result["exit_code"]) == ("prices incremental", "failed", 69)
    assert "hunter2" not in finished.stdout + finished.stderr


def test_an_error_of_ours_in_the_sandbox_is_not_taken_for_a_wrong_fault(tmp_path):
    with pytest.raises(ValueError, match="a bug"), variables.running(tmp_path):
        raise ValueError("a bug")


# --- the sandbox ----------------------------------------------------------------------------------------------------


def test_faults_are_added_listed_and_cleared(place, loaded):
    def faults(*arguments):
        return (("sandbox", "faults", *arguments), {})

    added, more, listed, wrong, met, left, cleared, empty = one_after_another(
        place,
        faults("--add", "429@raw.githubusercontent.com*1"),
        faults("--add", "500@nobody.example"),
        faults(),
        faults("--add", "nonsense"),
        (("--sandbox", "listing", "load", "--json"), {"FORESTO_SANDBOX_TODAY": "2026-11-23"}),
        faults(),
        faults("--clear"),
        faults(),
    )
    assert (added.returncode, added.stdout) == (0, "429@raw.githubusercontent.com*1\n")
    assert more.stdout == listed.stdout == "429@raw.githubusercontent.com*1\n500@nobody.example\n"
    says_one_sentence(wrong, 2, "nonsense")
    assert result_of(met)["requests"]["fdr"] > 0
    assert left.stdout == "500@nobody.example\n"
    assert cleared.returncode == empty.returncode == 0
    assert cleared.stdout == empty.stdout
    assert HANGUL.search(cleared.stdout)


@contextlib.contextmanager
def served(home, **variables):
    """``foresto sandbox serve`` under way, and the variables it printed."""
    process = start_foresto(home, "sandbox", "serve", **variables)
    try:
        found = {}
        while "no_proxy" not in found:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            name, _, value = line.removeprefix("export ").rstrip("\n").partition("=")
            found[name] = value
        yield process, found
    finally:
        process.kill()
        process.communicate(timeout=30)


def ask(variables):
    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"https": variables["HTTPS_PROXY"]}
        session.verify = variables["REQUESTS_CA_BUNDLE"]
        return session.get("https://fchart.stock.naver.com/sise.nhn?symbol=005930&timeframe=day&count=2", timeout=20)


def test_the_sandbox_serves_until_a_signal(place):
    with served(place) as (process, variables):
        answer = ask(variables)
        assert answer.status_code == 200
        assert answer.headers["X-Foresto-Sandbox"] == "synthetic"
        port = int(variables["HTTPS_PROXY"].rpartition(":")[2])
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        with socket.socket() as line:
            assert line.connect_ex(("127.0.0.1", port)) != 0


def test_the_served_sandbox_meets_the_faults_of_its_environment(place):
    with served(place, FORESTO_SANDBOX_FAULTS="503@fchart.stock.naver.com") as (process, variables):
        assert ask(variables).status_code == 503
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


# --- two at once, and signals ---------------------------------------------------------------------------------------

NEWEST_HANGS = "timeout@*/20261120*1"
OLDER_HANGS = "timeout@*/20261113"


def await_holder(home, process):
    """Wait until ``process`` holds the lock."""
    file = home / "state" / "sandbox" / "collect.lock"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists() and f'"pid": {process.pid}' in file.read_text():
            return
        time.sleep(0.02)
    pytest.fail("the command never took the lock")


def test_of_two_starts_one_works_another_is_busy_and_a_patient_one_waits(home):
    first = start_foresto(home, "--sandbox", "prices", "incremental", "--json", FORESTO_SANDBOX_FAULTS=NEWEST_HANGS)
    await_holder(home, first)
    hasty, patient = all_at_once(
        home,
        (("--sandbox", "listing", "load", "--json"), {}),
        (("--sandbox", "prices", "incremental", "--wait", "30s", "--json"), {}),
    )
    out, err = first.communicate(timeout=60)
    assert hasty.returncode == 75
    assert result_of(hasty)["outcome"] == "busy"
    assert result_of(hasty).keys() >= KEYS
    assert f"PID {first.pid}" in hasty.stderr
    assert "prices incremental" in hasty.stderr
    assert first.returncode == 0, err
    assert json.loads(out)["units"]["done"] == 12
    assert patient.returncode == 0
    assert result_of(patient)["outcome"] == "nothing_to_do"
    assert not embedded.is_running(home / "data" / "sandbox")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_what_is_done_and_the_next_run_goes_on(home, number, code):
    arguments = ("--sandbox", "prices", "incremental", "--workers", "1", "--json")
    process = start_foresto(home, *arguments, FORESTO_SANDBOX_FAULTS=OLDER_HANGS)
    await_holder(home, process)
    with embedded.running(home / "data" / "sandbox") as url:
        engine = create_engine(psycopg_url(url))

        def rows(query):
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(query))]

        # Newest first: 20, 19, 18, 17, 16 November are stored when the 13th hangs.
        deadline = time.monotonic() + 30
        while rows("SELECT count(*) FROM unit_ledger")[0][0] < 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        sent = time.monotonic()
        out, err = process.communicate(timeout=60)
        assert time.monotonic() - sent < 5
        assert process.returncode == code, err
        result = json.loads(out)
        assert result.keys() >= KEYS
        assert (result["outcome"], result["exit_code"]) == ("interrupted", code)
        assert (result["units"]["planned"], result["units"]["done"], result["units"]["pending"]) == (12, 5, 7)
        assert "Traceback" not in err
        stored = rows("SELECT trade_date::text, count(*) FROM stock_price_daily GROUP BY 1 ORDER BY 1")
        assert stored == rows("SELECT unit, row_count FROM unit_ledger WHERE status = 'done' ORDER BY 1")
        assert len(stored) == 5
        assert rows("SELECT status, exit_code FROM data_collection_log") == [("interrupted", code)]
        engine.dispose()
    assert not embedded.is_running(home / "data" / "sandbox")
    if number == signal.SIGTERM:
        return  # going on is the same after both
    later = run_foresto(home, *arguments)
    assert later.returncode == 0
    assert (result_of(later)["units"]["planned"], result_of(later)["units"]["done"]) == (7, 7)
