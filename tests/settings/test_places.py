"""Which place counts: the environment, the settings folder, the working folder; and what is never mixed."""

import itertools
from pathlib import Path

import pytest

from foresto_cli import settings
from foresto_cli.errors import ConfigError
from foresto_cli.settings import setting_sources

MAIL = {
    "SMTP_HOST": "smtp.example.com",
    "SMTP_PORT": "2525",
    "SMTP_USER": "me",
    "SMTP_PASSWORD": "app-password",
    "SMTP_FROM": "me@example.com",
}
LOGIN = {"KRX_ID": "me", "KRX_PW": "word"}
PLACES = ("environment", ".env", "config.toml", "working folder")


@pytest.fixture
def write(place, monkeypatch):
    """Write settings into one of the places."""

    def put(where, values):
        if where == "environment":
            for name, value in values.items():
                monkeypatch.setenv(name, value)
        elif where == "config.toml":
            (place.config / "config.toml").write_text(
                "".join(f'{name} = "{value}"\n' for name, value in values.items())
            )
        else:
            file = place.config / ".env" if where == ".env" else Path(".env")
            file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))

    return put


def value(found, name):
    given = getattr(found, name.lower())
    return given.get_secret_value() if hasattr(given, "get_secret_value") else given


@pytest.mark.parametrize(("better", "worse"), list(itertools.combinations(PLACES, 2)))
@pytest.mark.parametrize("name", ["KRX_OPENAPI_KEY", "DATABASE_URL", "SLACK_WEBHOOK_URL", "ALERT_EMAIL"])
def test_the_better_place_has_the_value(place, write, name, better, worse):
    shape = {"DATABASE_URL": "postgresql://{}/x", "SLACK_WEBHOOK_URL": "https://{}/x", "ALERT_EMAIL": "me@{}"}
    write(better, {name: shape.get(name, "{}").format("better.example")})
    write(worse, {name: shape.get(name, "{}").format("worse.example")})
    found = settings.load(place)
    assert "better" in value(found, name)
    assert any(name in note for note in found.origins.notes), "what is not used is told"


@pytest.mark.parametrize("group", [MAIL, LOGIN])
@pytest.mark.parametrize(("better", "worse"), list(itertools.permutations(PLACES, 2)))
def test_a_group_is_never_put_together_from_two_places(place, write, group, better, worse):
    """Every way to split a group over two places: a secret is never beside a destination of another file."""
    for size in range(1, len(group)):
        for here in itertools.combinations(group, size):
            write(better, {name: group[name] for name in here})
            write(worse, {name: f"{group[name]}0" for name in group if name not in here})
            found = settings.load(place)
            used = {found.origins.places[name.lower()].split(" ")[0] for name in group
                    if name.lower() in found.origins.places}  # fmt: skip
            assert len(used) == 1, (here, found.origins.places)


@pytest.mark.parametrize(("here", "there"), [("environment", ".env"), (".env", "config.toml")])
def test_a_group_torn_in_two_is_said_in_one_sentence(place, write, here, there):
    write(here, {"SMTP_PASSWORD": "app-password"})
    write(there, {name: given for name, given in MAIL.items() if name != "SMTP_PASSWORD"})
    found = settings.load(place)
    problem = found.problem(*setting_sources.MAIL)
    assert "SMTP_PASSWORD" in problem
    assert "SMTP_HOST" in problem
    assert "한곳에" in problem
    assert "app-password" not in problem
    assert found.smtp_host is None


def test_a_mail_server_without_login_needs_none_from_elsewhere(place, write):
    write("environment", {"SMTP_HOST": "relay.example.com", "SMTP_FROM": "me@example.com"})
    write(".env", MAIL)
    found = settings.load(place)
    assert found.smtp_host == "relay.example.com"
    assert found.smtp_password is None
    assert not found.problem(*setting_sources.MAIL)
    assert any("SMTP_PASSWORD" in note for note in found.origins.notes)


def test_a_working_folder_alone_is_as_good_as_a_settings_folder(place, write):
    everything = {**MAIL, **LOGIN, "ALERT_EMAIL": "me@example.com", "FORESTO_KRX_DAILY_BUDGET": "7",
                  "SLACK_WEBHOOK_URL": "https://hooks.example.com/x", "DATABASE_URL": "postgresql://h/d"}  # fmt: skip
    write("working folder", everything)
    found = settings.load(place)
    assert {name: f"{value(found, name)}" for name in everything} == everything
    assert found.origins.working_file == Path.cwd() / ".env"
    assert not found.origins.problems


STRANGERS = {
    **dict.fromkeys(("SLACK_WEBHOOK_URL", "FORESTO_PING_URL", "FORESTO_APPRISE_URLS", "FORESTO_PAGES_URL"),
                    "https://evil.example/x"),
    **dict.fromkeys(("ALERT_EMAIL", "FORESTO_MARKET_EMAIL_TO"), "evil@evil.example"),
    "FORESTO_KRX_DAILY_BUDGET": "9999", "FORESTO_DART_DAILY_BUDGET": "9999", "FORESTO_LOG_LEVEL": "DEBUG",
    "FORESTO_FSC_ROUTES": "bonds=evil/evil", "SMTP_HOST": "evil.example",
    "FORESTO_DATASETS": "gold",
    "FORESTO_KRX_EXTRAS": "all",
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGERS)
def test_a_strangers_folder_does_not_decide_whom_we_tell_and_how_much_we_ask(place, write, name):
    assert set(STRANGERS) >= {field.upper() for field in setting_sources.OWN} - set(MAIL)
    write(".env", {"DART_API_KEY": "mine"})
    write("working folder", {name: STRANGERS[name]})
    found = settings.load(place)
    assert value(found, name) == settings.Settings.model_fields[name.lower()].default
    assert any(name in note for note in found.origins.notes)
    assert found.origins.working_file is None


def test_a_strangers_address_never_joins_a_mail_server_of_the_environment(place, write):
    write("environment", MAIL)
    write("working folder", {"ALERT_EMAIL": "evil@evil.example"})
    assert settings.load(place).alert_email is None


def test_a_strangers_file_does_not_get_our_environment_into_its_addresses(place, write, monkeypatch):
    monkeypatch.setenv("HUNTER", "hunter2-secret")
    write("working folder", {"SLACK_WEBHOOK_URL": "https://evil.example/${HUNTER}"})
    with pytest.raises(ConfigError, match="SLACK_WEBHOOK_URL") as caught:
        settings.load(place)
    assert "hunter2" not in str(caught.value)
    write("working folder", {"SLACK_WEBHOOK_URL": "https://evil.example/${HUNTER:-x}"})
    assert settings.load(place).slack_webhook_url.get_secret_value() == "https://evil.example/x"


@pytest.mark.parametrize(
    "content",
    [b'FOO="lost\n', b"foo: bar\n", b"\x00\x01\xff garbage", "이름=값\n".encode("cp949"), b"OPENAI_API_KEY\n", b"=\n==",
     b"NOT_KRX_ID: x\n", b"x" * 2_000_000],
)  # fmt: skip
def test_a_broken_file_of_a_stranger_without_our_names_stops_nothing(place, content):
    (place.config / ".env").write_text("KRX_OPENAPI_KEY=mine\n")
    Path(".env").write_bytes(content)
    assert settings.load(place).secrets() == ["mine"]
    if len(content) < 1_000_000:
        (place.config / ".env").unlink()
        assert settings.load(place).secrets() == []


def test_a_broken_line_of_ours_in_a_working_folder_stops_only_those_who_have_nothing_else(place, refused):
    Path(".env").write_text('FOO=1\nDATABASE_URL="postgresql://h/d\n')
    message = refused()
    assert f"{Path.cwd() / '.env'} 2번째 줄" in message
    assert "DATABASE_URL" in message
    (place.config / ".env").write_text("DATABASE_URL=postgresql://mine/d\n")
    found = settings.load(place)
    assert found.database_url.get_secret_value() == "postgresql://mine/d"
    assert any("2번째 줄" in note for note in found.origins.notes)


def test_a_folder_called_env_is_none_of_our_business(place):
    Path(".env").mkdir()
    assert settings.load(place).secrets() == []


def test_a_working_folder_that_was_removed_is_none_of_our_business(place, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert settings.load(place).secrets() == []


def test_the_settings_folder_as_working_folder_is_one_place(place, monkeypatch):
    (place.config / ".env").write_text("KRX_ID=me\nKRX_PW=word\nALERT_EMAIL=me@example.com\n")
    monkeypatch.chdir(place.config)
    found = settings.load(place)
    assert found.alert_email == "me@example.com"
    assert found.origins.notes == ()
    assert found.origins.working_file is None


def test_a_misspelt_variable_of_the_environment_is_noted(place, monkeypatch):
    monkeypatch.setenv("FORESTO_PNG_URL", "https://x")
    assert any("FORESTO_PNG_URL" in said for said in settings.load(place).origins.misspelt)
