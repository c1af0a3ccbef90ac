"""Statements: few requests, nothing asked twice, a budget that runs out, and what is refused before asking."""

import contextlib
from datetime import date, timedelta

import pytest
from dart_loads import QUICK, asked, load
from support import EVENING

from foresto_cli import clock
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import load_listed, load_statements

pytestmark = pytest.mark.usefixtures("no_waiting")


# --- how much is asked ----------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_year_is_one_question_a_hundred_companies_and_the_second_run_asks_for_news_only(listed_world):
    with listed_world(stocks=130) as world:
        first = load(world, 2025)
        assert (first.outcome, first.exit_code) == ("done", 0), first.reasons
        hundreds = world.scalar("SELECT count(DISTINCT hundred) FROM dart_company")
        days = 4  # from three days ago on
        assert [len(asked(world, part)) for part in ("corpCode.xml", "list.json", "fnlttMultiAcnt")] == [
            1,
            days,
            hundreds,
        ]
        assert hundreds >= 2, "companies that close in another month than December have a hundred of their own"
        named = [request.fields["corp_code"].split(",") for request in asked(world, "fnlttMultiAcnt")]
        assert max(map(len, named)) == 100
        companies = sum(map(len, named))
        stored = world.scalar("SELECT count(DISTINCT ticker) FROM financial_report")
        assert 0.9 * companies < stored <= companies
        before = len(asked(world))
        again = load(world, 2025)
        assert again.requests == {"total": 1, "dart": 1}
        assert (again.rows.added, again.rows.changed) == (0, 0)
        assert [request.path for request in asked(world)[before:]] == ["/api/list.json"]


@pytest.mark.long
def test_without_options_what_is_in_season_is_asked_for_and_everything_asked_for_before(listed_world):
    with listed_world() as world:
        load(world, 2024)
        result = load(world)
        assert result.outcome == "done", result.reasons
        reports = {unit[0].rsplit("/", 1)[0] for unit in world.rows(
            "SELECT unit FROM unit_ledger WHERE dataset = 'dart.statements' AND unit LIKE '%/h0+%'"
        )}  # fmt: skip
        assert reports == {"2024/11011", "2026/11014", "2026/11011"}, "and June of half-year companies"


def test_an_operator_reads_which_companies_are_asked_for(listed_world):
    with listed_world(stocks=130) as world:
        load_statements.load_companies(world.app, QUICK)
        labels = []
        world.app.console.progress = lambda _: contextlib.nullcontext(lambda *said: labels.append(said[-1]))
        load(world, 2025, workers=1)
        told = list(dict.fromkeys(label for label in labels if "보고서" in label))
        assert "2025년 사업보고서 1~100번째 회사" in told
        assert [label for label in told if label.startswith("2025년 사업보고서 101~")], told


@pytest.mark.long
def test_a_report_of_everybody_since_a_year(listed_world):
    with listed_world() as world:
        assert load(world, since=2025).outcome == "done"
        found = world.rows(
            "SELECT fiscal_year, report_type, count(*) > 40 FROM financial_statement"
            " GROUP BY 1, 2 HAVING count(*) > 5 ORDER BY 1, 2"
        )
        quarters = ["ANNUAL", "Q1", "Q2", "Q3"]
        assert found == [(2025, name, True) for name in quarters] + [(2026, name, True) for name in quarters[1:]]


@pytest.mark.long
def test_a_filing_is_news_and_only_its_hundred_is_asked_again(listed_world):
    with listed_world(EVENING - timedelta(days=20)) as world:
        early = load(world, 2026, "q3")
        some = world.scalar("SELECT count(DISTINCT ticker) FROM financial_report")
        assert early.outcome == "done"
    with listed_world(EVENING) as world:
        late = load(world, 2026, "q3")
        assert late.outcome == "done"
        assert world.scalar("SELECT count(DISTINCT ticker) FROM financial_report") > some
        assert world.scalar("SELECT count(*) FROM dart_filing") > 0
    with listed_world(EVENING) as world:
        # The filings of the last days are there and their figures too: nothing can be new.
        before = len(asked(world, "fnlttMultiAcnt"))
        load(world, 2026, "q3")
        assert len(asked(world, "fnlttMultiAcnt")) == before


JUNE = "SELECT count(*) FROM financial_report WHERE fiscal_quarter = 4 AND period_end = '2026-06-30'"


def test_the_june_report_of_a_half_year_company_is_read_when_it_is_filed(listed_world):
    """DART keeps it as the annual report of a year that ends for everybody else in December."""
    with listed_world(EVENING.replace(month=9, day=29)) as world:
        load(world)
        assert world.scalar(JUNE) > 0, "by the list of filings, of companies that nobody knows yet"


@pytest.mark.long
def test_the_june_report_of_a_half_year_company_is_asked_for_in_its_season(listed_world):
    with listed_world(EVENING.replace(month=10, day=20)) as world:
        load(world, 2025)
        world.execute("DELETE FROM dart_filing")
        world.execute("DELETE FROM financial_report WHERE period_end > '2026-01-01'")
        first = world.scalar("SELECT count(*) FROM financial_report WHERE period_months = 6")
        assert first > 0
        load(world)
        assert world.scalar(JUNE) == first / 2
        before = len(asked(world, "fnlttMultiAcnt"))
        load(world)
        assert len(asked(world, "fnlttMultiAcnt")) == before


@pytest.mark.long
def test_both_half_years_whole_statements_come_with_one_question(listed_world):
    with listed_world(EVENING.replace(month=4, day=20)) as world:
        load(world, 2025)
        trust = world.scalar("SELECT min(ticker) FROM financial_report WHERE period_months = 6")
        load(world, 2025, ticker=trust, full=True)
        assert world.rows(
            "SELECT period_end, bool_or(has_details) FROM financial_report WHERE ticker = :t GROUP BY 1 ORDER BY 1",
            t=trust,
        ) == [(date(2025, 6, 30), True), (date(2025, 12, 31), True)]  # fmt: skip
        assert len(asked(world, "fnlttSinglAcntAll")) == 1
        load(world, 2025, ticker=trust, full=True)
        assert len(asked(world, "fnlttSinglAcntAll")) == 1


@pytest.mark.long
def test_who_joins_a_hundred_has_it_asked_again(listed_world):
    with listed_world() as world:
        load(world, 2025)
        left = world.scalar("SELECT corp_code FROM dart_company WHERE ticker = '000660'")
        world.execute("DELETE FROM financial_report WHERE ticker = '000660'")
        world.execute("UPDATE dart_company SET hundred = NULL WHERE corp_code = :code", code=left)
        world.execute("UPDATE unit_ledger SET unit = regexp_replace(unit, '/h0\\+(\\d+)', '/h0+' || 1)")
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'dart.companies'")
        load(world, 2025)
        assert world.scalar("SELECT count(*) FROM financial_report WHERE ticker = '000660'") > 0
        names = world.rows("SELECT unit FROM unit_ledger WHERE unit LIKE '2025/11011/h0+%'")
        assert len(names) == 1, "the name of the smaller hundred is gone"


def test_companies_are_asked_for_once_a_day(listed_world):
    with listed_world() as world:
        assert load_statements.load_companies(world.app, QUICK).outcome == "done"
        assert load_statements.load_companies(world.app, QUICK).outcome == "nothing_to_do"
        assert len(asked(world, "corpCode.xml")) == 1
        stocks = load_listed.load_stocks(world.app, QUICK)
        assert stocks.exit_code == 0
        assert world.scalar("SELECT count(*) FROM stocks WHERE is_active AND corp_code IS NULL") == 0
        assert world.scalar(
            "SELECT count(*) FROM stocks s JOIN stocks i ON i.ticker = left(s.ticker, 5) || '0'"
            " WHERE s.ticker <> i.ticker AND s.corp_code = i.corp_code"
        )
    with listed_world(EVENING + timedelta(days=1)) as world:
        assert load_statements.load_companies(world.app, QUICK).requests["dart"] == 1


@pytest.mark.long
def test_one_company(listed_world):
    with listed_world() as world:
        result = load(world, 2025, ticker="005930", full=True)
        assert result.outcome == "done"
        assert world.rows("SELECT DISTINCT ticker, has_details FROM financial_report WHERE fs_div = 'CFS'") == [
            ("005930", True)
        ]
        preferred = world.scalar(
            "SELECT p.ticker FROM fdr_stock_listing p JOIN fdr_stock_listing c ON c.ticker = left(p.ticker, 5) || '0'"
            " WHERE p.is_listed AND c.is_listed AND p.ticker <> c.ticker"
        )
        load(world, 2025, ticker=preferred)
        assert world.scalar(
            "SELECT count(*) FROM financial_report WHERE ticker = left(:ticker, 5) || '0'", ticker=preferred
        )
        for given in (" 005930", world.scalar("SELECT name FROM fdr_stock_listing WHERE ticker = '005930'")):
            assert load(world, 2025, ticker=given).outcome == "done"
        with pytest.raises(UsageError, match="상장 목록에 없습니다"):
            load(world, 2025, ticker="999999")


# --- the budget -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_budget_that_runs_out_is_used_to_the_last_request_and_the_next_day_goes_on(listed_world):
    with listed_world() as world:
        load(world, 2025)
        todo = world.scalar("SELECT count(DISTINCT corp_code) FROM financial_report")
        world.execute("UPDATE upstream_usage SET used = 20000 - 21 WHERE upstream = 'dart'")
        result = load(world, 2025, full=True)
        assert (result.outcome, result.exit_code) == ("quota", 75)
        assert result.requests["dart"] == 21
        assert world.scalar("SELECT used FROM upstream_usage WHERE upstream = 'dart'") == 20_000
        done = world.scalar("SELECT count(DISTINCT corp_code) FROM financial_report WHERE has_details")
        assert 0 < done <= 21
        assert todo - done <= result.units.pending <= todo - done + 1, "two halves are one question"
        assert any("한도" in reason for reason in result.reasons)
        # The newest filings came first.
        assert world.scalar(
            "SELECT min(rcept_no) FILTER (WHERE has_details) >= max(rcept_no) FILTER (WHERE NOT has_details)"
            " FROM (SELECT max(rcept_no) AS rcept_no, bool_or(has_details) AS has_details"
            " FROM financial_report GROUP BY corp_code) x"
        )
        quota = load_statements.quota(world.app)
        assert (quota["used"], quota["left"], quota["reset"]) == (20_000, 0, "2026-11-21 00:00")
        assert load(world, 2025, full=True).requests["total"] == 0
    with listed_world(EVENING + timedelta(days=1)) as world:
        rest = load(world, 2025, full=True)
        assert rest.outcome == "done"
        each = "SELECT count(DISTINCT corp_code) FROM financial_report WHERE has_details"
        assert world.scalar(each) == todo
        assert len(asked(world, "fnlttSinglAcntAll")) >= todo - done
        assert load(world, 2025, full=True).requests["total"] == 0, "of a day that is over, and read since, nothing"


def test_nothing_is_asked_between_one_and_two(open_world):
    with open_world() as world:
        load_listed.load_listing(world.app, QUICK)
    with open_world(EVENING.replace(day=21, hour=1, minute=30)) as world:
        result = load(world, 2025)
        assert (result.exit_code, asked(world)) == (75, [])
        assert any("01:00~02:00" in reason for reason in result.reasons)
        assert world.scalar("SELECT count(*) FROM unit_ledger WHERE dataset LIKE 'dart%'") == 0
    with open_world(EVENING.replace(day=21, hour=2, minute=0)) as world:
        assert load(world, 2025).exit_code == 0


# --- what is refused ------------------------------------------------------------------------------------------------


def test_without_a_key_or_a_listing_it_says_what_to_do(open_world):
    with open_world(without=("dart_api_key",)) as world:
        with pytest.raises(ConfigError, match=r"DART_API_KEY.*opendart\.fss\.or\.kr"):
            load(world, 2025)
        assert load_statements.quota(world.app)["has_key"] is False
    with open_world() as world, pytest.raises(ConfigError, match="foresto listing load"):
        load(world, 2025)


@pytest.mark.parametrize(
    ("year", "report", "since"),
    [(2014, None, None), (2027, None, None), (2025, "q4", None), (2025, None, 2024), (None, None, 2010)],
)
def test_impossible_options_are_refused(year, report, since):
    clock.pretend(EVENING)
    with pytest.raises(UsageError):
        load_statements.wanted_reports(year, report, since, None)
