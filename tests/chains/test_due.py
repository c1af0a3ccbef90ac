"""What was started in vain is taken up again, and looking for it costs nearly nothing."""

import socket
import threading
import time
from datetime import datetime, timedelta

import pytest
from support import run_foresto

from foresto_cli import clock, settings
from foresto_cli.chains import attempts_made, chain, due, other_jobs
from foresto_cli.chains.steps import CHAINS, Step
from foresto_cli.loading import load_described
from foresto_cli.running import runs
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result, Units
from foresto_cli.telling import due_stamp, late_jobs, network
from foresto_cli.timetable import ENTRIES, JOBS, SWEEP
from foresto_cli.upstream import reach

AT = datetime(2026, 12, 1, 13, 0, tzinfo=clock.KST)
"""The hour of the monthly job."""


def attempt(world, command, when, code, left=0):
    """Write down a run that ended a minute after ``when`` with ``code`` and units ``left``; None: it was killed."""
    clock.pretend(when)
    with runs.recorded(world.app.engine, command, command) as run:
        clock.pretend(when + timedelta(minutes=1))
        units = Units(planned=5, done=5 - left, failed=left)
        run.close(Result(command, "failed", code, seconds=60, units=units), None)


JOB = next(job for job in JOBS if job.name == "monthly")


@pytest.fixture
def world(open_world, monkeypatch):
    """A world whose scheduler starts the monthly job alone; every chain has no step."""
    for name in CHAINS:
        monkeypatch.setitem(CHAINS, name, ())
    monkeypatch.setattr(load_described, "wanted", lambda _: ())
    with open_world(now=AT - timedelta(days=1)) as found:
        late_jobs.expect(found.app, "cron", "monthly")
        yield found


def taken(world, when):
    clock.pretend(when)
    return [result.command for result in due.sweep(world.app).chains]


def minutes(number):
    return AT + timedelta(minutes=number)


@pytest.mark.parametrize("code", [75, 69, 130, 143, None])
def test_what_passes_is_tried_again_the_same_day_and_more_rarely(world, code):
    attempt(world, "run monthly", AT, code)
    assert taken(world, minutes(10)) == []
    assert taken(world, minutes(17)) == ["run monthly"], "and it succeeded"
    assert taken(world, minutes(600)) == []


def test_pauses_double_and_end_with_one_try_a_day(world):
    when, starts = AT, []
    for _ in range(12):
        attempt(world, "run monthly", when, 75)
        with world.app.engine.connect() as connection:
            (found,) = due.planned(connection, clock.now())
        starts.append(timedelta(minutes=round((found.at - clock.now()) / timedelta(minutes=1))))
        when = found.at
    assert starts[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert starts[-1] == timedelta(days=1)
    assert starts == sorted(starts)


@pytest.mark.parametrize("code", [78, 70, 2])
def test_what_does_not_pass_by_itself_is_tried_once_a_day(world, code):
    attempt(world, "run monthly", AT, code)
    assert taken(world, minutes(600)) == []
    assert taken(world, minutes(24 * 60 + 2)) == ["run monthly"]


@pytest.mark.parametrize("code", [0, 65])
def test_what_went_well_is_left_alone_until_its_next_start(world, code):
    attempt(world, "run monthly", AT, code)
    for days in (1, 10, 30):
        assert taken(world, AT + timedelta(days=days)) == []


def test_wrong_data_that_can_still_be_asked_for_are_tried_again(world):
    attempt(world, "run monthly", AT, 65, left=1)
    assert taken(world, minutes(24 * 60 + 2)) == ["run monthly"]
    with world.app.engine.connect() as connection:
        made = attempts_made.since_start(connection, JOB, clock.now())
    assert [one.exit_code for one in made] == [65, 0]


@pytest.mark.parametrize(("code", "left", "starts"), [(0, 0, False), (3, 1, True), (65, 1, True), (65, 0, False)])
def test_a_start_by_if_due_does_what_another_start_can_mend(world, code, left, starts):
    attempt(world, "run monthly", AT, code, left)
    clock.pretend(minutes(60))
    notes = chain.run_chain(world.app, "monthly", Options(), if_due=True).notes
    assert (notes == []) == starts


def test_a_part_is_completed_but_not_for_ever(world):
    for day in range(attempts_made.MOST_OF_A_PART):
        assert day == 0 or taken(world, AT + timedelta(days=day, minutes=-30)) == []
        attempt(world, "run monthly", AT + timedelta(days=day), 3)
    assert taken(world, AT + timedelta(days=20)) == []


def test_a_start_that_nobody_made_is_made_after_the_schedulers_own(world):
    assert taken(world, minutes(9)) == []
    assert taken(world, minutes(10)) == ["run monthly"]


def test_what_no_scheduler_starts_and_what_was_due_before_is_not_started(world):
    world.execute("UPDATE scheduled_job SET since = :when", when=minutes(1).replace(tzinfo=None))
    assert taken(world, minutes(60)) == []
    world.execute("DELETE FROM scheduled_job")
    assert taken(world, minutes(60)) == []


def test_a_run_under_way_and_one_of_the_future_are_no_reason(world):
    clock.pretend(AT)
    with runs.recorded(world.app.engine, "run monthly", "x"):
        assert taken(world, AT + timedelta(seconds=30)) == []
        assert not due_stamp.is_quiet(world.app.folders), "nobody knows when it ends"
    attempt(world, "run monthly", AT + timedelta(days=38), 0)
    world.execute("DELETE FROM data_collection_log WHERE started_at < '2026-12-20'")
    assert taken(world, minutes(20)) == ["run monthly"]


def test_a_mail_is_tried_again_within_its_own_window_only(world, monkeypatch):
    told = []
    monkeypatch.setitem(
        other_jobs.JOBS,
        "market_email",
        lambda _: told.append(1) or Result("mail", "done"),
    )
    late_jobs.expect(world.app, "cron", "market_email")
    world.execute("DELETE FROM scheduled_job WHERE job = 'monthly'")
    morning = datetime(2026, 12, 1, 7, 30, tzinfo=clock.KST)
    assert taken(world, morning + timedelta(hours=1)) == [], "slept through is slept through"
    attempt(world, "report market-email", morning, 75)
    assert taken(world, morning + timedelta(minutes=20)) == ["mail"]
    world.execute("DELETE FROM data_collection_log")
    for hour in (0, 1, 2):
        attempt(world, "report market-email", morning + timedelta(hours=hour, minutes=30), 75)
    assert taken(world, morning + timedelta(hours=9)) == []
    assert len(told) == 1


def test_without_a_network_nothing_is_tried_and_nothing_told(world, monkeypatch):
    attempt(world, "run monthly", AT, 75)
    before = world.scalar("SELECT count(*) FROM data_collection_log")
    # Undone before the world's own variables are.
    with monkeypatch.context() as patch:
        patch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        patch.setenv("https_proxy", "http://127.0.0.1:9")
        assert taken(world, minutes(60)) == []
    assert world.scalar("SELECT count(*) FROM data_collection_log") == before
    assert world.scalar("SELECT count(*) FROM ops_alert") == 0
    assert not due_stamp.is_quiet(world.app.folders)


def test_another_chain_of_a_scheduler_takes_it_up(world, monkeypatch):
    attempt(world, "run monthly", AT, 75)
    monkeypatch.setenv(settings.SCHEDULER, "launchd")
    clock.pretend(minutes(210))
    assert due.run_if_due(world.app, "weekday", Options()).command == "run weekday"
    started = [row[0] for row in world.rows("SELECT job_name FROM data_collection_log ORDER BY id")]
    assert started == ["run monthly", "run weekday", "run monthly"]
    monkeypatch.delenv(settings.SCHEDULER)
    attempt(world, "run monthly", minutes(211), 75)
    clock.pretend(minutes(600))
    due.run_if_due(world.app, "weekday", Options())
    assert world.scalar("SELECT count(*) FROM data_collection_log WHERE job_name = 'run monthly'") == 3, (
        "not a person's"
    )


def test_a_job_that_fails_again_does_not_keep_the_next_one_out(world, monkeypatch):
    from foresto_cli.errors import ConfigError

    def refused(app, options):
        raise ConfigError("x")

    late_jobs.expect(world.app, "cron", "quarterly", "weekly")
    monkeypatch.setitem(CHAINS, "monthly", (Step("bonds load", refused),))
    when = AT + timedelta(days=4, hours=3)  # a Saturday
    world.execute("UPDATE scheduled_job SET since = '2026-10-01'")
    clock.pretend(when)
    found = due.sweep(world.app)
    assert sorted(result.command for result in found.chains) == ["run monthly", "run quarterly", "run weekly"]
    assert found.exit_code == 78


def test_the_stamp_is_believed_between_its_moments_only(world):
    folders = world.app.folders
    assert taken(world, AT - timedelta(hours=20)) == []
    assert due_stamp.is_quiet(folders)
    clock.pretend(minutes(9))
    assert due_stamp.is_quiet(folders)
    for moment in (minutes(10), AT - timedelta(days=30), AT + timedelta(days=300)):
        clock.pretend(moment)
        assert not due_stamp.is_quiet(folders), "the clock was set, or something may be due"
    clock.pretend(minutes(9))
    for broken in ("", "{}", "[]", "null", '{"until": 3}', "\0"):
        (folders.state / due_stamp.FILE).write_text(broken, encoding="utf-8")
        assert not due_stamp.is_quiet(folders)


@pytest.mark.long
def test_looking_in_vain_is_quiet_and_opens_nothing_the_second_time(home):
    first = run_foresto(home, "run", "--due")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    assert (home / "state" / due_stamp.FILE).exists()
    data = home / "data" / "postgres"
    touched = (data / "server.log").stat().st_mtime_ns
    began = time.monotonic()
    again = run_foresto(home, "run", "--due")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (data / "server.log").stat().st_mtime_ns == touched, "the server was not started"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("words", [("run",), ("run", "--due", "weekday"), ("run", "--json", "weekday")])
def test_due_stands_alone(home, words):
    assert run_foresto(home, *words).returncode == 2


def test_the_sweeps_minutes_are_no_jobs(world):
    assert not {job.at.minute for job in JOBS} & set(SWEEP.minutes)
    assert len({job.name for job in ENTRIES}) == len(ENTRIES)
    assert {job.name for job in JOBS if job.command[0] != "run"} == set(other_jobs.JOBS)
    assert {job.name for job in JOBS if job.command[0] == "run"} <= set(CHAINS)


# --- waiting for the network ----------------------------------------------------------------------------------------


@pytest.fixture
def proxy(monkeypatch):
    """The only way out of this machine: a port at which nobody listens yet."""
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{found.getsockname()[1]}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    yield found
    found.close()


def test_a_command_of_a_scheduler_waits_for_the_network(proxy, monkeypatch):
    monkeypatch.setenv(settings.SCHEDULER, "launchd")
    assert not reach.is_up()
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            proxy.listen()

    monkeypatch.setattr(clock, "sleep", wait)
    network.awaited()
    assert waits == [network.LOOK_AGAIN_SECONDS] * 3
    assert reach.is_up()


def test_it_does_not_wait_for_ever_and_a_person_not_at_all(proxy, monkeypatch):
    passed = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: passed[0])
    monkeypatch.setattr(clock, "sleep", lambda seconds: passed.__setitem__(0, passed[0] + seconds))
    network.awaited()
    assert passed == [0.0]
    monkeypatch.setenv(settings.SCHEDULER, "cron")
    network.awaited()
    assert network.PATIENCE_SECONDS <= passed[0] <= network.PATIENCE_SECONDS + network.LOOK_AGAIN_SECONDS


def test_a_request_to_stop_ends_the_wait(proxy, monkeypatch):
    from foresto_cli.errors import Interrupted

    monkeypatch.setenv(settings.SCHEDULER, "cron")
    threading.Timer(0.1, lambda: clock.wake(15)).start()
    with pytest.raises(Interrupted):
        network.awaited()


@pytest.mark.parametrize("given", ["127.0.0.1:9", "http://127.0.0.1:99999", "nonsense", "http://[::1", "http://%20:1"])
def test_a_proxy_that_is_none_is_no_network(monkeypatch, given):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, given)
    monkeypatch.setattr(reach, "PATIENCE_SECONDS", 0.2)
    assert not reach.is_up(("localhost",))


def test_a_job_that_is_no_chain_is_watched_over_like_one(open_world):
    with open_world() as world:
        other_jobs.run(world.app, "watchlist_alerts")
        pings = [sent.subject for sent in world.sandbox.outbox.items if sent.channel == "ping"]
        assert pings == ["foresto-watchlist_alerts/start", "foresto-watchlist_alerts"]
        assert list(world.app.folders.state.glob("**/dashboard.html")), "drawn after every job"
