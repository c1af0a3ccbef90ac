"""What the command refuses: bad input and missing preconditions, each in one clear sentence."""

import re
import subprocess
import sys

import pytest
from commands import KEYS, one_after_another, says_one_sentence
from support import ROOT, environment_of, result_of, run_foresto, start_foresto

from foresto_cli.sandbox import variables

SPAN = ("--start", "2026-11-16", "--end", "2026-11-20")
IMPOSSIBLE = {
    "a date that is none": (("prices", "load", "--start", "2026-02-30", "--end", "2026-03-02"), {}, "2026-02-30"),
    "a word for a date": (("prices", "load", "--start", "yesterday", "--end", "2026-03-02"), {}, "yesterday"),
    "start after end": (("prices", "load", "--start", "2026-11-20", "--end", "2026-11-19"), {}, "2026-11-19"),
    "a day to come": (("prices", "load", "--start", "2026-11-20", "--end", "2026-11-23"), {}, "2026-11-23"),
    "a day before all data": (("prices", "load", "--start", "19900101", "--end", "20261120"), {}, "1990-01-01"),
    "an unknown ticker": (("prices", "load", *SPAN, "--ticker", "999999"), {}, "999999"),
    "an unknown name to load": (("prices", "load", *SPAN, "--ticker", "없는이름"), {}, "없는이름"),
    "statements of an unknown name": (("dart", "financials", "--ticker", "없는이름"), {}, "없는이름"),
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
    "nobody at the top": (("fss", "best", "savings", "--top", "0"), {}, "--limit"),
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


@pytest.fixture(scope="module")
def place(fresh_home, copied_home):
    """A home whose sandbox knows the stocks."""
    with copied_home(fresh_home) as home:
        assert run_foresto(home, "--sandbox", "listing", "load").returncode == 0
        yield home


@pytest.fixture(scope="module")
def refused(place):
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


def test_more_days_than_there_are_is_all_of_them(place):
    arguments = ("prices", "incremental", "--default-days", "99999999", "--dry-run", "--sandbox")
    [finished] = one_after_another(place, (arguments, {}))
    assert finished.returncode == 0, finished.stderr


def test_an_unknown_command_and_a_missing_option_are_usage_errors(place):
    wrong = (
        ["nonsense"],
        ["prices", "load"],
        ["prices", "incremental", "--nonsense"],
        ["runs", "list", "--limit", "0"],
    )
    for finished in one_after_another(place, *((arguments, {}) for arguments in wrong)):
        assert finished.returncode == 2
        assert finished.stdout == ""
        assert re.match("✗ .+\n사용법: foresto .+\n도움말: foresto ", finished.stderr)


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


def test_an_argument_in_another_encoding_is_refused(home):
    command = [sys.executable.encode(), b"-m", b"foresto_cli", b"--sandbox", b"stocks", b"show", b"\xb0\xa1"]
    done = subprocess.run(command, env=environment_of(home), cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "UTF-8" in done.stderr.decode()
