"""The page of settings says what the code does: forms, bounds, defaults, where, and what the sandbox takes."""

import re
from datetime import datetime

import pytest
from support import ROOT, run_foresto

from foresto_cli import clock, settings
from foresto_cli.cli import _settings
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.sandbox import variables, world
from foresto_cli.settings import forms, impossible, sandboxed, setting_checks, setting_files

OF_PROGRAMS = {"PATH", "LD_LIBRARY_PATH", "NETRC", "PGPASSFILE"}
"""Handed through, or set by foresto itself for what it starts."""


def test_the_page_is_what_the_code_renders():
    page = (ROOT / _settings.FILE).read_text(encoding="utf-8")
    assert page == _settings.render(), "write it anew: see foresto_cli/cli/_settings.py"


def test_the_page_has_every_variable_that_is_read():
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "foresto_cli").rglob("*.py"))
    read = set(re.findall(r"""os\.environ(?:\.get\(|\[|\.pop\()"([A-Z_]+)""", source)) - OF_PROGRAMS
    read |= set(re.findall(r'"(FORESTO_(?:SANDBOX|ALLOW|HOME|SCHED)[A-Z_]*)"', source))
    page = _settings.render()
    assert len(read) >= 15
    assert [name for name in sorted(read) if f"`{name}`" not in page] == []


def test_every_check_has_its_words():
    assert set(forms.OF_CHECKS) == set(setting_checks.OF.values())


@pytest.mark.parametrize(
    "name", [name for name, check in setting_checks.OF.items() if check in {setting_checks.count, setting_checks.port}]
)
def test_the_bounds_of_a_number_are_the_ones_that_hold(place, monkeypatch, name):
    least, most = (int(number.replace(",", "")) for number in re.findall(r"[\d,]+", forms.of_field(name).form))
    for value in (least, most):
        assert setting_checks.OF[name](f"{value}") == f"{value}"
    for value in (least - 1, most + 1, -5, 0):
        with pytest.raises(impossible.Wrong):
            setting_checks.OF[name](f"{value}")


@pytest.mark.parametrize("name", ["FORESTO_KRX_DAILY_BUDGET", "FORESTO_DART_DAILY_BUDGET"])
@pytest.mark.parametrize("value", ["0", "-5", "many"])
@pytest.mark.parametrize("load", [settings.load, lambda _: settings.load_sandbox()])
def test_a_budget_that_is_none_is_refused(place, monkeypatch, name, value, load):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=rf"{name}\(환경 변수\)는 1~10,000,000의 정수여야 합니다"):
        load(place)


@pytest.mark.parametrize("number", [forms.STOCKS, forms.SESSIONS, forms.SEED])
def test_the_bounds_of_the_sandbox_are_the_ones_that_hold(monkeypatch, number):
    for value in (number.least, number.most):
        monkeypatch.setenv(number.name, f"{value}")
        assert value in vars(variables.options()).values()
    for value in (number.least - 1, number.most + 1):
        monkeypatch.setenv(number.name, f"{value}")
        with pytest.raises(UsageError, match=number.name):
            variables.options()


def test_the_defaults_of_the_sandbox_are_told(monkeypatch):
    told = {form.name: form.default for form in forms.OURS}
    assert told["FORESTO_SANDBOX_AFTER_MARKET"] == f"{world.AFTER_MARKET}"
    assert told["FORESTO_SANDBOX_MIRROR_STOPPED"] == f"{world.MIRROR_STOPPED:%Y-%m-%d %H:%M}"
    assert told["FORESTO_SANDBOX_TODAY"] == f"오늘 {variables.EVENING:%H:%M}"
    monkeypatch.setenv("FORESTO_SANDBOX_TODAY", "2026-11-20T16:30")
    assert variables.options().now == datetime(2026, 11, 20, 16, 30, tzinfo=clock.KST)


@pytest.mark.parametrize("name", sorted(forms.KNOWN))
def test_what_stands_in_the_environment_alone_is_refused_in_a_file(place, refused, name):
    (place.config / ".env").write_text(f"\n{name}=1\n")
    assert f"2번째 줄: {name} 설정은 환경 변수로만" in refused()


GIVEN = {
    "FORESTO_KRX_DAILY_BUDGET": "7", "FORESTO_DART_DAILY_BUDGET": "8", "FORESTO_FSC_ROUTES": "bonds=a/b",
    "FORESTO_DATASETS": "gold", "FORESTO_KRX_EXTRAS": "flows", "FORESTO_LOG_LEVEL": "DEBUG",
    "FORESTO_PAGES_URL": "https://nas.example/stocks",
    "ALERT_EMAIL": "a@b.example", "FORESTO_MARKET_EMAIL_TO": "c@d.example", "FORESTO_APPRISE_URLS": "jsons://hc-ping.com/x",
}  # fmt: skip


def test_the_sandbox_takes_what_the_page_says(place, monkeypatch):
    for name in settings.Settings.model_fields:
        monkeypatch.setenv(name.upper(), GIVEN.get(name.upper(), "elsewhere"))
    monkeypatch.setenv("SMTP_PORT", "25")
    found = settings.load_sandbox()
    for name in settings.Settings.model_fields:
        value = getattr(found, name)
        shown = value.get_secret_value() if hasattr(value, "get_secret_value") else f"{value}"
        is_taken = sandboxed.taken(name).startswith("환경 변수의 값")
        assert is_taken == (name.upper() in GIVEN), name
        assert not is_taken or shown == GIVEN[name.upper()]


def test_no_message_of_the_sandbox_goes_where_the_sandbox_is_not(place, monkeypatch):
    monkeypatch.setenv("FORESTO_APPRISE_URLS", "mailto://me:pass@mail.example json://hc-ping.com/x tgram://a/b")
    found = settings.load_sandbox()
    assert found.foresto_apprise_urls.get_secret_value() == "json://hc-ping.com/x"
    assert "주소 2개" in found.origins.notes[0]


def test_a_spent_budget_of_krx_can_be_rehearsed(home):
    none = {"KRX_OPENAPI_KEY": "", "FSC_API_KEY": "", "FORESTO_KRX_DAILY_BUDGET": "4"}
    day = "2026-11-10"
    drill = ("--sandbox", "prices", "load", "--start", day, "--end", "2026-11-12")
    spent = run_foresto(home, *drill, **none)
    assert spent.returncode == 75, spent.stderr
    assert "KRX: 오늘 한도 4회" in spent.stderr
    plan = run_foresto(home, *drill, "--dry-run", **none).stdout
    assert "오늘은 0번 남았습니다" in plan


# --- names that are misspelt ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["FORESTO_KRX_DALY_BUDGET", "FORESTO_SANDBOX_STOKS", "FORESTO_HOMES"])
@pytest.mark.parametrize("load", [settings.load, lambda _: settings.load_sandbox()])
def test_a_misspelt_variable_is_told_in_both_worlds(place, monkeypatch, name, load):
    monkeypatch.setenv(name, "61")
    assert [said for said in load(place).origins.misspelt if name in said]


def test_known_variables_are_not_called_misspelt(monkeypatch):
    for name in (*forms.KNOWN, *(field.upper() for field in settings.Settings.model_fields)):
        monkeypatch.setenv(name, "1")
    assert setting_files.unknown_in_environment() == []


def test_every_command_says_a_misspelt_name(home):
    said = run_foresto(home, "--sandbox", "runs", "list", FORESTO_SANDBOX_STOKS="61").stderr
    assert said.startswith("! 환경 변수 FORESTO_SANDBOX_STOKS: 모르는 이름입니다")


@pytest.mark.parametrize("where", ["settings folder", "working folder"])
def test_the_sandbox_says_what_stands_in_a_file_for_it(place, tmp_path, where):
    file = place.config / ".env" if where == "settings folder" else tmp_path / "cwd" / ".env"
    file.write_text("DART_API_KEY=secret\nexport FORESTO_SANDBOX_STOCKS=61\n")
    (said,) = settings.load_sandbox().origins.misspelt
    assert said == f"FORESTO_SANDBOX_STOCKS: {file}에 있어 쓰지 않습니다. 환경 변수로 주세요."


def test_a_misspelt_line_of_a_working_folder_that_is_used_is_told_too(place, tmp_path):
    (place.config / ".env").write_text("DART_API_KEY=mine\n")
    (tmp_path / "cwd" / ".env").write_text("KRX_OPENAPI_KEY=mine\nFSS_API_KEI=other\nFORESTO_WHATEVER=1\n")
    said = settings.load(place).origins.misspelt
    assert ["FSS_API_KEI" in said[0], "FORESTO_WHATEVER" in said[1]] == [True, True]


def test_a_line_of_ours_alone_in_a_working_folder_is_refused(refused, tmp_path):
    (tmp_path / "cwd" / ".env").write_text("FORESTO_WHATEVER=1\n")
    assert "FORESTO_WHATEVER" in refused()
