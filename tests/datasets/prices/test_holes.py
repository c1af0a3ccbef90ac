"""A session that lacks a stock, or holds another session's numbers, is not whole: it is asked for again and told."""

import dataclasses
from datetime import timedelta

import pytest
from support import EVENING

from foresto_cli.adjustment.adjustment_rules import Case, classify
from foresto_cli.loading import load_listed
from foresto_cli.loading import load_prices as loads
from foresto_cli.running import job
from foresto_cli.verify import verification

PATIENCE = 0.5
QUICK = job.Options()
LOST = "SELECT count(*) FROM stock_price_daily WHERE ticker = '035420' AND trade_date = '2026-11-18'"


def prices(world):
    return loads.load_prices_incremental(world.app, 30, 2, QUICK)


def holes(world):
    return [found for found in verification.verify_daily(world.app).findings if found.check == "prices.holes"]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["missing_row", "dash_row"])
def test_a_stock_that_one_source_lacks_comes_from_another(open_world, kind):
    with open_world(faults=f"{kind}=035420@data-dbg.krx.co.kr/20261118", without=("fsc_api_key",)) as world:
        load_listed.load_listing(world.app, QUICK)
        prices(world)
        assert world.scalar(LOST) == 0
        (finding,) = holes(world)
        assert [(f"{row['거래일']}", row["ticker"]) for row in finding.sample] == [("2026-11-18", "035420")]
        again = prices(world)
        assert again.sources == {"KRX": 1}
        assert world.scalar(LOST) == 1
        assert world.rows(
            "SELECT DISTINCT source_id FROM stock_price_daily WHERE trade_date = '2026-11-18' AND ticker <> '035420'"
        ) == [("KRX_OPENAPI",)]
        assert holes(world) == []
        assert prices(world).requests["total"] == 0


@pytest.mark.long
def test_a_hole_that_nobody_fills_is_asked_for_a_few_times_and_stays_a_finding(open_world):
    faults = "missing_row=035420@data-dbg.krx.co.kr/20261118,missing_row=035420@data.krx.co.kr/20261118"
    with open_world(faults=faults, without=("fsc_api_key",)) as world:
        load_listed.load_listing(world.app, QUICK)
        asked = [prices(world).units.planned for _ in range(12)]
        assert asked[1:3] == [1, 1]
        assert asked[-1] == 0
        assert holes(world)[0].severity == "warning"
        world.sandbox.faults.clear()
        result = verification.with_repair(world.app, verification.verify_daily, QUICK)
        assert [found.check for found in result.findings if found.check == "prices.holes"] == []
        assert world.scalar(LOST) == 1


def test_the_rows_of_another_session_are_refused(open_world):
    faults = "other_day=2026-11-17@data-dbg.krx.co.kr/20261118,other_day=2026-11-17@data.krx.co.kr/20261118"
    with open_world(faults=faults, without=("fsc_api_key",)) as world:
        result = prices(world)
        assert result.units.failed == 1
        assert world.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date = '2026-11-18'") == 0
        world.sandbox.faults.clear()
        # The session, and its neighbours: one of them might have been the wrong one.
        assert prices(world).units.done == 3
        assert prices(world).requests["total"] == 0


def test_an_official_source_that_publishes_late_is_waited_for(open_world):
    keys = ("krx_id", "krx_pw", "fsc_api_key")
    morning = EVENING.replace(hour=9, minute=30)
    with open_world(morning, faults="late_openapi@13:00", without=keys) as world:
        result = prices(world)
        assert (result.outcome, result.units.pending, result.units.failed) == ("partial", 1, 0)
        assert world.rows("SELECT alert_type FROM ops_alert WHERE resolved_at IS NULL") == []
        assert world.scalar("SELECT count(*) FROM market_closure") == 0
    with open_world(morning + timedelta(hours=4), without=keys) as world:
        assert prices(world).sources == {"KRX_OPENAPI": 1}


def test_a_jump_across_a_hole_goes_to_review():
    # A bonus issue, 2026-09-16, whose ex-day is missing: the listed shares change weeks later.
    case = Case(trade_date=EVENING.date(), market="KOSDAQ", base=2_765, open_price=2_800, close=2_900, volume=10,
                shares=10_000_000, previous_close=8_290, previous_shares=10_000_000, previous_market="KOSDAQ",
                is_gap=True)  # fmt: skip
    verdict = classify(case)
    assert (verdict.event, verdict.factor, verdict.review, verdict.is_stored) == ("GAP", 1, True, True)
    # Over four missing sessions the price limits allow as much.
    longer = classify(dataclasses.replace(case, missing_sessions=4))
    assert (longer.review, longer.is_stored) == (False, False)
