"""Every missing cell has one of the documented reasons, and repair asks for exactly the missing ones."""

from datetime import date, timedelta

import pytest
from support import EVENING

from foresto_cli.datasets.prices import gaps, spans
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import load_listed as roster
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.views.reading import who

QUICK = job.Options()
NO_KEYS = ("krx_id", "krx_pw", "krx_openapi_key")


@pytest.fixture
def open_world(open_world):
    """Without FSC, which would stand in for whoever fails here."""

    def opened(*arguments, without=(), **options):
        return open_world(*arguments, without=(*without, "fsc_api_key"), **options)

    return opened


def states(days):
    return {f"{day.day}": day.state for day in days}


@pytest.mark.long
def test_each_state_of_a_session_is_told_apart(open_world):
    with open_world(EVENING.replace(hour=16, minute=30)) as world:
        world.sandbox.faults.add("truncated@*/20261117")
        load_prices.load_prices_incremental(world.app, 30, 2, QUICK)
        world.execute("DELETE FROM stock_price_daily WHERE trade_date = '2026-11-16' AND ticker < '1'")
        world.execute("DELETE FROM unit_ledger WHERE unit = '2026-11-13'")
        world.execute("DELETE FROM stock_price_daily WHERE trade_date = '2026-11-13'")
        world.execute("UPDATE stock_price_daily SET quality_flag = 'ADJUSTED' WHERE trade_date = '2026-11-18'")
        world.execute("DELETE FROM unit_ledger WHERE unit = '2026-11-18'")
        world.execute("UPDATE unit_ledger SET status = 'no_data', reason = '휴장' WHERE unit = '2026-11-11'")
        world.execute("INSERT INTO market_closure VALUES ('2026-11-11', true, 'test', now())")
    with open_world(EVENING.replace(hour=16, minute=30)) as world:
        found = states(gaps.by_session(world.app, date(2026, 11, 10)))
        assert found == {
            "2026-11-10": gaps.WHOLE,
            "2026-11-11": gaps.CLOSED,
            "2026-11-18": gaps.ADJUSTED,
            "2026-11-13": gaps.NEVER,
            "2026-11-16": gaps.LOST,
            "2026-11-17": gaps.FAILED,
            "2026-11-12": gaps.WHOLE,
            "2026-11-19": gaps.WHOLE,
            "2026-11-20": gaps.PROVISIONAL,
        }
        world.sandbox.faults.clear()
        sent = len(world.sandbox.requests)
        result = load_prices.repair_prices(world.app, date(2026, 11, 10), QUICK)
        assert result.units.done == 4
        asked = {r.fields.get("basDd") or r.fields.get("trdDd") for r in world.sandbox.requests[sent:]} - {None}
        assert asked == {"20261118", "20261113", "20261116", "20261117"}
        left = set(states(gaps.by_session(world.app, date(2026, 11, 10))).values())
        assert left == {gaps.WHOLE, gaps.CLOSED, gaps.PROVISIONAL}


@pytest.mark.long
def test_each_state_of_a_stock_is_told_apart(open_world):
    with open_world(sessions=120) as world:
        roster.load_listing(world.app, QUICK)
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        halted, day = world.rows("SELECT ticker, trade_date FROM stock_price_daily WHERE is_halted LIMIT 1")[0]
        assert states(gaps.by_ticker(world.app, halted, day))[f"{day}"] == gaps.HALTED
        first = world.sandbox.market.sessions[0]
        late = world.rows(
            "SELECT ticker, min(trade_date) FROM stock_price_daily GROUP BY 1 HAVING min(trade_date) > :first LIMIT 1",
            first=first + timedelta(days=10),
        )
        if late:
            ticker, listed = late[0]
            found = states(gaps.by_ticker(world.app, ticker, first))
            assert found[f"{first}"] == gaps.NOT_LISTED
            assert found[f"{listed}"] == gaps.TRADED
        world.execute("DELETE FROM stock_price_daily WHERE ticker = '005930' AND trade_date = '2026-11-18'")
        assert states(gaps.by_ticker(world.app, "005930", first))["2026-11-18"] == gaps.LOST
        gone = world.rows(
            "SELECT l.ticker, l.delisting_date FROM fdr_stock_listing l JOIN stock_price_daily p USING (ticker)"
            " WHERE NOT l.is_listed LIMIT 1"
        )
        if gone:
            ticker, left = gone[0]
            assert states(gaps.by_ticker(world.app, ticker, first))["2026-11-20"] == gaps.NOT_LISTED
            assert world.scalar("SELECT max(trade_date) FROM stock_price_daily WHERE ticker = :t", t=ticker) < left


@pytest.mark.long
def test_without_keys_each_listed_stock_gets_its_own_history_and_the_exchange_replaces_it(open_world):
    with open_world(without=NO_KEYS) as world:
        roster.load_listing(world.app, QUICK)
        result = load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        assert set(result.sources) == {"FDR", "NAVER"}
        assert "수정주가" in result.notes[0]
        flags = dict(world.rows("SELECT quality_flag, count(DISTINCT trade_date) FROM stock_price_daily GROUP BY 1"))
        assert flags == {"PROVISIONAL": 1, "ADJUSTED": 11}
        assert load_prices.load_prices_incremental(world.app, 1825, 2, QUICK).requests == {"total": 0}
        assert set(states(gaps.by_session(world.app, date(2026, 11, 18))).values()) == {gaps.ADJUSTED, gaps.PROVISIONAL}
    with open_world() as world:
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        assert world.scalar("SELECT count(*) FROM stock_price_daily WHERE quality_flag = 'ADJUSTED'") == 0
        assert set(states(gaps.by_session(world.app, date(2026, 11, 6))).values()) == {gaps.WHOLE, gaps.PROVISIONAL}


@pytest.mark.long
def test_after_days_without_a_snapshot_the_histories_are_asked_once_more(open_world):
    with open_world(without=NO_KEYS) as world:
        roster.load_listing(world.app, QUICK)
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
    with open_world(EVENING + timedelta(days=5), without=NO_KEYS) as world:
        result = load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        assert result.sources["NAVER"] > 50
        assert world.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date = '2026-11-24'") > 50
        assert load_prices.load_prices_incremental(world.app, 1825, 2, QUICK).requests == {"total": 0}


@pytest.mark.long
def test_without_a_listing_nobody_claims_that_histories_were_filled(open_world):
    with open_world(without=NO_KEYS) as world:
        (note,) = load_prices.load_prices_incremental(world.app, 1825, 2, QUICK).notes
        assert "먼저 foresto listing load를 실행" in note
        assert "채웁니다" not in note
        assert world.scalar("SELECT count(*) FROM stock_price_daily WHERE source_id = 'NAVER'") == 0
        roster.load_listing(world.app, QUICK)
        (note,) = load_prices.load_prices_incremental(world.app, 1825, 2, QUICK).notes
        assert "채웁니다" in note
        assert "listing load" not in note


@pytest.mark.long
def test_a_spent_budget_goes_on_the_next_day_and_asks_nothing_twice(open_world):
    with open_world(without=("krx_openapi_key",), patience=2) as world:
        world.app.settings.foresto_krx_daily_budget = 3 + 5
        result = load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        assert (result.outcome, result.exit_code) == ("quota", 75)
        assert result.units.done == 5
        again = load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        assert (again.outcome, again.requests.get("krx", 0)) == ("quota", 0)
        first = [r.fields["trdDd"] for r in world.asked("MDCSTAT01501")]
    with open_world(EVENING + timedelta(days=1), without=("krx_openapi_key",), patience=2) as world:
        result = load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        assert result.outcome == "done"
        second = [r.fields["trdDd"] for r in world.asked("MDCSTAT01501")]
    assert len(first) == 5
    assert len(set(first + second)) == len(first + second) == 12


def test_the_plan_tells_requests_days_of_budget_and_time(open_world):
    with open_world(without=("krx_openapi_key",)) as world:
        world.app.settings.foresto_krx_daily_budget = 3 + 5
        plan = load_prices.load_prices_incremental(world.app, 1825, 2, job.Options(dry_run=True)).plan
        assert (plan.units, plan.requests, plan.budget_days) == (12, 12 + 3 * 3, 3)
        assert plan.seconds >= 12


def test_a_ticker_that_nobody_knows_is_refused_not_called_whole(open_world):
    with open_world() as world:
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        with pytest.raises(ConfigError, match="foresto listing load"):
            who.stock(world.app, "999999")
        assert who.stock(world.app, "005930") == "005930"


def test_a_day_to_come_is_refused_and_an_empty_database_is_not_called_whole(open_world):
    with open_world() as world:
        with pytest.raises(UsageError, match="아직 오지 않았습니다"):
            spans.searched_since(world.app, date(2099, 1, 1))
        start = spans.searched_since(world.app, None)
        assert start == world.sandbox.market.sessions[0]
        assert set(states(gaps.by_session(world.app, start)).values()) <= {gaps.NEVER, gaps.CLOSED}
        load_prices.load_prices_incremental(world.app, 5, 2, QUICK)
        assert spans.searched_since(world.app, None) == spans.first_stored(world.app) > start
