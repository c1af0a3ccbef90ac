"""data.krx.co.kr is one host: pages, login and the mirror's question for the date have one budget and one pace."""

from datetime import timedelta

import pytest
from support import EVENING

from foresto_cli import clock
from foresto_cli.errors import BudgetSpent
from foresto_cli.loading import load_funds, load_listed, load_prices
from foresto_cli.running import job
from foresto_cli.store import limits
from foresto_cli.upstream import krx_login

QUICK = job.Options(workers=1)
PATIENCE = 1
ONLY_KRX = ("krx_openapi_key", "fsc_api_key")
LOGIN = krx_login.LOGIN_REQUESTS


def at_krx(world):
    return [request for request in world.sandbox.requests if request.host == krx_login.HOST]


def used(world):
    with world.app.engine.connect() as connection:
        return dict(limits.budgets(connection))


def test_everything_sent_to_the_host_is_counted_in_one_budget(open_world, no_waiting):
    with open_world() as world:
        load_listed.load_listing(world.app, QUICK)
        load_funds.load_etfs(world.app, QUICK)
        world.app.fdr.listing()
        kinds = {request.path.rsplit("/", 1)[-1] for request in at_krx(world)}
        assert len(kinds) >= 5, "pages, the login's three, the date"
        assert used(world)["krx"] == len(at_krx(world))
        assert "krx_login" not in used(world)


@pytest.mark.parametrize("ask", [lambda app: app.fdr.listing(), lambda app: app.krx.stock_list()])
def test_a_budget_that_others_spent_stops_the_date_and_the_login_too(open_world, no_waiting, ask):
    with open_world() as world:
        world.app.settings.foresto_krx_daily_budget = 2
        for _ in range(2):
            world.app._transport.limits.spend("krx", 2)
        with pytest.raises(BudgetSpent, match=r"^KRX: 오늘 한도 2회"):
            ask(world.app)
        assert at_krx(world) == []


@pytest.mark.long
def test_thirty_commands_a_day_log_in_while_pages_are_left(open_world, no_waiting):
    """Each command logs in by itself: 3 of 4 requests are logins, and the budget alone says when it is enough."""
    for _ in range(25):
        with open_world() as world:
            world.app.settings.foresto_krx_daily_budget = 25 * (LOGIN + 1)
            assert world.app.krx.stock_list()
    with open_world() as world:
        world.app.settings.foresto_krx_daily_budget = 25 * (LOGIN + 1)
        with pytest.raises(BudgetSpent):
            world.app.krx.stock_list()


def test_login_pages_and_the_date_are_asked_a_second_apart(open_world, monkeypatch):
    """By the clock's own account: the sandbox hurries, so its waits are scaled back."""
    waits = []
    monkeypatch.setattr(clock, "sleep", waits.append)
    monkeypatch.setattr(clock, "monotonic", lambda: 1000.0)
    with open_world() as world:
        haste = world.app._transport.haste
        world.app.krx.stock_list()
        world.app.fdr.listing()
        world.app.krx.stock_list()
        count = len(at_krx(world))
        assert count == LOGIN + 1 + 1 + 1
        # The clock stands still, so each of them waits a pace longer than the one before.
        assert {round(step * haste, 6) for step in range(1, count)} <= {round(wait, 6) for wait in waits}


def test_a_plan_adds_up_subtracts_today_and_counts_logins(open_world, no_waiting):
    with open_world(without=ONLY_KRX) as world:
        world.app.settings.foresto_krx_daily_budget = 50
        for _ in range(40):
            world.app._transport.limits.spend("krx", 50)
        days = world.sandbox.market.sessions
        asked = (world.app, days[0], days[-3], None)
        plan = load_prices.load_prices_between(*asked, job.Options(dry_run=True)).plan
        assert plan.units == len(days) - 2
        found = plan.upstreams["krx"]
        assert (found.left, found.days) == (10, plan.budget_days)
        assert found.requests == plan.requests == plan.units + LOGIN * found.days
        sent, spent_on = 0, 0
    for later in range(plan.budget_days + 1):
        with open_world(EVENING + timedelta(days=later), without=ONLY_KRX) as world:
            world.app.settings.foresto_krx_daily_budget = 50
            load_prices.load_prices_between(world.app, *asked[1:], QUICK)
            sent += len(at_krx(world))
            spent_on += bool(at_krx(world))
    assert (sent, spent_on) == (plan.requests, plan.budget_days)
