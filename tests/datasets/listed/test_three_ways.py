"""The list and the indices without the mirror: whoever has a key, or none, gets the most that it allows."""

from datetime import date, datetime, timedelta

import pytest
from support import EVENING

from foresto_cli import clock
from foresto_cli.datasets.prices.index_codes import code_of
from foresto_cli.loading import load_indices, load_prices
from foresto_cli.loading import load_listed as roster
from foresto_cli.running import job
from foresto_cli.telling import dead_mirror, diagnosis, notify
from foresto_cli.upstream import krx_openapi
from foresto_cli.verify import verification

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 2

QUICK = job.Options()
NONE = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key")
KEYS = {
    "none": NONE,
    "login": ("krx_openapi_key", "fsc_api_key"),
    "openapi": ("krx_id", "krx_pw", "fsc_api_key"),
    "both": ("fsc_api_key",),
}
FROZEN = "frozen_mirror@2026-11-06"
DEAD = {"faults": FROZEN, "stocks": 60, "sessions": 14}
LISTED = "SELECT count(*) FROM fdr_stock_listing WHERE is_listed"
MAIN = "SELECT count(DISTINCT index_code) FROM index_price_daily WHERE trade_date = '2026-11-20'"


@pytest.mark.parametrize("keys", KEYS)
def test_with_a_dead_mirror_each_key_gives_the_list_and_the_indices(open_world, keys):
    with open_world(**DEAD, without=KEYS[keys]) as world:
        result = roster.load_listing(world.app, QUICK)
        assert (result.outcome, result.exit_code) == ("done", 0)
        everybody = world.sandbox.market.listed(date(2026, 11, 20)).stocks
        covered = [one for one in everybody if keys != "none" or one.market != "KNX"]
        assert abs(world.scalar(LISTED) - len(covered)) <= 2, "the OPEN API's list is of the day before"
        indexed = load_prices.load_index(world.app, 14, QUICK)
        assert indexed.exit_code == 0
        assert world.scalar(MAIN) == 3
        assert roster.load_stocks(world.app, QUICK).exit_code == 0
        assert world.scalar("SELECT count(*) FROM stocks WHERE is_active") == world.scalar(LISTED)


@pytest.mark.long
def test_a_dead_mirror_is_told_once_passed_over_and_tried_again_the_next_day(open_world):
    alert = (
        "SELECT alert_type, alert_level, occurrences, resolved_at IS NULL FROM ops_alert WHERE alert_type = 'mirror'"
    )
    mirror = "fdr_krx_data_cache"
    with open_world(**DEAD) as world:
        roster.load_listing(world.app, QUICK)
        assert world.rows(alert) == [("mirror", "info", 1, True)]
        assert world.asked(mirror)
    with open_world(EVENING + timedelta(hours=1), **DEAD) as world:
        load_prices.load_index(world.app, 14, QUICK)
        load_prices.load_prices_incremental(world.app, 1, 2, QUICK)
        assert world.asked(mirror) == [], "asked once a day"
    with open_world(EVENING + timedelta(days=3), **DEAD) as world:
        assert roster.load_listing(world.app, QUICK).exit_code == 0
        assert world.asked(mirror)
        assert [row[0] for row in notify._due(world.app.engine, "slack")] == [1]
    with open_world(EVENING + timedelta(days=4), stocks=60, sessions=14) as world:
        assert roster.load_listing(world.app, QUICK).exit_code == 0
        assert world.scalar("SELECT count(*) FROM dead_source") == 0
        assert [row[3] for row in world.rows(alert)] == [False]


def test_a_mirror_that_is_two_sessions_late_is_not_dead(open_world):
    with open_world(faults="frozen_mirror@2026-11-18", stocks=60, sessions=14, without=NONE) as world:
        assert roster.load_listing(world.app, QUICK).exit_code in {0, 3, 75}
        assert world.scalar("SELECT count(*) FROM dead_source") == 0


@pytest.mark.long
def test_what_the_mirror_knew_stays_when_another_source_gives_the_list(open_world):
    known = "SELECT ticker, industry, representative, listing_date FROM fdr_stock_listing WHERE is_listed ORDER BY 1"
    with open_world(stocks=60, sessions=14) as world:
        roster.load_listing(world.app, QUICK)
        load_prices.load_prices_incremental(world.app, 5, 2, QUICK)
        before = world.rows(known)
        assert sum(row[1] is not None for row in before) > 20
    later = EVENING + timedelta(days=3)
    with open_world(later, faults=FROZEN, stocks=60, sessions=14, without=("fsc_api_key",)) as world:
        load_prices.load_prices_incremental(world.app, 5, 2, QUICK)
        assert roster.load_listing(world.app, QUICK).exit_code == 0
        after = {row[0]: row[1:] for row in world.rows(known)}
        lost = [
            row
            for row in before
            if any(old not in {None, new} for old, new in zip(row[1:], after[row[0]], strict=True))
        ]
        assert lost == [], "what one source does not give stays as it was"
        assert world.rows("SELECT DISTINCT source_id FROM fdr_stock_listing WHERE is_listed") == [("KRX",)]
        wrong = (
            "SELECT count(*) FROM fdr_stock_listing l JOIN stock_price_daily p ON p.ticker = l.ticker"
            " AND p.trade_date = l.as_of_date WHERE l.is_listed AND l.marcap IS DISTINCT FROM p.close_price * l.shares"
        )
        assert world.scalar(wrong) == 0


def test_who_leaves_while_the_mirror_is_dead_is_known_by_the_difference_of_two_lists(open_world):
    with open_world(**DEAD, without=KEYS["openapi"]) as world:
        roster.load_listing(world.app, QUICK)
        world.execute(
            "INSERT INTO fdr_stock_listing (ticker, name, market, is_listed, as_of_date, source_id, batch_id,"
            " created_at, updated_at)"
            " VALUES ('999990', '떠난회사', 'KOSDAQ', true, '2026-11-18', 'FDR', 1, now(), now()),"
            " ('999980', '코넥스회사', 'KONEX', true, '2026-11-18', 'FDR', 1, now(), now())"
        )
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'listing'")
    faults = f"{FROZEN},unapproved@knx_isu_base_info"
    with open_world(EVENING, faults=faults, stocks=60, sessions=14, without=KEYS["openapi"]) as world:
        result = roster.load_listing(world.app, QUICK)
        assert result.exit_code == 0
        assert any("코넥스 종목기본정보" in note for note in result.notes)
        left = "SELECT is_listed, delisting_date, delisting_reason FROM fdr_stock_listing WHERE ticker = '{}'"
        assert world.rows(left.format("999990")) == [(False, date(2026, 11, 19), None)]
        assert world.rows(left.format("999980")) == [(True, None, None)], "KONEX was not in the answer"


def test_without_anybody_the_list_that_is_there_stays_and_its_age_is_said(open_world):
    with open_world(stocks=60, sessions=14, without=NONE) as world:
        roster.load_listing(world.app, QUICK)
        count = world.scalar(LISTED)
    faults = "frozen_mirror@2026-11-20,500@m.stock.naver.com"
    with open_world(EVENING + timedelta(days=12), faults=faults, stocks=60, sessions=20, without=NONE) as world:
        result = roster.load_listing(world.app, QUICK)
        assert result.exit_code == 75
        assert any("2026-11-20" in note and "거래일 전" in note for note in result.notes)
        assert world.scalar(LISTED) == count


def test_an_index_that_ends_behind_the_last_session_is_not_done(open_world):
    faults = f"{FROZEN},500@fchart.stock.naver.com"
    with open_world(faults=faults, stocks=60, sessions=14, without=NONE) as world:
        result = load_prices.load_index(world.app, 14, QUICK)
        assert (result.outcome, result.exit_code) == ("failed", 75)
        assert any("2026-11-06" in reason and "2026-11-20" in reason for reason in result.reasons)
        assert world.scalar("SELECT max(trade_date) FROM index_price_daily") == date(2026, 11, 6)


def test_naver_gives_the_exchange_its_own_levels_and_changes_from_the_close_before(open_world):
    columns = "SELECT index_code, trade_date, open_price, high_price, low_price, close_price, price_change, change_rate"
    query = f"{columns} FROM index_price_daily WHERE trade_date > '2026-11-10' ORDER BY 1, 2"
    with open_world(**DEAD, without=NONE) as world:
        load_prices.load_index(world.app, 14, QUICK)
        found = world.rows(query)
        assert world.rows("SELECT DISTINCT source_id, market_cap FROM index_price_daily") == [("NAVER", None)]
    with open_world(**DEAD, without=KEYS["login"]) as world:
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'prices.index'")
        load_prices.load_index(world.app, 14, QUICK)
        assert world.rows("SELECT DISTINCT source_id FROM index_price_daily") == [("KRX",)]
        assert world.rows(query) == found


def test_all_indices_of_a_session_come_in_three_requests_and_keep_the_three_codes(open_world):
    with open_world(stocks=60, sessions=14) as world:
        load_prices.load_index(world.app, 14, QUICK)
        asked = len(world.asked("/svc/apis/idx/"))
        assert asked == 3
        assert world.scalar("SELECT count(*) FROM index_listing") == 119
        day = "SELECT count(*) FROM index_price_daily WHERE trade_date = '2026-11-19'"
        assert world.scalar(day) == 117, "two have sums and no level"
        main = "SELECT index_code, close_price FROM index_price_daily WHERE trade_date = '2026-11-19' AND index_code IN"
        official = dict(world.rows(f"{main} ('KOSPI', 'KOSDAQ', 'KS200')"))
        assert load_prices.load_index(world.app, 14, QUICK).requests.get("krx_openapi", 0) == 0
        world.execute("DELETE FROM index_price_daily")
        world.execute("DELETE FROM unit_ledger WHERE dataset LIKE 'prices.index%'")
    with open_world(stocks=60, sessions=14, without=KEYS["login"]) as world:
        load_prices.load_index(world.app, 14, QUICK)
        assert dict(world.rows(f"{main} ('KOSPI', 'KOSDAQ', 'KS200')")) == official


def test_the_history_of_all_indices_is_planned_like_every_other_and_by_class(open_world):
    with open_world(stocks=60, sessions=14) as world:
        result = load_indices.load_index_history(world.app, "KQ150", None, QUICK)
        assert result.outcome == "done"
        assert {r.path.rsplit("/", 1)[1] for r in world.asked("/idx/")} == {"kosdaq_dd_trd"}
        sessions = world.scalar("SELECT count(DISTINCT trade_date) FROM index_price_daily WHERE index_code = 'KQ150'")
        assert sessions == 13 == len(world.asked("/idx/"))
        world.execute("DELETE FROM unit_ledger WHERE unit = 'KOSDAQ:2026-11-12'")
        assert load_indices.load_index_history(world.app, "KQ150", None, QUICK).requests["total"] == 1
        listed = load_indices.listed(world.app)
        assert {row["index_code"] for row in listed} >= {"KOSDAQ", "KQ150", "KQ_CHEM"}


def test_an_unapproved_family_is_named_and_the_others_are_loaded(open_world):
    with open_world(stocks=60, sessions=14, faults="unapproved@kosdaq_dd_trd") as world:
        result = load_prices.load_index(world.app, 14, QUICK)
        assert result.exit_code == 0
        assert any("KOSDAQ 시리즈" in note for note in result.notes)
        assert (
            world.scalar("SELECT count(DISTINCT index_class) FROM index_listing WHERE source_id = 'KRX_OPENAPI'") == 2
        )
        asked_for = load_indices.load_index_history(world.app, None, date(2026, 11, 18), QUICK)
        assert asked_for.exit_code == 78


def test_codes_are_stable_short_and_one_for_each_class_and_name():
    assert code_of("KOSPI", "코스피") == "KOSPI"
    assert code_of("KOSPI", "코스피 200") == code_of("KOSPI", "코스피200") == "KS200"
    assert code_of("KOSPI", "화학") != code_of("KOSDAQ", "화학")
    unknown = code_of("KOSPI", "아직 없는 지수")
    assert unknown == code_of("KOSPI", "아직없는지수") != code_of("KOSDAQ", "아직 없는 지수")
    assert len(unknown) <= 20


@pytest.mark.long
@pytest.mark.parametrize("keys", ["none", pytest.param("openapi", marks=pytest.mark.slow)])
def test_a_decreed_holiday_is_found_by_the_index_without_a_price_source(open_world, keys):
    days = (date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 3), date(2026, 7, 6))
    for day in days:
        now = datetime(day.year, day.month, day.day, 20, 45, tzinfo=clock.KST)
        with open_world(now, without=KEYS[keys], sessions=10, faults="frozen_mirror@2026-06-01") as world:
            if day != date(2026, 7, 2):
                roster.load_listing(world.app, QUICK)
            result = load_prices.load_prices_incremental(world.app, max((day - days[0]).days, 1), 2, QUICK)
            load_prices.load_index(world.app, 30, QUICK)
            listed = world.scalar(LISTED)
            asked = [r for r in world.asked("sise.nhn") if r.fields["symbol"] not in {"KOSPI", "KOSDAQ", "KPI200"}]
            assert len(asked) in {0, listed}, "each stock once for a session, none for a holiday"
            assert not (day == date(2026, 7, 2) and asked)
            verdict = verification.verify_daily(world.app)
            found = {finding.check for finding in verdict.findings}
            assert "prices.sessions" not in found
    assert world.rows("SELECT trade_date, is_closed FROM market_closure") == [(date(2026, 7, 2), True)]
    assert result.exit_code == 0
    with open_world(now, without=KEYS[keys], sessions=10) as world:
        repaired = load_prices.repair_prices(world.app, date(2026, 7, 1), QUICK)
        assert repaired.units.failed == repaired.units.pending == 0


def test_doctor_says_that_the_mirror_stands_still_and_finds_nothing_wrong_with_that(open_world):
    with open_world(**DEAD) as world:
        (found,) = dead_mirror.examine(world.app)
        assert (found.state, "멈췄습니다" in found.text) == (diagnosis.NOTE, True)
    with open_world(stocks=60, sessions=14) as world:
        assert [one.state for one in dead_mirror.examine(world.app)] == [diagnosis.OK]


def test_konex_is_a_market_of_the_list_only_where_its_service_is_asked():
    assert krx_openapi.markets_on(date(2013, 6, 28)) == {"KOSPI", "KOSDAQ"}
