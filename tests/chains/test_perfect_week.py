"""A week in which every job runs at its hour: at no hour of it anything is late; one missed job shows."""

from datetime import datetime, timedelta

import pytest

from foresto_cli import clock, timetable
from foresto_cli import data_sets as described
from foresto_cli.chains import chain, other_jobs
from foresto_cli.chains.steps import CHAINS
from foresto_cli.collecting import registry
from foresto_cli.running import job
from foresto_cli.telling import late_jobs, watch
from foresto_cli.verify import freshness, verification, watched_sets
from foresto_cli.views import state
from foresto_cli.views.page import page_facts, view

DEAD_MIRROR = True
PATIENCE = 2
SIZE = {"sessions": 40, "stocks": 60}
HOUR = timedelta(hours=1)
KEYS = {
    "all": (),
    "KRX": ("krx_openapi_key", "fsc_api_key"),
    "OPEN API": ("krx_id", "krx_pw", "fsc_api_key"),
    "FSC": ("krx_id", "krx_pw", "krx_openapi_key"),
    "none": ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key", "dart_api_key", "fss_api_key"),
}


def kst(text):
    return datetime.fromisoformat(text).replace(tzinfo=clock.KST)


def starts(since, until):
    """Return what schedulers start in a span, in order."""
    found = []
    for one in timetable.JOBS:
        start = one.following(since)
        while start <= until:
            found.append((start, one))
            start = one.following(start)
    return sorted(found, key=lambda two: two[0])


def looked_at(world):
    """Return what an operator who looks now sees: the headline of the status, that of the page, the verification."""
    found = state.status(world.app)
    page = view.page(page_facts.gathered(world.app))["verdict"]
    verified = verification.verify_daily(world.app)
    wrong = [f"{one.check} {one.sample}" for one in verified.findings]
    late = [item["label"] for item in found["data"] if item["newest"] and not item["current"]]
    return found["verdict"], page.text, page.tone, verified.exit_code, wrong, late


GOOD = ("모두 정상입니다", "모두 정상입니다", "good", 0, [], [])


def begun(open_world, moment, without):
    with open_world(kst(moment), without=without, **SIZE) as world:
        for name in ("initial", "weekly", "monthly", "quarterly"):
            chain.run_chain(world.app, name, job.Options())
        late_jobs.expect(world.app, "cron", *(one.name for one in timetable.JOBS))


def lived(open_world, since, until, looks, *, without=(), only=None, **size):
    """Let every job of a span run at its time; look at the state at every moment of ``looks``; return what was seen."""
    begins = [(at, one) for at, one in starts(kst(since), kst(until)) if only is None or one.name in only]
    plan = [*begins, *((at, None) for at in looks)]
    seen = {}
    for at, one in sorted(plan, key=lambda two: (two[0], two[1] is None)):
        with open_world(at, without=without, **(size or SIZE)) as world:
            if one is None:
                seen[f"{at:%m-%d %H:%M}"] = looked_at(world)
            elif one.name in other_jobs.JOBS:
                with watch.attended(world.app, " ".join(one.command[:2])):
                    other_jobs.JOBS[one.name](world.app)
            else:
                with watch.attended(world.app, f"run {one.name}"):
                    chain.run_chain(world.app, one.name, job.Options(), if_due=True)
    return seen


def hours(since, until):
    at, last = kst(since), kst(until)
    while at <= last:
        yield at
        at += HOUR


DAILY = ("morning", "close", "weekday", "weekday_final")
QUICK = [
    "2026-11-20 23:50",
    "2026-11-21 12:00",
    "2026-11-22 22:30",
    "2026-11-23 07:00",
    "2026-11-23 11:30",
    "2026-11-23 15:59",
    "2026-11-23 17:30",
    "2026-11-23 19:45",
    "2026-11-23 23:40",
]


@pytest.mark.long
def test_no_hour_around_a_weekend_is_late_and_a_missed_job_is(open_loaded):
    size = {"sessions": 12, "stocks": 60}
    with open_loaded(**size) as world:
        late_jobs.expect(world.app, "cron", *DAILY)
    looks = [*map(kst, QUICK), kst("2026-11-24 12:00"), kst("2026-11-24 23:45")]
    seen = lived(open_loaded, "2026-11-20 20:30", "2026-11-23 23:59", looks, only=DAILY, **size)
    missed, gone = seen.pop("11-24 12:00"), seen.pop("11-24 23:45")
    assert {moment: found for moment, found in seen.items() if found != GOOD} == {}
    assert (missed[0], missed[3]) == ("공시, 재무제표 자료가 시간표보다 늦습니다", 0), "the morning's job did not run"
    assert gone[0] == gone[1] != GOOD[0]
    assert (gone[2] != "good", gone[3]) == (True, 65)
    assert {"일별 시세", "상장 목록", "ETF 시세", "지수", "종목"} <= set(gone[5])


@pytest.mark.slow
@pytest.mark.parametrize("keys", KEYS)
def test_no_hour_of_a_week_is_late(open_world, keys):
    begun(open_world, "2026-11-20 20:30", KEYS[keys])
    looks = list(hours("2026-11-20 21:30", "2026-11-27 23:30"))
    seen = lived(open_world, "2026-11-20 20:30", "2026-11-27 23:59", looks, without=KEYS[keys])
    assert {moment: found for moment, found in seen.items() if found != GOOD} == {}


@pytest.mark.slow
def test_no_hour_over_holidays_and_the_first_of_a_month_is_late(open_world):
    begun(open_world, "2026-12-23 20:30", ())
    looks = list(hours("2026-12-23 21:30", "2027-01-04 23:30"))[::3]
    seen = lived(open_world, "2026-12-23 20:30", "2027-01-04 23:59", looks)
    assert {moment: found for moment, found in seen.items() if found != GOOD} == {}


@pytest.mark.slow
def test_no_hour_around_the_first_of_a_quarter_is_late(open_world):
    begun(open_world, "2026-10-30 20:30", ())
    looks = [*hours("2026-10-31 00:30", "2026-11-03 23:30")][::3]
    seen = lived(open_world, "2026-10-30 20:30", "2026-11-03 23:59", looks)
    assert {moment: found for moment, found in seen.items() if found != GOOD} == {}


@pytest.mark.slow
def test_no_hour_around_an_exam_is_late(open_world):
    begun(open_world, "2026-11-17 20:30", ())
    looks = [*hours("2026-11-17 21:30", "2026-11-20 12:30")]
    seen = lived(open_world, "2026-11-17 20:30", "2026-11-20 12:59", looks)
    assert {moment: found for moment, found in seen.items() if found != GOOD} == {}


def test_each_data_set_names_the_jobs_whose_chains_load_it():
    loaded = [one for one in registry.every().values() if one.jobs and one.name not in described.labels()]
    for data_set in (*loaded, watched_sets.SCORE):
        command = data_set.command
        by = {command, f"{command.partition(' ')[0]} all"}
        chains_of = {name for name, steps in CHAINS.items() for step in steps if step.name in by}
        # What only asks for today's closes in a few minutes brings nothing that others would not.
        assert set(data_set.jobs) == chains_of - {"initial", "close"}, data_set.name


def test_an_official_source_that_is_late_is_not_blamed_before_its_hour(open_world):
    with open_world(kst("2026-11-25 12:00"), without=KEYS["OPEN API"], **SIZE) as world:
        assert f"{freshness.due_session(world.app)}" == "2026-11-23"
        clock.pretend(kst("2026-11-25 13:00"))
        assert f"{freshness.due_session(world.app)}" == "2026-11-24"
