"""Days on end in the sandbox, every chain started by the rendered timetable and nothing else."""

import shlex
import threading
import time
from datetime import datetime, timedelta

import pytest

from foresto_cli import clock, data_sets
from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS, INDEX, Step, with_described
from foresto_cli.cli._dates import parse_duration
from foresto_cli.errors import Busy
from foresto_cli.loading import load_listed
from foresto_cli.running import job
from foresto_cli.schedule import schedule_files
from foresto_cli.schedule.schedule_files import EXAMPLE
from foresto_cli.telling import late_jobs, watch
from foresto_cli.timetable import JOBS
from foresto_cli.views import history, state

DEAD_MIRROR = True
pytestmark = pytest.mark.slow

TELLING = ("hooks.slack.com", "hc-ping.com")
MOST_REQUESTS = 15
"""Login 3, list 4 (once a day the mirror is found dead), indices 3, ETFs, ratios and filings 1 each, statements 2."""
DART_BUDGET = 120
PATIENT = 0.5
"""A busy machine must not make a silence of its own."""
DAY = timedelta(days=1)
MIRROR = "[foresto 참고] FinanceDataReader 미러가 멈춰 있습니다"
RESOLVED = "[foresto 해결] '주간'이 제시간에 돌지 않았습니다"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=clock.KST)


def started_by_cron(crontab, first, last):
    """Every (moment, words of the command) that cron makes of a crontab between two days, in order."""
    starts = []
    for line in crontab.splitlines():
        if line and line[0].isdigit():
            minute, hour, monthday, month, weekday, command = line.split(maxsplit=5)
            if hour == "*":
                continue  # the sweep, tests/chains/test_due.py
            words = shlex.split(command.partition(" >> ")[0])
            words = words[words.index(f"{EXAMPLE.program}") + 1 :]
            day = first
            while day <= last:
                fits = (
                    monthday in {"*", f"{day.day}"}
                    and (month == "*" or f"{day.month}" in month.split(","))
                    and (weekday == "*" or f"{day.isoweekday() % 7}" in weekday.split(","))
                )
                if fits:
                    starts.append((day.replace(hour=int(hour), minute=int(minute)), words))
                day += DAY
    return sorted(starts)


def start(open_world, moment, words, **options):
    """Start a command of the timetable at its moment; return its result and the upstream requests it took."""
    with open_world(now=moment, patience=PATIENT, **options) as world:
        name = words[1]
        assert words == ["run", name, "--if-due", "--wait", "3h"]
        with watch.attended(world.app, f"run {name}"):
            result = chain.run_chain(world.app, name, job.Options(wait=parse_duration("3h")), if_due=True)
        requests = [request for request in world.sandbox.requests if request.host not in TELLING]
        return result, requests, list(world.sandbox.outbox.items)


def first_load(open_world, moment, **options):
    with open_world(now=moment, patience=PATIENT, **options) as world:
        with watch.attended(world.app, "run initial"):
            result = chain.run_chain(world.app, "initial", job.Options())
        assert result.exit_code == 0
        told = {item.subject for item in world.sandbox.outbox.items}
        assert told <= {MIRROR}, "nobody waits for the first load at an hour; that the mirror is dead is told once"
        late_jobs.expect(world.app, "cron", *(job.name for job in JOBS if job.command[0] == "run"))
        return result


def statements(result):
    """Return what a chain's step of statements came to, its exit code, its requests, and its last note."""
    step = next(step for step in result.steps if step.command == "dart financials")
    return step.outcome, step.exit_code, step.requests["dart"], step.notes[-1]


def live_through(open_world, first, last, **options):
    """Let cron start everything from ``first`` to ``last``; return what every chain did."""
    crontab = schedule_files.crontab(EXAMPLE)
    told = []
    for moment, words in started_by_cron(crontab, first, last):
        if words[0] == "run":
            told.append((moment, words[1], *start(open_world, moment, words, **options)))
    return told


def test_a_week_over_the_turn_of_the_quarter(open_world, monkeypatch):
    monkeypatch.setenv("FORESTO_DART_DAILY_BUDGET", f"{DART_BUDGET}")
    size = {"sessions": 20}
    *found, note = statements(first_load(open_world, at("2026-10-28 20:30"), **size))
    assert found == ["partial", 0, DART_BUDGET]
    assert "다음 실행에서 이어집니다" in note
    told = live_through(open_world, at("2026-10-29"), at("2026-11-02"), **size)
    names = [f"{moment:%a} {name}" for moment, name, *_ in told]
    weekdays = [f"{day} {name}" for day in ("Thu", "Fri") for name in ("morning", "close", "weekday", "weekday_final")]
    assert names == [
        *weekdays,
        "Sat weekly",
        "Sun monthly",
        "Sun quarterly",
        "Mon morning",
        "Mon close",
        "Mon weekday",
        "Mon weekday_final",
    ]
    for moment, name, result, requests, sent in told:
        about = f"{moment} {name}"
        assert result.exit_code == 0, about
        assert {f"[foresto 참고] {title}" for title in result.alerts} <= {MIRROR}, about
        assert [step.command for step in result.steps] == [
            step.name for step in with_described(name, data_sets.wanted(()))
        ], about
        assert [item.subject for item in sent] == [f"foresto-{name}/start", f"foresto-{name}"], about
        if name.startswith("weekday"):
            assert len(requests) <= MOST_REQUESTS, about
    with open_world(now=told[-1][0], **size) as world:
        assert world.scalar("SELECT max(used) FROM upstream_usage WHERE upstream = 'krx'") <= 200
        assert world.scalar("SELECT max(used) FROM upstream_usage WHERE upstream = 'dart'") == DART_BUDGET
        assert world.scalar("SELECT count(*) FROM data_collection_log WHERE completed_at IS NULL") == 0
        assert world.rows("SELECT DISTINCT alert_type FROM ops_alert") == [("mirror",)]
    by_name = {f"{moment:%a} {name}": result for moment, name, result, *_ in told}
    # The closes are new at 15:45; the evening adds what was traded after hours, and leaves the closes alone.
    assert by_name["Thu close"].tables["stock_price_daily"].added > 50
    # The rest comes in shares of a day, so that nothing of the day itself goes without.
    *found, note = statements(by_name["Sat weekly"])
    assert found == ["done", 0, DART_BUDGET * 3 // 10]
    assert "평일 아침 6건, 토요일 36건" in note
    assert "모두 채웁니다" in note
    evening = by_name["Thu weekday_final"].tables
    assert evening["after_market_daily"].added > 0
    assert (evening["stock_price_daily"].added, evening["stock_price_daily"].changed) == (0, 0)


def test_after_a_week_asleep_one_run_does_what_is_missing(open_world):
    size = {"sessions": 20}
    first_load(open_world, at("2026-11-06 20:30"), **size)
    monday = at("2026-11-16 09:12")
    with open_world(now=monday, **size) as world:
        # Nothing ran: whatever command comes first says so, and says it to everybody.
        with watch.attended(world.app, "status"):
            late = {found["job"]: len(found["missed"]) for found in state.status(world.app)["jobs"] if found["missed"]}
        assert late == {"morning": 5, "close": 5, "weekday": 5, "weekday_final": 5, "weekly": 2}
        (slack, mail) = world.sandbox.outbox.items
        assert slack.subject == mail.subject == "[foresto] 심각 5"
        assert "평일 수집" in mail.text
    # The Mac wakes and launchd starts what is due, all at once; the first one works, the others find it done.
    result, _, sent = start(open_world, monday, ["run", "weekday", "--if-due", "--wait", "3h"], **size)
    assert result.exit_code == 0
    assert {step.command: step.units.done for step in result.steps}["prices incremental"] == 6
    resolved = [item for item in sent if item.channel == "slack"]
    assert [item.subject for item in resolved] == ["[foresto] 해결 3"]
    final, requests, _ = start(open_world, monday, ["run", "weekday_final", "--if-due", "--wait", "3h"], **size)
    assert final.exit_code == 0
    assert {request.path for request in requests} == {"/api/list.json"}, "filings, of a day that is not over"
    morning, _, sent = start(open_world, monday, ["run", "morning", "--if-due", "--wait", "3h"], **size)
    assert morning.exit_code == 0
    assert [item.subject for item in sent if item.channel == "slack"] == [
        "[foresto 해결] '아침 확정'이 제시간에 돌지 않았습니다"
    ]
    weekly, _, sent = start(open_world, monday, ["run", "weekly", "--if-due", "--wait", "3h"], **size)
    assert weekly.exit_code == 0
    assert [item.subject for item in sent if item.channel == "slack"] == [
        "[foresto 해결] '주간'이 제시간에 돌지 않았습니다"
    ]
    # A minute after the last start: what began later than now would be no evidence.
    with open_world(now=monday + timedelta(minutes=1), **size) as world:
        assert [found for found in state.status(world.app)["jobs"] if found["missed"]] == []
        # That the mirror is dead stays so.
        assert world.rows("SELECT alert_type FROM ops_alert WHERE resolved_at IS NULL") == [("mirror",)]
        assert (
            world.scalar("SELECT count(DISTINCT trade_date) FROM stock_price_daily WHERE trade_date > '2026-11-06'")
            == 5
        )


def test_a_closure_that_no_calendar_knows_costs_a_note(open_world):
    from foresto_cli.sandbox.market.market_calendar import closure

    closed = closure(2026, 1)
    size = {"sessions": 12}
    before = datetime.combine(closed, datetime.min.time(), clock.KST) - DAY
    first_load(open_world, before.replace(hour=20, minute=30), **size)
    told = live_through(open_world, before + DAY, before + 2 * DAY, **size)
    assert len(told) == 8
    for moment, name, result, _, sent in told:
        assert result.exit_code in {0, 75}, f"{moment} {name}"
        assert [item for item in sent if item.channel != "ping"] == [], f"{moment} {name}"
    assert told[-1][2].exit_code == 0
    with open_world(now=told[-1][0], **size) as world:
        assert world.rows("SELECT trade_date FROM market_closure WHERE is_closed") == [(closed,)]
        assert world.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date = :day", day=closed) == 0


def test_of_two_overlapping_starts_one_works(open_world):
    with open_world() as world:
        first, second = threading.Event(), threading.Event()
        outcome = {}

        def slow(app, options):
            first.set()
            assert second.wait(20)
            return load_listed.load_listing(app, options)

        steps = (Step("listing load", slow),)

        def run(name, wait):
            result = chain.run_chain(world.app, "weekday", job.Options(wait=timedelta(seconds=wait)), if_due=True)
            outcome[name] = result.outcome

        kept, CHAINS["weekday"] = CHAINS["weekday"], steps
        try:
            one = threading.Thread(target=run, args=("one", 0))
            one.start()
            assert first.wait(20)
            with pytest.raises(Busy):
                run("impatient", 0)
            other = threading.Thread(target=run, args=("other", 20))
            other.start()
            second.set()
            one.join()
            other.join()
        finally:
            CHAINS["weekday"] = kept
        assert outcome == {"one": "done", "other": "nothing_to_do"}
        assert world.scalar("SELECT count(*) FROM data_collection_log WHERE job_name = 'run weekday'") == 1


def test_a_chain_that_failed_is_due_again_and_one_that_went_well_is_not(open_world):
    with open_world(faults="500@*") as world:
        failed = chain.run_chain(world.app, "weekday", job.Options(), if_due=True)
        assert failed.exit_code == 75
        assert {step.outcome for step in failed.steps} == {"failed", "skipped"}
        # Everybody who failed in the first step is not asked again in the third, and says why.
        assert "읽을 수 없습니다" not in f"{failed}"
        assert world.sandbox.outbox.items == []
    with open_world() as world:
        assert chain.run_chain(world.app, "weekday", job.Options(), if_due=True).exit_code == 0
        assert chain.run_chain(world.app, "weekday", job.Options(), if_due=True).steps == []


def test_a_bug_in_one_step_is_told_and_the_others_run(open_world, monkeypatch):
    def broken(app, options):
        raise KeyError("x")

    steps = (Step("listing load", broken), INDEX)
    with open_world() as world:
        monkeypatch.setitem(CHAINS, "weekday", steps)
        with watch.attended(world.app, "run weekday"):
            result = chain.run_chain(world.app, "weekday", job.Options())
        assert result.exit_code == 70
        outcomes = {step.command: step.outcome for step in result.steps}
        assert outcomes == {"listing load": "failed", "prices index": "done", "fundamentals load": "done"}
        told = {item.channel: item.subject for item in world.sandbox.outbox.items}
        assert told["slack"] == told["mail"] == "[foresto 심각] listing load: foresto의 오류"
        assert told["ping"] == "foresto-weekday/fail"


def test_a_holiday_is_an_ordinary_day_with_nothing_to_do(open_world):
    first_load(open_world, at("2026-12-24 20:30"))
    # In the morning the prices of Christmas Eve are confirmed.
    morning, _, told = start(open_world, at("2026-12-25 08:10"), ["run", "morning", "--if-due", "--wait", "3h"])
    assert (morning.exit_code, [item.channel for item in told]) == (0, ["ping", "ping"])
    result, requests, told = start(open_world, at("2026-12-25 16:30"), ["run", "weekday", "--if-due", "--wait", "3h"])
    assert (result.exit_code, [item.channel for item in told]) == (0, ["ping", "ping"])
    # The first load has no fundamentals: those of Christmas Eve come with the first weekday chain.
    assert {name for name, rows in result.tables.items() if rows.added} == {"krx_fundamental_daily"}
    asked = [f"{request}" for request in requests if "MDCSTAT" in f"{request}" or "bydd_trd" in f"{request}"]
    assert [request for request in asked if "MDCSTAT03501" not in request] == []


def test_every_run_is_closed_in_korean_time_whatever_the_machines_zone(open_world, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        with open_world(patience=PATIENT) as world:
            result = chain.run_chain(world.app, "weekday", job.Options())
            rows = world.rows("SELECT id, chain_id, status, started_at, completed_at FROM data_collection_log")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert len(rows) == 1 + len(with_described("weekday", data_sets.wanted(())))
    assert {row[1] for row in rows} == {None, result.run_id}
    for _, _, status, started, completed in rows:
        assert status == "done"
        assert f"{started:%Y-%m-%d %H}" == "2026-11-20 20"
        assert completed >= started


NO_LIST = (
    "truncated@raw.githubusercontent.com/listing,500@data-dbg.krx.co.kr/isu_base_info,"
    "500@data.krx.co.kr/MDCSTAT01901,500@m.stock.naver.com"
)


def test_runs_show_tells_the_steps_of_a_chain_those_left_out_as_well(open_world, capsys):
    with open_world(faults=NO_LIST, patience=PATIENT) as world:
        result = chain.run_chain(world.app, "weekday", job.Options())
        found = history.show_one(world.app, result.run_id)
        assert [step["job_name"] for step in found["steps"]] == [
            "listing load", "prices incremental", "prices index", "stocks etfs", "filings load", "fundamentals load",
            "score batch", "verify daily",
        ]  # fmt: skip
        told = capsys.readouterr().err
        assert "stocks load\t" in told
        assert "앞 단계(listing load)가 실패하여" in told


def test_what_is_not_published_yet_holds_nothing_up(open_world):
    with open_world(now=at("2026-11-19 19:00"), patience=PATIENT) as world:
        chain.run_chain(world.app, "initial", job.Options())
    # The mirror still names yesterday's list; everything else of today is there.
    with open_world(now=at("2026-11-20 16:30"), faults="stale@*", patience=PATIENT) as world:
        result = chain.run_chain(world.app, "weekday", job.Options())
        assert "skipped" not in {step.outcome for step in result.steps}
