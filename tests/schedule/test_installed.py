"""Installed is not working: what is in a scheduler is compared with what would be put in now."""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from foresto_cli import clock, settings
from foresto_cli.errors import ConfigError
from foresto_cli.schedule import installing, next_starts, schedulers
from foresto_cli.schedule.schedule_files import Place
from foresto_cli.timetable import ENTRIES

TOOLS = {
    "crontab": 'case "$1" in -l) cat "$STATE/table" 2>/dev/null || { echo "no crontab for me" >&2; exit 1; } ;;'
    ' -) cat > "$STATE/table" ;; esac',
    "launchctl": 'l="${2##*/}"; [ "$1" = bootstrap ] && l=$(basename "$3" .plist)\n'
    'case "$1" in bootout) rm "$STATE/$l" 2>/dev/null ;; bootstrap) cp "$3" "$STATE/$l" ;;\n'
    ' print) [ -f "$STATE/$l" ] || exit 113; printf "\\tlast exit code = 0\\n" ;; esac',
    "systemctl": 'case "$2" in enable) touch "$STATE/on" ;; disable) rm -f "$STATE/on" ;;\n'
    ' is-active) [ -f "$STATE/on" ] && echo active || { echo inactive; exit 3; } ;;\n'
    ' show) printf "ExecMainStatus=%s\\nNeedDaemonReload=no\\n" "${STATUS:-0}" ;; esac',
}
NAMES = ("cron", "launchd", "systemd")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A machine with all three schedulers, and where foresto is on it."""
    for folder in ("tools", "state", "home", "work", "logs"):
        (tmp_path / folder).mkdir()
    for name, script in TOOLS.items():
        (tmp_path / "tools" / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / "tools" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'tools'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", f"{tmp_path / 'home'}")
    monkeypatch.setenv("STATE", f"{tmp_path / 'state'}")
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path / 'home' / 'foresto'}")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    program = tmp_path / "work" / "foresto"
    program.write_text(f"#!{sys.executable}\n", encoding="utf-8")
    program.chmod(0o755)
    return Place(
        program=PurePosixPath(program),
        logs=PurePosixPath(tmp_path / "logs"),
        folder=PurePosixPath(tmp_path / "home"),
        offset=installing.machine_offset(clock.now()),
        variables={"FORESTO_HOME": f"{tmp_path / 'home' / 'foresto'}"},
    )


def told(name, place):
    return [trouble.told(name) for trouble in next_starts.troubles(schedulers.choose(name), place)]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_just_installed_is_right(place, name):
    assert told(name, place) == [], "nothing is in, and nothing is wrong with it"
    schedulers.choose(name).install(place)
    assert told(name, place) == []
    assert schedulers.choose(name).installed().keys() == {job.name for job in ENTRIES}


def moved(place):
    return replace(place, program=PurePosixPath("/elsewhere/bin/foresto"))


def another_home(place):
    return replace(place, variables={"FORESTO_HOME": "/other"})


def no_home(place):
    return replace(place, variables={})


def another_folder(place):
    return replace(place, folder=place.program.parent)


def another_log(place):
    return replace(place, logs=PurePosixPath("/var/log"))


DIFFERENCES = [
    (moved, "다른 프로그램"),
    (another_home, "FORESTO_HOME"),
    (no_home, "FORESTO_HOME"),
    (another_folder, "다른 폴더"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("changed", "said"), DIFFERENCES)
def test_each_difference_is_named_with_what_mends_it(place, name, changed, said):
    schedulers.choose(name).install(place)
    (found,) = told(name, changed(place))
    assert "모든 작업" in found
    assert said in found
    advice = f"foresto schedule install --scheduler {name}"
    assert found.endswith(advice)
    # As advised: installed again, nothing is wrong any more.
    schedulers.choose(name).install(changed(place))
    assert said not in f"{told(name, changed(place))}"


@pytest.mark.parametrize("name", ["cron", "launchd"])
def test_another_place_for_what_they_print_is_told(place, name):
    schedulers.choose(name).install(place)
    assert "기록" in f"{told(name, another_log(place))}"


@pytest.mark.parametrize("name", ["cron", "launchd"])
def test_another_time_zone_is_told(place, name, monkeypatch):
    schedulers.choose(name).install(place)
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        (found,) = told(name, replace(place, offset=installing.machine_offset(clock.now())))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "시간대" in found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("broken", ["gone", "a folder", "not executable", "no interpreter", "a link to nowhere"])
def test_a_program_that_cannot_be_started_is_told(place, name, broken, tmp_path):
    schedulers.choose(name).install(place)
    program = Path(place.program)
    if broken == "no interpreter":
        program.write_text("#!/opt/homebrew/Cellar/python/bin/python3.11\n", encoding="utf-8")
    elif broken == "not executable":
        program.chmod(0o644)
    else:
        program.unlink()
        if broken == "a folder":
            program.mkdir()
        if broken == "a link to nowhere":
            program.symlink_to(tmp_path / "nowhere")
    (found,) = told(name, place)
    assert f"{program}" in found


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_is_gone_is_told(place, name, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    schedulers.choose(name).install(replace(place, folder=PurePosixPath(gone)))
    gone.rmdir()
    assert f"{gone}" in f"{told(name, place)}"


def test_a_plist_that_is_not_loaded_is_told(place, tmp_path):
    schedulers.choose("launchd").install(place)
    (tmp_path / "state" / "com.foresto.weekly").unlink()
    (found,) = told("launchd", place)
    assert "주간" in found
    assert schedulers.choose("launchd").installed()["weekly"] != "last exit code = 0"


def test_timers_that_stand_still_and_services_that_cannot_start_are_told(place, tmp_path, monkeypatch):
    schedulers.choose("systemd").install(place)
    monkeypatch.setenv("STATUS", "203")
    assert len([line for line in told("systemd", place) if "203" in line]) == len(ENTRIES)
    monkeypatch.delenv("STATUS")
    (tmp_path / "state" / "on").unlink()
    assert len([line for line in told("systemd", place) if "돌고 있지 않습니다" in line]) == len(ENTRIES)


def test_units_that_are_not_ours_are_left(place, tmp_path):
    folder = tmp_path / "home" / ".config" / "systemd" / "user"
    folder.mkdir(parents=True)
    (folder / "foresto-weekly.timer").symlink_to("/dev/null")  # masked
    (folder / "foresto-other.service").write_text("[Service]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"foresto-weekly\.timer"):
        schedulers.choose("systemd").install(place)
    schedulers.choose("systemd").uninstall()
    assert {file.name for file in folder.iterdir()} == {"foresto-weekly.timer", "foresto-other.service"}
    assert f"{(folder / 'foresto-weekly.timer').readlink()}" == "/dev/null"


def test_a_job_less_is_told(place, tmp_path):
    schedulers.choose("launchd").install(place)
    (tmp_path / "home" / "Library" / "LaunchAgents" / "com.foresto.monthly.plist").unlink()
    (tmp_path / "state" / "com.foresto.monthly").unlink()
    (found,) = told("launchd", place)
    assert "월간" in found


def test_the_scheduler_that_is_used_is_the_one_that_is_looked_at(place):
    assert schedulers.in_use() == []
    schedulers.choose("launchd").install(place)
    assert [one.name for one in schedulers.in_use()] == ["launchd"]
    assert installing.chosen(None).name == "launchd"
    schedulers.choose("cron").install(place)
    assert {one.name for one in schedulers.in_use()} == {"launchd", "cron"}


def test_a_folder_name_that_no_scheduler_reads_is_refused(tmp_path, monkeypatch):
    from foresto_cli.settings import paths

    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path}/a\nb")
    with pytest.raises(ConfigError, match="글자"):
        installing.place(paths())


# --- which settings the jobs read ------------------------------------------------------------------------------------


@pytest.fixture
def installs(place, open_world, monkeypatch, tmp_path):
    """Give what installs into cron with the settings as they are read in the working folder."""
    monkeypatch.chdir(tmp_path / "work")
    for name in (field.upper() for field in settings.Settings.model_fields):
        monkeypatch.delenv(name, raising=False)
    with open_world() as world:
        world.app.sandbox = None

        def install(*, dry_run=False):
            world.app.folders = settings.paths()
            world.app.settings = settings.load(world.app.folders)
            return installing.install(world.app, "cron", dry_run=dry_run)["notes"]

        yield install


def folders_of_jobs():
    return {started.folder for started in schedulers.choose("cron").would_start().values()}


def test_jobs_start_in_the_settings_folder_wherever_they_are_installed_from(installs, tmp_path, monkeypatch):
    (tmp_path / "work" / ".env").write_text("UNRELATED=1\n")
    installs()
    assert folders_of_jobs() == {f"{settings.paths().config}"}
    monkeypatch.chdir(tmp_path / "logs")
    assert not [note for note in installs() if "바뀌었습니다" in note]
    assert next_starts.troubles(schedulers.choose("cron"), installing.place(settings.paths())) == []


@pytest.mark.parametrize("has_own", [False, True])
def test_settings_of_a_working_folder_are_no_settings_of_a_job(installs, tmp_path, has_own):
    ours = settings.paths().config / ".env"
    if has_own:
        ours.parent.mkdir(parents=True)
        ours.write_text("FSS_API_KEY=mine\n")
    (tmp_path / "work" / ".env").write_text("DART_API_KEY=mine\n")
    with pytest.raises(ConfigError, match=r"^DART_API_KEY: .*예약된 작업이 읽지 않습니다") as caught:
        installs()
    assert ("mv " in str(caught.value)) != has_own
    assert f"{ours}" in str(caught.value)
    assert schedulers.choose("cron").would_start() == {}
    assert installs(dry_run=True)[0] == str(caught.value)


def test_another_settings_folder_than_before_is_told(installs, tmp_path, monkeypatch):
    installs()
    before = settings.paths().config
    monkeypatch.setenv("FORESTO_HOME", "elsewhere")
    (told,) = [note for note in installs() if "바뀌었습니다" in note]
    assert f"{before}" in told
    assert f"{tmp_path / 'work' / 'elsewhere' / 'config'}" in told
    (home,) = {job.variables["FORESTO_HOME"] for job in schedulers.choose("cron").would_start().values()}
    assert home == f"{tmp_path / 'work' / 'elsewhere'}", "a job starts in another folder"


def test_a_job_that_starts_where_it_was_installed_is_told_to_be_installed_again(place):
    schedulers.choose("cron").install(place)
    (found,) = told("cron", replace(place, folder=PurePosixPath(settings.paths().config)))
    assert "설정 폴더는" in found
