"""The timetable, its files, and its way into launchd, cron and systemd."""

import os
import plistlib
import re
import shutil
import stat
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import PurePosixPath

import pytest
from support import ROOT, run_foresto

from foresto_cli import clock, settings, timetable
from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.running import runs
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.schedule import installing, schedule_files, schedulers
from foresto_cli.schedule.schedule_files import EXAMPLE, Place
from foresto_cli.telling import late_jobs, watch

ALLOWED_KEYS = {
    "Label", "ProgramArguments", "StartCalendarInterval", "RunAtLoad", "WorkingDirectory", "EnvironmentVariables",
    "StandardOutPath", "StandardErrorPath", "ProcessType", "LowPriorityIO", "Nice", "ExitTimeOut",
}  # fmt: skip
ODD = Place(
    program=PurePosixPath("/opt/kim's mac/100%/bin/foresto"),
    logs=PurePosixPath("/opt/kim's mac/100%/logs"),
    folder=PurePosixPath("/opt/kim's mac/100%"),
    variables={"FORESTO_HOME": "/opt/kim's mac/100%"},
)


def kst(text):
    return datetime.fromisoformat(text).replace(tzinfo=clock.KST)


# --- the timetable --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("job", "now", "previous", "following"),
    [
        ("weekday", "2026-11-23 16:29", "2026-11-20 16:30", "2026-11-23 16:30"),
        ("weekday", "2026-11-23 16:30", "2026-11-23 16:30", "2026-11-24 16:30"),
        ("weekday", "2026-11-21 00:00", "2026-11-20 16:30", "2026-11-23 16:30"),
        ("market_email", "2026-11-21 07:30", "2026-11-21 07:30", "2026-11-22 07:30"),
        ("weekly", "2026-11-23 00:00", "2026-11-21 10:00", "2026-11-28 10:00"),
        ("monthly", "2026-11-23 00:00", "2026-11-01 13:00", "2026-12-01 13:00"),
        ("quarterly", "2026-11-01 13:59", "2026-08-01 14:00", "2026-11-01 14:00"),
        ("quarterly", "2026-11-23 00:00", "2026-11-01 14:00", "2027-02-01 14:00"),
    ],
)
def test_each_job_knows_its_last_and_its_next_start(job, now, previous, following):
    found = timetable.job(job)
    assert found.previous(kst(now)) == kst(previous)
    assert found.following(kst(now)) == kst(following)


def test_a_start_is_missed_only_after_its_grace():
    job = timetable.job("weekday")
    since = kst("2026-11-18 16:30")
    assert job.missed(since, kst("2026-11-19 19:29")) == []
    assert job.missed(since, kst("2026-11-20 20:00")) == [kst("2026-11-19 16:30"), kst("2026-11-20 16:30")]


def test_a_close_that_was_slept_through_is_none_that_is_missed_once_the_evening_has_run(open_world):
    with open_world(now=kst("2026-11-18 12:00")) as world:
        late_jobs.expect(world.app, "cron", "close", "weekday")
        clock.pretend(kst("2026-11-18 18:50"))
        with world.app.engine.connect() as connection:
            assert [late.job.name for late in late_jobs.all_late(connection, clock.now())] == ["close"]
        with runs.recorded(world.app.engine, "run weekday", "x") as run:
            run.close(Result("run weekday", "done", seconds=1), None)
        with world.app.engine.connect() as connection:
            assert late_jobs.all_late(connection, clock.now()) == []


def test_every_job_starts_a_command_that_stands_for_it():
    for found in timetable.JOBS:
        assert " ".join(found.command[:2]) in found.counts_as


# --- files ----------------------------------------------------------------------------------------------------------


def test_the_committed_files_are_what_the_code_renders():
    again = (
        "python -c 'from pathlib import Path; from foresto_cli.schedule import schedule_files as f; f.write(Path())'"
    )
    files = schedule_files.committed()
    for name, content in files.items():
        assert (ROOT / name).read_bytes() == content, f"{name} is old; render again: {again}"
    there = {f"{file.relative_to(ROOT)}" for folder in ("launchd", "systemd") for file in (ROOT / folder).iterdir()}
    assert there == {name for name in files if "/" in name}


@pytest.mark.parametrize("place", [EXAMPLE, ODD])
def test_plists_are_agents_with_absolute_paths_and_no_secret(place):
    for job in timetable.ENTRIES:
        found = plistlib.loads(schedule_files.launchd(job, place))
        assert found.keys() == ALLOWED_KEYS
        assert found["ProgramArguments"] == ["/usr/bin/caffeinate", "-i", f"{place.program}", *job.command]
        for name in ("WorkingDirectory", "StandardOutPath", "StandardErrorPath"):
            assert found[name].startswith("/")
        assert found["RunAtLoad"] is getattr(job, "catches_up", True)
        assert found["EnvironmentVariables"]["FORESTO_SCHEDULER"] == "launchd"
        for starts in found["StartCalendarInterval"]:
            assert starts.keys() <= {"Month", "Day", "Weekday", "Hour", "Minute"}
            assert not {"Day", "Weekday"} <= starts.keys(), "launchd would take either"


def test_weekdays_are_five_intervals_and_quarters_four():
    weekday = plistlib.loads(schedule_files.launchd(timetable.job("weekday"), EXAMPLE))["StartCalendarInterval"]
    assert weekday == [{"Weekday": day, "Hour": 16, "Minute": 30} for day in (1, 2, 3, 4, 5)]
    quarterly = plistlib.loads(schedule_files.launchd(timetable.job("quarterly"), EXAMPLE))["StartCalendarInterval"]
    assert quarterly == [{"Month": month, "Day": 1, "Hour": 14, "Minute": 0} for month in (2, 5, 8, 11)]


def test_cron_lines_run_even_in_odd_places(tmp_path):
    folder = tmp_path / "kim's 100%"
    folder.mkdir()
    program = folder / "foresto"
    program.write_text('#!/bin/sh\necho "$FORESTO_SCHEDULER $FORESTO_HOME $PWD $*"\n', encoding="utf-8")
    program.chmod(0o755)
    odd = PurePosixPath(folder)
    place = Place(program=odd / "foresto", logs=odd, folder=odd, variables={"FORESTO_HOME": f"{odd}"})
    lines = [line for line in schedule_files.crontab(place).splitlines() if not line.startswith("#")]
    assert len(lines) == 16
    command = lines[0].split(maxsplit=5)[5]
    assert "%" not in command.replace(r"\%", ""), "cron breaks the line at a bare percent sign"
    subprocess.run(["sh", "-c", command.replace(r"\%", "%")], check=True)
    told = (folder / "cron-morning.log").read_text(encoding="utf-8")
    assert told == f"cron {odd} {odd} run morning --if-due --wait 3h\n"


ZONES = {
    # zone: weekday's hour and days, monthly's day and hour, market mail's hour
    "Asia/Seoul": ((16, (0, 1, 2, 3, 4)), (1, 13), 7),
    "UTC": ((7, (0, 1, 2, 3, 4)), (1, 4), 22),
    "America/New_York": ((3, (0, 1, 2, 3, 4)), (1, 0), 18),
    "America/Los_Angeles": ((0, (0, 1, 2, 3, 4)), (1, 21), 15),
    "Pacific/Auckland": ((20, (0, 1, 2, 3, 4)), (1, 17), 11),
    "Pacific/Honolulu": ((21, (0, 1, 2, 3, 6)), (1, 18), 12),
}


@pytest.fixture
def zone(monkeypatch):
    def use(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield use
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name", ZONES)
def test_other_zones_start_at_the_timetables_hour_or_up_to_an_hour_later(zone, name):
    zone(name)
    offset = installing.machine_offset(kst("2026-11-20 12:00"))
    (hour, days), (monthday, month_hour), mail_hour = ZONES[name]
    weekday = schedule_files.local(timetable.job("weekday"), offset)
    assert (weekday.hour, weekday.weekdays) == (hour, days)
    monthly = schedule_files.local(timetable.job("monthly"), offset)
    assert (monthly.monthday, monthly.hour) == (monthday, month_hour)
    assert schedule_files.local(timetable.job("market_email"), offset).hour == mail_hour
    for day in range(0, 365, 7):
        # What the machine's clock makes of it, summer and winter.
        here = datetime(2026, 1, 1) + timedelta(days=day)
        start = here.replace(hour=weekday.hour, minute=weekday.minute).astimezone(clock.KST)
        late = timedelta(hours=start.hour, minutes=start.minute) - timedelta(hours=16, minutes=30)
        assert timedelta() <= late <= timedelta(hours=1)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_units(tmp_path):
    folder = tmp_path / "units"
    folder.mkdir()
    place = Place(program=PurePosixPath(sys.executable), logs=PurePosixPath(tmp_path), folder=PurePosixPath("/tmp"))  # noqa: S108
    timers = []
    for job in timetable.ENTRIES:
        for name, content in schedule_files.systemd(job, place).items():
            (folder / name).write_text(content, encoding="utf-8")
            if name.endswith(".timer"):
                timers.append(f"{folder / name}")
                when = content.partition("OnCalendar=")[2].partition("\n")[0]
                told = subprocess.run(
                    ["systemd-analyze", "calendar", when],
                    capture_output=True, text=True, check=False,
                )  # fmt: skip
                assert told.returncode == 0, told.stderr
                assert "Asia/Seoul" in told.stdout or job is timetable.SWEEP
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    told = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", *timers],
        capture_output=True, text=True, check=False, env={**os.environ, "XDG_RUNTIME_DIR": f"{runtime}"},
    )  # fmt: skip
    assert [line for line in told.stderr.splitlines() if "foresto" in line] == []


# --- installing -----------------------------------------------------------------------------------------------------

CRONTAB = """#!/bin/sh
# A crontab with a spool of its own.
case "$1" in
  -l) [ -f "$SPOOL" ] || { echo "no crontab for you" >&2; exit 1; }; cat "$SPOOL" ;;
  -) cat > "$SPOOL" ;;
esac
"""
RECORDER = """#!/bin/sh
echo "$(basename "$0") $*" >> "$SPOOL"
case "$1 $2" in
  "print "*) grep -q "bootstrap.*$(basename $2).plist" "$SPOOL" || exit 113
    printf 'state = not running\\n\\truns = 3\\n\\tlast exit code = 0\\n' ;;
  "--user is-active") echo active ;;
esac
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose schedulers only note what they are told."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, content in (("crontab", CRONTAB), ("launchctl", RECORDER), ("systemctl", RECORDER)):
        (tools / name).write_text(content, encoding="utf-8")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", f"{tmp_path / 'home'}")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("SPOOL", f"{tmp_path / 'spool'}")
    return tmp_path


def test_the_crontab_keeps_what_was_there_and_is_left_as_it_was(machine):
    spool = machine / "spool"
    spool.write_text("MAILTO=me\n5 4 * * * backup\n", encoding="utf-8")
    cron = schedulers.choose("cron")
    assert cron.installed() == {}
    cron.install(ODD)
    cron.install(EXAMPLE)
    kept = spool.read_text(encoding="utf-8")
    assert kept.startswith("MAILTO=me\n5 4 * * * backup\n")
    assert kept.count(schedule_files.CRON_BEGIN) == 1
    assert "kim" not in kept
    assert cron.installed()["weekday"] == "30 16 * * 1,2,3,4,5"
    assert cron.installed().keys() == {job.name for job in timetable.ENTRIES}
    cron.uninstall()
    assert spool.read_text(encoding="utf-8") == "MAILTO=me\n5 4 * * * backup\n"


def test_launchd_is_booted_out_and_in_and_asked(machine):
    launchd = schedulers.choose("launchd")
    launchd.install(EXAMPLE)
    told = (machine / "spool").read_text(encoding="utf-8").splitlines()
    domain = f"gui/{os.getuid()}"
    plist = machine / "home" / "Library" / "LaunchAgents" / "com.foresto.weekday.plist"
    of_weekday = [line.split()[1] for line in told if "weekday" in line and "weekday_" not in line]
    assert of_weekday == ["bootout", "enable", "print", "bootstrap"]
    assert f"launchctl bootout {domain}/com.foresto.weekday" in told
    assert f"launchctl bootstrap {domain} {plist}" in told
    assert plistlib.loads(plist.read_bytes())["Label"] == "com.foresto.weekday"
    assert stat.S_IMODE(plist.stat().st_mode) == 0o644
    assert launchd.installed()["weekly"] == "state = not running, runs = 3, last exit code = 0"
    launchd.uninstall()
    assert not plist.exists()


def test_systemd_timers_are_enabled_and_removed(machine):
    systemd = schedulers.choose("systemd")
    systemd.install(EXAMPLE)
    folder = machine / "home" / ".config" / "systemd" / "user"
    assert len(list(folder.iterdir())) == 2 * len(timetable.ENTRIES)
    told = (machine / "spool").read_text(encoding="utf-8").splitlines()
    assert told[0] == "systemctl --user daemon-reload"
    assert told[1].startswith(
        "systemctl --user enable --now foresto-morning.timer foresto-close.timer foresto-weekday.timer"
    )
    assert set(systemd.installed().values()) == {"active"}
    systemd.uninstall()
    assert list(folder.iterdir()) == []


def test_a_scheduler_that_is_not_there_is_said(machine, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="crontab"):
        schedulers.choose("cron").install(EXAMPLE)
    with pytest.raises(UsageError, match="at"):
        schedulers.choose("at")


def test_installing_makes_jobs_expected_and_uninstalling_forgets_them(machine, open_world):
    with open_world() as world:
        with pytest.raises(ConfigError, match="--sandbox"):
            installing.install(world.app, "cron", dry_run=False)
        world.app.sandbox = None
        found = installing.install(world.app, "cron", dry_run=False)
        assert found["scheduler"] == "cron"
        assert world.scalar("SELECT count(*) FROM scheduled_job WHERE scheduler = 'cron'") == len(timetable.JOBS)
        assert installing.status(world.app, "cron")["installed"].keys() == {job.name for job in timetable.ENTRIES}
        assert {job["scheduler"] for job in installing.plan(world.app)} == {"cron"}
        installing.uninstall(world.app, "cron")
        assert world.scalar("SELECT count(*) FROM scheduled_job") == 0


def test_a_job_that_no_scheduler_starts_has_no_next_start(machine, open_world, capsys):
    with open_world() as world:
        world.app.sandbox = None
        installing.install(world.app, "cron", dry_run=False)
        capsys.readouterr()
        installing.status(world.app, "cron")
        assert re.search(r"아침 확정\t.*\d{4}-\d{2}-\d{2} 08:10", capsys.readouterr().err)
        installing.uninstall(world.app, "cron")
        capsys.readouterr()
        installing.status(world.app, "cron")
        said = capsys.readouterr().err
        assert "아침 확정\t없음" in said
        assert "08:10" not in said


def test_settings_that_only_this_shell_knows_are_named(machine, open_world, monkeypatch):
    with open_world() as world:
        monkeypatch.setenv("KRX_ID", "me")
        monkeypatch.setenv("FSC_API_KEY", "key-of-fsc")
        world.app.folders.config.mkdir(exist_ok=True)
        (world.app.folders.config / ".env").write_text("KRX_ID=me\n", encoding="utf-8")
        named = installing.only_in_environment(world.app)
        assert "FSC_API_KEY" in named
        assert "KRX_ID" not in named
        assert os.environ["FSC_API_KEY"] == "key-of-fsc"


def test_a_start_by_a_scheduler_is_remembered(open_world, monkeypatch):
    monkeypatch.setenv(settings.SCHEDULER, "launchd")
    monkeypatch.setitem(CHAINS, "monthly", ())
    with open_world() as world:
        with watch.attended(world.app, "run monthly"):
            result = chain.run_chain(world.app, "monthly", Options(), if_due=True)
        with watch.attended(world.app, "status"):
            pass
        assert (result.outcome, result.exit_code) == ("nothing_to_do", 0)
        assert world.rows("SELECT job_name, started_by FROM data_collection_log") == [("run monthly", "launchd")]
        assert world.rows("SELECT job, scheduler FROM scheduled_job") == [("monthly", "launchd")]


def test_the_command_shows_what_it_would_install(home):
    shown = run_foresto(home, "--sandbox", "schedule", "install", "--scheduler", "systemd", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 16:30:00 Asia/Seoul" in shown.stdout
