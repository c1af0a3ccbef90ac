"""The doctor examines each thing by itself: whatever one of them meets, the list comes to its end and never with 70."""

import contextlib
import json
import os
import re
import time
from datetime import timedelta

import pytest
from support import EVENING, environment_of, run_foresto

from foresto_cli import opening
from foresto_cli.console import Console
from foresto_cli.errors import Busy, ConfigError, ForestoError, Interrupted, StoreUnavailable
from foresto_cli.running import lock, runs
from foresto_cli.schedule import schedulers, unattended
from foresto_cli.settings import SANDBOX_KEYS
from foresto_cli.store import limits
from foresto_cli.telling import channels, late_jobs
from foresto_cli.telling.diagnosis import NOTE, OK, WRONG, Diagnosis, gravest
from foresto_cli.upstream import fdr
from foresto_cli.views import doctor

pytestmark = pytest.mark.usefixtures("no_waiting")


class Unheard(Exception):
    """An exception of a class that nobody named."""


FORESEEN_BY_NOBODY = (
    ValueError("x"),
    UnicodeError("x"),
    OSError(5, "Input/output error"),
    RuntimeError("x"),
    KeyError("x"),
    RecursionError("x"),
    Unheard("x"),
    ForestoError("x"),
)
A_FEW = (OSError(5, "Input/output error"), Unheard("x"), ForestoError("x"))
EXAMINATIONS = {
    "clock": (doctor, "_clock"),
    "folders": (doctor, "_privacy"),
    "start": (opening, "without_database"),
    "database": (opening, "with_database"),
    "moment of the database": (doctor, "database_moment"),
    "lock": (lock, "is_held"),
    "runs": (runs, "close_abandoned"),
    "budgets": (limits, "budgets"),
    "blocks": (limits, "open_blocks"),
    "keys": (doctor, "_keys"),
    "calendar": (doctor, "_today"),
    "scheduler": (schedulers, "choose"),
    "late jobs": (late_jobs, "all_late"),
    "channels": (channels, "configured"),
    "dead man": (unattended, "_dead_man"),
    "mirror": (fdr.Fdr, "listing"),
}


@pytest.fixture
def examined(open_world, monkeypatch):
    """What the doctor finds about one sandboxed application, which it opens itself otherwise."""
    with open_world(patience=1) as world:
        monkeypatch.setattr(opening, "without_database", lambda *_, **__: contextlib.nullcontext(world.app))
        monkeypatch.setattr(opening, "with_database", lambda *_, **__: contextlib.nullcontext(world.app))

        def examine(broken=(), **options):
            with monkeypatch.context() as patched:
                for place, name, error in broken:

                    def fails(*_, error=error, **__):
                        raise error

                    patched.setattr(place, name, fails)
                return doctor.examine(Console(as_json=True), sandboxed=True, ask_upstreams=True, **options)

        yield examine


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path):
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path}")
    monkeypatch.setenv("PATH", "")


def test_everything_is_looked_at(examined):
    names = [found.name for found in examined()]
    for name in (
        "시계",
        "설정 폴더",
        "상태 폴더",
        "로그",
        "잠금",
        "데이터베이스",
        "달력",
        "예약 실행",
        "알림(Slack)",
        "KRX",
    ):
        assert name in names


@pytest.mark.long
@pytest.mark.parametrize("place", EXAMINATIONS)
def test_whatever_an_examination_meets_is_its_own_finding_and_the_others_go_on(examined, place):
    whole = {found.name for found in examined()}
    for error in FORESEEN_BY_NOBODY if place == "lock" else A_FEW:
        found = examined([(*EXAMINATIONS[place], error)])
        (wrong, *_) = [diagnosis for diagnosis in found if diagnosis.state == WRONG]
        assert str(error) in wrong.text
        if not isinstance(error, ForestoError):
            assert type(error).__name__ in wrong.text
        assert gravest(found) == 78
        seen = {diagnosis.name for diagnosis in found}
        assert {"시계", "달력", "스케줄러", "폴더"} & seen
        if place not in {"start", "database"}:
            assert len(whole - seen) <= 2 + 5 * (place in {"keys", "folders"}), whole - seen


def test_a_job_that_did_not_run_is_told_by_the_doctor_too(open_world, monkeypatch):
    with open_world(now=EVENING - timedelta(days=1)) as world:
        late_jobs.expect(world.app, "cron", "weekday")
    with open_world(now=EVENING + timedelta(minutes=31), patience=1) as world:
        monkeypatch.setattr(opening, "without_database", lambda *_, **__: contextlib.nullcontext(world.app))
        monkeypatch.setattr(opening, "with_database", lambda *_, **__: contextlib.nullcontext(world.app))
        doctor.examine(Console(as_json=True), sandboxed=True, ask_upstreams=False)
        told = [item.subject for item in world.sandbox.outbox.items if item.channel == "slack"]
        assert told == ["[foresto 주의] '평일 수집'이 제시간에 돌지 않았습니다"]


def test_a_request_to_stop_is_no_finding(examined):
    with pytest.raises(Interrupted):
        examined([(lock, "is_held", Interrupted(2))])


def test_no_secret_is_in_what_an_examination_met(examined):
    found = examined([(lock, "is_held", Unheard(f"key {SANDBOX_KEYS['dart_api_key']}"))])
    assert SANDBOX_KEYS["dart_api_key"] not in f"{found}"


def test_the_exit_code_is_that_of_the_gravest_finding():
    def found(*codes):
        return [Diagnosis("x", WRONG, "x", code) for code in codes]

    assert gravest([Diagnosis("x", OK, "x", 78), Diagnosis("x", NOTE, "x", 69)]) == 0
    assert gravest(found(75, 69, 78)) == ConfigError.exit_code
    assert gravest(found(75, 69)) == StoreUnavailable.exit_code
    assert gravest(found(Busy.exit_code)) == 75
    assert gravest(found(0)) == 78


def diagnosed(home, *options, **variables):
    finished = run_foresto(home, *options, "doctor", "--offline", "--json", **variables)
    assert finished.returncode not in {0, 70}, finished.stderr
    return finished.returncode, {item["name"]: item for item in json.loads(finished.stdout)["diagnoses"]}


def test_with_the_database_away_the_rest_is_looked_at(tmp_path):
    code, found = diagnosed(tmp_path, DATABASE_URL="postgresql://nobody:s3cr3t-word@127.0.0.1:1/x")
    assert code == 69
    assert found["데이터베이스"]["state"] == WRONG
    assert "s3cr3t-word" not in f"{found}"
    assert {"시계", "달력", "스케줄러", "DART_API_KEY", "실행 중단 감시(데드맨)", "잠금", "설정"} <= found.keys()


@pytest.mark.long
def test_with_broken_settings_the_rest_is_looked_at(tmp_path):
    code, found = diagnosed(tmp_path, SMTP_PORT="no number")
    assert code == 78
    assert "SMTP_PORT" in f"{found}"
    assert {"시계", "달력", "스케줄러", "상태 폴더"} <= found.keys()


def test_with_a_state_folder_that_cannot_be_made_the_keys_are_looked_at(tmp_path):
    (tmp_path / "state").write_text("in the way")
    code, found = diagnosed(tmp_path, DART_API_KEY="k" * 40)
    assert code == 78
    assert found["상태 폴더"]["state"] == WRONG
    assert found["DART_API_KEY"]["state"] == OK
    assert {"달력", "스케줄러"} <= found.keys()


def test_a_lock_that_is_a_folder_is_a_finding(tmp_path):
    (tmp_path / "state" / "collect.lock").mkdir(parents=True)
    assert "PATH" in environment_of(tmp_path)
    code, found = diagnosed(tmp_path, DATABASE_URL="postgresql://127.0.0.1:1/x", PATH=os.defpath)
    assert code == 78
    assert found["잠금"]["state"] == WRONG


def test_the_sandbox_has_its_own_time_and_its_own_folders(home):
    done = run_foresto(home, "--sandbox", "doctor", "--offline", FORESTO_SANDBOX_TODAY="2026-11-20T16:40")
    said = {line.partition(": ")[0][2:]: line.partition(": ")[2] for line in done.stdout.splitlines()}
    assert said["시계"].startswith("지금은 2026-11-20 16:4")
    assert said["상태 폴더"] == f"{home / 'state' / 'sandbox'}"
    assert said["로그"].startswith(f"{home / 'state' / 'sandbox'}")
    assert "설정 파일" not in said


def test_what_a_missing_key_brings_is_a_sentence_of_its_own(tmp_path):
    _, found = diagnosed(tmp_path, DATABASE_URL="postgresql://127.0.0.1:1/x")
    missing = [item["text"] for name, item in found.items() if name.endswith("_KEY")]
    assert missing
    for text in missing:
        before, score, _ = text.partition(" 점수: ")
        assert score
        assert before.endswith("."), text


def test_another_zone_of_the_computer_is_told_with_its_particle(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        (found,) = doctor._clock()
    finally:
        monkeypatch.undo()
        time.tzset()
    assert re.search(r"시간대는 E[SD]T이지만 foresto는", found.text)
