"""``foresto retry`` asks again for exactly what failed, closes what is superseded, and every hint about it says so."""

from datetime import timedelta

import pytest
from everything import QUICK, load_everything
from support import EVENING

from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import (
    load_funds,
    load_indices,
    load_listed,
    load_open_data,
    load_prices,
    load_products,
    retrying,
)
from foresto_cli.running import job
from foresto_cli.running.results import Units
from foresto_cli.verify import verification
from foresto_cli.views import history, state

PATIENCE = 1
FAIL = "UPDATE unit_ledger SET status = 'failed', reason = 'x' WHERE dataset = :dataset AND unit = :unit"
PLANT = (
    "INSERT INTO unit_ledger (dataset, unit, status, reason, run_id, asked_at)"
    " VALUES (:dataset, :unit, 'failed', 'x', 1, '2026-11-20')"
)
INCIDENT = (
    "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at, last_seen_at)"
    " VALUES ('load_failed', :dataset, 'warning', 't', 'm', '2026-11-20', '2026-11-20')"
)


def status_of(world, dataset, unit):
    return world.scalar("SELECT status FROM unit_ledger WHERE dataset = :d AND unit = :u", d=dataset, u=unit)


def unsettled(world):
    result = verification.verify_daily(world.app)
    return next((finding for finding in result.findings if finding.check == "ledger.unsettled"), None)


@pytest.mark.long
def test_exactly_the_failed_units_are_asked_for_again(loaded):
    for dataset, unit in (
        ("prices.day", "2026-11-09"),
        ("prices.day", "2026-11-17"),
        ("prices.index", "KOSDAQ:2026"),
        ("etfs.day", "2026-11-20"),
    ):
        loaded.execute(FAIL, dataset=dataset, unit=unit)
        assert status_of(loaded, dataset, unit) == "failed"
    loaded.execute(INCIDENT, dataset="prices.day")
    assert unsettled(loaded).repair == "foresto retry"
    before = len(loaded.sandbox.requests)
    plan = retrying.retry(loaded.app, None, job.Options(dry_run=True))
    assert (plan.plan.units, len(loaded.sandbox.requests)) == (5, before), "four, and the returns of ETFs"
    result = retrying.retry(loaded.app, None, QUICK)
    assert (result.outcome, result.exit_code) == ("done", 0)
    assert result.units == Units(planned=5, done=5)
    days = {r.fields.get("basDd") for r in loaded.sandbox.requests[before:] if "stk_bydd" in r.path}
    assert days == {"20261109", "20261117"}
    assert unsettled(loaded) is None
    assert loaded.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0
    again = retrying.retry(loaded.app, None, QUICK)
    assert (again.outcome, again.requests) == ("nothing_to_do", {"total": 0})


def test_what_newer_data_have_superseded_is_closed_and_not_asked_for(loaded):
    load_open_data.load_bonds(loaded.app, "all", None, QUICK)
    planted = [("bonds", "2026-10-30"), ("bonds", "2026-10-30:high_quality"), ("listing", "krx:2026-11-18")]
    for dataset, unit in planted:
        loaded.execute(PLANT, dataset=dataset, unit=unit)
        loaded.execute(INCIDENT + " ON CONFLICT DO NOTHING", dataset=dataset)
    result = retrying.retry(loaded.app, None, QUICK)
    assert (result.outcome, result.exit_code, result.requests["total"]) == ("nothing_to_do", 0, 0)
    assert "3건" in result.notes[0]
    assert [status_of(loaded, *one) for one in planted] == ["superseded"] * 3
    assert loaded.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0
    assert unsettled(loaded) is None


def test_the_newest_list_answers_for_an_old_one(loaded):
    loaded.execute(PLANT, dataset="bonds", unit="2026-10-30")
    result = retrying.retry(loaded.app, None, QUICK)
    assert (result.units.done, status_of(loaded, "bonds", "2026-11-19")) == (1, "done")
    assert status_of(loaded, "bonds", "2026-10-30") == "superseded"


def test_any_collecting_command_closes_what_its_data_have_superseded(loaded):
    loaded.execute(PLANT, dataset="bonds", unit="2026-10-30")
    load_open_data.load_bonds(loaded.app, "all", None, QUICK)
    assert status_of(loaded, "bonds", "2026-10-30") == "superseded"


@pytest.mark.parametrize("unit", ["desc:2026-11-09", "desc:2026-11-16", "delisting:2026-11-13", "delisting:2026-11-20"])
def test_a_list_that_failed_is_closed_when_the_mirror_that_alone_has_it_is_found_dead(open_world, unit):
    with open_world(stocks=60, sessions=14, faults="frozen_mirror@2026-11-06") as world:
        world.execute(PLANT, dataset="listing", unit=unit)
        world.execute(INCIDENT, dataset="listing")
        assert load_listed.load_listing(world.app, QUICK).exit_code == 0
        assert status_of(world, "listing", unit) == "superseded"
        assert world.rows("SELECT alert_type FROM ops_alert WHERE resolved_at IS NULL") == [("mirror",)]
        assert unsettled(world) is None


def test_so_is_one_by_whatever_command_found_the_mirror_dead_but_not_one_that_failed_since(open_world):
    frozen = {"stocks": 60, "sessions": 14, "faults": "frozen_mirror@2026-11-06"}
    with open_world(**frozen) as world:
        world.execute(PLANT, dataset="listing", unit="desc:2026-11-16")
        load_indices.load_index(world.app, 14, QUICK)
        assert status_of(world, "listing", "desc:2026-11-16") == "superseded"
    with open_world(EVENING + timedelta(days=3), **frozen, without=("fsc_api_key",)) as world:
        world.execute(PLANT.replace("2026-11-20", "2026-11-23"), dataset="listing", unit="desc:2026-11-23")
        load_prices.load_prices_incremental(world.app, 1, 2, QUICK)
        assert status_of(world, "listing", "desc:2026-11-23") == "failed"


def test_what_failed_and_then_was_refused_to_the_key_is_closed(open_world):
    keys = {"without": ("krx_id", "krx_pw", "fsc_api_key")}
    with open_world(stocks=60, sessions=14, faults="unapproved@etf_bydd_trd", **keys) as world:
        world.execute(PLANT, dataset="etfs.day", unit="2026-11-19")
        load_funds.load_etfs(world.app, QUICK)
        assert status_of(world, "etfs.day", "2026-11-19") == "superseded"
        assert unsettled(world) is None
    # Approved since: it is asked for like one that never was.
    with open_world(stocks=60, sessions=14, **keys) as world:
        load_funds.load_etfs(world.app, QUICK)
        assert status_of(world, "etfs.day", "2026-11-19") == "done"


@pytest.mark.parametrize(
    ("dataset", "unit"),
    [
        ("of.another.version", "x"),
        ("prices.ticker", "999999:2026-11-05:2026-11-06"),
        ("prices.day", "2026-11-15"),
        ("dart.statements", "2015/11011/h7+100"),
        ("dart.details", "00126380:2025:11011"),
        ("dart.decisions", "20260101000001"),
        ("fss.deposits", "999999"),
    ],
)
def test_what_nobody_can_give_or_needs_is_closed(loaded, dataset, unit):
    loaded.execute(PLANT, dataset=dataset, unit=unit)
    assert retrying.retry(loaded.app, None, QUICK).exit_code == 0
    assert status_of(loaded, dataset, unit) == "superseded"


def test_one_data_set_or_a_group_may_be_named(loaded):
    for dataset, unit in (("prices.day", "2026-11-17"), ("etfs", "list:2026-11-20")):
        loaded.execute(FAIL, dataset=dataset, unit=unit)
    assert retrying.retry(loaded.app, "prices", QUICK).units.done == 1
    assert status_of(loaded, "etfs", "list:2026-11-20") == "failed"
    assert retrying.retry(loaded.app, "etfs", QUICK).units.done == 1
    with pytest.raises(UsageError, match=r"dart\.statements"):
        retrying.retry(loaded.app, "price", QUICK)


def test_a_missing_key_is_named_and_hinders_nothing_else(open_loaded):
    with open_loaded(without=("fss_api_key",)) as world:
        world.execute(PLANT, dataset="fss.deposits", unit="020000")
        with pytest.raises(ConfigError, match="FSS_API_KEY"):
            retrying.retry(world.app, None, QUICK)
        world.execute(FAIL, dataset="prices.day", unit="2026-11-17")
        result = retrying.retry(world.app, None, QUICK)
        assert result.units.done == 1
        assert any("FSS_API_KEY" in note for note in result.notes)


def test_whoever_tells_of_failed_units_names_the_command(open_loaded, capsys):
    with open_loaded(faults="500@finlife.fss.or.kr") as world:
        result = load_products.load_products(world.app, "deposits", "020000", QUICK)
        assert result.units.failed == 1
        message = world.scalar("SELECT alert_message FROM ops_alert WHERE alert_type = 'load_failed'")
        assert message.endswith("다시 요청하려면: foresto retry")
        [line] = state.status(world.app)["unsettled"]
        assert line == {
            "kind": "failed",
            "units": {"fss.deposits": 1},
            "text": "실패 1건(fss.deposits 1)",
            "hint": "foresto retry",
        }
        capsys.readouterr()
        shown = history.show_one(world.app, result.run_id)
        assert shown["unsettled"] == [line]


@pytest.mark.parametrize(
    ("closing", "until"),
    [
        (
            "INSERT INTO upstream_block VALUES ('finlife', '2026-11-20 20:00', '2026-11-21 20:00', 'x')",
            "11-21 20:00",
        ),
        ("INSERT INTO upstream_usage VALUES ('finlife', '2026-11-20', 2000)", "11-21 00:00"),
    ],
)
def test_a_hint_never_contradicts_an_open_breaker_or_a_spent_budget(loaded, closing, until):
    loaded.execute(PLANT, dataset="fss.deposits", unit="020000")
    loaded.execute(closing)
    for hint in (unsettled(loaded).repair, state.status(loaded.app)["unsettled"][0]["hint"]):
        assert until in hint
        assert hint.endswith("foresto retry")
    told = loaded.scalar("SELECT alert_message FROM ops_alert WHERE subject = 'ledger.unsettled'")
    assert until in told
    # Something else that failed can be asked for at once.
    loaded.execute(FAIL, dataset="prices.day", unit="2026-11-17")
    assert unsettled(loaded).repair == "foresto retry"


def test_prices_are_named_for_the_hour_at_which_some_source_has_them(open_loaded):
    block = "INSERT INTO upstream_block VALUES ('krx', '2026-11-20 16:31', '2026-11-21 16:31', 'x')"
    lost = "DELETE FROM stock_price_daily WHERE trade_date = '2026-11-20'"
    with open_loaded(without=("fsc_api_key",)) as world:
        for statement in (
            block,
            lost,
            "INSERT INTO upstream_block SELECT 'fdr', since, blocked_until, reason FROM upstream_block",
        ):
            world.execute(statement)
        found = {finding.check: finding for finding in verification.verify_daily(world.app).findings}
        # The breaker opens on a Saturday, the OPEN API publishes on Monday: KRX is first.
        assert "11-21 16:31 뒤에" in found["prices.sessions"].repair
    with open_loaded(without=("fsc_api_key", "krx_id")) as world:
        world.execute("DELETE FROM stock_price_daily WHERE trade_date = '2026-11-19'")
        found = {finding.check: finding for finding in verification.verify_daily(world.app).findings}
        assert "뒤에" not in found["prices.sessions"].repair


def test_the_command_runs_as_written(foresto):
    done = foresto("--sandbox", "retry")
    assert (done.returncode, "할 일이 없습니다" in done.stdout) == (0, True)
    assert foresto("--sandbox", "retry", "--data", "nothing").returncode == 2


@pytest.mark.slow
def test_of_every_data_set_the_oldest_and_the_newest_unit_can_be_asked_for_again(open_loaded):
    with open_loaded() as world:
        load_everything(world)
        units = world.rows("SELECT dataset, min(unit), max(unit) FROM unit_ledger GROUP BY 1")
        assert len(units) >= 30
        for dataset, oldest, newest in units:
            for unit in {oldest, newest}:
                world.execute(FAIL, dataset=dataset, unit=unit)
                assert unsettled(world).repair == "foresto retry"
                result = retrying.retry(world.app, None, QUICK)
                assert result.exit_code == 0, (dataset, unit, result.reasons)
                # Returns follow from the sessions of ETFs in the same run; nothing else is asked.
                assert result.units.planned <= 1 + (dataset == "etfs.day"), (dataset, unit, result.units)
                assert status_of(world, dataset, unit) != "failed", (dataset, unit)
        assert unsettled(world) is None


@pytest.mark.slow
def test_a_fortnight_later_every_failed_unit_is_answered_or_closed(open_loaded):
    with open_loaded() as world:
        load_everything(world)
        world.execute("UPDATE unit_ledger SET status = 'failed', reason = 'x'")
    with open_loaded(EVENING + timedelta(days=14), sessions=22) as world:
        result = retrying.retry(world.app, None, QUICK)
        assert result.units.failed == 0, result.reasons
        assert world.rows("SELECT dataset, unit FROM unit_ledger WHERE status = 'failed'") == []


def test_a_unit_that_did_not_fail_is_asked_for_again_by_name(loaded):
    loaded.execute("UPDATE stock_price_daily SET name = '틀린이름' WHERE trade_date = '2026-11-18'")
    plan = retrying.units_again(loaded.app, "prices.day", ["2026-11-18"], job.Options(dry_run=True))
    assert plan.units.planned == 1
    result = retrying.units_again(loaded.app, "prices.day", ["2026-11-18"], QUICK)
    assert (result.outcome, result.units.done) == ("done", 1)
    assert loaded.scalar("SELECT count(*) FROM stock_price_daily WHERE name = '틀린이름'") == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [(None, "--data와 함께"), ("nonsense", "이런 자료가 없습니다"), ("prices.day", "단위는 2026-11-20처럼 적습니다")],
)
def test_a_unit_that_there_is_not_is_refused_in_one_sentence(loaded, data, said):
    before = len(loaded.sandbox.requests)
    with pytest.raises(UsageError, match=said):
        retrying.units_again(loaded.app, data, ["어제"], QUICK)
    assert len(loaded.sandbox.requests) == before
