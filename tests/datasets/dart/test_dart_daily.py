"""What is filed on one day is read on the next morning and scored; a morning without reports costs two lists."""

from datetime import date, datetime, time, timedelta

import pytest
from dart_loads import asked, load

from foresto_cli import clock
from foresto_cli.chains import chain
from foresto_cli.chains.steps import MORNING
from foresto_cli.loading import load_listed, load_prices
from foresto_cli.running import job
from foresto_cli.sandbox.dart import dart_filings
from foresto_cli.sandbox.market import Market
from foresto_cli.score import batch

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 2
QUICK = job.Options()
STOCKS, SESSIONS, ENOUGH = 60, 4, 66
LOADED = date(2026, 11, 9)
"""A Monday in the season of quarterly reports; more than a few companies file in the week."""


def at(day, hour="08:10"):
    return datetime.combine(day, time.fromisoformat(hour), clock.KST)


def filed():
    """Every first version of a third quarter's report, by day of receipt: who, and its number."""
    market = Market(at(date(2026, 11, 30)), STOCKS, SESSIONS, 1)
    found = {}
    for versions in dart_filings.of_year(market, 2026, "11014"):
        for one in versions[:1]:
            company = one.filing.company
            if company.stock.kind == "common" and company.gone is None:
                found.setdefault(one.filing.received, []).append((company.stock.code, one.filing.number))
    return market, found


def scored(world, ticker):
    return world.rows(
        "SELECT score_date, financial_raw, fs_rcept_no FROM compass_score_history WHERE ticker = :ticker"
        " ORDER BY score_date DESC LIMIT 1",
        ticker=ticker,
    )[0]


def morning(world):
    """Run the chain; return its result and the requests that DART got."""
    before = len(asked(world))
    result = chain.run(world.app, "morning", MORNING, QUICK)
    steps = {step.command: step for step in result.steps}
    assert steps["dart financials"].exit_code == 0
    assert steps["score batch"].exit_code in {0, 3}
    return steps, asked(world)[before:]


@pytest.mark.slow  # sixty sessions of prices: fewer make no score
def test_a_new_filing_is_read_and_scored_on_the_next_morning(open_world):
    market, by_day = filed()
    sessions = set(market.all_sessions)
    around = (-1, 0, 1)
    day = next(day for day in sorted(by_day) if day > LOADED and {day + timedelta(days=n) for n in around} <= sessions)
    ticker, number = by_day[day][0]
    size = {"stocks": STOCKS, "sessions": ENOUGH}
    with open_world(at(day - timedelta(days=1), "20:30"), **size) as world:
        load_listed.load_listing(world.app, QUICK)
        load_prices.load_prices_incremental(world.app, 2 * ENOUGH, 2, QUICK)
        load_listed.load_stocks(world.app, QUICK)
        load(world, since=2023, full=True)
        batch.score_batch(world.app, batch.Options(replace=True))
        before = scored(world, ticker)
        assert before[2] != number
    with open_world(at(day + timedelta(days=1)), **size) as world:
        steps, requests = morning(world)
        assert world.scalar("SELECT count(*) FROM dart_filing WHERE rcept_no = :number", number=number) == 1
        after = scored(world, ticker)
        assert after[2] == number
        assert after[:2] != before[:2]
        assert after[1] != before[1], "the score itself has moved"
        lists = [one.fields["end_de"] for one in requests if "list.json" in one.path]
        days = [day + timedelta(days=n) for n in around]
        assert sorted(lists) == [f"{one:%Y%m%d}" for one in days], (
            "what was read before it was over, yesterday, today so far"
        )
        accounts = [one for one in requests if "fnlttMultiAcnt" in one.path]
        assert 1 <= len(accounts) <= 3, "the main accounts of the hundreds that filed"
        # Of a company with consolidated statements only those are read whole.
        basis = "SELECT has_details FROM financial_report WHERE rcept_no = :n ORDER BY fs_div LIMIT 1"
        assert world.scalar(basis, n=number)
        # Nothing new the same morning: today's list alone.
        steps, requests = morning(world)
        assert [one.path for one in requests] == ["/api/list.json"]
        assert requests[0].fields["end_de"] == f"{day + timedelta(days=1):%Y%m%d}"
        assert (steps["score batch"].rows.added, steps["score batch"].rows.changed) == (0, 0)


@pytest.mark.long
def test_a_morning_without_reports_asks_for_the_lists_and_the_decisions_alone(open_world):
    market, _ = filed()
    busy = {one.filing.received for code in ("11013", "11012", "11014", "11011") for year in (2025, 2026)
            for versions in dart_filings.of_year(market, year, code) for one in versions}  # fmt: skip
    quiet = next(
        day for day in market.all_sessions[::-1]
        if day.weekday() == 1 and not {day + timedelta(days=n) for n in (-1, 0, 1)} & busy and day < date(2026, 11, 20)
    )  # fmt: skip
    size = {"stocks": STOCKS, "sessions": SESSIONS}
    with open_world(at(quiet), **size) as world:
        load_listed.load_listing(world.app, QUICK)
        load_prices.load_prices_incremental(world.app, SESSIONS, 2, QUICK)
        load_listed.load_stocks(world.app, QUICK)
        load(world, since=2025, full=True)
        load(world, full=True)  # who closes twice a year is known by now
    with open_world(at(quiet + timedelta(days=1)), **size) as world:
        steps, requests = morning(world)
        kinds = [one.path.rpartition("/")[2] for one in requests]
        assert kinds[:2] == ["list.json"] * 2
        assert all(name.endswith("Decsn.json") for name in kinds[2:]), kinds
        assert steps["filings load"].requests["dart"] == 2
        assert steps["dart financials"].requests["total"] == 0
