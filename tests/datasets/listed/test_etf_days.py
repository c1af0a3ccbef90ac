"""ETF prices by session: history from three sources, gaps, official numbers over others, holidays, returns."""

import gzip
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from support import EVENING, SHARED, needs_shared

from foresto_cli.datasets.listed import etf_rows
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import load_funds, load_prices, retrying
from foresto_cli.running import job
from foresto_cli.sandbox.market import market_funds
from foresto_cli.verify import verification

pytestmark = pytest.mark.usefixtures("no_waiting")

PATIENCE = 1
QUICK = job.Options()
LOGIN, KEY, FSC = ("krx_id", "krx_pw"), ("krx_openapi_key",), ("fsc_api_key",)
SESSIONS = "SELECT DISTINCT trade_date, source_id FROM etf_price_daily ORDER BY 1 DESC"
NUMBERS = (
    "SELECT ticker, open_price, high_price, low_price, close_price, price_change, change_rate, nav, volume,"
    " trading_value, market_cap, net_assets, shares_outstanding, index_close FROM etf_price_daily"
    " WHERE trade_date = :day ORDER BY 1"
)
MONDAY_MORNING = EVENING + timedelta(days=2, hours=14, minutes=10)


def test_history_is_every_session_asked_for_once_and_newest_first(open_world):
    with open_world() as world:
        first, *_ = days = world.app.calendar.sessions(world.app.history_start, EVENING.date())
        plan = load_funds.load_etfs(world.app, job.Options(dry_run=True), since=first)
        assert (plan.plan.units, world.sandbox.requests) == (1 + len(days), [])
        result = load_funds.load_etfs(world.app, job.Options(workers=1), since=first)
        assert (result.outcome, result.sources["KRX_OPENAPI"], result.sources["KRX"]) == ("done", len(days) - 1, 2)
        stored = world.rows(SESSIONS)
        assert [day for day, _ in stored] == days[::-1]
        assert {source for _, source in stored[1:]} == {"KRX_OPENAPI"}
        shown = [request.fields["basDd"] for request in world.asked("etf_bydd_trd")]
        assert shown == sorted(shown, reverse=True)
        assert load_funds.load_etfs(world.app, QUICK, since=first).outcome == "nothing_to_do"
        again = load_funds.load_etfs(world.app, job.Options(again=True), since=days[-3])
        assert (again.units.done, again.rows.changed) == (5, 0), "the list, three sessions, the returns"


def test_sessions_slept_through_are_fetched_one_request_each(open_world):
    with open_world(sessions=20) as world:
        load_funds.load_etfs(world.app, QUICK)
    with open_world(EVENING + timedelta(days=11), sessions=20) as world:
        result = load_funds.load_etf_prices(world.app, QUICK)
        missed = world.app.calendar.sessions(date(2026, 11, 23), date(2026, 12, 1))
        assert world.scalar("SELECT count(DISTINCT trade_date) FROM etf_price_daily") == 1 + len(missed)
        assert result.requests["total"] <= len(missed) + 1 + 3, "each missed one, the provisional one, the login"


def test_a_gap_is_found_however_it_came_and_official_rows_stay(open_world):
    with open_world() as world:
        first = world.app.history_start
        load_funds.load_etfs(world.app, QUICK, since=first)
        gap = world.app.calendar.sessions(first, EVENING.date())[4]
        world.execute("DELETE FROM etf_price_daily WHERE trade_date = :day", day=gap)
        before = len(world.asked("etf_bydd_trd"))
        result = load_funds.load_etf_prices(world.app, QUICK)
        assert [request.fields["basDd"] for request in world.asked("etf_bydd_trd")[before:]] == [f"{gap:%Y%m%d}"]
        assert result.rows.added == world.scalar(
            "SELECT count(*) FROM etf_price_daily WHERE trade_date = :day", day=gap
        )
    with open_world(without=KEY) as world:
        load_funds.load_etfs(world.app, job.Options(again=True), since=gap)
        assert {source for day, source in world.rows(SESSIONS) if day < EVENING.date()} == {"KRX_OPENAPI"}


def test_the_three_sources_agree_to_the_digit_and_the_official_one_replaces_the_others(open_world):
    seen = {}
    day = date(2026, 11, 18)
    for source, without in (("KRX", (*KEY, *FSC)), ("FSC", (*LOGIN, *KEY)), ("KRX_OPENAPI", (*LOGIN, *FSC))):
        with open_world(without=without) as world:
            world.execute("DELETE FROM unit_ledger; DELETE FROM etf_price_daily")
            load_funds.load_etfs(world.app, QUICK, since=day, until=day)
            assert world.rows(SESSIONS) == [(day, source)]
            seen[source] = world.rows(NUMBERS, day=day)
    assert seen["KRX"] == seen["FSC"] == seen["KRX_OPENAPI"]
    assert any(row[7] is None for row in seen["KRX"]), "a fund without NAV"
    assert any(row[13] is None for row in seen["KRX"]), "a fund whose index nobody knows"
    with open_world(without=KEY) as world:
        load_funds.load_etfs(world.app, job.Options(again=True), since=day, until=day)
        assert world.rows(SESSIONS) == [(day, "KRX_OPENAPI")], "never the other way round"


def test_the_newest_session_is_there_in_the_afternoon_and_official_next_morning(open_world):
    with open_world(EVENING.replace(hour=16, minute=40)) as world:
        load_funds.load_etf_prices(world.app, QUICK)
        assert world.rows(SESSIONS) == [(EVENING.date(), "KRX")]
        assert world.rows("SELECT status FROM unit_ledger WHERE dataset = 'etfs.day'") == [("provisional",)]
    with open_world(MONDAY_MORNING) as world:
        result = load_funds.load_etf_prices(world.app, QUICK)
        assert (result.requests["total"], world.rows(SESSIONS)) == (1, [(EVENING.date(), "KRX_OPENAPI")])
        assert load_funds.load_etf_prices(world.app, QUICK).outcome == "nothing_to_do"


def test_official_numbers_that_come_a_session_later_are_no_failure_when_others_are_stored(open_world):
    """As after a day on which the exchange was closed and no calendar knew it."""
    with open_world(EVENING) as world:
        load_funds.load_etf_prices(world.app, QUICK)
        assert world.rows(SESSIONS) == [(EVENING.date(), "KRX")]
    afternoon = MONDAY_MORNING.replace(hour=16, minute=30)
    with open_world(afternoon, faults=f"empty_list@data-dbg.krx.co.kr/{EVENING:%Y%m%d}") as world:
        result = load_funds.load_etf_prices(world.app, QUICK)
        assert (result.units.failed, result.units.pending, result.exit_code) == (0, 1, 75)
        assert (EVENING.date(), "KRX") in world.rows(SESSIONS)
    with open_world(afternoon) as world:
        assert load_funds.load_etf_prices(world.app, QUICK).exit_code == 0
        assert (EVENING.date(), "KRX_OPENAPI") in world.rows(SESSIONS)


def test_fsc_has_the_sessions_of_a_service_that_is_not_approved(open_world):
    with open_world(without=LOGIN, faults="unapproved@etf_bydd_trd") as world:
        result = load_funds.load_etfs(world.app, job.Options(workers=1), since=date(2026, 11, 16))
        assert [source for _, source in world.rows(SESSIONS)] == ["FSC"] * 4
        assert len(world.asked("etf_bydd_trd")) == 1, "who is refused is asked once"
        assert (result.outcome, any("ETF 일별매매정보" in note for note in result.notes)) == ("done", True)
        assert load_funds.load_etf_prices(world.app, QUICK).units.planned == 0


def test_net_assets_are_the_newest_sessions_whichever_came_first_sessions_or_list(open_world):
    shown = "SELECT ticker, name, current_price, nav, price_date, aum, is_active FROM etfs ORDER BY 1"
    with open_world(without=(*LOGIN, *KEY)) as world:
        load_funds.load_etfs(world.app, QUICK)
        clean = world.rows(shown)
        assert dict(world.rows("SELECT ticker, net_assets FROM etf_price_daily WHERE trade_date = '2026-11-19'")) == {
            ticker: net_assets for ticker, *_, net_assets, _ in clean
        }
        for table in ("etfs", "etf_price_daily", "unit_ledger"):
            world.execute(f"DELETE FROM {table}")
        world.sandbox.faults.add("500@finance.naver.com")
        assert load_funds.load_etfs(world.app, QUICK).outcome == "partial"
        world.sandbox.faults.clear()
        assert load_funds.load_etfs(world.app, QUICK).outcome == "done"
        assert world.rows(shown) == clean


def test_without_any_source_a_span_is_refused_and_the_list_still_comes(open_world):
    with open_world(without=(*LOGIN, *KEY, *FSC)) as world:
        with pytest.raises(ConfigError, match="KRX_OPENAPI_KEY"):
            load_funds.load_etfs(world.app, QUICK, since=date(2026, 11, 16))
        assert load_funds.load_etf_prices(world.app, QUICK).sources == {"FDR": 1}
        with pytest.raises(ConfigError, match="KRX_OPENAPI_KEY"):
            retrying.units_again(world.app, "etfs.day", ["2026-11-19"], QUICK)
    with open_world() as world, pytest.raises(UsageError, match="뒤입니다"):
        load_funds.load_etfs(world.app, QUICK, since=date(2026, 11, 19), until=date(2026, 11, 18))


def test_a_login_alone_reaches_thirty_sessions_back_and_says_what_would_reach_further(open_world):
    with open_world(sessions=40, without=(*KEY, *FSC)) as world:
        result = load_funds.load_etf_history(world.app, QUICK)
        assert (world.scalar("SELECT count(DISTINCT trade_date) FROM etf_price_daily"), result.outcome) == (30, "done")
        assert any("10거래일은 받을 곳이 없습니다" in note for note in result.notes), result.notes


@pytest.mark.parametrize("kind", ["duplicate", "other_day", "missing_field", "truncated"])
def test_an_answer_that_is_not_that_session_is_refused(open_world, kind):
    with open_world() as world:
        load_funds.load_etfs(world.app, QUICK, since=date(2026, 11, 13), until=date(2026, 11, 17))
    with open_world(faults=f"{kind}@data-dbg.krx.co.kr/etf_bydd_trd", without=(*LOGIN, *FSC)) as world:
        result = load_funds.load_etfs(world.app, QUICK, since=date(2026, 11, 18), until=date(2026, 11, 18))
        assert (result.units.failed, result.exit_code) in {(1, 3), (1, 65)}, result.reasons
        assert world.scalar("SELECT count(*) FROM etf_price_daily WHERE trade_date = '2026-11-18'") == 0
    with open_world() as world:
        assert load_funds.load_etf_prices(world.app, QUICK).exit_code == 0
        assert world.scalar("SELECT count(*) FROM etf_price_daily WHERE trade_date = '2026-11-18'") > 0


@pytest.mark.long
def test_a_closure_that_no_calendar_knew_is_no_data_and_no_hole(open_world):
    with open_world(EVENING.replace(year=2026, month=8, day=28), sessions=45, without=(*LOGIN, *FSC)) as world:
        closed = next(
            day
            for day in world.app.calendar.sessions(world.app.history_start, world.app.calendar.latest_ended(EVENING))
            if day not in world.sandbox.market.sessions and day < date(2026, 8, 27)
        )
        result = load_funds.load_etfs(world.app, QUICK, since=world.app.history_start)
        assert (result.exit_code, result.units.no_data) == (0, 1), result.reasons
        assert world.rows("SELECT unit, reason FROM unit_ledger WHERE status = 'no_data'") == [(f"{closed}", "휴장")]
        assert not world.app.calendar.is_session(closed)
        assert load_funds.load_etfs(world.app, QUICK, since=world.app.history_start).outcome == "nothing_to_do"


def test_half_a_session_is_refused_and_asked_for_again(open_world, monkeypatch):
    day = date(2026, 11, 18)
    with open_world(without=(*LOGIN, *FSC)) as world:
        load_funds.load_etfs(world.app, QUICK, since=date(2026, 11, 17), until=date(2026, 11, 17))
        whole = world.app.krx_openapi.etf_day(day)
        monkeypatch.setattr(type(world.app.krx_openapi), "etf_day", lambda *_: whole[::2])
        assert "일부만" in load_funds.load_etfs(world.app, QUICK, since=day, until=day).reasons[0]
        monkeypatch.setattr(type(world.app.krx_openapi), "etf_day", lambda *_: whole)
        assert load_funds.load_etfs(world.app, QUICK, since=day, until=day).rows.added == len(whole)


@pytest.mark.long
def test_who_came_and_who_left_are_told_apart_in_the_list(open_world):
    with open_world(stocks=300, sessions=22, without=(*LOGIN, *FSC)) as world:
        load_funds.load_etfs(world.app, QUICK, since=world.app.history_start)
        gone = [fund.code for fund in market_funds.universe(300) if fund.gone == date(2026, 10, 27)]
        new = [fund.code for fund in market_funds.universe(300) if fund.listed == date(2026, 11, 12)]
        assert (len(gone), len(new)) == (1, 1)
        last, is_active = world.rows("SELECT price_date, is_active FROM etfs WHERE ticker = :one", one=gone[0])[0]
        assert (last, is_active) == (date(2026, 10, 26), False)
        first = world.scalar("SELECT min(trade_date) FROM etf_price_daily WHERE ticker = :one", one=new[0])
        assert first == date(2026, 11, 12)
        assert world.scalar("SELECT is_active FROM etfs WHERE ticker = :one", one=new[0])


@pytest.mark.long
def test_returns_follow_from_the_stored_sessions_and_a_split_is_no_loss(open_world):
    with open_world(sessions=280, stocks=60, without=LOGIN) as world:
        load_funds.load_etfs(world.app, QUICK, since=world.app.history_start)
        fund = next(one for one in market_funds.universe(60) if one.split and one.split < EVENING.date())
        rows = world.rows(
            "SELECT trade_date, close_price, price_change FROM etf_price_daily WHERE ticker = :one ORDER BY 1",
            one=fund.code,
        )
        ((close, change),) = [(close, change) for day, close, change in rows if day == fund.split]
        before = next(close for day, close, _ in reversed(rows) if day < fund.split)
        assert close - change < before / 4
        growth = Decimal(1)
        for day, close, change in rows:
            if day > date(2025, 12, 30):
                growth *= Decimal(close) / (close - change)
        stored = world.scalar("SELECT ytd_return FROM etfs WHERE ticker = :one", one=fund.code)
        assert abs(stored - 100 * (growth - 1)) < Decimal("0.2"), "ticks round the base price of the split"
        plain = world.rows(
            "SELECT e.ytd_return, 100.0 * (l.close_price / f.close_price - 1) FROM etfs e"
            " JOIN etf_price_daily f ON f.ticker = e.ticker AND f.trade_date = '2025-12-30'"
            " JOIN etf_price_daily l ON l.ticker = e.ticker AND l.trade_date = '2026-11-19'"
            " WHERE e.ticker <> :one",
            one=fund.code,
        )
        assert len(plain) > 10
        assert all(abs(one - another) < Decimal("0.0001") for one, another in plain)
        new = [one.code for one in market_funds.universe(60) if one.listed > date(2026, 1, 1)]
        returns = "SELECT ticker FROM etfs WHERE ytd_return IS NULL AND is_active"
        assert {ticker for (ticker,) in world.rows(returns)} == set(new)
        assert world.scalar("SELECT count(*) FROM etfs WHERE one_year_return IS NOT NULL") == len(plain) + 1
        world.execute("DELETE FROM etf_price_daily WHERE trade_date = '2026-06-10' AND ticker = :one", one=fund.code)
        world.execute("UPDATE unit_ledger SET run_id = run_id + 100 WHERE dataset = 'etfs.day'")
        load_funds.load_etf_prices(world.app, QUICK)
        assert world.scalar("SELECT ytd_return FROM etfs WHERE ticker = :one", one=fund.code) is None


def test_every_session_of_stocks_is_one_of_etfs_over_the_whole_history(loaded):
    sessions = "SELECT DISTINCT trade_date FROM {} ORDER BY 1"
    days = loaded.rows(sessions.format("etf_price_daily"))
    assert days == loaded.rows(sessions.format("stock_price_daily"))
    assert len(days) == len(loaded.app.calendar.sessions(loaded.app.history_start, EVENING.date()))


def told(world, check):
    return next((one for one in verification.verify_daily(world.app).findings if one.check == check), None)


@pytest.mark.long
def test_a_hole_is_found_and_mended(loaded):
    assert told(loaded, "etf.sessions") is None
    day = date(2026, 11, 12)
    loaded.execute("DELETE FROM etf_price_daily WHERE trade_date = :day", day=day)
    loaded.execute("DELETE FROM unit_ledger WHERE dataset = 'etfs.day' AND unit = :unit", unit=f"{day}")
    found = told(loaded, "etf.sessions")
    assert (found.days, found.units) == ([f"{day}"], {"etfs.day": [f"{day}"]})
    verification.with_repair(loaded.app, verification.verify_daily, QUICK)
    assert told(loaded, "etf.sessions") is None
    assert loaded.scalar("SELECT count(*) FROM etf_price_daily WHERE trade_date = :day", day=day) > 0


@pytest.mark.long
def test_half_a_session_is_found_and_mended(loaded):
    day = date(2026, 11, 12)
    half = "SELECT ticker FROM etf_price_daily WHERE trade_date = :day ORDER BY 1 LIMIT 9"
    loaded.execute(f"DELETE FROM etf_price_daily WHERE trade_date = :day AND ticker IN ({half})", day=day)
    loaded.execute("UPDATE unit_ledger SET row_count = 5 WHERE dataset = 'etfs.day' AND unit = :unit", unit=f"{day}")
    assert told(loaded, "etf.sessions").days == [f"{day}"]
    verification.with_repair(loaded.app, verification.verify_daily, QUICK)
    assert told(loaded, "etf.sessions") is None


@pytest.mark.long
def test_returns_that_are_not_those_of_the_prices_are_found_and_mended(open_world):
    with open_world(sessions=260, stocks=30, without=LOGIN) as world:
        load_prices.load_prices_incremental(world.app, 3, 2, QUICK)
        load_funds.load_etfs(world.app, QUICK, since=world.app.history_start)
        world.execute("UPDATE etfs SET one_year_return = 100 * one_year_return WHERE one_year_return IS NOT NULL")
        assert told(world, "etf.returns").units == {"etfs.returns": ["all"]}
        verification.with_repair(world.app, verification.verify_daily, QUICK)
        assert told(world, "etf.returns") is None


def test_a_fund_that_is_newer_than_the_list_is_no_fault_of_the_list(open_world):
    (new,) = (fund.code for fund in market_funds.universe(300) if fund.listed == date(2026, 11, 12))
    whole = {"stocks": 300, "sessions": 22}
    with open_world(EVENING - timedelta(days=9), **whole) as world:
        load_funds.load_etfs(world.app, QUICK)
        assert world.scalar("SELECT count(*) FROM etfs WHERE ticker = :one", one=new) == 0
    with open_world(EVENING - timedelta(days=8), **whole) as world:
        load_funds.load_etf_prices(world.app, QUICK)
        assert world.rows("SELECT source_id, isin FROM etfs WHERE ticker = :one", one=new) == [("KRX", None)]
        assert told(world, "etf.list") is None, "the next list says the rest of it"
        world.execute("UPDATE etfs SET expense_ratio = NULL WHERE ticker <> :one", one=new)
        assert told(world, "etf.list").found == world.scalar("SELECT count(*) - 1 FROM etfs WHERE is_active")
    with open_world(EVENING - timedelta(days=7), **whole) as world:
        load_funds.load_etfs(world.app, QUICK)
        assert told(world, "etf.list") is None
        values = "isin = NULL, category = NULL, leverage = NULL, is_actively_managed = NULL, manager = NULL"
        values += ", expense_ratio = NULL, listing_date = NULL, shares = NULL"
        world.execute(f"UPDATE etfs SET {values} WHERE ticker = :one", one=new)
        assert told(world, "etf.list").sample[0]["ticker"] == new, "by now a list has told of it"


@needs_shared
def test_the_recorded_days_are_stored_to_the_digit(open_world, monkeypatch):
    """Two sessions of the OPEN API and one of KRX's page, through the real flow."""
    folder = SHARED / "recorded"

    def recorded(file, name):
        return json.loads(gzip.decompress((folder / file).read_bytes()))[name]

    answers = {
        date(2024, 1, day): recorded(f"krx_openapi/etf_bydd_trd_2024010{day}.json.gz", "OutBlock_1") for day in (4, 5)
    }
    page = recorded("krx/etf_20210325.body.gz", "output")
    holiday = recorded("krx/etf_20210321_holiday.body.gz", "output")
    with open_world(without=(*LOGIN, *FSC)) as world:
        loader = load_funds.sessions(world.app, date(2024, 1, 4), date(2024, 1, 5))
        assert [unit.key for unit in loader.units()] == ["2024-01-05", "2024-01-04"]
        monkeypatch.setattr(type(world.app.krx_openapi), "etf_day", lambda _, day: answers[day])
        result = job.run_loaders(
            world.app, "stocks etfs", "ETF", lambda: [load_funds.sessions(world.app, min(answers), max(answers))], QUICK
        )
        assert (result.units.done, result.rows.added) == (2, 812 * 2)
        for day, records in answers.items():
            assert_stored(world, day, records, "KRX_OPENAPI")
        assert world.scalar("SELECT count(*) FROM etfs") == 812
    with open_world(without=(*KEY, *FSC)) as world:
        world.execute("DELETE FROM etfs")
        monkeypatch.setattr(type(world.app.krx), "etf_day", lambda *_: page)
        day = EVENING.date()  # KRX's pages are asked for the newest sessions alone
        loader = load_funds.sessions(world.app, day, day)
        job.run_loaders(world.app, "stocks etfs", "ETF", lambda: [loader], QUICK)
        assert_stored(world, day, page, "KRX")
        monkeypatch.setattr(type(world.app.krx), "etf_day", lambda *_: holiday)
        before = date(2026, 11, 18)
        result = job.run_loaders(
            world.app, "stocks etfs", "ETF", lambda: [load_funds.sessions(world.app, before, before)], QUICK
        )
        assert (result.units.done, result.units.no_data, result.units.failed) == (0, 0, 1), "the index says it was none"
        assert world.scalar("SELECT count(*) FROM etf_price_daily WHERE trade_date = :day", day=before) == 0


def assert_stored(world, day, records, source):
    fields = etf_rows.FIELDS[source]
    stored = {
        row[0]: row[1:]
        for row in world.rows(
            f"SELECT ticker, {', '.join(etf_rows.PRICES)} FROM etf_price_daily WHERE trade_date = :day", day=day
        )
    }
    assert len(stored) == len(records)
    for record in records:
        written = [record[fields[name]].replace(",", "") for name in etf_rows.PRICES]
        assert [None if text == "-" else Decimal(text) for text in written] == list(stored[record[fields["ticker"]]])


def test_a_unit_that_is_no_session_is_refused(loaded):
    with pytest.raises(UsageError, match="단위가 없습니다"):
        retrying.units_again(loaded.app, "etfs.day", ["nonsense"], QUICK)
    result = retrying.units_again(loaded.app, "etfs.day", ["2026-11-19"], QUICK)
    assert (result.units.done, result.rows.changed) == (2, 0), "the session, and the returns"


def test_prices_load_with_a_fund_loads_the_sessions_of_all_funds(open_world):
    with open_world() as world:
        load_funds.load_etfs(world.app, QUICK)
        ticker, name = world.rows("SELECT ticker, name FROM etfs ORDER BY 1")[0]
        span = (date(2026, 11, 9), date(2026, 11, 13))
        result = load_prices.load_prices_between(world.app, *span, ticker, QUICK)
        assert (result.command, result.sources["KRX_OPENAPI"], result.outcome) == ("prices load", 5, "done")
        assert any("전 종목을 한 번에" in note for note in result.notes)
        assert world.scalar("SELECT count(*) FROM etf_price_daily WHERE ticker = :one", one=ticker) == 6
        assert world.scalar("SELECT count(*) FROM stock_price_daily") == 0
        assert load_prices.load_prices_between(world.app, *span, name, QUICK).outcome == "nothing_to_do"
        with pytest.raises(ConfigError, match="listing load"):
            load_prices.load_prices_between(world.app, *span, "005930", QUICK)
