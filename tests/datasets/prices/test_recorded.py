"""Real recorded answers through unmodified pykrx and FinanceDataReader: every stored number equals the recorded one."""

import functools
import gzip
import json
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest
from support import SHARED, needs_shared

from foresto_cli import clock
from foresto_cli.datasets.prices import market_days
from foresto_cli.loading import load_listed, load_prices
from foresto_cli.running import job

pytestmark = needs_shared

RECORDED = SHARED / "recorded"
QUICK = job.Options()
NO_OPENAPI = ("krx_openapi_key",)
NUMBERS = {
    "open_price": "TDD_OPNPRC",
    "high_price": "TDD_HGPRC",
    "low_price": "TDD_LWPRC",
    "close_price": "TDD_CLSPRC",
    "price_change": "CMPPREVDD_PRC",
    "change_rate": "FLUC_RT",
    "volume": "ACC_TRDVOL",
    "trading_value": "ACC_TRDVAL",
    "market_cap": "MKTCAP",
    "shares_outstanding": "LIST_SHRS",
}


def at(year, month, day, hour=19):
    return datetime(year, month, day, hour, tzinfo=clock.KST)


@pytest.fixture
def recorded_world(open_world):
    """Open the application in front of the recorded answers."""
    return functools.partial(open_world, recorded=RECORDED)


def stored(world, day):
    columns = ", ".join(["ticker", "name", *NUMBERS])
    query = f"SELECT {columns} FROM stock_price_daily WHERE trade_date = :day"
    return {row[0]: row[1:] for row in world.rows(query, day=day)}


def expected(records, ticker, name):
    return {
        record[ticker]: (record[name], *(Decimal(record[field].replace(",", "")) for field in NUMBERS.values()))
        for record in records
    }


def body(name):
    return json.loads(gzip.decompress((RECORDED / name).read_bytes()))["OutBlock_1"]


@pytest.mark.long
def test_a_krx_day_is_stored_as_recorded_and_its_base_prices_are_the_closes_before(recorded_world):
    with recorded_world(at(2021, 1, 4), without=NO_OPENAPI) as world:
        for day in (date(2020, 12, 30), date(2021, 1, 4)):
            result = load_prices.load_prices_between(world.app, day, day, None, QUICK)
            assert result.rows.added == 2531
            assert stored(world, day) == expected(body(f"krx/all_{day:%Y%m%d}.body.gz"), "ISU_SRT_CD", "ISU_ABBRV")
        assert world.rows(
            "SELECT close_price, price_change FROM stock_price_daily"
            " WHERE ticker = '005930' AND trade_date = '2021-01-04'"
        ) == [(83_000, 2_000)]
        pairs = world.scalar(
            "SELECT count(*) FROM stock_price_daily t JOIN stock_price_daily y USING (ticker)"
            " WHERE t.trade_date = '2021-01-04' AND y.trade_date = '2020-12-30' AND t.prev_close = y.close_price"
        )
        assert pairs == 2531


def test_a_recorded_sunday_is_a_holiday_and_neither_a_failure_nor_a_success(recorded_world):
    sunday = date(2021, 1, 3)
    with recorded_world(at(2021, 1, 4), without=NO_OPENAPI) as world:
        result = load_prices.load_prices_between(world.app, sunday, sunday, None, QUICK)
        assert (result.outcome, result.exit_code) == ("nothing_to_do", 0)
        assert "거래일이 없습니다" in result.notes[0]
        loader = market_days.price_days(world.app, sunday, sunday)
        answer = loader.fetch(loads_unit(sunday))
        assert answer.closed
        parsed = loader.parse(answer)
        assert (list(parsed.rows), parsed.status, parsed.reason) == ([], "no_data", "휴장")


def test_the_same_empty_answer_is_not_believed_when_the_calendar_says_session(recorded_world):
    sunday = date(2021, 1, 3)
    with recorded_world(at(2021, 1, 4), without=NO_OPENAPI) as world:
        world.execute("INSERT INTO market_closure VALUES ('2021-01-03', false, 'test', now())")
        world.execute(
            "INSERT INTO index_price_daily (index_code, trade_date, close_price, source_id, batch_id, created_at,"
            " updated_at) VALUES ('KOSPI', '2021-01-03', 2900, 'KRX', 1, now(), now())"
        )
        result = load_prices.load_prices_between(world.app, sunday, sunday, None, QUICK)
        assert (result.outcome, result.exit_code) == ("failed", 65)
        assert world.rows("SELECT unit, status FROM unit_ledger") == [("2021-01-03", "failed")]
        assert world.scalar("SELECT count(*) FROM stock_price_daily") == 0


def test_two_openapi_days_are_stored_as_recorded(recorded_world):
    with recorded_world(at(2024, 1, 8), without=("krx_id", "krx_pw")) as world:
        result = load_prices.load_prices_between(world.app, date(2024, 1, 4), date(2024, 1, 5), None, QUICK)
        assert result.rows.added == 2 * 2785
        for day in (date(2024, 1, 4), date(2024, 1, 5)):
            records = [
                record
                for market in ("stk", "ksq", "knx")
                for record in body(f"krx_openapi/{market}_bydd_trd_{day:%Y%m%d}.json.gz")
            ]
            assert stored(world, day) == expected(records, "ISU_CD", "ISU_NM")
        close = world.scalar(
            "SELECT close_price FROM stock_price_daily WHERE ticker = '005930' AND trade_date = '2024-01-05'"
        )
        assert close == 76_600


def test_the_mirror_snapshot_is_stored_as_recorded_once_its_date_is_proved(recorded_world):
    day = date(2026, 3, 13)
    with recorded_world(at(2026, 3, 13), without=("krx_id", "krx_pw", "krx_openapi_key")) as world:
        result = load_prices.load_prices_between(world.app, day, day, None, QUICK)
        assert result.rows.added == 2881
        assert len([r for r in world.sandbox.requests if "2026-03-12.csv" in r.path]) == 1
        frame = pd.read_csv(RECORDED / "fdr_cache/listing_krx/2026-03-13.csv.gz", index_col=0, dtype={"Code": str})
        names = [
            "Name",
            "Open",
            "High",
            "Low",
            "Close",
            "Changes",
            "ChagesRatio",
            "Volume",
            "Amount",
            "Marcap",
            "Stocks",
        ]
        file = {
            record["Code"]: tuple(
                Decimal(str(value)) if not isinstance(value, str) else value for value in (record[n] for n in names)
            )
            for record in frame.to_dict("records")
        }
        assert stored(world, day) == file
        assert file["005930"][4] == 183_500


def test_a_mirror_file_of_another_day_is_refused(recorded_world):
    with recorded_world(at(2026, 3, 13), without=("krx_id", "krx_pw", "krx_openapi_key")) as world:
        loader = market_days.price_days(world.app, date(2026, 3, 12), date(2026, 3, 12))
        source = next(source for source in loader.sources if source.source_id == "FDR")
        with pytest.raises(Exception, match="2026-03-13의 것입니다"):
            source.fetch(date(2026, 3, 12))


def test_the_recorded_listing_is_stored_whole_and_delisted_stocks_are_kept(recorded_world):
    with recorded_world(at(2026, 3, 13)) as world:
        result = load_listed.load_listing(world.app, QUICK)
        assert result.exit_code == 0
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE is_listed") == 2881
        gone = pd.read_csv(RECORDED / "fdr_cache/delisting/2026-03-13.csv.gz", index_col=0, dtype={"Symbol": str})
        stocks = gone[~gone.SecuGroup.str.startswith("신주인수권") & gone.Symbol.str.fullmatch("[0-9A-Z]{6}")]
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE NOT is_listed") == stocks.Symbol.nunique()
        assert world.rows(
            "SELECT name, market, industry, shares, is_listed FROM fdr_stock_listing WHERE ticker = '005930'"
        ) == [("삼성전자", "KOSPI", "통신 및 방송 장비 제조업", 5_919_637_922, True)]


@pytest.mark.long
def test_every_row_of_the_recorded_listing_is_a_stock_with_its_market_sector_and_past_names(recorded_world):
    frame = pd.read_csv(RECORDED / "fdr_cache/listing_krx/2026-03-13.csv.gz", index_col=0, dtype={"Code": str})
    file = {record["Code"]: record for record in frame.to_dict("records")}
    with recorded_world(at(2026, 3, 13), without=("fsc_api_key",)) as world:
        for day in (date(2021, 1, 4), date(2024, 1, 4)):
            load_prices.load_prices_between(world.app, day, day, None, QUICK)
        assert load_listed.load_stocks(world.app, QUICK).exit_code == 0
        stored_stocks = world.rows("SELECT ticker, name, market, isin FROM stocks WHERE is_active")
        assert set(stored_stocks) == {(c, r["Name"], r["Market"], r["ISU_CD"]) for c, r in file.items()}
        markets = dict(world.rows("SELECT market, count(*) FROM stocks WHERE is_active GROUP BY 1"))
        assert markets == frame["Market"].value_counts().to_dict()
        assert min(markets["KONEX"], markets["KOSDAQ GLOBAL"]) > 40
        lettered = [code for code in file if not code.isdigit()]
        assert world.scalar("SELECT count(*) FROM stocks WHERE is_active AND ticker ~ '[A-Z]'") == len(lettered) > 50
        linked = (
            "SELECT count(*), count(*) FILTER (WHERE p.sector = c.sector) FROM stocks p"
            " JOIN stocks c ON c.ticker = left(p.ticker, 5) || '0' WHERE p.is_active AND right(p.ticker, 1) <> '0'"
        )
        ((preferred, same),) = world.rows(linked)
        assert preferred == same > 100
        named = "SELECT name, valid_from FROM stock_history WHERE ticker = '005490' ORDER BY valid_from"
        assert world.rows(named) == [("POSCO", date(1988, 6, 10)), ("POSCO홀딩스", date(2024, 1, 4))]
        renamed = (
            "SELECT count(*) FROM stock_history h JOIN stock_history o ON o.ticker = h.ticker"
            " AND o.valid_to = h.valid_from WHERE o.is_listed AND h.is_listed AND o.name <> h.name"
        )
        assert world.scalar(renamed) > 284


def test_recorded_index_years_are_stored_as_recorded(recorded_world):
    with recorded_world(at(2026, 3, 13), without=("krx_id", "krx_pw", "krx_openapi_key")) as world:
        load_prices.load_index(world.app, 430, QUICK)
        frame = pd.read_csv(RECORDED / "fdr_cache/index/year_ks11_2025.csv.gz")
        file = {
            (date.fromisoformat(record["Date"]), Decimal(str(record["Close"])), record["Volume"])
            for record in frame.to_dict("records")
            if record["Date"] >= f"{date(2026, 3, 13).replace(year=2025)}"
        }
        found = set(
            world.rows(
                "SELECT trade_date, close_price, volume FROM index_price_daily"
                " WHERE index_code = 'KOSPI' AND trade_date BETWEEN '2025-03-13' AND '2025-12-31'"
            )
        )
        assert file
        assert file <= found


def test_a_recorded_naver_history_is_stored_as_recorded(recorded_world):
    with recorded_world(at(2026, 1, 23), without=("krx_id", "krx_pw", "krx_openapi_key")) as world:
        world.execute(
            "INSERT INTO fdr_stock_listing (ticker, name, market, is_listed, as_of_date, source_id, batch_id,"
            " created_at, updated_at)"
            " VALUES ('005930', '삼성전자', 'KOSPI', true, '2026-01-23', 'FDR', 1, now(), now())"
        )
        result = load_prices.load_prices_between(world.app, date(2014, 7, 11), date(2026, 1, 23), "005930", QUICK)
        assert result.rows.added == 2832
        assert world.rows(
            "SELECT close_price, quality_flag FROM stock_price_daily WHERE trade_date = '2026-01-23'"
        ) == [(152_100, "ADJUSTED")]


def loads_unit(day):
    from foresto_cli.collecting.loader import Unit

    return Unit(f"{day}", f"{day}")
