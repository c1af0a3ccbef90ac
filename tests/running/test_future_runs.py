"""A run that claims to have begun later than now is no evidence: the clock was ahead when it was made."""

from datetime import datetime, timedelta

import pytest

from foresto_cli import clock
from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS
from foresto_cli.loading import load_described
from foresto_cli.running import runs
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.schedule import installing, unattended
from foresto_cli.telling import late_jobs
from foresto_cli.timetable import JOBS

NOW = datetime(2026, 11, 28, 20, 0, tzinfo=clock.KST)
AHEAD = timedelta(days=38)


@pytest.fixture
def ran_ahead(open_world):
    """A world in which every job ran while the clock was 38 days ahead; now it is right again."""
    with open_world(now=NOW + AHEAD) as world:
        for job in JOBS:
            with runs.recorded(world.app.engine, job.counts_as[0], job.label) as run:
                run.close(Result("run", "done", seconds=1), None)
        late_jobs.expect(world.app, "cron", *(job.name for job in JOBS))
        clock.pretend(NOW)
        yield world


@pytest.mark.parametrize("job", [job for job in JOBS if job.command[0] == "run"], ids=lambda job: job.name)
def test_a_chain_is_due_although_it_ran_in_the_future(ran_ahead, job, monkeypatch):
    monkeypatch.setitem(CHAINS, job.name, ())
    monkeypatch.setattr(load_described, "wanted", lambda _: ())
    assert chain.run_chain(ran_ahead.app, job.name, Options(), if_due=True).notes == []
    again = chain.run_chain(ran_ahead.app, job.name, Options(), if_due=True)
    assert again.notes == ["제시간에 이미 돌았습니다."], "a run of now counts"


def test_no_start_of_the_future_hides_a_late_job(ran_ahead):
    with ran_ahead.app.engine.connect() as connection:
        assert {late_jobs.last_start(connection, job, NOW) for job in JOBS} == {None}
    assert {job["last_start"] for job in installing.plan(ran_ahead.app)} == {None}
    late_jobs.notice(ran_ahead.app)
    later = NOW + timedelta(days=4)
    clock.pretend(later)
    with ran_ahead.app.engine.connect() as connection:
        late = {found.job.name for found in late_jobs.all_late(connection, later)}
    assert {"weekday", "monthly", "market_email"} <= late


def test_doctor_names_a_run_of_the_future(ran_ahead, monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = {diagnosis.name: diagnosis for diagnosis in unattended.examine(ran_ahead.app)}["예약 실행"]
    assert found.state == "note"
    assert "2027-01-05" in found.text


@pytest.mark.parametrize("hours", [0, 24, 25])
@pytest.mark.parametrize("name", ["monthly", "quarterly"])
def test_far_west_the_first_is_a_day_later_and_not_late(hours, name):
    job = next(job for job in JOBS if job.name == name)
    start = job.previous(NOW)
    begins = start + timedelta(hours=hours)
    assert job.missed(start - timedelta(days=1), begins + timedelta(minutes=30)) == []
