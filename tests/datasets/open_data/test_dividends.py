"""FSC's dividends: the whole table or nothing, each to its own security, corrected on re-reading, and the yields."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from support import EVENING, SHARED, a_third, needs_shared

from foresto_cli import clock
from foresto_cli.datasets.open_data import dividend_yield
from foresto_cli.datasets.open_data.dividend_rows import dividend_row, is_outlier, one_a_key, ticker_of
from foresto_cli.loading import load_listed, load_open_data, load_prices
from foresto_cli.running import job
from foresto_cli.sandbox.hosts import data_go_kr
from foresto_cli.sandbox.market.codes import isin
from foresto_cli.store.upsert import Counts

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 0.2
"""Requests are counted here: on a busy machine none may be asked twice."""

QUICK = job.Options()
HOST = "apis.data.go.kr"
COUNT = "SELECT count(*) FROM dividend_history"
WHOLE = "SELECT md5(string_agg(d::text, '' ORDER BY security_id, dvdn_bas_dt)) FROM dividend_history d"
INSERT = (
    "INSERT INTO dividend_history (security_id, dvdn_bas_dt, scrs_itms_kcd, source_id, ticker, stck_genr_dvdn_amt,"
    " is_outlier, batch_id, created_at, updated_at) VALUES (:ticker, :day, '0101', :source, :ticker, :amount, :outlier,"
    " 1, now(), now())"
)
ROW = {
    "basDt": "20261119", "isinCd": "KR7005930003", "isinCdNm": "가상전자", "crno": "1101110000000",
    "scrsItmsKcd": "0101", "scrsItmsKcdNm": "보통주", "stckParPrc": "100", "stckStacMd": "12", "dvdnBasDt": "20260630",
    "cashDvdnPayDt": "20260828", "stckDvdnRcd": "02", "stckDvdnRcdNm": "현금배당", "stckGenrDvdnAmt": "374",
    "stckGrdnDvdnAmt": "0", "stckGenrCashDvdnRt": "374", "stckGenrDvdnRt": "0", "cashGrdnDvdnRt": "0",
    "stckGrdnDvdnRt": "0",
}  # fmt: skip


@pytest.fixture
def small_pages(monkeypatch):
    """Half a thousand dividends on a page: the table has four or so, and the first is asked for once more."""
    monkeypatch.setitem(data_go_kr.MOST_ROWS, "getDiviInfo", 500)


def load(world):
    return load_open_data.load_dividends(world.app, QUICK)


# --- what is stored -------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_whole_table_is_stored_and_reading_it_again_changes_nothing(open_world):
    with open_world() as world:
        load_listed.load_listing(world.app, QUICK)
        result = load(world)
        count = world.scalar(COUNT)
        assert (result.outcome, result.requests) == ("done", {"fsc": 1, "total": 1})
        assert result.tables["dividend_history"] == Counts(added=count)
        assert count > 1_500
        assert world.scalar("SELECT count(*) FROM dividend_history WHERE cash_dvdn_pay_dt > '2027-12-31'") == 0
        assert world.scalar("SELECT count(*) FROM dividend_history WHERE crno = '0'") == 0
        assert world.scalar("SELECT max(dvdn_bas_dt) FROM dividend_history") == date(2026, 12, 31)
        assert world.rows("SELECT stck_genr_dvdn_amt FROM dividend_history WHERE is_outlier") == [(1_851_481_913,)]
        # A cash rate beside no amount: it was paid, nobody wrote down how much.
        odd = "stck_genr_cash_dvdn_rt > 0 AND stck_genr_dvdn_amt"
        assert world.scalar(f"{COUNT} WHERE {odd} IS NULL") > 10
        assert world.scalar(f"{COUNT} WHERE {odd} = 0") == 0
        before = world.scalar(WHOLE)
        assert load(world).requests == {"total": 0}
        world.execute("DELETE FROM unit_ledger")
        assert load(world).tables["dividend_history"] == Counts(unchanged=count)
        assert world.scalar(WHOLE) == before


def test_each_dividend_belongs_to_its_own_security_only(open_world):
    with open_world() as world:
        load_listed.load_listing(world.app, QUICK)
        load(world)
        # The predecessor wrote the ticker it had asked for on every row: on preferred shares and on other companies.
        wrong = (
            "SELECT d.isin_cd, d.ticker, l.isin FROM dividend_history d JOIN fdr_stock_listing l USING (ticker)"
            " WHERE l.isin IS NOT NULL AND l.isin <> d.isin_cd"
        )
        assert world.rows(wrong) == []
        preferred = "SELECT DISTINCT ticker FROM dividend_history WHERE scrs_itms_kcd = '0201'"
        found = {row[0] for row in world.rows(preferred)}
        assert any(ticker and ticker[-1] != "0" for ticker in found)
        assert (
            world.scalar(f"{COUNT} WHERE ticker IS NULL AND isin_cd LIKE 'KR7%00_' AND substr(isin_cd, 9, 1)='0'") == 0
        )


@pytest.mark.long
def test_amounts_are_corrected_when_the_table_is_read_again(open_world):
    with open_world() as world:
        load(world)
        world.execute(
            "UPDATE dividend_history SET stck_genr_dvdn_amt = 1, is_outlier = true WHERE dvdn_bas_dt > '2026-01-01'"
        )
        world.execute("DELETE FROM dividend_history WHERE dvdn_bas_dt = '2020-12-31'")
        kept = world.rows("SELECT min(created_at) FROM dividend_history WHERE dvdn_bas_dt > '2026-01-01'")
    with open_world(EVENING + timedelta(days=3)) as world:
        result = load(world)
        assert result.tables["dividend_history"].changed > 60
        assert result.tables["dividend_history"].added > 30
        assert world.scalar(f"{COUNT} WHERE stck_genr_dvdn_amt = 1") == 0
        assert world.scalar(f"{COUNT} WHERE is_outlier") == 1
        assert world.rows("SELECT min(created_at) FROM dividend_history WHERE dvdn_bas_dt > '2026-01-01'") == kept


@pytest.mark.parametrize(
    ("code", "ticker"),
    [
        (isin("005930"), "005930"), (isin("0004Y0"), "0004Y0"), (isin("005935"), None), (isin("00104K"), None),
        ("KR7005930004", None), ("HK0000065257", None), ("KYG2115T1076", None), ("KR6010141911", None), ("", None),
    ],
)  # fmt: skip
def test_a_ticker_is_read_out_of_common_shares_only(code, ticker):
    assert ticker_of(code) == ticker


@pytest.mark.parametrize(
    ("amount", "rate", "odd"),
    [(374, 374, False), (1_851_481_913, 5, True), (28_500, Decimal(570), False), (0, 0, False), (None, 3, False),
     (600_000, Decimal("0.5"), True), (1_500, 0, False)],
)  # fmt: skip
def test_an_amount_that_no_share_gets_is_flagged(amount, rate, odd):
    assert is_outlier(amount, rate) is odd


def test_two_records_of_one_key_become_one_row():
    paid = dividend_row(ROW, {})
    nothing = dividend_row({**ROW, "stckGenrDvdnAmt": "0", "stckGenrCashDvdnRt": "0", "stckDvdnRcd": "04"}, {})
    other = dividend_row({**ROW, "stckGenrDvdnAmt": "500"}, {})
    assert one_a_key([paid, paid]) == [paid]
    assert one_a_key([nothing, paid]) == one_a_key([paid, nothing]) == [paid]
    assert one_a_key([paid, other, nothing]) == [{**other, "is_outlier": True}]


@pytest.mark.parametrize("field", ["dvdnBasDt", "stckGenrDvdnAmt", "cashDvdnPayDt"])
def test_one_row_that_cannot_be_read_is_left_out_and_named(open_world, monkeypatch, field):
    with open_world() as world:
        client = load_open_data.client_of(world.app, "dividends")
        records = client.dividends()
        records[7] = {**records[7], field: "2026-13"}
        monkeypatch.setattr(client, "dividends", lambda: records)
        result = load(world)
        assert (result.outcome, len(result.rejected)) == ("done", 1)
        assert world.scalar(COUNT) == len(records) - 1


@needs_shared
def test_the_recorded_dividend_becomes_the_expected_row():
    body = json.loads((SHARED / "recorded/fsc/getDiviInfo_V2_row_005930.json").read_text())["response"]["body"]
    row = dividend_row(body["items"]["item"][0], {})
    expected = {
        "security_id": "KR7005930003", "ticker": "005930", "dvdn_bas_dt": date(2026, 6, 30), "scrs_itms_kcd": "0101",
        "source_id": "FSC", "cash_dvdn_pay_dt": date(2026, 8, 28), "stck_genr_dvdn_amt": 374, "stck_stac_md": "12",
        "stck_genr_cash_dvdn_rt": 374, "stck_par_prc": 100, "is_outlier": False, "crno": "1301110006246",
        "stck_dvdn_rcd_nm": "현금배당",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


# --- yields ---------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_yields_follow_the_last_years_cash_and_the_current_price(open_world):
    with open_world() as world:
        day = world.sandbox.market.sessions[-1]
        load_prices.load_prices_between(world.app, day, day, None, QUICK)
        load(world)
        result = load_listed.load_stocks(world.app, QUICK)
        assert result.outcome == "done"
        expected = dict(
            world.rows(
                "SELECT s.ticker, round(100 * sum(d.stck_genr_dvdn_amt) / max(s.current_price), 4) FROM stocks s"
                " JOIN dividend_history d USING (ticker) WHERE d.dvdn_bas_dt BETWEEN '2025-11-21' AND '2026-11-20'"
                " AND s.is_active GROUP BY 1"
            )
        )
        assert (
            dict(world.rows("SELECT ticker, dividend_yield FROM stocks WHERE dividend_yield IS NOT NULL")) == expected
        )
        assert len(expected) > 50
        assert 0.5 < sum(expected.values()) / len(expected) < 10
        again = load_open_data.load_dividends(world.app, QUICK)
        assert again.tables["stocks"].changed == 0
        world.execute("UPDATE stocks SET dividend_yield = 99 WHERE ticker = '005930'")
        assert load_listed.load_stocks(world.app, QUICK).tables["stocks"].changed == 1


SPLIT = (
    "INSERT INTO stock_price_daily (ticker, trade_date, name, market, open_price, high_price, low_price, close_price,"
    " volume, adj_factor, adj_event, is_halted, quality_flag, source_id, batch_id, created_at, updated_at)"
    " VALUES ('005930', :day, 'x', 'KOSPI', 1, 1, 1, 1, 1, :factor, 'split', false, 'NORMAL', 'KRX', 1, now(), now())"
)
YEARS = [
    ([("2026-06-30", 100)], [], 1),
    ([("2026-06-30", 100), ("2025-12-31", 200)], [], 3),
    ([("2025-11-20", 100)], [], 0),
    ([("2026-12-31", 100), ("2026-06-30", 50)], [], Decimal("0.5")),
    ([("2026-06-30", None), ("2025-12-31", 200)], [], None),
    ([("2020-06-30", None), ("2025-12-31", 200)], [], 2),
    ([("2026-06-30", -1)], [], None),
    ([("2026-06-30", 1_000)], [("2026-09-01", 0.1)], 1),
    ([("2026-06-30", 100)], [("2026-05-04", 0.1)], 1),
    ([], [], None),
]
"""Record dates with amounts (-1: an outlier), splits with factors, percent of a price of 10,000 won."""


def test_a_yield_counts_what_is_known_of_one_year(open_world):
    with open_world() as world:
        load_listed.load_stocks(world.app, QUICK)
        world.execute("UPDATE stocks SET current_price = 10000, dividend_yield = 7")
        # What DART says of the same dividend is another source's word, not more cash.
        world.execute(INSERT, ticker="005930", day="2026-03-31", amount=500, source="DART", outlier=False)
        for paid, splits, percent in YEARS:
            world.execute("DELETE FROM dividend_history WHERE source_id = 'FSC'")
            world.execute("DELETE FROM stock_price_daily")
            for day, amount in paid:
                row = {"ticker": "005930", "day": day, "amount": amount, "source": "FSC", "outlier": amount == -1}
                world.execute(INSERT, **row)
            for day, factor in splits:
                world.execute(SPLIT, day=day, factor=factor)
            with world.app.engine.begin() as connection:
                dividend_yield.write(connection, date(2026, 11, 20), {"batch_id": 1, "updated_at": clock.wall()})
            known = world.rows("SELECT ticker, dividend_yield FROM stocks WHERE dividend_yield IS NOT NULL")
            assert known == ([] if percent is None else [("005930", percent)]), (paid, splits)


# --- what goes wrong ------------------------------------------------------------------------------------------------

CELLS = {
    "500": (75, "failed"),
    "reset": (75, "failed"),
    "truncated": (65, "failed"),
    "empty_list": (65, "failed"),
    "missing_field": (65, "failed"),
    "duplicate": (65, "failed"),
    "zero": (65, "failed"),
    "gateway22": (75, "quota"),
    "403": (78, "failed"),
    "gateway20": (78, "failed"),
}


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "page"), a_third([*((kind, 3) for kind in CELLS), ("500", 1), ("empty_list", 1), ("gateway22", 2)], 1)
)
def test_a_page_that_fails_leaves_everything_as_it_was(open_world, small_pages, kind, page):
    with open_world() as world:
        load(world)
        world.execute("UPDATE dividend_history SET stck_genr_dvdn_amt = 1 WHERE dvdn_bas_dt > '2026-01-01'")
        before = world.scalar(WHOLE)
        known = world.scalar("SELECT count(*) FROM unit_ledger WHERE dataset = 'dividends.fsc'")
    later = EVENING + timedelta(days=3)
    with open_world(later, faults=f"{kind}@{HOST}/pageNo={page}") as world:
        result = load(world)
        # The yields beside it are brought up to date all the same; that makes it no partial success.
        assert (result.exit_code, result.outcome) == CELLS[kind], result.reasons
        assert result.units.done == 1
        assert world.scalar(WHOLE) == before
        done = "SELECT count(*) FROM unit_ledger WHERE dataset = 'dividends.fsc' AND status = 'done'"
        assert world.scalar(done) == known
    with open_world(later) as world:
        world.begin_budgets_anew()
        assert load(world).outcome == "done", "the next run must fetch what failed"
        assert world.scalar(f"{COUNT} WHERE stck_genr_dvdn_amt = 1") == 0


def test_without_a_key_the_operator_is_told_what_to_apply_for(open_world):
    with open_world(without=("fsc_api_key",)) as world:
        with pytest.raises(Exception, match="금융위원회_주식배당정보"):
            load(world)
        with pytest.raises(Exception, match="'금융위원회_채권발행정보' 서비스를 활용신청"):
            load_open_data.load_bonds(world.app, "all", None, QUICK)
