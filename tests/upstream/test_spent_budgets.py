"""A day's requests that an upstream called used up: asked three times, then nobody until midnight in Korea."""

from datetime import timedelta

import pytest
from support import EVENING

from foresto_cli import clock
from foresto_cli.console import Console
from foresto_cli.errors import BudgetSpent
from foresto_cli.loading import load_listed, load_open_data, load_products, load_statements
from foresto_cli.running import job
from foresto_cli.store import limits
from foresto_cli.store.limits import StoredLimits
from foresto_cli.views import doctor, state

PATIENCE = 1
QUICK = job.Options(workers=1)
MORNING = EVENING.replace(hour=9, minute=0)


def bonds(app):
    return load_open_data.load_bonds(app, "all", None, QUICK)


def fss(app):
    return load_products.load_products(app, "deposits", None, QUICK)


def dart(app):
    return load_statements.load_statements(app, load_statements.wanted_reports(2025, None, None, None), QUICK)


SPENT = [
    ("fss020@finlife.fss.or.kr", "finlife", fss),
    ("gateway22@apis.data.go.kr", "fsc", bonds),
    ("gateway23@apis.data.go.kr", "fsc", bonds),
    ("429@apis.data.go.kr", "fsc", bonds),
    ("429@finlife.fss.or.kr", "finlife", fss),
    ("dart020@opendart.fss.or.kr", "dart", dart),
    ("429@opendart.fss.or.kr", "dart", dart),
]


@pytest.mark.long
@pytest.mark.parametrize(("fault", "name", "load"), SPENT)
def test_a_budget_called_spent_is_remembered_until_midnight(open_world, monkeypatch, fault, name, load):
    slept = []
    monkeypatch.setattr(clock, "sleep", lambda seconds: slept.append(round(seconds * 1000)))
    with open_world(MORNING) as world:
        load_listed.load_listing(world.app, QUICK)
        world.sandbox.faults.add(fault)
        slept.clear()
        first = load(world.app)
        assert (first.outcome, first.exit_code, first.units.failed) == ("quota", 75, 0)
        assert first.requests[name] == 3
        assert [seconds for seconds in slept if seconds >= 10] == [60, 60]
        world.sandbox.faults.clear()
    # Another command, later that day: the upstream would answer, and is not asked.
    with open_world(MORNING + timedelta(hours=3)) as world:
        again = load(world.app)
        assert (again.outcome, again.exit_code) == ("quota", 75)
        assert again.requests["total"] == 0
        (reason,) = again.reasons
        assert "09:00" in reason
        assert "자정(KST)" in reason
        assert list(state.status(world.app)["spent"]) == [name]
        assert next(found.text for found in doctor._budgets(world.app) if found.name == "한도").startswith(
            f"{limits.label(name)}: 09:00"
        )
    with open_world((MORNING + timedelta(days=1)).replace(hour=0, minute=1)) as world:
        assert load(world.app).outcome in {"done", "partial", "nothing_to_do"}
        assert state.status(world.app)["spent"] == {}


def test_dart_quota_agrees(open_world, capsys):
    with open_world(MORNING, faults="dart020@opendart.fss.or.kr") as world:
        load_listed.load_listing(world.app, QUICK)
        dart(world.app)
        world.app.console = Console()
        found = load_statements.quota(world.app)
        load_statements.show_quota(world.app, found)
        assert (found["left"], found["used"]) == (0, 3)
        told = capsys.readouterr().out
        assert "0번 남았습니다" in told
        assert "09:00에 오늘 한도를 다 썼다는 답을 받아" in told


def test_what_is_told_by_webhooks_is_told_again_the_same_day(open_world):
    """Slack's "too fast" is about seconds: it must not silence the alarms until midnight."""
    with open_world(faults="429@hooks.slack.com*1") as world:
        from foresto_cli.telling import notify

        assert notify.send_test(world.app)["Slack"] is not None
        world.app.__dict__.pop("slack", None)
        assert notify.send_test(world.app)["Slack"] is None
        assert state.status(world.app)["spent"] == {}


def test_a_mark_made_while_the_clock_was_ahead_is_none(engine):
    clock.pretend(EVENING + timedelta(hours=2))
    stored = StoredLimits(engine)
    stored.exhaust("dart", "020")
    with pytest.raises(BudgetSpent, match="22:30"):
        stored.spend("dart", 10)
    clock.pretend(EVENING)
    stored.spend("dart", 10)
    with engine.connect() as connection:
        assert limits.exhausted(connection) == {}
    stored.exhaust("dart", "020")
    with pytest.raises(BudgetSpent, match="20:30"):
        stored.spend("dart", 10)
