"""What shells offer: commands, options, stocks by code and name, tables, jobs; quickly, and no server is started."""

import re
import shutil
import subprocess
import sys

import pytest
import typer
from commands import one_after_another
from support import ROOT, environment_of, run_foresto

from foresto_cli import known_words
from foresto_cli.cli import _completion, _shells, app
from foresto_cli.store import embedded

HEAVY = ("sqlalchemy", "pydantic", "pandas", "rich", "psycopg", "requests")


@pytest.fixture(scope="module")
def place(private_tmp):
    """A home whose sandbox knows stocks and ETFs, and a ``foresto`` to be found by a shell."""
    home = private_tmp / "completion"
    for done in one_after_another(home, (("--sandbox", "listing", "load"), {}), (("--sandbox", "stocks", "etfs"), {})):
        assert done.returncode in {0, 3}, done.stderr
    # The first command wrote it before there were ETFs, and it is kept for a day.
    (home / "state" / "sandbox" / known_words.FILE).unlink()
    assert run_foresto(home, "--sandbox", "screen", "--fields").returncode == 0
    (home / "bin").mkdir()
    program = home / "bin" / "foresto"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m foresto_cli "$@"\n')
    program.chmod(0o755)
    yield home
    shutil.rmtree(home, ignore_errors=True)


def offered(place, *words):
    state = place / "state"
    found = _completion.offers(words[:-1], words[-1], lambda word: typer.main.get_group(app(word)), lambda: state)
    return [one.word for one in found]


@pytest.mark.long
def test_commands_and_options_are_offered(place):
    assert offered(place, "sco") == ["score"]
    assert {"show", "rank", "history"} <= set(offered(place, "score", ""))
    assert "--market" in offered(place, "score", "rank", "--")
    assert offered(place, "score", "rank", "--market", "KOSPI", "--mar") == [], "it is there"
    assert offered(place, "--sandbox", "runs", "list", "--j") == ["--job", "--json"]
    assert "--since" not in offered(place, "runs", "list", "--"), "an old spelling"
    assert offered(place, "help", "runs", "li") == ["list"]
    assert offered(place, "nonsense", "x", "") == []


def test_values_are_offered(place):
    assert offered(place, "--sandbox", "stocks", "show", "00593") == ["005930"]
    assert "가상전자" in offered(place, "--sandbox", "stocks", "show", "가상전")
    assert offered(place, "--sandbox", "prices", "gaps", "--ticker", "00593") == ["005930"]
    assert offered(place, "--sandbox", "stocks", "show", "005930", "") == [], "one is enough"
    assert "005930" in offered(place, "--sandbox", "prices", "show", "000660", "0059")
    assert "stock_price_daily" in offered(place, "--sandbox", "sql", "--columns", "stock_p")
    assert "run weekday" in offered(place, "runs", "list", "--job", "run w")
    assert set(offered(place, "completion", "")) == set(_shells.SCRIPTS)
    assert len(offered(place, "--sandbox", "stocks", "show", "")) == _completion.FEW


def test_without_the_file_commands_are_offered_and_no_stock(place, tmp_path):
    assert offered(tmp_path, "stocks", "show", "0") == []
    assert offered(tmp_path, "stocks", "sh") == ["show"]
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / known_words.FILE).write_bytes(b"\xff\xfe nonsense\nstock\t1\n")
    assert offered(tmp_path, "stocks", "show", "0") == []


def asked(place, *words):
    return run_foresto(place, "--complete", *words)


def test_nothing_is_started_and_nothing_heavy_imported(place):
    around = environment_of(place)
    words = ["--complete", "bash", "--sandbox", "stocks", "show", "=00593"]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "foresto_cli", *words],
        env=around, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == "005930\n"
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert imported & set(HEAVY) == set()
    assert not embedded.is_running(place / "data" / "sandbox")


def test_the_file_is_written_anew_when_it_is_old(place):
    file = place / "state" / "sandbox" / known_words.FILE
    file.write_text("2020-01-01T00:00:00\nstock\t999999\t옛것\n", encoding="utf-8")
    assert run_foresto(place, "--sandbox", "db", "size").returncode == 0
    words = list(known_words.read(file.parent))
    assert {word.kind for word in words} >= {"stock", "etf", "table"}
    assert "999999" not in {word.word for word in words}
    assert file.stat().st_mode & 0o777 == 0o600


def shell(place, name, script):
    if shutil.which(name) is None:
        pytest.skip(f"no {name} here")
    around = environment_of(place, PATH=f"{place / 'bin'}:/usr/bin:/bin", PYTHONPATH=str(ROOT), HOME=str(place))
    done = subprocess.run(
        [name, *(["-f"] if name == "zsh" else []), "-c", script],
        env=around, cwd=place, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


BASH = """eval "$(foresto completion bash)"
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _foresto; printf '%s\\n' "${{COMPREPLY[@]}}" """


@pytest.mark.long
def test_bash_completes(place):
    assert shell(place, "bash", BASH.format(words="foresto score ra")) == ["rank"]
    assert shell(place, "bash", BASH.format(words="foresto --sandbox stocks show 00593")) == ["005930"]
    assert shell(place, "bash", BASH.format(words="foresto --sandbox stocks show 가상전")) == ["가상전자"]
    names = shell(place, "bash", BASH.format(words="foresto --sandbox etfs show 가온"))
    assert names
    assert all(re.fullmatch(r"가온\\ \S+", name) for name in names), "a blank in a name is escaped"
    assert len(shell(place, "bash", BASH.format(words="foresto score ''"))) >= 6


ZSH = """compdef() {{ :; }}; _describe() {{ print -rl -- "${{(@P)2}}"; }}; _files() {{ print files; }}
eval "$(foresto completion zsh)"; words=({words}); CURRENT=${{#words}}; _foresto"""


def test_zsh_completes(place):
    assert shell(place, "zsh", ZSH.format(words="foresto score ra"))[0].startswith("rank:")
    assert shell(place, "zsh", ZSH.format(words="foresto --sandbox stocks show 00593")) == ["005930:가상전자"]
    assert shell(place, "zsh", ZSH.format(words="foresto dashboard --out x")) == ["files"]


def test_fish_completes(place):
    def completed(line):
        return shell(place, "fish", f"foresto completion fish | source; complete -C '{line}'")

    assert completed("foresto score ra")[0].split("\t")[0] == "rank"
    assert completed("foresto --sandbox stocks show 00593") == ["005930\t가상전자"]


def test_powershell_has_a_script_and_another_shell_is_refused(place):
    assert "Register-ArgumentCompleter" in run_foresto(place, "completion", "powershell").stdout
    refused = run_foresto(place, "completion", "csh")
    assert refused.returncode == 2
    assert refused.stderr.startswith("✗ csh: 그런 셸은 모릅니다. bash, zsh, fish, powershell")
