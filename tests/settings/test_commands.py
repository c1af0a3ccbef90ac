"""Settings as the operator meets them: doctor, a wrong key, a wrong channel, a ``DATABASE_URL`` that was lost."""

import json

import pytest
from support import run_foresto

from foresto_cli import settings
from foresto_cli.datasets.prices import market_days
from foresto_cli.errors import AuthFailed, ConfigError
from foresto_cli.settings import setting_sources
from foresto_cli.settings.model import Origins
from foresto_cli.settings.setting_files import Given
from foresto_cli.store import remembered
from foresto_cli.telling import dead_man, notify
from foresto_cli.views import doctor as examination

KEYS = {
    "krx_openapi_key": "krx_openapi", "fsc_api_key": "fsc", "dart_api_key": "dart", "fss_api_key": "finlife",
    "alpha_vantage_api_key": "alphavantage", "krx_pw": "krx",
}  # fmt: skip
CHANNELS = {
    "smtp_password": "mail", "smtp_from": "mail", "alert_email": "mail", "slack_webhook_url": "slack",
    "foresto_apprise_urls": "apprise",
}  # fmt: skip


def spoilt(app, **values):
    """Put wrong values into the settings of an application, as its file would."""
    problems = {}
    found = setting_sources.checked({name: Given(value, "x/.env 1번째 줄") for name, value in values.items()}, problems)
    assert set(problems) == set(values)
    changed = {name: getattr(found, name) for name in values}
    app.settings = app.settings.model_copy(update=changed).known_by(Origins(problems=problems))
    return app


@pytest.mark.parametrize(("name", "client"), KEYS.items())
def test_a_wrong_key_is_refused_by_name_before_anybody_is_asked(open_world, name, client):
    with open_world() as world:
        found = getattr(spoilt(world.app, **{name: "abcd\u00a0efgh"}), client)
        for session in found.sessions:
            with pytest.raises(AuthFailed, match=name.upper()):
                session.get("https://example.com/")
        assert world.asked() == []


def test_another_source_has_the_day_when_the_key_of_the_first_is_wrong(open_world):
    with open_world() as world:
        app = spoilt(world.app, krx_openapi_key="…")
        assert {source.source_id for source in market_days.price_sources(app)} >= {"KRX_OPENAPI", "KRX", "FSC"}


@pytest.mark.parametrize(("name", "channel"), CHANNELS.items())
def test_a_wrong_channel_fails_by_name_and_the_others_hear_of_it(open_world, name, channel):
    with open_world() as world:
        app = spoilt(world.app, **{name: "a\u200bb"})
        outcome = notify.send_test(app)
        failed = {label: reason for label, reason in outcome.items() if reason}
        assert len(failed) == 1
        assert name.upper() in next(iter(failed.values()))
        assert world.rows("SELECT channel FROM notify_channel WHERE failing_since IS NOT NULL") == [(channel,)]
        assert len(outcome) > 1


def test_a_wrong_ping_is_an_incident_and_no_end_of_the_chain(open_world):
    with open_world() as world:
        with dead_man.switch(spoilt(world.app, foresto_ping_url="https://hc-ping..com/x"), "weekday") as outcome:
            outcome.is_good = True
        [(title, message)] = world.rows("SELECT alert_title, alert_message FROM ops_alert")
        assert "FORESTO_PING_URL" in message, title


def test_doctor_lists_where_settings_come_from_and_what_is_wrong_with_them(place, monkeypatch):
    (place.config / ".env").write_text("KRX_OPENAPI_KEY=…\nFSC_API_KEY=abc\nSMTP_PASSWORD=a\u00a0b\n", encoding="utf-8")
    monkeypatch.setenv("DART_API_KEY", "abc")
    found = list(examination._keys(settings.load(place), place))
    said = [f"{one.state} {one.name}: {one.text}" for one in found]
    assert f"ok 설정 출처: {place.config / '.env'}: SMTP_PASSWORD, KRX_OPENAPI_KEY, FSC_API_KEY" in said
    assert "ok 설정 출처: 환경 변수: DART_API_KEY" in said
    wrong = {one.name: one.exit_code for one in found if one.state == "wrong"}
    assert wrong == {"KRX_OPENAPI_KEY": 78, "SMTP_PASSWORD": 78}


# --- the database that was used last --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "told"),
    [("postgresql://me:hunter2@db.example/shop", "db.example:5432/shop"), (None, "내장 데이터베이스"),
     ("postgres://me:hunter2@h:7/d?password=hunter2", "h:7/d"), ("postgresql:///d?host=/run/pg", "/run/pg:5432/d"),
     ("postgresql://me:hunter2@/d?host=a:1&host=b:2", "a:1,b:2:5432/d")],
)  # fmt: skip
def test_a_database_is_remembered_without_its_secrets(tmp_path, monkeypatch, url, told):
    for name in ("PGHOST", "PGPORT", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "database.json"
    database = remembered.named_by(url)
    remembered.remember(file, database)
    assert f"{remembered.recall(file)}" == told
    assert "hunter2" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("damaged", ["", "{", "[]", "null", '{"kind": 1}', "\x00", "[" * 100_000])
def test_a_damaged_memory_is_no_memory(tmp_path, damaged):
    (tmp_path / "database.json").write_text(damaged)
    assert remembered.recall(tmp_path / "database.json") is None


def test_a_link_in_the_place_of_the_memory_is_not_followed(tmp_path):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "database.json").symlink_to(tmp_path / "precious")
    remembered.remember(tmp_path / "database.json", remembered.Database("embedded"))
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_lost_database_url_opens_no_empty_database_beside_the_one_used_before(tmp_path, server):
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / ".env").write_text("DART_API_KEY=abc\n")
    (home / "state").mkdir()
    remembered.remember(home / "state" / "database.json", remembered.named_by("postgresql://me:w@db.example/prices"))
    refused = run_foresto(home, "status", cwd=tmp_path)
    assert refused.returncode == 78, refused.stderr
    assert "db.example:5432/prices" in refused.stderr
    assert "foresto db upgrade --embedded" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not (home / "data").exists()
    named = run_foresto(home, "db", "upgrade", "--embedded", cwd=tmp_path, DATABASE_URL="postgresql://db.example/x")
    assert named.returncode == 2, named.stderr


def test_a_working_folder_does_not_lead_to_another_database_than_the_last_one(tmp_path):
    last = remembered.named_by("postgresql://db.example/prices")
    other = remembered.named_by("postgresql://db.example/shop")
    with pytest.raises(ConfigError, match="shop"):
        remembered.compared(last, other, tmp_path, "x/.env 1번째 줄", is_foreign=True)
    told = remembered.compared(last, other, tmp_path, "환경 변수", is_foreign=False)
    assert "prices" in told
    assert "shop" in told
    assert remembered.compared(None, other, tmp_path, "x/.env 1번째 줄", is_foreign=True) == ""
    assert remembered.compared(last, last, tmp_path, "x/.env 1번째 줄", is_foreign=True) == ""


@pytest.mark.slow
def test_beginning_anew_is_possible_and_the_change_is_told_once(tmp_path, private_tmp, server):
    home = private_tmp / "anew"
    (home / "state").mkdir(parents=True)
    remembered.remember(home / "state" / "database.json", remembered.named_by("postgresql://db.example/prices"))
    done = run_foresto(home, "db", "upgrade", "--embedded", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((home / "state" / "database.json").read_text())["kind"] == "embedded"
    again = run_foresto(home, "db", "url", cwd=tmp_path)
    assert again.returncode == 0
    assert "바뀌었습니다" not in again.stderr


def test_a_database_named_by_a_working_folder_is_said_on_stderr(tmp_path):
    home, project = tmp_path / "home", tmp_path / "project"
    project.mkdir()
    (project / ".env").write_text("DATABASE_URL=postgresql://me:hunter2@127.0.0.1:1/shop\n")
    refused = run_foresto(home, "status", cwd=project)
    assert refused.returncode == 69, refused.stderr
    assert f"{project / '.env'} 1번째 줄" in refused.stderr
    assert "hunter2" not in refused.stderr
