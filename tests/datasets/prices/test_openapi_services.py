"""Each service of the OPEN API is approved by itself: what is not is left out and named, and completed later."""

from datetime import date, timedelta

import pytest
from support import EVENING

from foresto_cli.datasets.prices.price_rows import from_openapi
from foresto_cli.loading import load_listed, load_prices
from foresto_cli.running import job
from foresto_cli.telling import diagnosis
from foresto_cli.upstream import krx_openapi
from foresto_cli.verify import verification
from foresto_cli.views import openapi_services

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 1

QUICK = job.Options()
ONLY_OPENAPI = ("krx_id", "krx_pw", "fsc_api_key")
NO_KONEX = "unapproved@knx_bydd_trd"
MARKETS = "SELECT market, count(DISTINCT trade_date) FROM stock_price_daily WHERE source_id = 'KRX_OPENAPI' GROUP BY 1"
WEEK = EVENING + timedelta(days=4, hours=-11)
"""The next Tuesday at 09:30."""


def incremental(world, days=14):
    return load_prices.load_prices_incremental(world.app, days, 2, QUICK)


def test_without_konex_the_other_markets_are_loaded_and_the_day_says_what_it_lacks(open_world):
    with open_world(WEEK, without=ONLY_OPENAPI, faults=NO_KONEX, stocks=100) as world:
        result = incremental(world)
        assert result.exit_code == 0
        assert set(dict(world.rows(MARKETS))) == {"KOSPI", "KOSDAQ"}
        assert world.scalar("SELECT DISTINCT reason FROM unit_ledger WHERE source_id = 'KRX_OPENAPI'").startswith(
            "빠진 시장: KONEX"
        )
        assert any("코넥스 일별매매정보" in note and "신청" in note for note in result.notes)
        assert world.rows("SELECT alert_type FROM ops_alert WHERE subject LIKE 'krx_openapi%'") == []
        assert len(world.asked("knx_bydd_trd")) <= 4, "refused, and asked no more than was under way"


@pytest.mark.long
def test_the_lack_is_no_endless_failure_and_cries_nowhere(open_world):
    with open_world(WEEK, without=ONLY_OPENAPI, faults=NO_KONEX, stocks=100) as world:
        load_listed.load_listing(world.app, QUICK)
        incremental(world)
        load_prices.load_index(world.app, 14, QUICK)
    with open_world(WEEK, without=ONLY_OPENAPI, faults=NO_KONEX, stocks=100) as world:
        again = incremental(world)
        assert (again.exit_code, again.units.failed, again.units.pending) == (0, 0, 0)
        assert len(world.asked("bydd_trd")) <= 3, "the newest session alone shows whether it is approved by now"
        about = ("prices.holes", "prices.coverage", "prices.lost_rows", "ledger.unsettled")
        found = [finding.check for finding in verification.verify_daily(world.app).findings]
        assert [check for check in found if check in about] == []


@pytest.mark.long
def test_an_approval_completes_every_session_that_lacked_the_market(open_world):
    with open_world(WEEK, without=ONLY_OPENAPI, faults=NO_KONEX, stocks=100) as world:
        incremental(world)
        days = dict(world.rows(MARKETS))["KOSPI"]
    with open_world(WEEK, without=ONLY_OPENAPI, stocks=100) as world:
        assert incremental(world).exit_code == 0
        assert dict(world.rows(MARKETS)) == dict.fromkeys(("KOSPI", "KOSDAQ", "KONEX"), days)
        assert world.scalar("SELECT count(*) FROM unit_ledger WHERE reason LIKE '%빠진 시장%'") == 0
        assert incremental(world).outcome == "nothing_to_do"


def test_so_does_a_span_that_is_loaded_by_its_days(open_world):
    with open_world(WEEK, without=ONLY_OPENAPI, stocks=100) as world:
        incremental(world)
        days = world.sandbox.market.sessions[-6:-3]
        lacking = "UPDATE unit_ledger SET reason = '빠진 시장: KONEX (KRX OPEN API 서비스 승인 없음)'"
        world.execute(f"{lacking} WHERE dataset = 'prices.day' AND unit >= :first", first=f"{days[0]}")
        world.execute("DELETE FROM stock_price_daily WHERE market = 'KONEX' AND trade_date >= :first", first=days[0])
        world.execute(
            "UPDATE unit_ledger u SET row_count = (SELECT count(*) FROM stock_price_daily"
            " WHERE trade_date = u.unit::date) WHERE dataset = 'prices.day'"
        )
    with open_world(WEEK, without=ONLY_OPENAPI, stocks=100) as world:
        result = load_prices.load_prices_between(world.app, days[0], days[-1], None, job.Options(workers=1))
        assert (result.outcome, result.units.done) == ("done", 3)
        found = world.rows(
            "SELECT DISTINCT trade_date FROM stock_price_daily WHERE market = 'KONEX' AND trade_date >= :first"
            " ORDER BY 1", first=days[0],
        )  # fmt: skip
        assert [day for (day,) in found] == list(days)


@pytest.mark.long
def test_with_a_login_what_the_open_api_lacks_comes_from_the_pages(open_world):
    with open_world(WEEK, faults=NO_KONEX, stocks=100, without=("fsc_api_key",)) as world:
        incremental(world)
    with open_world(WEEK, faults=NO_KONEX, stocks=100, without=("fsc_api_key",)) as world:
        incremental(world)
        konex = "SELECT count(DISTINCT trade_date) FROM stock_price_daily WHERE market = 'KONEX'"
        every = world.scalar("SELECT count(DISTINCT trade_date) FROM stock_price_daily")
        assert world.scalar(konex) == every
        asked = len(world.asked("MDCSTAT01501"))
        incremental(world)
        assert len(world.asked("MDCSTAT01501")) == asked


@pytest.mark.long
def test_the_pages_complete_the_newest_sessions_alone(open_world):
    with open_world(WEEK, faults=NO_KONEX, stocks=60, sessions=24, without=("fsc_api_key",)) as world:
        incremental(world, 60)
        assert len(world.asked("MDCSTAT01501")) == 10
        assert incremental(world, 60).outcome == "nothing_to_do"


@pytest.mark.parametrize("market", ["stk", "ksq"])
def test_a_missing_main_market_is_named_and_half_an_answer_is_still_refused(open_world, market):
    with open_world(WEEK, without=ONLY_OPENAPI, faults=f"unapproved@{market}_bydd_trd", stocks=100) as world:
        assert incremental(world).exit_code == 0
        assert len(dict(world.rows(MARKETS))) == 2


def test_when_every_service_is_refused_the_key_is(open_world):
    with open_world(WEEK, without=ONLY_OPENAPI, faults="unapproved@data-dbg.krx.co.kr") as world:
        result = incremental(world)
        assert result.exit_code == 78
        assert "키를 거절" in result.reasons[0]
        assert world.rows("SELECT alert_type, subject FROM ops_alert") == [("auth", "krx_openapi")]
        assert len(world.asked("bydd_trd")) <= 4 * 3


def test_konex_is_not_asked_before_it_began(open_world):
    with open_world(WEEK) as world:
        client = world.app.krx_openapi
        client.market_day(date(2013, 6, 28))
        assert not world.asked("knx_bydd_trd")
        client.market_day(date(2013, 7, 1))
        assert world.asked("knx_bydd_trd")


@pytest.mark.parametrize("words", ["코스닥", "", "KOSDAQ PREMIUM", " KOSPI"])
def test_the_market_is_that_of_the_service_whatever_it_calls_it(open_world, words):
    with open_world(WEEK) as world:
        records = [{**one, "MKT_NM": words} for one in world.app.krx_openapi.market_day(EVENING.date())]
        markets = {row["market"] for row in from_openapi(records, EVENING.date())}
        assert markets == {"KOSPI", "KOSDAQ", "KONEX"}


def test_doctor_names_every_service_and_what_to_do_about_one_that_is_not_approved(open_world):
    with open_world(WEEK, faults="unapproved@ksq_isu_base_info") as world:
        found = {one.name: one for one in openapi_services.examine(world.app.krx_openapi, date(2026, 11, 20))}
        assert len(found) == len(krx_openapi.ALL)
        (odd,) = [one for one in found.values() if one.state != diagnosis.OK]
        assert (odd.state, "코스닥 종목기본정보" in odd.text) == (diagnosis.NOTE, True)
        assert len(world.asked("/svc/apis/")) == len(krx_openapi.ALL)
    with open_world(WEEK, faults="unapproved@data-dbg.krx.co.kr") as world:
        found = list(openapi_services.examine(world.app.krx_openapi, date(2026, 11, 20)))
        assert [(one.state, one.exit_code) for one in found] == [(diagnosis.WRONG, 78)]
