"""Settings: where values come from, what a wrong one says, and that no secret is ever shown."""

import os
import stat
from pathlib import Path

import pytest

from foresto_cli import settings
from foresto_cli.errors import ConfigError, exit_code_of
from foresto_cli.settings import Paths

SECRET = "hunter2-절대비밀"
SECRETS = (
    "DATABASE_URL", "KRX_ID", "KRX_PW", "KRX_OPENAPI_KEY", "DART_API_KEY", "FSC_API_KEY", "FSS_API_KEY",
    "ALPHA_VANTAGE_API_KEY", "SLACK_WEBHOOK_URL", "SMTP_USER", "SMTP_PASSWORD", "FORESTO_APPRISE_URLS",
    "FORESTO_PING_URL",
)  # fmt: skip


def krx_id(folders):
    found = settings.load(folders).krx_id
    return None if found is None else found.get_secret_value()


def refusal(folders):
    """The one sentence with which the settings are refused; it holds no secret."""
    with pytest.raises(ConfigError) as caught:
        settings.load(folders)
    message = str(caught.value)
    assert exit_code_of(caught.value) == 78
    assert "\n" not in message
    assert SECRET not in message
    assert caught.value.__cause__ is None or SECRET not in str(caught.value.__cause__)
    return message


def test_nothing_set_is_no_key_and_the_defaults(place):
    found = settings.load(place)
    assert [getattr(found, name.lower()) for name in SECRETS] == [None] * len(SECRETS)
    assert (found.foresto_krx_daily_budget, found.foresto_log_level) == (200, "INFO")
    assert found.secrets() == []


def test_the_environment_counts_before_env_files_before_config_toml(place, monkeypatch):
    assert krx_id(place) is None
    (place.config / "config.toml").write_text('krx_id = "toml"\n')
    assert krx_id(place) == "toml"
    (place.config / ".env").write_text("KRX_ID=settings-folder\n")
    assert krx_id(place) == "settings-folder"
    Path(".env").write_text("KRX_ID=working-folder\n")
    assert krx_id(place) == "settings-folder"
    monkeypatch.setenv("KRX_ID", "environment")
    assert krx_id(place) == "environment"


def test_each_value_comes_from_its_own_best_place(place, monkeypatch):
    (place.config / "config.toml").write_text('dart_api_key = "toml"\nforesto_krx_daily_budget = 7\n')
    (place.config / ".env").write_text("FSS_API_KEY=env-file\n")
    monkeypatch.setenv("KRX_OPENAPI_KEY", "environment")
    found = settings.load(place)
    assert found.secrets() == ["environment", "toml", "env-file"]
    assert found.foresto_krx_daily_budget == 7


@pytest.mark.parametrize("where", ["environment", ".env", "config.toml"])
def test_an_empty_value_counts_as_none(place, monkeypatch, where):
    for name in SECRETS:
        if where == "environment":
            monkeypatch.setenv(name, "")
        elif where == ".env":
            with (place.config / ".env").open("a") as file:
                file.write(f"{name}=\n")
        else:
            with (place.config / "config.toml").open("a") as file:
                file.write(f'{name.lower()} = ""\n')
    found = settings.load(place)
    assert [getattr(found, name.lower()) for name in SECRETS] == [None] * len(SECRETS)


def test_an_empty_variable_does_not_hide_what_a_file_says(place, monkeypatch):
    (place.config / "config.toml").write_text('krx_id = "toml"\n')
    monkeypatch.setenv("KRX_ID", "")
    assert krx_id(place) == "toml"


def test_config_toml_takes_the_names_as_the_readme_writes_them(place):
    (place.config / "config.toml").write_text('KRX_ID = "somebody"\n')
    assert krx_id(place) == "somebody"


@pytest.mark.parametrize("name", ["FSC_API_KEY", "FSC_DATA_GO_KR_API_KEY"])
@pytest.mark.parametrize("where", ["environment", ".env", "config.toml", "CONFIG.TOML"])
def test_the_key_of_the_open_data_has_two_names(place, monkeypatch, name, where):
    if where == "environment":
        monkeypatch.setenv(name, "key")
    elif where == ".env":
        (place.config / ".env").write_text(f"{name}=key\n")
    else:
        written = name if where.isupper() else name.lower()
        (place.config / "config.toml").write_text(f'{written} = "key"\n')
    assert settings.load(place).secrets() == ["key"]


def test_printing_settings_shows_no_secret(place, monkeypatch):
    for name in SECRETS:
        monkeypatch.setenv(name, SECRET)
    found = settings.load(place)
    assert found.secrets() == [SECRET] * len(SECRETS)
    for shown in (repr(found), str(found), f"{found}", found.model_dump_json(), repr(found.model_dump())):
        assert "hunter2" not in shown
        assert "절대비밀" not in shown


def test_the_secret_parts_of_addresses_are_secrets_of_their_own(place, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ssword@db.example/foresto")
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T0/B0/abcdefghijklmnop")
    monkeypatch.setenv("FORESTO_PING_URL", "weekly=https://hc-ping.com/0123456789abcdef/foresto-{job}/x")
    monkeypatch.setenv("FORESTO_APPRISE_URLS", "tgram://bottoken/chat mailto://me:pass@mail.example")
    secrets = settings.load(place).secrets()
    parts = {"p@ssword", "/services/T0/B0/abcdefghijklmnop", "/0123456789abcdef/foresto-", "bottoken", "pass"}
    assert set(secrets) >= parts
    assert not [part for part in secrets if part in "hooks.slack.com hc-ping.com /foresto foresto-weekly services"]


@pytest.mark.parametrize("broken", [f'krx_pw = "{SECRET}', f"krx_pw = {SECRET}", f'krx_pw = "{SECRET}"\nkrx_id = \n'])
def test_a_half_written_config_toml_is_named_and_not_quoted(place, broken):
    (place.config / "config.toml").write_text(broken)
    assert str(place.config / "config.toml") in refusal(place)


def test_an_unknown_name_in_config_toml_is_named_with_those_that_exist(place):
    (place.config / "config.toml").write_text(f'krx_password = "{SECRET}"\n')
    message = refusal(place)
    assert "krx_password" in message
    assert "krx_pw" in message
    assert str(place.config / "config.toml") in message


def test_a_config_toml_that_is_not_utf8_is_named(place):
    (place.config / "config.toml").write_bytes('# 설정\nkrx_id = "x"\n'.encode("cp949"))
    message = refusal(place)
    assert "config.toml" in message
    assert "UTF-8" in message


@pytest.mark.parametrize("folder", ["config", "cwd"])
def test_an_env_file_that_is_not_utf8_is_named(place, folder):
    file = (place.config if folder == "config" else Path()) / ".env"
    file.write_bytes("KRX_PW=비밀번호\n".encode("cp949"))
    message = refusal(place)
    assert ".env" in message
    assert "UTF-8" in message


def test_a_config_toml_that_cannot_be_read_is_named(place):
    (place.config / "config.toml").mkdir()
    assert "config.toml" in refusal(place)


@pytest.mark.parametrize(
    ("name", "value"),
    [("FORESTO_KRX_DAILY_BUDGET", SECRET), ("FORESTO_LOG_LEVEL", SECRET), ("FORESTO_KRX_DAILY_BUDGET", "12.5")],
)
def test_a_variable_of_the_wrong_type_is_named_and_not_quoted(place, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    message = refusal(place)
    assert name in message
    assert value not in message


def test_a_wrong_type_in_config_toml_names_the_setting(place):
    (place.config / "config.toml").write_text(f'krx_pw = ["{SECRET}"]\n')
    assert "KRX_PW" in refusal(place)


@pytest.mark.parametrize("level", ["debug", "Warning", "ERROR"])
def test_a_log_level_may_be_written_in_any_case(place, monkeypatch, level):
    monkeypatch.setenv("FORESTO_LOG_LEVEL", level)
    assert settings.load(place).foresto_log_level == level.upper()


def test_foresto_home_moves_every_folder(tmp_path, monkeypatch):
    home = tmp_path / "elsewhere"
    monkeypatch.setenv("FORESTO_HOME", str(home))
    found = settings.paths()
    assert found == Paths(home / "config", home / "data", home / "state")
    everything = [found.config, found.data, found.state, found.logs, found.payloads, found.lock_file]
    sandboxed = found.in_sandbox()
    everything += [sandboxed.data, sandboxed.state, sandboxed.logs, sandboxed.payloads, sandboxed.lock_file]
    assert all(place.is_relative_to(home) for place in everything)


def test_a_relative_foresto_home_is_meant_from_the_working_folder_and_a_tilde_from_the_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv("FORESTO_HOME", "here")
    assert settings.paths().data == tmp_path / "here" / "data"
    monkeypatch.setenv("FORESTO_HOME", "~/there")
    assert settings.paths().data == tmp_path / "me" / "there" / "data"


def test_an_empty_foresto_home_counts_as_none(monkeypatch):
    monkeypatch.delenv("FORESTO_HOME", raising=False)
    usual = settings.paths()
    monkeypatch.setenv("FORESTO_HOME", "")
    assert settings.paths() == usual


def test_the_sandbox_shares_no_data_and_no_state_with_the_real_one(place):
    real = [place.data, place.state, place.logs, place.payloads, place.lock_file]
    other = place.in_sandbox()
    assert not set(real) & {other.data, other.state, other.logs, other.payloads, other.lock_file}


def test_the_sandbox_never_reads_the_operators_keys_or_database(place, monkeypatch):
    for name in SECRETS:
        monkeypatch.setenv(name, SECRET)
    lines = "".join(f"{name}={SECRET}\n" for name in SECRETS)
    (place.config / ".env").write_text(lines)
    Path(".env").write_text(lines)
    (place.config / "config.toml").write_text("".join(f'{name.lower()} = "{SECRET}"\n' for name in SECRETS))
    found = settings.load_sandbox()
    assert found.database_url is None
    assert set(found.secrets()) >= set(settings.SANDBOX_KEYS.values())
    assert not [secret for secret in found.secrets() if SECRET in secret]


def test_an_empty_key_rehearses_its_absence_in_the_sandbox(place, monkeypatch):
    monkeypatch.setenv("KRX_OPENAPI_KEY", "")
    (place.config / "config.toml").write_text(f'krx_openapi_key = "{SECRET}"\n')
    found = settings.load_sandbox()
    assert found.krx_openapi_key is None
    assert found.krx_id is not None


def test_broken_settings_do_not_concern_the_sandbox(place):
    (place.config / "config.toml").write_text('krx_pw = "half')
    (place.config / ".env").write_bytes("KRX_PW=비밀번호\n".encode("cp949"))
    assert settings.load_sandbox().database_url is None


def test_a_wrong_log_level_is_refused_in_the_sandbox_too(place, monkeypatch):
    monkeypatch.setenv("FORESTO_LOG_LEVEL", "LOUD")
    with pytest.raises(ConfigError, match="FORESTO_LOG_LEVEL"):
        settings.load_sandbox()


def test_an_empty_log_level_counts_as_none_in_the_sandbox_too(place, monkeypatch):
    monkeypatch.setenv("FORESTO_LOG_LEVEL", "")
    assert settings.load_sandbox().foresto_log_level == "INFO"


def test_every_folder_that_is_made_is_the_operators_alone(tmp_path):
    made = settings.private_folder(tmp_path / "state" / "sandbox" / "logs")
    assert made.is_dir()
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    for folder in (made.parent, made.parent.parent):
        # Nobody else can list or read them; made by root, the database's account can pass through.
        assert stat.S_IMODE(folder.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700), folder


def test_an_existing_folder_is_used_as_it_is(tmp_path):
    (tmp_path / "kept.txt").write_text("")
    assert settings.private_folder(tmp_path) == tmp_path
    assert (tmp_path / "kept.txt").exists()


@pytest.mark.parametrize("blocked", ["file", "file/below", "/proc/foresto"])
def test_a_folder_that_cannot_be_made_is_named(tmp_path, blocked):
    (tmp_path / "file").write_text("")
    folder = tmp_path / blocked
    with pytest.raises(ConfigError) as caught:
        settings.private_folder(folder)
    assert str(folder) in str(caught.value)
    assert "FORESTO_HOME" in str(caught.value)
    assert exit_code_of(caught.value) == 78
