"""An incident is told once to everybody, again each day while it lasts, and when it is over; each rule."""

from datetime import timedelta

import pytest
from support import EVENING

from foresto_cli.errors import ConfigError, Transient, UsageError
from foresto_cli.loading import load_listed, load_prices
from foresto_cli.running import job
from foresto_cli.settings import SANDBOX_KEYS
from foresto_cli.telling import alarm, alerts, late_jobs, notify, outage, watch
from foresto_cli.telling.alerts import Alert
from foresto_cli.verify import verification

DAY = timedelta(days=1)
PATIENT = 0.5
"""A busy machine must not make a silence of its own."""
QUICK = job.Options()
INCIDENT = Alert("auth", "krx", "critical", "krx 인증 실패", "비밀번호를 바꾸세요.")


def told(world, channel="slack"):
    """Subjects of what a channel was told in this world."""
    return [item.subject for item in world.sandbox.outbox.items if item.channel == channel]


def deliver(world):
    before = len(told(world)), len(told(world, "mail"))
    notify.deliver(world.app)
    fresh = told(world)[before[0] :]
    assert fresh == told(world, "mail")[before[1] :], "every channel hears the same"
    return fresh


# --- telling --------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_an_incident_is_told_once_reminded_each_day_and_ended(open_world):
    with open_world() as world:
        for _ in range(3):
            alerts.raise_alert(world.app.engine, INCIDENT, None)
        assert deliver(world) == ["[foresto 심각] krx 인증 실패"]
        assert deliver(world) == []
        assert "3번" in world.sandbox.outbox.items[-1].text
    with open_world(now=EVENING + timedelta(hours=13)) as world:
        assert deliver(world) == [], "the next morning is not a day later"
    for day in (1, 2):
        # A little earlier than the day before: jobs are not punctual to the second.
        with open_world(now=EVENING + day * DAY - timedelta(minutes=day)) as world:
            assert deliver(world) == ["[foresto 심각] krx 인증 실패"]
            assert deliver(world) == []
            assert "계속" in world.sandbox.outbox.items[-1].text
    with open_world(now=EVENING + 3 * DAY) as world:
        alerts.resolve(world.app.engine, "auth", "krx")
        assert deliver(world) == ["[foresto 해결] krx 인증 실패"]
        assert deliver(world) == []


def test_what_was_over_before_anybody_heard_of_it_is_not_told(open_world):
    with open_world() as world:
        alerts.raise_alert(world.app.engine, INCIDENT, None)
        alerts.resolve(world.app.engine, "auth", "krx")
        assert deliver(world) == []


def test_several_incidents_are_one_message_gravest_first(open_world):
    with open_world() as world:
        alerts.raise_alert(world.app.engine, Alert("verify", "x", "warning", "둘째", "x"), None)
        alerts.raise_alert(world.app.engine, INCIDENT, None)
        assert deliver(world) == ["[foresto] 심각 1 · 주의 1"]
        text = world.sandbox.outbox.items[-1].text
        assert text.index("krx 인증 실패") < text.index("둘째")


def test_an_acknowledged_incident_is_not_repeated_but_its_end_is_told(open_world):
    with open_world() as world:
        alerts.raise_alert(world.app.engine, INCIDENT, None)
        deliver(world)
        (found,) = alarm.show_list(world.app, 10)
        assert alarm.acknowledge(world.app, found["alert_id"])["title"] == INCIDENT.title
        with pytest.raises(UsageError, match="99"):
            alarm.acknowledge(world.app, 99)
    with open_world(now=EVENING + DAY) as world:
        assert deliver(world) == []
        alerts.resolve(world.app.engine, "auth", "krx")
        assert deliver(world) == ["[foresto 해결] krx 인증 실패"]


def test_a_warning_that_became_critical_is_told_at_once(open_world):
    with open_world() as world:
        for level in ("warning", "critical", "critical"):
            alerts.raise_alert(world.app.engine, Alert("missed", "weekday", level, level, "x"), None)
            deliver(world)
        assert told(world) == ["[foresto 주의] warning", "[foresto 심각] critical"]


def test_a_failing_channel_fails_nothing_is_told_by_the_other_and_gets_its_news_later(open_world):
    with open_world(faults="500@hooks.slack.com") as world:
        alerts.raise_alert(world.app.engine, INCIDENT, None)
        with watch.attended(world.app, "status"):
            pass
        assert told(world) == []
        assert told(world, "mail") == ["[foresto] 심각 1 · 주의 1"]
        assert "Slack: 알림을 보내지 못합니다" in world.sandbox.outbox.items[-1].text
        asked = len(world.asked("/services/"))
        notify.deliver(world.app)
        assert len(world.asked("/services/")) == asked == 1, "it is left alone for a while"
    with open_world(now=EVENING + timedelta(hours=1)) as world:
        notify.deliver(world.app)
        assert told(world) == ["[foresto 심각] krx 인증 실패"]
        notify.deliver(world.app)
        assert told(world, "mail") == ["[foresto 해결] Slack: 알림을 보내지 못합니다"]
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 1


def test_a_channel_that_failed_is_tried_again_even_when_there_is_nothing_left_to_tell(open_world):
    with open_world(faults="500@hooks.slack.com") as world:
        alerts.raise_alert(world.app.engine, INCIDENT, None)
        notify.deliver(world.app)
        alerts.resolve(world.app.engine, "auth", "krx")
    with open_world(now=EVENING + timedelta(hours=1)) as world:
        notify.deliver(world.app)
        assert told(world) == ["[foresto] 알림이 다시 갑니다"]
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0
        notify.deliver(world.app)
        assert len(told(world)) == 1


def test_no_secret_is_told(open_world):
    with open_world() as world:
        secrets = " ".join(SANDBOX_KEYS.values())
        alerts.raise_alert(world.app.engine, Alert("auth", "x", "critical", secrets[:150], secrets), None)
        notify.deliver(world.app)
        for item in world.sandbox.outbox.items:
            shown = f"{item.subject} {item.text}"
            assert not [key for key in SANDBOX_KEYS.values() if key in shown and key != "sandbox"]


def test_a_test_message_reaches_every_channel_and_tells_which_fails(open_world):
    with open_world(faults="unauthorized@smtp") as world:
        channels = alarm.send_test(world.app)
        assert channels["Slack"] is None
        assert "SMTP_PASSWORD" in channels["메일"]
    with open_world(without=("slack_webhook_url", "smtp_host")) as world, pytest.raises(ConfigError, match="SLACK"):
        alarm.send_test(world.app)


# --- rules ----------------------------------------------------------------------------------------------------------


def incremental(world):
    with watch.attended(world.app, "prices incremental"):
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)


def verify(world):
    with watch.attended(world.app, "verify daily"):
        verification.verify_daily(world.app)


RULES = {
    "daily prices failed": (
        incremental, "502@data-dbg.krx.co.kr", ("krx_id", "fsc_api_key"), "[심각] 일별 시세 11건 실패",
    ),
    "the key is invalid": (incremental, "CD010@data.krx.co.kr", (), "[foresto 심각] KRX 인증 실패"),
    "KRX is silent": (
        incremental, "500@data.krx.co.kr/MDCSTAT01501", ("krx_openapi_key",), "KRX 사용 불가",
    ),
    "KRX blocks": (incremental, "block@data.krx.co.kr/MDCSTAT01501", (), "KRX 차단, 11-21 20:30까지"),
    "verification failed": (verify, "", (), "검증: 시세 있음"),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("rule", RULES)
def test_each_rule_fires_once_to_all_is_repeated_after_a_day_and_ends(open_world, rule):
    run, faults, without, subject = RULES[rule]
    with open_world(faults=faults, without=without, patience=PATIENT) as world:
        run(world)
        run(world)
        first = told(world)
        assert len(first) == 1, first
        assert told(world, "mail") == first
        assert subject in world.sandbox.outbox.items[0].text + first[0]
    with open_world(
        faults=faults, without=without, now=EVENING + DAY + timedelta(minutes=1), patience=PATIENT
    ) as world:
        run(world)
        run(world)
        assert len(told(world)) == 1
        assert told(world, "mail") == told(world)
    # A Sunday: no session has left the sandbox's window.
    with open_world(now=EVENING + 2 * DAY + timedelta(hours=1), patience=PATIENT) as world:
        load_prices.load_index(world.app, 1825, QUICK)
        load_listed.load_listing(world.app, QUICK)
        incremental(world)
        verify(world)
        ended = [item for item in world.sandbox.outbox.items if item.channel == "slack" and "해결" in item.text]
        assert ended
        assert world.rows("SELECT alert_type, subject, alert_message FROM ops_alert WHERE resolved_at IS NULL") == []


@pytest.mark.long
def test_a_missed_job_alerts_although_nothing_ran(open_world):
    with open_world(now=EVENING - DAY) as world:
        late_jobs.expect(world.app, "cron", "weekday")
    with open_world(now=EVENING + timedelta(minutes=31)) as world:
        with watch.attended(world.app, "status"):
            pass
        assert told(world) == ["[foresto 주의] '평일 수집'이 제시간에 돌지 않았습니다"]
        assert told(world, "mail") == told(world)
        with watch.attended(world.app, "status"):
            pass
        assert len(told(world)) == 1
    with open_world(now=EVENING + 3 * DAY + timedelta(hours=1)) as world:
        with watch.attended(world.app, "runs list"):
            pass
        assert told(world) == ["[foresto 심각] '평일 수집'이 제시간에 돌지 않았습니다"], "two in a row are critical"
        late_jobs.expect_nothing(world.app)
        with watch.attended(world.app, "schedule uninstall"):
            pass
        assert told(world)[1:] == ["[foresto 해결] '평일 수집'이 제시간에 돌지 않았습니다"]


def test_a_database_that_is_away_is_told_without_it(open_world):
    from foresto_cli.errors import StoreUnavailable
    from foresto_cli.store.limits import NoLimits

    exhausted = StoreUnavailable("데이터베이스에 연결할 수 없습니다: FATAL:  sorry, too many clients already.")
    with open_world() as world:
        world.app.folders.outage_file.parent.mkdir(parents=True, exist_ok=True)
        here = type(world.app)(
            world.app.settings, world.app.folders, None, world.app.console, world.app.redact, world.sandbox, NoLimits()
        )
        for _ in range(3):
            outage.tell(here, exhausted)
        assert told(world) == ["[foresto 심각] 데이터베이스 연결이 모자랍니다"] == told(world, "mail")
        with watch.attended(world.app, "status"):
            pass
        assert told(world)[1:] == ["[foresto 해결] 데이터베이스 연결이 모자랍니다"] == told(world, "mail")[1:]
        assert not world.app.folders.outage_file.exists()


def test_a_run_that_was_stopped_tells_nothing_and_a_bug_is_an_incident(open_world):
    with open_world() as world:
        with pytest.raises(ZeroDivisionError), watch.attended(world.app, "x"):
            _ = 1 / 0
        assert told(world) == ["[foresto 심각] x: foresto의 오류"]
        with pytest.raises(Transient), watch.attended(world.app, "y"):
            raise Transient("no incident of its own")
        with watch.attended(world.app, "x"):
            pass
        assert told(world)[1:] == ["[foresto 해결] x: foresto의 오류"]
