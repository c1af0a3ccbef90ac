"""The day's jobs: what each does at its hour, on exam days, on holidays, without keys, and what a whole day costs."""

from datetime import datetime, timedelta

import pytest

from foresto_cli import clock, data_sets
from foresto_cli.chains import chain
from foresto_cli.chains.steps import with_described
from foresto_cli.running import job
from foresto_cli.store.upsert import Counts
from foresto_cli.telling import watch
from foresto_cli.verify import freshness
from foresto_cli.views import state

PATIENCE = 1
KEYLESS = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key", "dart_api_key")
CLOSING = "SELECT count(*) FROM stock_price_daily WHERE trade_date = :day AND price_basis = 'REGULAR'"
SIZE = {"sessions": 30, "after_market": 0.6}


def kst(text):
    return datetime.fromisoformat(text).replace(tzinfo=clock.KST)


def run(open_world, name, moment, **options):
    """Run one chain at its moment; return its result, what was asked, and the world's scalar values."""
    with open_world(now=kst(moment), **{**SIZE, **options}) as world:
        with watch.attended(world.app, f"run {name}"):
            result = chain.run_chain(world.app, name, job.Options(), if_due=name != "initial")
        return result, list(world.sandbox.requests), world


def steps_of(result):
    return {step.command: step for step in result.steps}


@pytest.mark.long
def test_the_close_is_one_question_in_the_minutes_in_which_the_pages_show_it(open_world):
    run(open_world, "initial", "2026-11-19 20:30")
    result, requests, _ = run(open_world, "close", "2026-11-20 15:45")
    assert (result.exit_code, result.sources) == (0, {"KRX": 1})
    assert len([request for request in requests if "MDCSTAT" in request.fields.get("bld", "")]) == 1
    with open_world(now=kst("2026-11-20 15:50"), **SIZE) as world:
        assert world.scalar(CLOSING, day="2026-11-20") > 50


@pytest.mark.parametrize(
    ("moment", "word"),
    [
        ("2026-11-20 15:30", "15:40"),
        ("2026-11-20 16:10", "16:00"),
        ("2026-11-19 15:45", "16:40"),  # the exam: an hour later
        ("2026-11-21 15:45", "휴장일"),
        ("2026-12-25 15:45", "휴장일"),
    ],
)
def test_outside_those_minutes_nobody_is_asked(open_world, moment, word):
    result, requests, _ = run(open_world, "close", moment)
    step = steps_of(result)["prices incremental"]
    assert (step.outcome, step.exit_code) == ("nothing_to_do", 0)
    assert word in step.notes[0]
    # The database is empty, which the verification rightly tells.
    assert [request for request in requests if request.host not in {"hc-ping.com", "hooks.slack.com"}] == []


def test_without_a_login_the_close_is_left_out_with_a_note(open_world):
    result, _, _ = run(open_world, "close", "2026-11-20 15:45", without=KEYLESS)
    step = result.steps[0]
    assert (step.outcome, step.exit_code) == ("nothing_to_do", 0)
    assert "KRX_ID" in step.notes[0]


@pytest.mark.long
@pytest.mark.parametrize("name", ["morning", "weekday", "weekday_final"])
def test_verification_runs_whatever_failed_before(open_world, name):
    result, _, _ = run(open_world, name, "2026-11-20 20:30", faults="500@*")
    steps = steps_of(result)
    assert list(steps) == [step.name for step in with_described(name, data_sets.wanted(()))]
    assert steps["score batch"].outcome == "skipped"
    assert steps["verify daily"].exit_code == 65
    assert result.exit_code in {75, 78}, "in the morning also: who is listed is not known yet"


WHOLE = "fnlttSinglAcntAll"
"""Whole statements come little by little, a twentieth of DART's budget a morning, until all are there."""
TELLING = ("hooks.slack.com", "hc-ping.com")
DAY = (("morning", "08:10"), ("close", "15:45"), ("weekday", "16:30"), ("weekday_final", "20:20"))


@pytest.mark.long
def test_a_whole_day_costs_twenty_seven_requests_and_no_hour_after_it_is_late(open_world):
    run(open_world, "initial", "2026-11-23 20:30")
    for day in ("2026-11-24", "2026-11-25"):
        asked = []
        for name, hour in DAY:
            result, requests, _ = run(open_world, name, f"{day} {hour}")
            assert (result.exit_code, result.alerts) == (0, []), f"{day} {name} {result.reasons}"
            asked += [request for request in requests if request.host not in TELLING and WHOLE not in request.path]
        with open_world(now=kst(f"{day} 20:30"), **SIZE) as world:
            stored = world.scalar("SELECT count(*) FROM after_market_daily WHERE trade_date = :day", day=day)
        prices = steps_of(result)["prices incremental"].tables
        assert prices["after_market_daily"] == Counts(added=stored)
        assert prices["stock_price_daily"].added == 0, "the close and the afternoon brought them"
        login = [request for request in asked if request.host == "data.krx.co.kr" and "COMS/client" in request.path]
        pages = [request for request in asked if request.host == "data.krx.co.kr" and request not in login]
        lists = [request for request in asked if request.path == "/api/list.json"]
        assert len(lists) <= 5, "filings: yesterday whole, and today three times, a page each in a market so small"
        assert len(asked) - len(lists) <= 27, [f"{request.host}{request.path}" for request in asked]
        # The exchange's ratios are asked for twice: at 16:30 the after-market still moves what they rest on.
        assert len(pages) <= 8
        assert len(pages) + len(login) <= 17
    # Nothing new until the next morning's job and its grace: no hour of the night is late.
    with open_world(now=kst("2026-11-25 20:30"), **SIZE) as world:
        for hours in range(1, 15):
            clock.pretend(kst("2026-11-25 20:30") + timedelta(hours=hours))
            found = state.status(world.app)
            held = [item for item in found["data"] if item["newest"] is not None]
            assert [item["label"] for item in held if not item["current"]] == [], found["now"]
            assert found["alerts"] == []


def test_daily_data_are_late_only_when_a_job_of_the_timetable_is(open_world):
    with open_world(now=kst("2026-11-25 15:45"), **SIZE) as world:
        for moment, day in {
            "2026-11-25 15:45": "2026-11-24",
            "2026-11-25 19:00": "2026-11-24",
            "2026-11-25 19:31": "2026-11-25",
            "2026-11-28 12:00": "2026-11-27",
            "2026-11-19 20:00": "2026-11-18",  # the exam: nothing to be had at 16:30
            "2026-11-19 23:30": "2026-11-19",
        }.items():
            clock.pretend(kst(moment))
            assert f"{freshness.due_session(world.app)}" == day, moment
    with open_world(now=kst("2026-11-25 23:30"), without=("krx_id", "krx_pw"), **SIZE) as world:
        assert f"{freshness.due_session(world.app)}" == "2026-11-24", "the OPEN API has it in the morning"
