"""ETFs: the whole list and the newest prices in two requests, and what is left without a login."""

import gzip
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from support import EVENING, SHARED, needs_shared

from foresto_cli.loaders import etfs
from foresto_cli.ops import job, roster

pytestmark = pytest.mark.usefixtures("no_waiting")
ONE_DATABASE = True

QUICK = job.Options()
NO_LOGIN = ("krx_id", "krx_pw")
BROAD = {"stocks": 300, "patience": 0.2}
"""A market of that size is made while the first question waits."""


def test_two_requests_bring_every_fund_with_its_price(open_world):
    with open_world(**BROAD) as world:
        result = roster.load_etfs(world.app, QUICK)
        assert (result["outcome"], result["requests"]["krx"]) == ("done", 2)
        count = world.scalar("SELECT count(*) FROM etfs WHERE is_active")
        assert count == world.scalar("SELECT count(*) FROM etf_price_daily WHERE trade_date = '2026-11-20'") >= 90
        complete = "current_price > 0 AND nav > 0 AND aum > 0 AND expense_ratio > 0 AND index_name <> ''"
        assert world.scalar(f"SELECT count(*) FROM etfs WHERE {complete} AND price_date = '2026-11-20'") == count
        assert roster.load_etfs(world.app, QUICK)["outcome"] == "nothing_to_do"
    with open_world(EVENING + timedelta(days=3), **BROAD) as world:
        roster.load_etfs(world.app, QUICK)
        assert world.scalar("SELECT count(DISTINCT trade_date) FROM etf_price_daily") == 2
        assert world.scalar("SELECT DISTINCT price_date FROM etfs WHERE is_active") == date(2026, 11, 23)


def test_a_fund_that_left_the_list_is_kept_and_not_active(open_world):
    with open_world(**BROAD) as world:
        roster.load_etfs(world.app, QUICK)
        world.execute(
            "INSERT INTO etfs (ticker, name, is_active, source_id, batch_id, created_at, updated_at)"
            " VALUES ('999999', '없어진 ETF', true, 'KRX', 1, now(), now())"
        )
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'etfs'")
        roster.load_etfs(world.app, QUICK)
        assert world.rows("SELECT name FROM etfs WHERE NOT is_active") == [("없어진 ETF",)]


def test_without_a_login_the_public_list_has_names_and_prices(open_world):
    with open_world(**BROAD, without=NO_LOGIN) as world:
        result = roster.load_etfs(world.app, QUICK)
        assert (result["outcome"], result["sources"], result["requests"]) == (
            "done",
            {"FDR": 1},
            {"total": 1, "fdr": 1},
        )
        assert "KRX_ID" in result["notes"][0]
        assert world.scalar("SELECT count(*) FROM etfs WHERE current_price > 0 AND category <> ''") >= 90
        assert world.scalar("SELECT count(*) FROM etf_price_daily") == 0


def test_the_public_list_stands_in_when_krx_fails_and_keeps_what_krx_knew(open_world):
    with open_world(**BROAD) as world:
        roster.load_etfs(world.app, QUICK)
        fees = world.rows("SELECT ticker, expense_ratio FROM etfs ORDER BY 1")
    with open_world(EVENING + timedelta(days=3), **BROAD, faults="truncated@data.krx.co.kr/MDCSTAT04601") as world:
        result = roster.load_etfs(world.app, QUICK)
        assert result["passed_over"].keys() == {"KRX"}
        assert result["units"]["done"] == 2
        assert world.rows("SELECT ticker, expense_ratio FROM etfs ORDER BY 1") == fees


LIST_AT_BOTH = {
    "timeout": (75, "failed"),
    "reset": (75, "failed"),
    "500": (75, "failed"),
    "html": (75, "failed"),
    "empty": (75, "failed"),
    "404": (65, "failed"),
    "redirect": (65, "failed"),
    "empty_list": (65, "failed"),
    "truncated": (65, "failed"),
    "missing_field": (65, "failed"),
    "renamed_field": (65, "failed"),
    "duplicate": (65, "failed"),
    "429": (75, "pending"),
    "403": (75, "pending"),
}


@pytest.mark.parametrize("kind", LIST_AT_BOTH)
def test_a_failure_at_both_is_a_failure_and_never_an_empty_list(open_world, kind):
    code, state = LIST_AT_BOTH[kind]
    faults = f"{kind}@data.krx.co.kr/MDCSTAT04601,{kind}@data.krx.co.kr/MDCSTAT04301,{kind}@finance.naver.com"
    with open_world(faults=faults, patience=0.006 if kind == "timeout" else 0.02) as world:
        result = roster.load_etfs(world.app, QUICK)
        assert result["exit_code"] == code, result["reasons"]
        # No row at all for the prices of a session may also mean "not yet".
        state_of_prices = "pending" if kind == "empty_list" else state
        assert result["units"]["planned"] == 2
        assert result["units"][state] == 1 + (state == state_of_prices)
        assert result["units"][state_of_prices] >= 1
        assert world.scalar("SELECT count(*) FROM etfs") == world.scalar("SELECT count(*) FROM etf_price_daily") == 0
        assert {row[0] for row in world.rows("SELECT status FROM unit_ledger")} <= {"failed"}
        world.sandbox.faults.clear()
        world.execute("DELETE FROM upstream_block")
    with open_world(patience=0.2) as world:
        assert roster.load_etfs(world.app, QUICK)["units"]["done"] == 2, "the next run must fetch what failed"


@pytest.mark.parametrize(("kind", "missing"), [("zero", "상장좌수"), ("all_dash", "총보수")])
def test_a_list_without_any_number_is_refused(open_world, kind, missing):
    with open_world(faults=f"{kind}@data.krx.co.kr/MDCSTAT04601") as world:
        result = roster.load_etfs(world.app, QUICK)
        assert (result["exit_code"], result["units"]["failed"]) == (3, 1), result["reasons"]
        assert missing in result["reasons"][0]
        assert world.scalar("SELECT count(*) FROM etfs") == 0


def test_half_a_list_is_refused(open_world):
    with open_world(**BROAD) as world:
        roster.load_etfs(world.app, QUICK)
        world.execute(
            "INSERT INTO etfs (ticker, name, is_active, source_id, batch_id, created_at, updated_at)"
            " SELECT 'Z' || lpad(n::text, 5, '0'), 'x', true, 'KRX', 1, now(), now() FROM generate_series(1, 60) n"
        )
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'etfs'")
        assert "뿐입니다" in roster.load_etfs(world.app, QUICK)["reasons"][0]


@needs_shared
def test_the_recorded_list_and_session_are_read_as_recorded():
    folder = SHARED / "recorded" / "krx"
    listed = json.loads(gzip.decompress((folder / "etf_base.body.gz").read_bytes()))["output"]
    rows = [etfs.list_row(record) for record in listed]
    assert len({row["ticker"] for row in rows}) == 1066
    fund = next(row for row in rows if row["ticker"] == "069500")
    assert (fund["category"], fund["leverage"], fund["is_actively_managed"]) == ("국내 주식", "일반", False)
    day = date(2021, 3, 25)
    records = json.loads(gzip.decompress((folder / "etf_20210325.body.gz").read_bytes()))["output"]
    prices = {row["ticker"]: row for row in (etfs.price_row(record, day) for record in records)}
    assert len(prices) == 467
    assert (prices["069500"]["close_price"], prices["069500"]["nav"]) == (41_520, Decimal("41532.10"))
