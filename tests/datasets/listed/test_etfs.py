"""ETFs: the whole list and the newest prices in two requests, and what is left without a login."""

import gzip
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from support import EVENING, SHARED, a_third, needs_shared

from foresto_cli.collecting import readers
from foresto_cli.datasets.listed import etf_rows
from foresto_cli.loading import load_funds as roster
from foresto_cli.running import job

pytestmark = pytest.mark.usefixtures("no_waiting")

QUICK = job.Options()
NO_LOGIN = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key")
BROAD = {"stocks": 300, "patience": 0.2}
"""A market of that size is made while the first question waits."""


def test_two_requests_bring_every_fund_with_its_price(open_world):
    with open_world(**BROAD) as world:
        result = roster.load_etfs(world.app, QUICK)
        assert (result.outcome, result.requests["krx"]) == ("done", 2)
        count = world.scalar("SELECT count(*) FROM etfs WHERE is_active")
        assert count == world.scalar("SELECT count(*) FROM etf_price_daily WHERE trade_date = '2026-11-20'") >= 90
        complete = "current_price > 0 AND expense_ratio > 0 AND index_name <> '' AND price_date = '2026-11-20'"
        assert world.scalar(f"SELECT count(*) FROM etfs WHERE {complete}") == count
        assert world.scalar("SELECT count(*) FROM etfs WHERE nav > 0") == count - 3, "three have no NAV"
        assert world.scalar("SELECT count(*) FROM etfs WHERE aum > 0") == count - 6, "and three more no net assets"
        assert roster.load_etfs(world.app, QUICK).outcome == "nothing_to_do"
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
        world.execute("DELETE FROM unit_ledger WHERE dataset LIKE 'etfs%'")
        roster.load_etfs(world.app, QUICK)
        assert world.rows("SELECT name FROM etfs WHERE NOT is_active") == [("없어진 ETF",)]


def test_without_a_login_the_public_list_has_names_and_prices(open_world):
    with open_world(**BROAD, without=NO_LOGIN) as world:
        result = roster.load_etfs(world.app, QUICK)
        assert (result.outcome, result.sources, result.requests) == (
            "done",
            {"FDR": 1},
            {"total": 1, "fdr": 1},
        )
        assert "KRX_ID" in result.notes[0]
        assert world.scalar("SELECT count(*) FROM etfs WHERE current_price > 0 AND category <> ''") >= 90
        assert world.scalar("SELECT count(*) FROM etf_price_daily") == 0


def test_the_public_list_stands_in_when_krx_fails_and_keeps_what_krx_knew(open_world):
    with open_world(**BROAD) as world:
        roster.load_etfs(world.app, QUICK)
        fees = world.rows("SELECT ticker, expense_ratio FROM etfs ORDER BY 1")
    with open_world(EVENING + timedelta(days=3), **BROAD, faults="truncated@data.krx.co.kr/MDCSTAT04601") as world:
        result = roster.load_etfs(world.app, QUICK)
        assert result.passed_over.keys() == {"KRX"}
        assert result.units.done == 4, "the list, the new session, the one before as it is final, the returns"
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


@pytest.mark.parametrize("kind", a_third(LIST_AT_BOTH, 1))
def test_a_failure_at_both_is_a_failure_and_never_an_empty_list(open_world, kind):
    code, state = LIST_AT_BOTH[kind]
    faults = f"{kind}@data.krx.co.kr/MDCSTAT04601,{kind}@data.krx.co.kr/MDCSTAT04301,{kind}@finance.naver.com"
    with open_world(faults=faults, patience=0.006 if kind == "timeout" else 0.02) as world:
        result = roster.load_etfs(world.app, QUICK)
        assert result.exit_code == code, result.reasons
        # No row at all for the prices of a session may also mean "not yet".
        state_of_prices = "pending" if kind == "empty_list" else state
        assert result.units.planned == 2
        assert getattr(result.units, state) == 1 + (state == state_of_prices)
        assert getattr(result.units, state_of_prices) >= 1
        assert world.scalar("SELECT count(*) FROM etfs") == world.scalar("SELECT count(*) FROM etf_price_daily") == 0
        assert {row[0] for row in world.rows("SELECT status FROM unit_ledger")} <= {"failed"}
        world.sandbox.faults.clear()
        world.execute("DELETE FROM upstream_block")
        world.begin_budgets_anew()
    with open_world(patience=0.2) as world:
        assert roster.load_etfs(world.app, QUICK).units.done == 3, "the next run must fetch what failed"


@pytest.mark.parametrize(("kind", "missing"), [("zero", "상장좌수"), ("all_dash", "총보수")])
def test_a_list_without_any_number_is_refused(open_world, kind, missing):
    with open_world(faults=f"{kind}@data.krx.co.kr/MDCSTAT04601") as world:
        result = roster.load_etfs(world.app, QUICK)
        assert (result.exit_code, result.units.failed) == (3, 1), result.reasons
        assert missing in result.reasons[0]
        assert world.scalar("SELECT count(*) FROM etfs WHERE isin IS NOT NULL") == 0


def test_half_a_list_is_refused(open_world):
    with open_world(**BROAD) as world:
        roster.load_etfs(world.app, QUICK)
        world.execute(
            "INSERT INTO etfs (ticker, name, is_active, source_id, batch_id, created_at, updated_at)"
            " SELECT 'Z' || lpad(n::text, 5, '0'), 'x', true, 'KRX', 1, now(), now() FROM generate_series(1, 60) n"
        )
        world.execute("DELETE FROM unit_ledger WHERE dataset LIKE 'etfs%'")
        assert "뿐입니다" in roster.load_etfs(world.app, QUICK).reasons[0]


def test_the_open_api_gives_prices_of_the_last_official_session_without_a_login(open_world):
    with open_world(**BROAD, without=("krx_id", "krx_pw")) as world:
        result = roster.load_etfs(world.app, QUICK)
        assert (result.outcome, result.requests["krx_openapi"]) == ("done", 1)
        assert world.rows("SELECT DISTINCT trade_date, source_id FROM etf_price_daily") == [
            (date(2026, 11, 19), "KRX_OPENAPI")
        ]
        assert world.scalar("SELECT count(*) FROM etf_price_daily") >= 90
    with open_world(EVENING + timedelta(days=3, hours=-12), **BROAD, without=("krx_id", "krx_pw")) as world:
        roster.load_etfs(world.app, QUICK)
        assert world.scalar("SELECT max(trade_date) FROM etf_price_daily") == date(2026, 11, 20)
        assert (
            world.scalar("SELECT count(*) FROM etf_price_daily p LEFT JOIN etfs USING (ticker) WHERE name IS NULL") == 0
        )


def test_both_ways_to_a_session_give_the_same_prices(open_world):
    columns = "ticker, open_price, close_price, price_change, change_rate, nav, volume, trading_value, market_cap,"
    query = f"SELECT {columns} net_assets, shares_outstanding, index_close FROM etf_price_daily WHERE trade_date = :day"
    with open_world(**BROAD) as world:
        roster.load_etfs(world.app, QUICK)
        shown = sorted(world.rows(query, day=date(2026, 11, 20)))
        world.execute("DELETE FROM etf_price_daily; DELETE FROM unit_ledger")
    with open_world(EVENING + timedelta(days=3, hours=-12), **BROAD) as world:
        assert roster.load_etfs(world.app, QUICK).requests["krx_openapi"] == 1
        assert sorted(world.rows(query, day=date(2026, 11, 20))) == shown


def test_an_unapproved_service_is_a_note_and_the_list_is_done(open_world):
    with open_world(**BROAD, without=("krx_id", "krx_pw"), faults="unapproved@etf_bydd_trd") as world:
        result = roster.load_etfs(world.app, QUICK)
        assert (result.outcome, result.exit_code) == ("done", 0)
        assert any("ETF 일별매매정보" in note for note in result.notes)


def odd(rows, count, **fields):
    return [{**row, **(fields if number < count else {})} for number, row in enumerate(rows)]


@pytest.mark.parametrize("code", [8, 99, None, "x", 1.0])
def test_a_fund_of_an_unknown_class_is_kept_as_another(open_world, monkeypatch, code):
    with open_world(**BROAD, without=NO_LOGIN) as world:
        honest = world.app.fdr.etfs()
        monkeypatch.setattr(type(world.app.fdr), "etfs", lambda _: odd(honest, 1, Category=code))
        assert roster.load_etfs(world.app, QUICK).exit_code == 0
        assert world.scalar("SELECT count(*) FROM etfs") == len(honest)
        query = "SELECT category FROM etfs WHERE ticker = :ticker"
        expected = "국내 시장지수" if code == 1.0 else "기타"
        assert world.scalar(query, ticker=honest[0]["Symbol"]) == expected


@pytest.mark.parametrize(("count", "code"), [(1, 0), (4, 65)])
def test_few_odd_funds_are_left_out_by_name_and_many_refuse_the_list(open_world, monkeypatch, count, code):
    with open_world(**BROAD) as world:
        honest = world.app.krx.etf_list()
        assert len(honest) in range(90, 100)
        monkeypatch.setattr(type(world.app.krx), "etf_list", lambda _: odd(honest, count, LIST_SHRS="많음"))
        monkeypatch.setattr(type(world.app.fdr), "etfs", lambda _: [])
        result = roster.load_etfs(world.app, QUICK)
        stored = world.scalar("SELECT count(*) FROM etfs WHERE expense_ratio > 0")
        assert stored == (0 if code else len(honest) - count)
        assert len(result.rejected) == (0 if code else count)


def test_a_fund_without_a_listing_day_is_kept_without_one(open_world, monkeypatch):
    with open_world(**BROAD) as world:
        honest = world.app.krx.etf_list()
        monkeypatch.setattr(type(world.app.krx), "etf_list", lambda _: odd(honest, 1, LIST_DD="-"))
        assert roster.load_etfs(world.app, QUICK).exit_code == 0
        assert world.scalar("SELECT count(*) FROM etfs WHERE listing_date IS NULL") == 1


@needs_shared
@pytest.mark.parametrize("day", ["20240104", "20240105"])
def test_the_recorded_sessions_of_the_open_api_are_read_to_the_digit(day):
    body = (SHARED / "recorded" / "krx_openapi" / f"etf_bydd_trd_{day}.json.gz").read_bytes()
    records = json.loads(gzip.decompress(body))["OutBlock_1"]
    assert len(records) == 812
    fields = {"close_price": "TDD_CLSPRC", "nav": "NAV", "net_assets": "INVSTASST_NETASST_TOTAMT"}
    for record in records:
        row = etf_rows.price_row(record, EVENING.date(), "KRX_OPENAPI")
        assert row["ticker"] == record["ISU_CD"]
        assert {name: str(row[name]) for name in fields} == {
            name: str(readers.number(record[field])) for name, field in fields.items()
        }


@needs_shared
def test_the_recorded_list_and_session_are_read_as_recorded():
    folder = SHARED / "recorded" / "krx"
    listed = json.loads(gzip.decompress((folder / "etf_base.body.gz").read_bytes()))["output"]
    rows = [etf_rows.list_row(record) for record in listed]
    assert len({row["ticker"] for row in rows}) == 1066
    fund = next(row for row in rows if row["ticker"] == "069500")
    assert (fund["category"], fund["leverage"], fund["is_actively_managed"]) == ("국내 주식", "일반", False)
    day = date(2021, 3, 25)
    records = json.loads(gzip.decompress((folder / "etf_20210325.body.gz").read_bytes()))["output"]
    prices = {row["ticker"]: row for row in (etf_rows.price_row(record, day) for record in records)}
    assert len(prices) == 467
    assert (prices["069500"]["close_price"], prices["069500"]["nav"]) == (41_520, Decimal("41532.10"))
