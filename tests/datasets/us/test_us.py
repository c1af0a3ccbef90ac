"""US stocks through 25 requests a day: four kinds of answer told apart, days resumed, nothing invented."""

from datetime import timedelta
from decimal import Decimal

import pytest
from support import EVENING, SHARED, needs_shared, run_foresto

from foresto_cli.datasets.us import us_figures
from foresto_cli.errors import AuthFailed, BadPayload, ConfigError, QuotaSpent, RateLimited, UsageError
from foresto_cli.loading import load_us_stocks
from foresto_cli.running.job import Options
from foresto_cli.upstream import alphavantage

pytestmark = pytest.mark.usefixtures("no_waiting")

QUICK = Options(workers=1)
HOST = "www.alphavantage.co"


@pytest.mark.long
def test_a_day_of_25_requests_is_used_up_and_the_next_goes_on(open_world):
    with open_world() as world:
        first = load_us_stocks.load(world.app, "", QUICK)
        assert (first.exit_code, first.outcome, first.requests["alphavantage"]) == (75, "quota", 25)
        assert world.scalar("SELECT count(*) FROM alpha_vantage_etfs") == 8
        assert world.scalar("SELECT count(*) FROM alpha_vantage_stocks") == 20
        # One list, twenty overviews, one company's three statements; one request is left, which no company can use.
        assert world.scalar("SELECT count(DISTINCT symbol) FROM alpha_vantage_financials") == 1
    seen = 1
    for day in range(1, 4):
        with open_world(EVENING + timedelta(days=day)) as world:
            result = load_us_stocks.load(world.app, "", QUICK)
            assert result.requests["total"] <= 25
            stored = world.scalar("SELECT count(DISTINCT symbol) FROM alpha_vantage_financials")
            assert stored > seen
            seen = stored
    assert result.exit_code == 0
    assert seen == 20
    with open_world(EVENING + timedelta(days=4)) as world:
        again = load_us_stocks.load(world.app, "", QUICK)
        assert (again.outcome, again.requests["total"]) == ("nothing_to_do", 0)


def test_prices_are_stored_and_shown_with_the_stock(open_world):
    with open_world() as world:
        load_us_stocks.load(world.app, "AAPL", QUICK)
        result = load_us_stocks.prices(world.app, "AAPL", QUICK)
        assert result.rows.added == 100
        (shown,) = world.rows("SELECT current_price, previous_close, price_date FROM alpha_vantage_stocks")
        newest = world.rows("SELECT close, date FROM alpha_vantage_timeseries ORDER BY date DESC LIMIT 2")
        assert shown == (newest[0][0], newest[1][0], newest[0][1])
        assert world.scalar("SELECT max(volume) FROM alpha_vantage_timeseries") > 2**31
        assert load_us_stocks.prices(world.app, "AAPL", QUICK).requests["total"] == 0


def test_an_unknown_symbol_is_no_company_and_no_failure(open_world):
    with open_world() as world:
        result = load_us_stocks.load(world.app, "ZZZZ", QUICK)
        assert (result.exit_code, result.units.no_data, result.units.failed) == (0, 2, 0)
        assert world.scalar("SELECT count(*) FROM alpha_vantage_stocks") == 0


@pytest.mark.parametrize(
    ("kind", "exit_code", "outcome"),
    [("av_burst", 75, "quota"), ("av_daily", 75, "quota"), ("av_premium", 78, "failed"), ("html", 75, "failed"),
     ("truncated", 65, "failed"), ("404", 65, "failed"), ("timeout", 75, "failed"), ("empty", 75, "failed")],
)  # fmt: skip
def test_a_failure_is_never_taken_for_an_unknown_symbol(open_world, kind, exit_code, outcome):
    with open_world(faults=f"{kind}@{HOST}") as world:
        result = load_us_stocks.load(world.app, "AAPL", QUICK)
        assert (result.exit_code, result.outcome) == (exit_code, outcome)
        assert result.units.no_data == 0
        assert world.scalar("SELECT count(*) FROM unit_ledger WHERE status IN ('done', 'no_data')") == 0
        key = world.app.settings.alpha_vantage_api_key.get_secret_value()
        assert key not in str(result)


def test_a_failure_in_the_middle_of_a_companys_statements_stores_none_of_them(open_world):
    with open_world(faults=f"404@{HOST}/CASH_FLOW") as world:
        load_us_stocks.load(world.app, "AAPL", QUICK)
        assert world.scalar("SELECT count(*) FROM alpha_vantage_financials") == 0
        assert world.scalar("SELECT count(*) FROM alpha_vantage_stocks") == 1


def test_without_a_key_and_with_strange_tickers(open_world):
    keyless = open_world(without=("alpha_vantage_api_key",))
    with keyless as world, pytest.raises(ConfigError, match="ALPHA_VANTAGE_API_KEY"):
        load_us_stocks.load(world.app, "", QUICK)
    with open_world() as world, pytest.raises(UsageError, match="기호가 아닙니다"):
        load_us_stocks.load(world.app, "AAPL,'; DROP", QUICK)


WORDS = {
    "rate_limit_burst_Information.json": RateLimited,
    "rate_limit_daily_Information.json": QuotaSpent,
    "rate_limit_Note_legacy.json": QuotaSpent,
    "premium_outputsize_full_Information.json": AuthFailed,
}


@needs_shared
@pytest.mark.parametrize("name", WORDS)
def test_recorded_refusals(name):
    import requests

    response = requests.Response()
    response.status_code = 200
    response._content = (SHARED / "recorded" / "alphavantage" / name).read_bytes()
    with pytest.raises(WORDS[name]) as caught:
        alphavantage.inspect(response)
    assert type(caught.value) is WORDS[name]
    assert "REDACTED" not in str(caught.value)


@needs_shared
def test_recorded_overview_keeps_unknown_apart_from_zero():
    import json

    record = json.loads((SHARED / "recorded" / "alphavantage" / "overview_TSLA_2025Q1_excerpt.json").read_text())
    defaults = dict.fromkeys([*us_figures.OVERVIEW.values(), "Name", "Description", "Exchange", "Industry"], "None")
    row = us_figures.company("TSLA", {"Symbol": "TSLA", **defaults, **record})
    assert row["market_cap"] == Decimal(1061789434000)
    assert row["pe_ratio"] == Decimal("187.3")
    assert row["dividend_yield"] is None


@pytest.mark.parametrize("text", ["1e5", "12,5", "NaN", "1.2.3", None, 5, "9" * 40])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        us_figures.number(text)


def test_a_period_twice_is_refused(open_world):
    with open_world() as world:
        answers = {name: world.app.alphavantage.reports(name, "AAPL") for name in us_figures.STATEMENTS}
    answers["CASH_FLOW"]["annualReports"] *= 2
    with pytest.raises(BadPayload, match="두 번"):
        us_figures.statements("AAPL", answers)


def test_a_statement_without_any_period_beside_full_ones_is_refused(open_world):
    with open_world(faults=f"empty_list@{HOST}/BALANCE_SHEET") as world:
        result = load_us_stocks.load(world.app, "AAPL", QUICK)
        assert (result.exit_code, result.units.failed) == (3, 1)
        assert world.scalar("SELECT count(*) FROM alpha_vantage_financials") == 0


@pytest.mark.parametrize("kind", ["zero", "all_dash"])
@pytest.mark.parametrize("function", us_figures.STATEMENTS)
def test_a_statement_without_any_amount_is_refused(open_world, function, kind):
    with open_world(faults=f"{kind}@{HOST}/{function}") as world:
        result = load_us_stocks.load(world.app, "AAPL", QUICK)
        assert (result.exit_code, result.units.failed) == (3, 1)
        assert world.scalar("SELECT count(*) FROM alpha_vantage_financials") == 0


@pytest.mark.slow
def test_the_command_says_what_is_left_for_tomorrow(home):
    shown = run_foresto(home, "--sandbox", "us", "load")
    assert shown.returncode == 75
    assert "자정(KST)이 지나면 이어집니다" in shown.stderr
