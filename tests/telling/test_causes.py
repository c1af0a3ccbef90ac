"""One cause is one incident: the day without prices, what follows from it, and what is waited for."""

from datetime import datetime, timedelta

import pytest

from foresto_cli import clock
from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS
from foresto_cli.datasets.prices import gaps
from foresto_cli.running import job
from foresto_cli.telling import alerts, priceless, watch
from foresto_cli.verify import verification
from foresto_cli.verify.verification import Verification
from foresto_cli.views import market_mail, state

pytestmark = pytest.mark.long

PATIENCE = 1
PINGS = "hc-ping.com"
THURSDAY = datetime(2026, 11, 26, 16, 30, tzinfo=clock.KST)
BLOCKED = "block@data.krx.co.kr,frozen_mirror@2026-11-25"
SIZE = {"sessions": 12}


def run(world, name):
    with watch.attended(world.app, f"run {name}"):
        return chain.run_chain(world.app, name, job.Options())


def open_ones(world):
    with world.app.engine.connect() as connection:
        return [(level, title, message) for _, level, title, message, _ in alerts.open_alerts(connection)]


def told(world):
    return [(item.channel, item.subject) for item in world.sandbox.outbox.items if item.channel != "ping"]


@pytest.fixture
def week(open_world):
    """A market that is loaded until Wednesday evening; opens the world at any moment of the days after."""
    with open_world(THURSDAY - timedelta(hours=20), **SIZE) as world:
        market = [step for step in CHAINS["initial"] if step.name not in {"dart financials", "score batch"}]
        assert chain.run(world.app, "initial", market, job.Options()).exit_code == 0
        world.execute("DELETE FROM ops_alert")

    def opened(moment, faults=""):
        return open_world(moment, faults=faults, **SIZE)

    return opened


def test_a_day_without_prices_is_one_critical_incident_that_names_its_cause(week):
    with week(THURSDAY, BLOCKED) as world:
        first = run(world, "weekday")
        assert isinstance(first.steps[-1], Verification), "verify runs whatever failed"
        assert [(level, title) for level, title, _ in open_ones(world)] == [("warning", "KRX 차단, 11-27 16:30까지")]
    with week(THURSDAY.replace(hour=20, minute=20), BLOCKED) as world:
        result = run(world, "weekday_final")
        listed = world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE is_listed")
        ((level, title, message),) = open_ones(world)
        assert (level, title) == ("critical", f"11-26 시세 없음 (0/{listed:,}종목): KRX 차단, 11-27 16:30까지")
        assert "마지막 거래일 종목 수" in message
        assert result.alerts == [title]
        assert sorted(told(world)) == [("mail", f"[foresto 심각] {title}"), ("slack", f"[foresto 심각] {title}")]
        found = gaps.by_session(world.app, THURSDAY.date() - timedelta(days=3))
        (missing,) = [day for day in found if day.state in gaps.GAPS]
        assert "11-27 16:30까지" in missing.reason
    with week(datetime(2026, 11, 27, 7, 30, tzinfo=clock.KST), BLOCKED) as world:
        sent = market_mail.send(world.app)
        assert (sent.outcome, sent.exit_code) == ("done", 0)
        (mail,) = world.sandbox.outbox.items
        assert "11월 26일 (목) 시세 없음" in mail.subject
        assert "KRX 차단, 11-27 16:30까지" in mail.text
        assert market_mail.send(world.app).outcome == "nothing_to_do"
    # The OPEN API has the session in the morning: the block is all that remains, and the mail has told already.
    with week(datetime(2026, 11, 27, 8, 10, tzinfo=clock.KST), BLOCKED) as world:
        assert run(world, "morning").steps[0].units.done >= 1
        assert [(level, title) for level, title, _ in open_ones(world)] == [("warning", "KRX 차단, 11-27 16:30까지")]
    with week(datetime(2026, 11, 27, 16, 31, tzinfo=clock.KST)) as world:
        run(world, "weekday")
        assert open_ones(world) == []
        assert [subject for channel, subject in told(world) if channel == "slack"] == [
            "[foresto 해결] KRX 차단, 11-27 16:30까지"
        ]


NOTHING = {
    "block@data.krx.co.kr,frozen_mirror@2026-11-25": ("blocked", r"KRX 차단, 11-27 20:2\d까지"),
    "429@data.krx.co.kr,frozen_mirror@2026-11-25": ("no_prices", "KRX 한도 소진, 자정까지"),
    "CD002@data.krx.co.kr,frozen_mirror@2026-11-25": ("auth", "KRX 인증 실패"),
    "reset@*": ("network", "네트워크 연결 없음"),
    "500@data.krx.co.kr,500@raw.githubusercontent.com": ("load_failed", "출처가 제대로 답하지 않음"),
    "html@data.krx.co.kr/MDCSTAT01501,truncated@raw.githubusercontent.com": ("load_failed", "출처가 제대로 답하지"),
}


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(faults, id=kind, marks=() if kind in {"blocked", "no_prices"} else pytest.mark.slow)
        for faults, (kind, _) in NOTHING.items()
    ],
)
def test_whatever_the_cause_it_is_one_incident_and_ends_with_the_prices(week, faults):
    kind, cause = NOTHING[faults]
    evening = THURSDAY.replace(hour=20, minute=20)
    with week(evening, faults) as world:
        run(world, "weekday_final")
        grave = world.rows("SELECT alert_type, alert_title FROM ops_alert WHERE alert_level = 'critical'")
        assert len(grave) == 1, grave
        assert grave[0][0] == kind
        import re

        assert re.search(rf"^11-26 시세 없음 \(0/\d+종목\): {cause}", grave[0][1]), grave
        quiet = world.rows(
            "SELECT alert_type, subject, alert_title FROM ops_alert WHERE alert_type IN ('verify', 'load_failed')"
            " AND alert_level = 'warning'"
        )
        assert [found for found in quiet if found[0] == "verify"] == []
        # Saying it again says the same.
        run(world, "weekday_final")
        assert len(world.rows("SELECT 1 FROM ops_alert WHERE alert_level = 'critical'")) == 1
        world.execute("DELETE FROM upstream_block")
        world.begin_budgets_anew()
    with week(datetime(2026, 11, 27, 8, 10, tzinfo=clock.KST)) as world:
        run(world, "morning")
        assert [title for _, title, _ in open_ones(world) if "시세 없음" in title] == []


def test_before_the_days_last_run_nothing_is_missing(week):
    with week(THURSDAY, BLOCKED) as world:
        run(world, "weekday")
        assert priceless.days(world.app) == []
        assert verification.verify_daily(world.app, is_last_word=False).exit_code == 0


def test_a_chain_of_which_no_step_succeeded_failed(week):
    with week(THURSDAY, "reset@*") as world:
        result = run(world, "weekday")
        assert result.outcome == "failed"
        assert result.exit_code != 0
        assert state.status(world.app)["last_runs"][-1]["outcome"]
    with week(THURSDAY) as world:
        assert run(world, "weekday").outcome == "done"


def test_a_dead_network_is_one_incident_whatever_it_stopped(week):
    with week(datetime(2026, 11, 27, 20, 20, tzinfo=clock.KST)) as world:
        run(world, "weekday_final")
    with week(datetime(2026, 11, 28, 10, 0, tzinfo=clock.KST), "reset@*") as world:
        run(world, "weekly")
        found, *others = [one for one in open_ones(world) if "알림을 보내지 못합니다" not in one[1]]
        assert not others, (found[:2], others)
        assert found[:2] == ("warning", "네트워크 연결 없음")
        assert "함께 멈춘 것" in found[2]
    with week(datetime(2026, 11, 28, 13, 0, tzinfo=clock.KST)) as world:
        run(world, "weekly")
        assert [title for _, title, _ in open_ones(world) if "네트워크" in title] == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in {"close", "quarterly"} else pytest.mark.slow)
        for name in CHAINS
        if name != "initial"
    ],
)
def test_every_chain_has_a_verification_that_nothing_keeps_from_running(name):
    last = next(step for step in reversed(CHAINS[name]) if step.name.startswith("verify"))
    assert last.name in {"verify daily", "verify weekly", "verify monthly"}
    assert (last.needs, last.key) == ((), None)


def test_a_block_that_ends_minutes_after_the_start_is_waited_for(week, monkeypatch):
    with week(THURSDAY - timedelta(days=1), BLOCKED) as world:
        world.app._transport.limits.block("krx", "x")
    slept = []

    def sleep(seconds):
        if seconds > 10:
            slept.append(seconds)
            clock.pretend(clock.now() + timedelta(seconds=seconds))

    with week(THURSDAY - timedelta(minutes=4), "frozen_mirror@2026-11-25") as world:
        monkeypatch.setattr(clock, "sleep", sleep)
        from foresto_cli.loading import load_prices

        day = THURSDAY.date()
        impatient = load_prices.load_prices_between(world.app, day, day, None, job.Options())
        assert impatient.outcome == "blocked"
        assert slept == []
    with week(THURSDAY - timedelta(minutes=4), "frozen_mirror@2026-11-25") as world:
        patient = load_prices.load_prices_between(world.app, day, day, None, job.Options(wait=timedelta(minutes=10)))
        assert patient.outcome == "done"
        assert len(slept) == 1
        assert 200 < slept[0] < 260
