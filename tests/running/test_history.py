"""The history of runs: what is shown of it, and that it does not grow for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from support import EVENING

from foresto_cli import clock
from foresto_cli.chains.steps import CHAINS
from foresto_cli.errors import UsageError
from foresto_cli.running import prune, runs
from foresto_cli.views import history

ONE_DATABASE = True

RUN = (
    "INSERT INTO data_collection_log (job_name, job_label, status, exit_code, started_at, heartbeat_at, host,"
    " process_id, chain_id) VALUES (:job, '', :status, :code, :at, :at, 'h', 1, :chain) RETURNING id"
)


@pytest.fixture
def world(open_world):
    with open_world() as world:
        yield world


@pytest.fixture
def ran(world):
    """Write a run of so many days ago."""

    def insert(job, days=0, code=0, chain=None, status=None):
        status = status or ("done" if code == 0 else "failed")
        moment = EVENING.replace(tzinfo=None) - timedelta(days=days)
        with world.app.engine.begin() as connection:
            parameters = {"job": job, "status": status, "code": code, "at": moment, "chain": chain}
            return connection.execute(text(RUN), parameters).scalar_one()

    return insert


def listed(world, **wanted):
    found = history.show_list(world.app, runs.Wanted(limit=wanted.pop("limit", 20), **wanted))
    return [run["id"] for run in found["runs"]]


def test_chains_come_without_their_steps_unless_they_are_asked_for(world, ran):
    first = ran("run weekday", 1)
    one, two = ran("listing load", 1, chain=first), ran("prices incremental", 1, 3, chain=first)
    alone = ran("prices incremental")
    assert listed(world) == [alone, first]
    assert listed(world, steps=True) == [alone, first, one, two]
    assert listed(world, steps=True, limit=1) == [alone]
    assert listed(world, failed=True, steps=True) == []
    assert listed(world, job="prices incremental") == [alone, two]
    assert listed(world, job="run weekday", steps=True) == [first, one, two]


def test_only_what_failed_or_began_lately(world, ran):
    good, bad = ran("verify daily", 3), ran("verify daily", 2, 65)
    killed = ran("verify daily", 1, None, status="interrupted")
    ran("verify daily", 0, None, status="running")
    within_budget = ran("dart financials", 0, 0, status="partial")
    assert listed(world, failed=True) == [killed, bad]
    assert within_budget in listed(world)
    assert listed(world, since=(EVENING - timedelta(days=2)).date(), failed=True) == [killed, bad]
    assert listed(world, since=EVENING.date(), failed=True) == []
    assert good not in listed(world, since=(EVENING - timedelta(days=2)).date())
    with pytest.raises(UsageError, match="verify daily"):
        listed(world, job="verfy daily")


def test_words_for_people_are_korean(world, ran, capsys):
    world.app.console._as_json = False
    number = ran("verify daily", 0, 65)
    history.show_list(world.app, runs.Wanted(limit=5))
    history.show_one(world.app, number)
    said = "".join(capsys.readouterr())
    assert "failed" not in said


def test_a_year_of_runs_and_ninety_days_of_findings_stay(world, ran):
    old_chain = ran("run weekday", 400)
    ran("listing load", 400, chain=old_chain)
    new_chain = ran("run weekday", 366)
    step = ran("listing load", 364, chain=new_chain)
    last_of_its_kind = ran("run quarterly", 800)
    hanging = ran("prices incremental", 700, None, status="running")
    for days in (91, 89):
        world.execute(
            "INSERT INTO data_quality_log (run_id, table_name, rule_id, rule_name, severity, found, sample,"
            " expected_condition, repair, created_at) VALUES (:run, 't', 'r', 'n', 'warning', 1, '[]', 'e', 'r', :at)",
            run=step,
            at=EVENING.replace(tzinfo=None) - timedelta(days=days),
        )
    for days, end in ((500, 400), (500, 10), (500, None)):
        world.execute(
            "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at,"
            " last_seen_at, resolved_at) VALUES ('k', 's', 'info', 't', 'm', :at, :at, :end)",
            at=clock.wall() - timedelta(days=days),
            end=end and clock.wall() - timedelta(days=end),
        )
    counted = prune.prune(world.app, dry_run=True)
    assert world.scalar("SELECT count(*) FROM data_collection_log") == 6
    result = prune.prune(world.app)
    assert result.pruned == counted.pruned
    assert (result.outcome, result.exit_code) == ("done", 0)
    left = {row[0] for row in world.rows("SELECT id FROM data_collection_log")}
    assert left == {new_chain, step, last_of_its_kind, hanging}
    assert world.scalar("SELECT count(*) FROM data_quality_log") == 1
    assert world.scalar("SELECT count(*) FROM ops_alert") == 2
    assert prune.prune(world.app).outcome == "nothing_to_do"


def test_what_checks_look_back_at_cannot_be_pruned(world):
    for days, finding_days in ((10, 90), (365, 0), (-1, 90)):
        with pytest.raises(UsageError):
            prune.prune(world.app, days, finding_days)


def test_the_weekly_chain_prunes_by_itself():
    assert CHAINS["weekly"][-1].name == "runs prune"
    assert not CHAINS["weekly"][-1].needs


@pytest.mark.long
def test_the_commands_run_as_written(foresto):
    assert foresto("--sandbox", "runs", "prune").returncode == 0
    assert foresto("--sandbox", "runs", "prune", "--days", "1").returncode == 2
    done = foresto("--sandbox", "runs", "list", "--failed", "--since", "2026-11-01", "--steps")
    assert (done.returncode, "그런 실행이 없습니다" in done.stdout) == (0, True)
