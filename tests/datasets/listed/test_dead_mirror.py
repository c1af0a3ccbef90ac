"""A fresh database before a mirror that has been dead for fifty sessions: each set of keys gets what it allows."""

from datetime import date, timedelta

import pytest
from support import EVENING

from foresto_cli.chains import chain
from foresto_cli.chains.steps import ETFS, INDEX, INITIAL, LISTING, PRICES, STOCKS, VERIFY_DAILY
from foresto_cli.loading import load_prices
from foresto_cli.running import job

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("no_waiting")]

FROZEN = "frozen_mirror@2026-09-10"
SESSIONS = 55
STEPS = (LISTING, PRICES, INDEX, STOCKS, ETFS, VERIFY_DAILY)
TODAY, BEFORE = date(2026, 11, 20), date(2026, 11, 19)
WITHOUT = {
    "none": ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key"),
    "login": ("krx_openapi_key", "fsc_api_key"),
    "openapi": ("krx_id", "krx_pw", "fsc_api_key"),
    "fsc": ("krx_id", "krx_pw", "krx_openapi_key"),
    "all": (),
}
SOURCES = {
    "none": {"NAVER"},
    "login": {"KRX"},
    "openapi": {"KRX_OPENAPI", "NAVER"},
    "fsc": {"FSC", "NAVER"},
    "all": {"KRX_OPENAPI", "KRX"},
}


@pytest.mark.parametrize("keys", WITHOUT)
def test_a_first_load_gets_the_most_that_its_keys_allow(open_world, keys):
    assert {step.name for step in STEPS} <= {step.name for step in INITIAL}
    world_of = {"stocks": 60, "sessions": SESSIONS, "faults": FROZEN, "patience": 3}
    with open_world(without=(*WITHOUT[keys], "dart_api_key"), **world_of) as world:
        result = chain.run(world.app, "initial", STEPS, job.Options())
        steps = {step.command: step for step in result.steps}
        assert result.exit_code in {0, 3}, {name: step.reasons for name, step in steps.items()}
        listed = world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE is_listed")
        assert listed >= 55 - 6 * (keys in {"none", "fsc"})
        assert world.scalar("SELECT count(*) FROM stocks WHERE is_active") == listed
        sources = {row[0] for row in world.rows("SELECT DISTINCT source_id FROM stock_price_daily")}
        assert sources == SOURCES[keys]
        assert world.scalar("SELECT max(trade_date) FROM stock_price_daily") == TODAY
        assert world.scalar("SELECT count(DISTINCT trade_date) FROM stock_price_daily") == SESSIONS
        last = world.rows("SELECT index_code, max(trade_date) FROM index_price_daily WHERE index_code IN"
                          " ('KOSPI', 'KOSDAQ', 'KS200') GROUP BY 1")  # fmt: skip
        assert dict(last) == dict.fromkeys(("KOSPI", "KOSDAQ", "KS200"), TODAY)
        has_openapi = keys in {"openapi", "all"}
        assert (world.scalar("SELECT count(*) FROM index_listing") == 119) is has_openapi
        funds = world.scalar("SELECT max(trade_date) FROM etf_price_daily")
        assert funds == {"none": None, "fsc": BEFORE, "login": TODAY, "all": TODAY, "openapi": BEFORE}[keys]
        assert world.rows("SELECT alert_type, alert_level FROM ops_alert") == [("mirror", "info")]
        critical = [one.check for one in steps["verify daily"].findings if one.severity == "critical"]
        assert critical == []
        told = {
            "none": "설정하면",
            "fsc": "설정하면",
            "openapi": "다음 거래일에 KRX OPEN API의 거래소 시세로 바뀝니다.",
        }
        charts = [note for note in steps["prices incremental"].notes if "네이버의 수정주가" in note]
        assert len(charts) == (keys in told)
        assert all(told[keys] in note for note in charts)


def test_a_mirror_that_lives_again_is_used_and_the_alert_ends(open_world):
    without = (*WITHOUT["none"], "dart_api_key")
    with open_world(without=without, stocks=60, sessions=SESSIONS, faults=FROZEN, patience=3) as world:
        chain.run(world.app, "initial", (LISTING,), job.Options())
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE industry IS NOT NULL") == 0
    with open_world(EVENING + timedelta(days=3), without=without, stocks=60, sessions=SESSIONS, patience=3) as world:
        assert chain.run(world.app, "initial", (LISTING,), job.Options()).exit_code == 0
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE industry IS NOT NULL") > 20
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0


def test_a_year_without_any_level_says_nothing_about_the_mirror(open_world):
    empty = "empty_list@raw.githubusercontent.com/index/year_ks11"
    with open_world(without=WITHOUT["none"], faults=empty, mirror_stopped=None, patience=3) as world:
        load_prices.load_index(world.app, 400, job.Options())
        told = "SELECT status, source_id FROM unit_ledger WHERE unit = 'KOSPI:2026'"
        assert world.rows(told) == [("provisional", "NAVER")]
        assert world.scalar("SELECT count(*) FROM dead_source") == 0
        world.sandbox.faults.clear()
        load_prices.load_index(world.app, 400, job.Options())
        assert world.rows(told) == [("done", "FDR")]
