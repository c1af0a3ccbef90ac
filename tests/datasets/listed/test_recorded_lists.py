"""Real recorded lists, indices and funds: every stored digit equals the recorded one."""

import functools
import gzip
import json
import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from support import SHARED, needs_shared

from foresto_cli import clock
from foresto_cli.datasets.prices.index_codes import code_of
from foresto_cli.loading import load_funds, load_indices, load_listed, load_prices
from foresto_cli.running import job

pytestmark = [needs_shared, pytest.mark.usefixtures("no_waiting")]
PATIENCE = 3

RECORDED = SHARED / "recorded"
QUICK = job.Options()
ONLY_OPENAPI = ("krx_id", "krx_pw", "fsc_api_key")
ONLY_LOGIN = ("krx_openapi_key", "fsc_api_key")
MORNING = datetime(2024, 1, 8, 8, 30, tzinfo=clock.KST)
LIST = (
    "SELECT ticker, isin, name, market, sector, security_group, listing_date, shares FROM fdr_stock_listing"
    " WHERE is_listed"
)


@pytest.fixture
def recorded_world(open_world):
    """Open the application in front of the recorded answers."""
    return functools.partial(open_world, recorded=RECORDED)


def block(name):
    return json.loads(gzip.decompress((RECORDED / name).read_bytes()))["OutBlock_1"]


def said(text):
    return None if text in {"-", ""} else text


def listed_on(text):
    return date.fromisoformat(text.replace("/", "-")) if "/" in text else clock.day_of(text)


def base(record):
    names = ("ISU_SRT_CD", "ISU_CD", "ISU_ABBRV", "MKT_TP_NM")
    groups = (said(record["SECT_TP_NM"]), said(record["SECUGRP_NM"]), listed_on(record["LIST_DD"]))
    return (*(record[name] for name in names), *groups, int(record["LIST_SHRS"].replace(",", "")))


def test_the_official_list_is_stored_to_the_digit_with_the_market_values_of_its_session(recorded_world):
    with recorded_world(MORNING, without=ONLY_OPENAPI) as world:
        load_prices.load_prices_between(world.app, date(2024, 1, 5), date(2024, 1, 5), None, QUICK)
        assert load_listed.load_listing(world.app, QUICK).exit_code == 0
        records = [one for market in ("stk", "ksq", "knx") for one in
                   block(f"krx_openapi/{market}_isu_base_info_20240105.json.gz")]  # fmt: skip
        assert len(records) == 2785
        assert set(world.rows(LIST)) == {base(record) for record in records}
        capital = "SELECT l.marcap, p.market_cap FROM fdr_stock_listing l JOIN stock_price_daily p USING (ticker)"
        pairs = world.rows(f"{capital} WHERE l.is_listed")
        assert len(pairs) == 2785
        assert all(ours == theirs for ours, theirs in pairs)


def test_the_list_of_the_page_is_stored_to_the_digit(recorded_world):
    with recorded_world(datetime(2026, 4, 14, 20, 0, tzinfo=clock.KST), without=ONLY_LOGIN) as world:
        assert load_listed.load_listing(world.app, QUICK).exit_code == 0
        records = block("krx/stock_base_20260414.body.gz")
        assert set(world.rows(LIST)) == {base(record) for record in records}
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE market = 'KOSDAQ GLOBAL'") == 52
        assert world.rows("SELECT alert_type FROM ops_alert") == [("mirror",)], "its newest recorded file is of March"


def test_all_indices_of_two_sessions_are_stored_to_the_digit(recorded_world):
    fields = {
        "close_price": "CLSPRC_IDX",
        "price_change": "CMPPREVDD_IDX",
        "change_rate": "FLUC_RT",
        "open_price": "OPNPRC_IDX",
        "high_price": "HGPRC_IDX",
        "low_price": "LWPRC_IDX",
        "volume": "ACC_TRDVOL",
        "trading_value": "ACC_TRDVAL",
        "market_cap": "MKTCAP",
    }
    with recorded_world(MORNING, without=ONLY_OPENAPI) as world:
        result = load_indices.load_index_history(world.app, None, date(2024, 1, 4), QUICK)
        assert (result.outcome, result.requests["total"]) == ("done", 6)
        for day in ("20240104", "20240105"):
            records = [one for family in ("krx", "kospi", "kosdaq") for one in
                       block(f"krx_openapi/{family}_dd_trd_{day}.json.gz")]  # fmt: skip
            assert len(records) == 119
            expected = {
                (code_of(one["IDX_CLSS"], one["IDX_NM"]), *(said(one[f]) and Decimal(one[f]) for f in fields.values()))
                for one in records
                if one["CLSPRC_IDX"] != "-"
            }
            columns = f"SELECT index_code, {', '.join(fields)} FROM index_price_daily WHERE trade_date = :day"
            assert set(world.rows(columns, day=date.fromisoformat(day))) == expected
            assert len(expected) == 117
        names = dict(world.rows("SELECT index_code, name FROM index_listing"))
        assert len(names) == 119
        assert (names["KOSPI"], names["KS200"], names["KQ150"]) == ("코스피", "코스피 200", "코스닥 150")
        hashed = [code for code in names if re.fullmatch("(KRX|KOSPI|KOSDAQ)_[0-9A-F]{8}", code)]
        assert hashed == [], "every recorded name has a code that says it"


def test_the_funds_of_an_official_session_are_stored_to_the_digit(recorded_world):
    with recorded_world(MORNING, without=ONLY_OPENAPI) as world:
        load_funds.load_etfs(world.app, QUICK)
        records = block("krx_openapi/etf_bydd_trd_20240105.json.gz")
        fields = ("TDD_OPNPRC", "TDD_HGPRC", "TDD_LWPRC", "TDD_CLSPRC", "CMPPREVDD_PRC", "FLUC_RT", "NAV", "ACC_TRDVOL",
                  "ACC_TRDVAL", "MKTCAP", "INVSTASST_NETASST_TOTAMT", "LIST_SHRS", "OBJ_STKPRC_IDX")  # fmt: skip
        columns = (
            "SELECT ticker, open_price, high_price, low_price, close_price, price_change, change_rate, nav, volume,"
            " trading_value, market_cap, net_assets, shares_outstanding, index_close FROM etf_price_daily"
        )
        assert set(world.rows(columns)) == {
            (record["ISU_CD"], *(said(record[name]) and Decimal(record[name]) for name in fields)) for record in records
        }
        assert world.scalar("SELECT count(*) FROM etfs WHERE name IS NOT NULL") == len(records) == 812
