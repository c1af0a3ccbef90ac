"""A week of filings: a decision reaches watchlist and mail the next morning, a report moves its score the same day."""

from datetime import date, datetime, time, timedelta

import pytest
from dart_loads import asked, load

from foresto_cli import clock
from foresto_cli.chains import chain, other_jobs
from foresto_cli.chains.steps import CHAINS
from foresto_cli.loading import load_filings as loading
from foresto_cli.loading import load_listed, load_prices
from foresto_cli.running import job
from foresto_cli.sandbox.dart import dart_actions, dart_filings
from foresto_cli.sandbox.market import Market
from foresto_cli.score import batch
from foresto_cli.views import market_mail, watchlist

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_waiting")]  # sixty sessions of prices: fewer make no score
PATIENCE = 2
QUICK = job.Options()
STOCKS, SESSIONS = 60, 66
SIZE = {"stocks": STOCKS, "sessions": SESSIONS}
WEEK = date(2026, 8, 10)
"""A Monday at the end of the season of half-year reports; on the Tuesday somebody decides to issue shares."""
TUESDAY = WEEK + timedelta(days=1)


def at(day, hour):
    return datetime.combine(day, time.fromisoformat(hour), clock.KST)


def planted():
    """Return who decides to issue shares on Tuesday and the receipt number; reports of that day by ticker."""
    market = Market(at(date(2026, 8, 31), "20:30"), STOCKS, SESSIONS, 1)
    (decided,) = [
        (one.company.stock.code, one.filings[0].number)
        for one in dart_actions.of(market)
        if one.kind == dart_actions.PAID and one.filings[0].received == TUESDAY
    ]
    reports = {
        one.filing.company.stock.code: one.filing.number
        for versions in dart_filings.of_year(market, 2026, "11012")
        for one in versions[:1]
        if one.filing.received == TUESDAY and one.filing.company.stock.kind == "common"
    }
    return decided, reports


def run(world, name):
    result = chain.run(world.app, name, CHAINS[name], QUICK)
    steps = {step.command: step for step in result.steps}
    assert all(step.exit_code in {0, 3} for step in result.steps), [(s.command, s.reasons) for s in result.steps]
    return steps


def scored(world, ticker):
    return world.rows(
        "SELECT score_date, financial_raw, fs_rcept_no FROM compass_score_history WHERE ticker = :ticker"
        " ORDER BY score_date DESC LIMIT 1",
        ticker=ticker,
    )[0]


def test_a_week_of_filings(open_world):
    (ticker, number), reports = planted()
    assert reports
    with open_world(at(WEEK, "20:30"), **SIZE) as world:
        load_listed.load_listing(world.app, QUICK)
        load_prices.load_prices_incremental(world.app, 2 * SESSIONS, 2, QUICK)
        load_listed.load_stocks(world.app, QUICK)
        load(world, since=2023, full=True)
        batch.score_batch(world.app, batch.Options(replace=True))
        watchlist.add(world.app, [ticker])
        before = {reporter: scored(world, reporter) for reporter in reports}
    with open_world(at(TUESDAY, "16:30"), **SIZE) as world:
        steps = run(world, "weekday")
        assert steps["filings load"].tables["dart_filing"].added > 0
        assert world.rows("SELECT filing_type, ticker FROM dart_filing WHERE rcept_no = :n", n=number) == [
            ("rights", ticker)
        ]
        lists = [one.fields["end_de"] for one in asked(world, "list.json")]
        assert set(lists) <= {f"{WEEK:%Y%m%d}", f"{TUESDAY:%Y%m%d}"}
        for reporter, filed in reports.items():
            after = scored(world, reporter)
            assert after[0] == TUESDAY, "the same day"
            assert after[2] == filed, "of the report of the same day"
            assert after[:2] != before[reporter][:2]
        assert any(scored(world, one)[1] != before[one][1] for one in reports), "the score itself has moved"
    with open_world(at(TUESDAY, "20:20"), **SIZE) as world:
        run(world, "weekday_final")
    morning = TUESDAY + timedelta(days=1)
    with open_world(at(morning, "07:30"), **SIZE) as world:
        assert other_jobs.JOBS["market_email"](world.app).exit_code == 0
        mail = next(one for one in world.sandbox.outbox.items if one.channel == "mail")
        assert f"rcpNo={number}" in mail.text
        assert mail.text.partition("[주요 공시]")[2].index(number) < 400, "what is watched stands first"
        assert asked(world) == []
    with open_world(at(morning, "08:00"), **SIZE) as world:
        told = other_jobs.JOBS["watchlist_alerts"](world.app)
        assert number in [row["receipt_number"] for row in told.filed]
        assert "[유상증자] 주요사항보고서(유상증자결정)" in next(
            one.text for one in world.sandbox.outbox.items if one.channel == "mail"
        )
    with open_world(at(morning, "08:10"), **SIZE) as world:
        assert world.scalar("SELECT ratio FROM corporate_actions WHERE rcept_no = :n", n=number) is None
        run(world, "morning")
        assert world.scalar("SELECT ratio FROM corporate_actions WHERE rcept_no = :n", n=number) is not None
        assert len(asked(world, "piicDecsn")) >= 1
        lists = [one.fields["end_de"] for one in asked(world, "list.json")]
        assert {f"{TUESDAY:%Y%m%d}", f"{morning:%Y%m%d}"} <= set(lists)
        assert number not in [row["receipt_number"] for row in other_jobs.JOBS["watchlist_alerts"](world.app).filed]
    for day in (WEEK + timedelta(days=n) for n in range(2, 5)):
        with open_world(at(day, "16:30"), **SIZE) as world:
            run(world, "weekday")
    with open_world(at(WEEK + timedelta(days=5), "10:00"), **SIZE) as world:
        assert loading.load_filings(world.app, None, QUICK).exit_code == 0
        wire = world.app.dart.filings(WEEK, WEEK + timedelta(days=4))
        kept = {row[0] for row in world.rows("SELECT rcept_no FROM dart_filing WHERE rcept_dt >= :d", d=WEEK)}
        assert kept == {row["rcept_no"] for row in wire if row["stock_code"].strip()}
        assert market_mail.drafted(world.app).text
