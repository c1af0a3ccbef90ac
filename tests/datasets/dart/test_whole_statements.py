"""Whole statements are spread over days: what scores use first, a share of the budget a job, and a word of when."""

import dataclasses
from datetime import date

import pytest
from dart_loads import QUICK, asked, load

from foresto_cli.chains import steps
from foresto_cli.datasets.dart import details
from foresto_cli.datasets.dart.reports import ANNUAL, Report
from foresto_cli.loading import load_statements, load_whole_statements

pytestmark = pytest.mark.usefixtures("no_waiting")
WHOLE = "fnlttSinglAcntAll"
BUDGET = 300
COUNT = "SELECT count(DISTINCT (corp_code, period_end)) FROM financial_report WHERE has_details"


def with_budget(world, budget):
    settings = world.app.settings.model_copy(update={"foresto_dart_daily_budget": budget})
    return dataclasses.replace(world.app, settings=settings)


def filed(company, year, code):
    report = Report(year, code)
    end = report.period_end(12)
    return details.Filed(company, "005930", report, "CFS", f"{end:%Y%m%d}000001", end, has_details=False)


def test_a_score_uses_the_reports_that_make_the_newest_twelve_months():
    every = [filed("a", year, code) for year in (2023, 2024, 2025) for code in ("11013", "11012", "11014", ANNUAL)]
    wanted = details.scored([*every, filed("a", 2026, "11013"), filed("b", 2025, ANNUAL), filed("b", 2024, ANNUAL)])
    assert wanted == {
        ("a", Report(2026, "11013")),
        ("a", Report(2025, ANNUAL)),
        ("a", Report(2025, "11013")),
        ("b", Report(2025, ANNUAL)),
    }


def used(world):
    """The stored reports that scores use, and those of all that were read whole."""
    with world.app.engine.connect() as connection:
        stored = details.read(connection, None)
    there = {(one.corp_code, one.report) for one in stored}
    return details.scored(stored) & there, {(one.corp_code, one.report) for one in stored if one.has_details}


@pytest.mark.long
def test_what_scores_use_is_asked_for_before_older_gaps(listed_world):
    with listed_world() as world:
        load(world, since=2024)
        load(world)  # who closes twice a year is known by now
        app, wanted = world.app, load_statements.wanted_reports(None, None, 2024, None)
        most = len(used(world)[0])
        result = load_statements.load_statements(app, wanted, QUICK, full=details.Share(most=lambda: most))
        assert result.exit_code == 0, result.reasons
        needed, whole = used(world)
        assert needed == whole
        before = len(asked(world, WHOLE))
        load_statements.load_statements(app, wanted, QUICK, full=details.Share(scored_only=True))
        assert len(asked(world, WHOLE)) == before
        assert load_statements.load_statements(app, wanted, QUICK, full=details.ALL).units.done > 0


@pytest.mark.long
def test_a_saturday_asks_for_less_than_a_third_of_a_days_budget_and_a_morning_for_a_twentieth(listed_world):
    with listed_world() as world:
        load(world, since=2024)
        app = with_budget(world, BUDGET)
        for step, most, share in (
            (steps.STATEMENTS, BUDGET / 3, load_whole_statements.SATURDAY),
            (steps.NEW_STATEMENTS, BUDGET / 10, load_whole_statements.MORNING),
        ):
            before, whole = len(asked(world)), world.scalar(COUNT)
            result = step.work(app, QUICK)
            assert (result.outcome, result.exit_code) == ("done", 0)
            assert len(asked(world)) - before <= most
            assert world.scalar(COUNT) - whole > 0
            assert len(asked(world, WHOLE)) >= share * BUDGET / 2
            assert any("전체 재무제표" in note for note in result.notes), "what is still to come is told"
        load(world, since=2024, full=True)
        assert not any("전체 재무제표" in note for note in steps.NEW_STATEMENTS.work(app, QUICK).notes)


@pytest.mark.parametrize(
    ("count", "until"),
    [(0, date(2026, 11, 20)), (6_000, date(2026, 11, 21)), (6_001, date(2026, 11, 23)), (12_000, date(2026, 11, 28))],
)
def test_the_day_on_which_all_is_there_is_told(count, until):
    assert load_whole_statements.finished(count, 1_000, 6_000, date(2026, 11, 20)) == until
