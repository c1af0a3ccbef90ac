"""Looking on: status that keeps looking, what doctor says about running unattended, what the sandbox was sent."""

import signal
from datetime import datetime

import pytest

from foresto_cli import clock, drill
from foresto_cli.schedule import unattended
from foresto_cli.telling import late_jobs, notify
from foresto_cli.telling.diagnosis import NOTE, OK, WRONG
from foresto_cli.views import state


def test_status_keeps_looking_until_it_is_stopped(open_world, monkeypatch, capsys):
    naps = []

    def nap(seconds):
        naps.append(seconds)
        if len(naps) == 3:
            clock.wake(signal.SIGINT)
            raise clock.interruption()

    monkeypatch.setattr(clock, "sleep", nap)
    with open_world() as world:
        late_jobs.expect(world.app, "cron", "weekday")
        found = state.watch(world.app, 2)
    assert naps == [2, 2, 2]
    told = capsys.readouterr().err
    assert told.count("Ctrl-C") == 3
    assert "\n평일 수집\t" in told
    assert found["channels"] == ["Slack", "메일"]


@pytest.mark.parametrize(("now", "last", "following"), [
    ("2026-11-20T07:30", "2026-11-19", "2026-11-20"),
    ("2026-11-20T20:30", "2026-11-20", "2026-11-23"),
    ("2026-11-21T12:00", "2026-11-20", "2026-11-23"),
])  # fmt: skip
def test_until_today_s_session_has_closed_it_is_the_next_one(open_world, now, last, following):
    with open_world(now=datetime.fromisoformat(now).replace(tzinfo=clock.KST)) as world:
        found = state.status(world.app)
    assert (found["last_session"], found["next_session"]) == (last, following)


def test_doctor_looks_at_what_runs_unattended(open_world, monkeypatch):
    monkeypatch.setattr("foresto_cli.schedule.unattended.sys.platform", "linux")
    monkeypatch.setenv("PATH", "")
    with open_world(faults="500@hooks.slack.com") as world:
        fresh = {found.name: found for found in unattended.examine(world.app)}
        assert fresh["스케줄러"].state == fresh["예약 실행"].state == fresh["알림(Slack)"].state == NOTE
        assert "schedule install" in fresh["스케줄러"].text
        assert "alerts test" in fresh["알림(Slack)"].text
        assert fresh["실행 중단 감시(데드맨)"].state == OK
        notify.send_test(world.app)
        late_jobs.expect(world.app, "cron", "weekday")
        world.execute("UPDATE scheduled_job SET since = '2026-11-18'")
        later = {found.name: found for found in unattended.examine(world.app)}
        assert (later["알림(Slack)"].state, later["알림(Slack)"].exit_code) == (WRONG, 78)
        assert later["알림(메일)"].state == OK
        assert "평일 수집 3번" in later["예약 실행"].text
    with open_world(without=("slack_webhook_url", "smtp_from", "foresto_ping_url")) as world:
        bare = {found.name: found.text for found in unattended.examine(world.app)}
        assert "SLACK_WEBHOOK_URL" in bare["알림"]
        assert "SMTP_FROM" in bare["알림(메일)"]
        assert "FORESTO_PING_URL" in bare["실행 중단 감시(데드맨)"]


def test_a_mac_that_falls_asleep_is_told_how_not_to(monkeypatch, tmp_path):
    tool = tmp_path / "pmset"
    tool.write_text('#!/bin/sh\necho " sleep                10 (sleep prevented by x)"\n', encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = unattended._sleep()
    assert (found.state, "10분" in found.text) == (NOTE, True)
    tool.write_text('#!/bin/sh\necho " disksleep 10"; echo " sleep 0"\n', encoding="utf-8")
    assert unattended._sleep().state == OK


def test_what_was_sent_is_kept_for_the_next_command(monkeypatch, tmp_path, capsys):
    from foresto_cli.sandbox.outbox import FILE, Outbox, Sent

    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path}")
    assert drill.sent(clear=False, as_json=False) == 0
    assert "보낸 것이 없습니다" in capsys.readouterr().out
    file = tmp_path / "state" / "sandbox" / FILE
    Outbox(file).keep(Sent("mail", ["a@example.com"], "제목", "본문"))
    assert file.stat().st_mode & 0o077 == 0
    drill.sent(clear=False, as_json=True)
    assert '"subject": "제목"' in capsys.readouterr().out
    drill.sent(clear=True, as_json=False)
    assert not file.exists()
