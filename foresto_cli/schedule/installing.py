"""``foresto schedule``: the timetable for people, and its way into the scheduler of this machine."""

import os
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from shlex import quote as quoted
from typing import TypedDict

from sqlalchemy import text

from foresto_cli import clock, settings
from foresto_cli.app import App
from foresto_cli.clock import KST
from foresto_cli.console import Console
from foresto_cli.errors import ConfigError, ForestoError
from foresto_cli.schedule import next_starts, os_commands, schedule_folders, schedulers
from foresto_cli.schedule.schedule_files import Place
from foresto_cli.schedule.schedulers import Scheduler
from foresto_cli.settings import Paths, Settings
from foresto_cli.telling import late_jobs
from foresto_cli.timetable import ENTRIES, JOBS, Job

HANDED_ON = ("FORESTO_HOME", "FORESTO_LOG_LEVEL", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
"""Variables without secrets that commands started by a scheduler get too; they decide where foresto keeps things."""
SHOWN_STARTS = 10


def show(console: Console) -> dict[str, object]:
    """Print the timetable and return it."""
    rows = [(job.name, job.when, job.label, f"foresto {' '.join(job.command)}") for job in JOBS]
    console.table("시간표 (KST)", ("작업", "시각", "이름", "명령"), rows)
    return {"jobs": [_as_json(job) for job in JOBS]}


def upcoming(console: Console) -> dict[str, object]:
    """Print the next starts and return them."""
    starts: list[tuple[datetime, Job]] = []
    for job in JOBS:
        start = clock.now()
        for _ in range(SHOWN_STARTS):
            start = job.following(start)
            starts.append((start, job))
    starts = sorted(starts, key=lambda pair: pair[0])[:SHOWN_STARTS]
    rows = [(f"{start:%m-%d %H:%M}", job.label, _ahead(start)) for start, job in starts]
    console.table("다음 시작 (KST)", ("시각", "작업", "앞으로"), rows)
    found = [{"at": f"{start:%Y-%m-%d %H:%M}", "job": job.name} for start, job in starts]
    return {"starts": found}


def install(app: App, name: str | None, *, dry_run: bool) -> dict[str, object]:
    """Put the timetable into a scheduler, replacing what foresto put in before.

    The jobs read the settings folder, wherever this is typed.

    Raises:
        ConfigError: the scheduler refuses, this is the sandbox, or settings stand where no job reads them.
        UsageError: there is no such scheduler.
    """
    if app.sandbox is not None and not dry_run:
        raise ConfigError("모의 환경은 스케줄러에 넣지 않습니다. --sandbox 없이 실행하세요.")
    scheduler, found = schedulers.choose(name), place(app.folders)
    files = scheduler.files(found)
    elsewhere = _in_working_folder(app)
    advice = [*([elsewhere] if elsewhere else []), *_advice(app, scheduler, found)]
    if dry_run:
        for file, content in files.items():
            app.console.strong(f"# {file}")
            app.console.line(content)
        for line in advice:
            app.console.line(f"· {line}")
    else:
        if elsewhere:
            raise ConfigError(elsewhere)
        schedulers.prepared(found)
        settings.private_folder(app.folders.config)
        advice += _moved(scheduler, found)
        scheduler.install(found)
        late_jobs.expect(app, scheduler.name, *(job.name for job in JOBS))
        app.console.strong(f"✓ {scheduler.name}에 작업 {len(ENTRIES)}개를 넣었습니다.")
        for line in advice:
            app.console.line(f"· {line}")
    return {
        "scheduler": scheduler.name,
        "files": [f"{file}" for file in files],
        "notes": advice,
    }


def uninstall(app: App, name: str | None) -> dict[str, object]:
    """Take the timetable out of a scheduler; nothing is expected to run any more.

    Raises:
        ConfigError: the scheduler refuses.
        UsageError: there is no such scheduler.
    """
    scheduler = chosen(name)
    scheduler.uninstall()
    late_jobs.expect_nothing(app)
    app.console.strong(f"✓ {scheduler.name}에서 foresto의 작업을 뺐습니다.")
    return {"scheduler": scheduler.name}


def status(app: App, name: str | None) -> dict[str, object]:
    """Print which jobs are in, when each ran last and runs next, what is wrong with them, and return that.

    Raises:
        ConfigError: the scheduler does not say what is in.
        UsageError: there is no such scheduler.
    """
    scheduler = chosen(name)
    installed = scheduler.installed()
    jobs = plan(app)
    rows = [
        (
            job["label"],
            installed.get(job["job"], "없음"),
            job["last_start"],
            job["next_start"] if job["job"] in installed else None,
            f"{len(job['missed'])}번 놓침" if job["missed"] else "",
        )
        for job in jobs
    ]
    app.console.table(scheduler.name, ("작업", "상태", "마지막 시작", "다음 시작", ""), rows)
    troubles = [trouble.told(scheduler.name) for trouble in next_starts.troubles(scheduler, place(settings.paths()))]
    for line in troubles:
        app.console.line(f"✗ {line}")
    if not installed:
        app.console.line(f"스케줄러에 없습니다. 넣으려면: foresto schedule install --scheduler {scheduler.name}")
    return {
        "scheduler": scheduler.name,
        "installed": installed,
        "troubles": troubles,
        "jobs": jobs,
    }


def chosen(name: str | None) -> Scheduler:
    """Return the scheduler called ``name``, else the one that has jobs of foresto, else the one of this machine.

    Raises:
        ConfigError: a scheduler does not say what is in.
        UsageError: there is none by that name.
    """
    return schedulers.choose(name) if name else next(iter(schedulers.in_use()), schedulers.choose(None))


class Planned(TypedDict):
    """One job: by which scheduler it is started, if any, when it ran last and runs next, and what it missed."""

    job: str
    label: str
    when: str
    scheduler: str | None
    last_start: str | None
    next_start: str | None
    missed: list[str | None]


def plan(app: App) -> list[Planned]:
    """Return for each job when it ran last and runs next, whether a scheduler starts it, and which starts it missed."""
    now = clock.now()
    with app.engine.connect() as connection:
        late = {found.job.name: found.starts for found in late_jobs.all_late(connection, now)}
        by = {row.job: row.scheduler for row in connection.execute(text("SELECT job, scheduler FROM scheduled_job"))}
        return [
            {
                "job": job.name,
                "label": job.label,
                "when": job.when,
                "scheduler": by.get(job.name),
                "last_start": _moment(late_jobs.last_start(connection, job, now)),
                "next_start": _moment(job.following(now)),
                "missed": [_moment(start) for start in late.get(job.name, [])],
            }
            for job in JOBS
        ]


def place(folders: Paths) -> Place:
    """Return where scheduled commands live on this machine: they start in the settings folder, whoever stands where.

    Raises:
        ConfigError: nobody knows where ``foresto`` is.
    """
    program = shutil.which("foresto", path=f"{Path(sys.executable).parent}") or shutil.which(sys.argv[0])
    if program is None:
        raise ConfigError("foresto 명령이 어디에 있는지 알 수 없습니다. 설치한 foresto를 절대 경로로 실행하세요.")
    found = Place(
        program=PurePosixPath(Path(program).absolute()),
        logs=PurePosixPath(folders.logs.absolute()),
        # In any other folder a .env that lies there would be read too.
        folder=PurePosixPath(folders.config.absolute()),
        offset=machine_offset(clock.now()),
        zone=machine_zone(clock.now()),
        home=f"{Path.home()}",
        variables=_handed_on(),
    )
    for value in (f"{found.program}", f"{found.logs}", f"{found.folder}", *found.variables.values()):
        if not value.isprintable():
            raise ConfigError(
                f"경로 {os_commands.shown(value)!r}에 스케줄러가 읽지 못하는 글자가 있습니다. 폴더 이름을 바꾸세요."
            )
    return found


def _handed_on() -> dict[str, str]:
    """Return the variables that decide where foresto keeps things, with folders that mean the same from anywhere."""
    found = {name: os.environ[name] for name in HANDED_ON if os.environ.get(name)}
    if "FORESTO_HOME" in found:
        found["FORESTO_HOME"] = f"{Path(found['FORESTO_HOME']).expanduser().absolute()}"
    return found


def machine_offset(now: datetime) -> timedelta:
    """Return the greatest distance of this machine's zone from UTC within a year: summer time, where there is one."""
    offsets = ((now + timedelta(days=30 * month)).astimezone(None).utcoffset() for month in range(13))
    return max(offset for offset in offsets if offset is not None)


def machine_zone(now: datetime) -> str:
    """Return the name of this machine's time zone, or its distance from UTC as cron writes it."""
    link = f"{Path('/etc/localtime').resolve()}"
    name = os.environ.get("TZ", "").removeprefix(":") or link.rpartition("/zoneinfo/")[2]
    if name and not name.startswith("/"):
        return name
    minutes = int(machine_offset(now).total_seconds() // 60)
    # POSIX counts westward.
    return f"UTC{'-' if minutes >= 0 else '+'}{abs(minutes) // 60}:{abs(minutes) % 60:02}"


def only_in_environment(app: App) -> list[str]:
    """Return the settings that are in this shell's environment alone, where no scheduler finds them."""
    given = [name for name in Settings.model_fields if os.environ.get(name.upper()) and name.upper() not in HANDED_ON]
    kept = {name: os.environ.pop(name.upper()) for name in given}
    try:
        found = settings.load(app.folders)
    except ForestoError:
        return []
    finally:
        os.environ.update({name.upper(): value for name, value in kept.items()})
    return [name.upper() for name in given if getattr(found, name) == Settings.model_fields[name].default]


def _in_working_folder(app: App) -> str:
    """Say which settings come from the folder one stands in, where no scheduled job reads them; empty when none do."""
    file = app.settings.origins.working_file
    if file is None:
        return ""
    names = ", ".join(name.upper() for name in app.settings.origins.by_source[f"{file}"])
    ours = app.folders.config / ".env"
    move = f"{ours}에 옮겨 적으세요" if ours.exists() else f"옮기세요: mv {quoted(f'{file}')} {quoted(f'{ours}')}"
    return f"{names}: {file}에 있어 예약된 작업이 읽지 않습니다. 설정 폴더로 {move}"


def _moved(scheduler: Scheduler, found: Place) -> list[str]:
    """Say that the jobs so far read the settings of another folder."""
    before = {started.folder for started in scheduler.would_start().values()} - {f"{found.folder}"}
    return [f"작업이 읽는 설정이 {folder}의 것에서 {found.folder}의 것으로 바뀌었습니다." for folder in sorted(before)]


def _advice(app: App, scheduler: Scheduler, found: Place) -> list[str]:
    advice = []
    alone = only_in_environment(app)
    if alone:
        advice.append(
            f"{', '.join(alone)}: 이 셸에만 있어 스케줄러가 시작한 명령은 모릅니다."
            f" {app.folders.config / '.env'}에 적고 chmod 600 하세요."
        )
    if scheduler.name == "systemd":
        advice.append("로그아웃한 뒤에도 돌게 하려면: loginctl enable-linger")
    if scheduler.name == "launchd":
        advice.append("밀린 작업은 지금 시작합니다. 그 뒤로는 로그인해 있는 동안 돌고, 놓친 것은 깨어날 때 만회합니다.")
        advice += [f"{said} {what_to_do}" for said, what_to_do in schedule_folders.private(found)]
    if scheduler.name in {"launchd", "cron"}:
        if found.offset != clock.now().utcoffset():
            advice.append("이 컴퓨터의 시간대로 바꾸어 적었습니다.")
        if os.environ.get("TZ"):
            advice.append(f"이 셸의 TZ({os.environ['TZ']})로 적었습니다. {scheduler.name}은 시스템의 시간대를 씁니다.")
        advice.append(
            f"시간대를 바꾸거나 foresto를 옮기면 다시 설치하세요: foresto schedule install --scheduler {scheduler.name}"
        )
    return advice


def _as_json(job: Job) -> dict[str, object]:
    return {"job": job.name, "label": job.label, "when": job.when, "command": f"foresto {' '.join(job.command)}"}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else f"{at.astimezone(KST):%Y-%m-%d %H:%M}"


def _ahead(start: datetime) -> str:
    minutes = int((start - clock.now()).total_seconds() // 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    return f"{days}일 {hours}시간" if days else f"{hours}시간 {minutes}분"
