"""Keys that end are told a month before, a run with fewer keys says so, and no key is ever kept."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from pydantic import SecretStr
from support import ROOT

from foresto_cli import clock, data_sets
from foresto_cli.console import Console
from foresto_cli.declared import ByDay
from foresto_cli.running import job
from foresto_cli.settings import keys
from foresto_cli.telling import key_ages
from foresto_cli.upstream.fsc_services import SERVICES
from foresto_cli.upstream.krx_openapi import ALL
from foresto_cli.views import doctor

FIRST = datetime(2026, 11, 20, 20, 30, tzinfo=clock.KST)
OPEN = "SELECT subject, alert_level, alert_title FROM ops_alert WHERE alert_type = 'key_ends' AND resolved_at IS NULL"


@pytest.fixture
def real(open_world):
    """An application that is none of the sandbox, with a key of the OPEN API."""
    with open_world() as world:
        world.app.folders.state.mkdir(parents=True, exist_ok=True)
        given = {"fsc_api_key": None, "krx_openapi_key": SecretStr("a-key-of-mine")}
        world.app = replace(world.app, sandbox=None, settings=world.app.settings.model_copy(update=given))
        yield world


def _after(world, days, **given):
    clock.pretend(FIRST + timedelta(days=days))
    changed = {name: SecretStr(value) for name, value in given.items()}
    app = replace(world.app, settings=world.app.settings.model_copy(update=changed))
    key_ages.notice(app)
    return world.rows(OPEN)


def test_a_key_that_ends_is_told_a_month_before_and_until_it_is_another_one(real):
    assert _after(real, 0) == []
    assert _after(real, 334) == []
    assert _after(real, 335) == [("KRX_OPENAPI_KEY", "warning", "KRX_OPENAPI_KEY의 기한이 30일 남았습니다")]
    assert _after(real, 360)[0][2].endswith("5일 남았습니다")
    assert _after(real, 361, krx_openapi_key="another-key") == []
    assert _after(real, 400, krx_openapi_key="another-key") == []


def test_one_that_still_works_after_its_end_was_extended(real):
    _after(real, 0)
    assert _after(real, 350)
    assert _after(real, 366) == []
    assert _after(real, 366 + 334)


def test_no_key_is_kept_and_only_its_owner_reads_what_is(real):
    _after(real, 0)
    key_ages.tell_fewer(real.app)
    file = real.app.folders.state / key_ages.FILE
    text = file.read_text(encoding="utf-8")
    assert "a-key-of-mine" not in text
    assert "2026-11-20" in text
    assert file.stat().st_mode & 0o077 == 0


def test_a_run_with_fewer_keys_says_so_before_it_asks_anybody_and_once(real, capsys):
    real.app.console = Console(as_json=True)  # which keeps the stderr that it finds
    job.run_loaders(real.app, "x", "x", list, job.Options())
    assert "지난번" not in capsys.readouterr().err
    less = replace(real.app, settings=real.app.settings.model_copy(update={"dart_api_key": None}))
    job.run_loaders(less, "x", "x", list, job.Options())
    told = capsys.readouterr().err
    assert told.startswith("! 지난번 실행에는 있던 키가 지금은 없습니다: DART_API_KEY.")
    job.run_loaders(less, "x", "x", list, job.Options())
    job.run_loaders(real.app, "x", "x", list, job.Options())
    assert "지난번" not in capsys.readouterr().err


def test_the_doctor_says_until_when(real):
    _after(real, 0)
    folders = real.app.folders
    (openapi,) = [one for one in doctor._keys(real.app.settings, folders) if one.name == "KRX_OPENAPI_KEY"]
    assert "2026-11-20부터 썼고, 2027-11-20 전에" in openapi.text
    assert key_ages.told(folders.state, keys.DART) == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '{"salt": 1, "since": {"A": "x"}}', '{"salt": "a", "names": 3}'])
def test_a_damaged_memory_begins_anew(real, text):
    (real.app.folders.state / key_ages.FILE).write_text(text, encoding="utf-8")
    assert _after(real, 0) == []
    key_ages.tell_fewer(real.app)


def test_the_keys_of_the_sandbox_have_no_end(open_world):
    with open_world() as world:
        key_ages.notice(world.app)
        key_ages.tell_fewer(world.app)
        assert not (world.app.folders.state / key_ages.FILE).exists()


def test_the_next_end_is_a_whole_number_of_spans_away():
    assert key_ages.ends(keys.OPENAPI, date(2026, 1, 1), date(2026, 1, 1)) == date(2027, 1, 1)
    assert key_ages.ends(keys.OPENAPI, date(2026, 1, 1), date(2027, 1, 2)) == date(2028, 1, 1)


@pytest.mark.parametrize("name", ["docs/keys.md", "docs/keys.ko.md"])
def test_the_page_on_keys_has_every_key_and_the_exact_name_of_every_service(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for key in keys.KEYS:
        assert all(f"`{one}`" in text for one in key.names)
        assert key.site in text
    services = [*ALL, *(one.service for one in data_sets.of_kind(ByDay)), *SERVICES.values()]
    assert [one.title for one in services if one.title not in text] == []
    assert f"{key_ages.BEFORE.days}" in text
    assert {key.names[0]: key.lasts for key in keys.EXPIRING} == {"KRX_OPENAPI_KEY": 365, "FSC_API_KEY": 730}
