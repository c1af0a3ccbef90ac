"""The flow: what is missing is asked for once, stored whole, and never again."""

from datetime import date, timedelta

import pytest
from support import EVENING

from foresto_cli.loading import load_listed
from foresto_cli.loading import load_prices as loads
from foresto_cli.running import job
from foresto_cli.store.upsert import Counts

PATIENCE = 0.5
"""Requests are counted here: on a busy machine none may be asked twice."""

QUICK = job.Options()


@pytest.fixture
def open_world(open_world):
    """Without FSC, which would stand in for whoever fails here."""

    def opened(*arguments, without=(), **options):
        return open_world(*arguments, without=(*without, "fsc_api_key"), **options)

    return opened


def prices(world, days=1825):
    return loads.load_prices_incremental(world.app, days, 2, QUICK)


def test_an_empty_database_gets_every_session_newest_first(open_world):
    with open_world() as world:
        result = prices(world)
        sessions = world.sandbox.market.sessions
        assert result.outcome == "done"
        assert result.units.done == len(sessions) == 12
        assert result.units.failed == result.units.pending == 0
        assert world.scalar("SELECT count(DISTINCT trade_date) FROM stock_price_daily") == len(sessions)
        assert world.scalar("SELECT min(trade_date) FROM stock_price_daily") == sessions[0]
        asked = [r.fields.get("basDd") or r.fields.get("trdDd") for r in world.sandbox.requests]
        days = list(dict.fromkeys(day for day in asked if day))
        # Four are asked at a time, so the newest is among the first four.
        assert f"{sessions[-1]:%Y%m%d}" in days[:4]
        assert f"{sessions[0]:%Y%m%d}" in days[-4:]


def test_a_second_run_asks_nobody(open_world):
    with open_world() as world:
        prices(world)
        sent = len(world.sandbox.requests)
        again = prices(world)
        assert again.outcome == "nothing_to_do"
        assert again.exit_code == 0
        assert again.requests == {"total": 0}
        assert again.rows == Counts()
        assert len(world.sandbox.requests) == sent


def test_one_new_session_is_one_price_request(open_world):
    with open_world() as world:
        prices(world)
    with open_world(EVENING + timedelta(days=3)) as world:
        result = prices(world)
        assert result.requests["krx"] == 1
        # Friday's were those of KRX's pages; since Monday morning the official ones can be had.
        assert result.requests["krx_openapi"] == 3
        assert result.units.done == 2


@pytest.mark.long
def test_a_session_is_read_again_when_it_is_over_and_when_it_is_official(open_world):
    afternoon = EVENING.replace(hour=16, minute=30)
    with open_world(afternoon) as world:
        prices(world)
        assert world.scalar("SELECT status FROM unit_ledger WHERE unit = '2026-11-20'") == "provisional"
        assert world.rows("SELECT DISTINCT quality_flag FROM stock_price_daily WHERE trade_date = '2026-11-20'") == [
            ("PROVISIONAL",)
        ]
        assert prices(world).requests["total"] == 0
    with open_world(EVENING) as world:
        again = prices(world)
        assert (again.units.planned, again.requests["krx"]) == (1, 1)
        assert world.scalar("SELECT status FROM unit_ledger WHERE unit = '2026-11-20'") == "provisional"
        assert prices(world).requests["total"] == 0
    with open_world(EVENING.replace(day=23, hour=8, minute=10)) as world:
        assert prices(world).sources == {"KRX_OPENAPI": 1}
        assert world.scalar("SELECT status FROM unit_ledger WHERE unit = '2026-11-20'") == "done"
        assert world.rows("SELECT DISTINCT quality_flag FROM stock_price_daily") == [("NORMAL",)]
        assert prices(world).requests["total"] == 0


def test_before_the_close_today_is_not_wanted_yet(open_world):
    with open_world(EVENING.replace(hour=11)) as world:
        prices(world)
        assert world.scalar("SELECT max(trade_date) FROM stock_price_daily") == date(2026, 11, 19)


def test_a_closure_the_calendar_does_not_know_is_found_and_remembered(open_world):
    with open_world(sessions=300) as world:
        closed = max(world.sandbox.market.closures)
        loads.load_prices_between(world.app, closed, closed, None, QUICK)
        assert world.rows("SELECT status, reason FROM unit_ledger") == [("no_data", "휴장")]
        assert world.rows("SELECT trade_date, is_closed FROM market_closure") == [(closed, True)]
        assert world.scalar("SELECT count(*) FROM stock_price_daily") == 0
    with open_world(sessions=300) as world:
        assert not world.app.calendar.is_session(closed)


@pytest.mark.parametrize("fault", ["all_dash", "zero", "empty_list"])
def test_an_empty_answer_on_a_session_is_a_failure_never_a_holiday(open_world, fault):
    faults = f"{fault}@data.krx.co.kr/MDCSTAT01501"
    with open_world(faults=faults, without=("krx_openapi_key",)) as world:
        day = world.sandbox.market.sessions[-4]
        result = loads.load_prices_between(world.app, day, day, None, QUICK)
        assert result.exit_code == 65
        assert world.rows("SELECT status FROM unit_ledger") == [("failed",)]
        assert world.scalar("SELECT count(*) FROM market_closure") == 0
        world.sandbox.faults.clear()
        assert loads.load_prices_between(world.app, day, day, None, QUICK).units.done == 1


def test_an_empty_answer_for_today_is_asked_again_later(open_world):
    with open_world(
        faults="all_dash@data.krx.co.kr/MDCSTAT01501,empty_list@data.krx.co.kr/MDCSTAT00301,404@raw.githubusercontent.com",
        without=("krx_openapi_key",),
    ) as world:
        day = world.sandbox.market.sessions[-1]
        result = loads.load_prices_between(world.app, day, day, None, QUICK)
        assert result.exit_code == 75
        assert result.units.pending == 1
        assert world.scalar("SELECT count(*) FROM unit_ledger") == 0


def test_half_an_answer_is_refused(open_world):
    with open_world(without=("krx_openapi_key",)) as world:
        prices(world)
        world.execute("UPDATE unit_ledger SET row_count = row_count * 2 WHERE unit <> '2026-11-19'")
        result = loads.load_prices_between(
            world.app, date(2026, 11, 19), date(2026, 11, 19), None, job.Options(again=True)
        )
        assert result.exit_code == 65
        assert "일부만" in result.reasons[0]
        assert world.scalar("SELECT status FROM unit_ledger WHERE unit = '2026-11-19'") == "done"


def test_a_stock_that_comes_twice_is_refused(open_world):
    with open_world(faults="duplicate@data.krx.co.kr/MDCSTAT01501", without=("krx_openapi_key",)) as world:
        day = world.sandbox.market.sessions[-4]
        result = loads.load_prices_between(world.app, day, day, None, QUICK)
        assert result.exit_code == 65
        assert "두 번" in result.reasons[0]


def test_a_failing_unit_does_not_stop_the_others_and_is_asked_again(open_world):
    with open_world(without=("krx_openapi_key",)) as world:
        bad = world.sandbox.market.sessions[-3]
        world.sandbox.faults.add(f"truncated@data.krx.co.kr/{bad:%Y%m%d}")
        result = prices(world)
        assert (result.outcome, result.exit_code) == ("partial", 3)
        assert result.units.failed == 1
        assert world.scalar("SELECT count(DISTINCT trade_date) FROM stock_price_daily") == 11
        assert world.rows("SELECT alert_level FROM ops_alert WHERE resolved_at IS NULL") == [("critical",)]
        assert list((world.app.folders.payloads).iterdir())
        world.sandbox.faults.clear()
        again = prices(world)
        assert (again.units.planned, again.units.done) == (1, 1)
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0


@pytest.mark.long
def test_lost_rows_are_fetched_again(open_world):
    with open_world() as world:
        prices(world)
        stored = world.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date = '2026-11-18'")
        world.execute("DELETE FROM stock_price_daily WHERE trade_date = '2026-11-18'")
        again = prices(world)
        assert again.units.planned == 1
        assert world.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date = '2026-11-18'") == stored


def test_the_snapshot_serves_an_operator_without_keys_and_says_what_it_cannot(open_world):
    with open_world(without=("krx_id", "krx_pw", "krx_openapi_key")) as world:
        result = prices(world)
        assert result.sources == {"FDR": 1}
        assert world.rows("SELECT DISTINCT trade_date, source_id FROM stock_price_daily") == [
            (date(2026, 11, 20), "FDR")
        ]
        assert "KRX_OPENAPI_KEY" in result.notes[0]


def test_snapshot_rows_are_replaced_by_the_exchange_within_the_refresh_days(open_world):
    with open_world(without=("krx_id", "krx_pw", "krx_openapi_key")) as world:
        prices(world)
    with open_world(EVENING + timedelta(days=3)) as world:
        result = loads.load_prices_incremental(world.app, 4, 2, QUICK)
        assert result.units.done == 3
        assert world.scalar("SELECT DISTINCT source_id FROM stock_price_daily WHERE trade_date = '2026-11-20'") != "FDR"


def test_a_stale_mirror_is_not_today(open_world):
    with open_world(
        faults="stale@raw.githubusercontent.com/listing/krx/2026-11-20", without=("krx_id", "krx_pw", "krx_openapi_key")
    ) as world:
        result = prices(world)
        assert result.exit_code == 75
        assert world.scalar("SELECT count(*) FROM stock_price_daily") == 0
        assert world.scalar("SELECT count(*) FROM unit_ledger") == 0


def test_a_dry_run_asks_nobody_and_tells_the_cost(open_world):
    with open_world() as world:
        result = loads.load_prices_incremental(world.app, 1825, 2, job.Options(dry_run=True))
        assert result.plan.units == result.units.planned >= 12
        assert result.plan.requests > result.plan.units
        assert not world.sandbox.requests


def test_one_stock_by_ticker_needs_no_key(open_world):
    with open_world(without=("krx_id", "krx_pw", "krx_openapi_key")) as world:
        load_listed.load_listing(world.app, QUICK)
        first, last = world.sandbox.market.sessions[0], world.sandbox.market.sessions[-1]
        result = loads.load_prices_between(world.app, first, last, "005930", QUICK)
        assert result.sources == {"NAVER": 1}
        assert world.rows("SELECT DISTINCT ticker, quality_flag FROM stock_price_daily") == [("005930", "ADJUSTED")]
    with open_world() as world:
        prices(world)
        adjusted = "SELECT count(*) FROM stock_price_daily WHERE quality_flag = 'ADJUSTED'"
        assert world.scalar(adjusted) == 0
        loads.load_prices_between(world.app, first, last, "000660", QUICK)
        assert world.scalar(adjusted) == 0


def test_an_impossible_row_is_left_out_and_reported(open_world):
    faults = "text_number@raw.githubusercontent.com/listing/krx"
    with open_world(faults=faults, without=("krx_id", "krx_pw", "krx_openapi_key")) as world:
        result = prices(world)
        assert result.units.done == 1
        assert len(result.rejected) == 1
        assert "1행을 뺐습니다" in world.scalar("SELECT reason FROM unit_ledger")
