"""One stock over a long span: what its chart does not reach comes from elsewhere or is said to be missing."""

import contextlib
from datetime import timedelta

import pytest
from support import EVENING

from foresto_cli.errors import ConfigError
from foresto_cli.loading import load_listed as roster
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.sandbox.hosts import naver_chart
from foresto_cli.upstream import naver

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 1
QUICK = job.Options()
BARS = 5
KEYLESS = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key")
ONLY_OPENAPI = ("krx_id", "krx_pw", "fsc_api_key")
ONLY_LOGIN = ("krx_openapi_key", "fsc_api_key")
TICKER = "005930"
HAS = f"SELECT trade_date FROM stock_price_daily WHERE ticker = '{TICKER}' ORDER BY 1"


@pytest.fixture(autouse=True)
def _short_charts(monkeypatch):
    monkeypatch.setattr(naver, "MOST_BARS", BARS)
    monkeypatch.setattr(naver_chart, "MOST_BARS", BARS)


@pytest.fixture
def listed(open_world):
    """Open a world with its listing, in which the stock has always been listed."""

    @contextlib.contextmanager
    def opened(**options):
        with open_world(**options) as world:
            roster.load_listing(world.app, QUICK)
            world.execute("UPDATE fdr_stock_listing SET listing_date = '1975-06-11'")
            yield world

    return opened


def load(world, *, options=QUICK, first=0, last=-1):
    days = world.sandbox.market.sessions
    return load_prices.load_prices_between(world.app, days[first], days[last], TICKER, options)


def stored(world):
    return [day for (day,) in world.rows(HAS)]


def test_without_a_key_the_result_is_partial_and_names_the_first_day(listed):
    with listed(without=KEYLESS) as world:
        days = world.sandbox.market.sessions
        result = load(world)
        assert (result.outcome, result.exit_code) == ("partial", 3)
        (reason,) = result.reasons
        assert f"{TICKER}의 시세는 {days[-BARS]}부터 있습니다" in reason
        assert f"{days[0]}~{days[-BARS - 1]}" in reason
        assert "KRX_OPENAPI_KEY" in reason
        assert stored(world) == list(days[-BARS:])
        assert result.alerts == []
        again = load(world)
        assert again.outcome == "nothing_to_do"
        assert [note for note in again.notes if f"{days[-BARS]}부터" in note], "never without a word"


@pytest.mark.parametrize(("without", "source"), [(ONLY_OPENAPI, "KRX_OPENAPI"), (ONLY_LOGIN, "KRX")])
def test_with_a_key_the_older_days_come_as_market_days(listed, without, source):
    with listed(without=without) as world:
        days = world.sandbox.market.sessions
        older = len(days) - BARS
        plan = load(world, options=job.Options(dry_run=True))
        assert plan.units.planned == 1 + older
        assert [note for note in plan.notes if f"{older:,}거래일은 시장 전체" in note]
        result = load(world)
        assert (result.outcome, result.exit_code) == ("done", 0), result.reasons
        assert result.sources == {"NAVER": 1, source: older}
        assert stored(world) == list(days)
        assert world.scalar(f"SELECT count(DISTINCT ticker) FROM stock_price_daily WHERE trade_date = '{days[0]}'") > 40
        assert load(world).outcome == "nothing_to_do"


def test_a_key_that_comes_later_fills_what_was_missing(listed):
    with listed(without=KEYLESS) as world:
        assert load(world).outcome == "partial"
    with listed(without=ONLY_OPENAPI) as world:
        assert load(world).outcome == "done"
        assert stored(world) == list(world.sandbox.market.sessions)


def test_a_span_before_the_chart_is_never_no_data(listed):
    with listed(without=KEYLESS) as world:
        with pytest.raises(ConfigError, match="줄 곳이 없습니다"):
            load(world, last=-BARS - 1)
        assert world.asked("sise.nhn") == []
    with listed(without=ONLY_OPENAPI) as world:
        result = load(world, last=-BARS - 1)
        assert (result.outcome, set(result.sources)) == ("done", {"KRX_OPENAPI"})


def test_who_was_listed_later_lacks_nothing_and_is_told_since_when(listed):
    with listed(without=KEYLESS) as world:
        day = world.sandbox.market.sessions[-3]
        world.execute("UPDATE fdr_stock_listing SET listing_date = :day WHERE ticker = :ticker", day=day, ticker=TICKER)
        result = load(world)
        assert (result.outcome, result.exit_code) == ("done", 0)
        assert [note for note in result.notes if f"{TICKER}의 시세는 {day}부터 있습니다" in note]


def test_what_nobody_knows_the_listing_day_of_is_asked_for_as_wanted(listed):
    with listed(without=KEYLESS) as world:
        world.execute("UPDATE fdr_stock_listing SET listing_date = NULL")
        assert load(world).outcome == "partial"


def test_a_chart_shorter_than_it_may_be_is_all_there_is(listed, monkeypatch):
    with listed(without=KEYLESS) as world:
        days = world.sandbox.market.sessions
        # Naver has one bar less than the most, and the calendar thinks that a chart reaches further.
        monkeypatch.setattr(naver_chart, "MOST_BARS", BARS - 1)
        result = load(world)
        assert result.outcome == "done"
        assert [note for note in result.notes if f"{days[-BARS + 1]}부터" in note]


def test_no_session_in_the_span_is_said(listed):
    with listed(without=KEYLESS) as world:
        saturday = EVENING.date() - timedelta(days=6)
        result = load_prices.load_prices_between(world.app, saturday, saturday, TICKER, QUICK)
        assert "거래일이 없습니다" in result.notes[0]


@pytest.mark.long
def test_again_reads_the_market_days_once_more_where_a_key_reaches(listed):
    with listed(without=ONLY_OPENAPI) as world:
        days = len(world.sandbox.market.sessions)
        load(world)
        world.execute(f"UPDATE stock_price_daily SET close_price = 1 WHERE ticker = '{TICKER}'")
        result = load(world, options=job.Options(again=True))
        assert (result.exit_code, result.units.done) == (0, days)
        assert world.scalar("SELECT count(*) FROM stock_price_daily WHERE close_price = 1") == 0


def test_again_without_a_key_reads_the_chart_once_more(listed):
    with listed(without=KEYLESS) as world:
        load(world)
        assert load(world, options=job.Options(again=True)).sources == {"NAVER": 1}
