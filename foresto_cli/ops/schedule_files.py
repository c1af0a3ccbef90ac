"""The timetable as the files of launchd, cron and systemd.

Times are the machine's: launchd and cron know no other zone, so KST is converted; systemd is told Asia/Seoul. A machine
whose zone has summer time starts at the timetable's hour in summer and an hour later in winter, never before it. The
first of the month in Korea may be the last of the month before over there, which neither can express: such a job starts
on the first over there, a day later. Files hold no key: commands read settings themselves.
"""

import plistlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from foresto_cli.clock import KST
from foresto_cli.timetable import JOBS, Job

KOREA = timedelta(hours=9)
LABEL = "com.foresto"
CAFFEINATE = ("/usr/bin/caffeinate", "-i")
"""Keeps a Mac from falling asleep while the command runs."""
STOP_SECONDS = 60
"""A command that is asked to stop finishes or rolls back its unit in that time."""
CRON_BEGIN, CRON_END = "# >>> foresto >>>", "# <<< foresto <<<"
SUNDAY_FIRST = (1, 2, 3, 4, 5, 6, 0)
"""Monday is 0 here and 1 in cron and launchd, whose Sunday is 0."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the files will be used.

    Attributes:
        program: the ``foresto`` executable, absolute.
        logs: folder for what a command prints.
        folder: where commands are started (a ``.env`` there is read).
        offset: the machine's distance from UTC; in summer, where there is one.
        variables: environment of the commands; no secrets.
    """

    program: PurePosixPath
    logs: PurePosixPath
    folder: PurePosixPath
    offset: timedelta = KOREA
    variables: dict[str, str] = field(default_factory=dict)


EXAMPLE = Place(
    program=PurePosixPath("/ABSOLUTE/PATH/TO/bin/foresto"),
    logs=PurePosixPath("/ABSOLUTE/PATH/TO/logs"),
    folder=PurePosixPath("/ABSOLUTE/PATH/TO"),
)
"""Of the committed examples: a machine in Korea, to be filled in; ``foresto schedule install`` does that better."""


@dataclass(frozen=True)
class Local:
    """A job's starts in the machine's own time; weekdays count from Monday as 0."""

    minute: int
    hour: int
    weekdays: tuple[int, ...]
    monthday: int | None
    months: tuple[int, ...]


def local(job: Job, offset: timedelta) -> Local:
    """Return when ``job`` starts on a machine that is ``offset`` from UTC."""
    there = datetime(2026, 1, 5, job.at.hour, job.at.minute, tzinfo=KST) + (offset - KOREA)
    days = (there.date() - datetime(2026, 1, 5, tzinfo=KST).date()).days
    monthday = None if job.monthday is None else max(job.monthday + days, 1)
    weekdays = tuple(sorted((day + days) % 7 for day in job.weekdays))
    return Local(there.minute, there.hour, weekdays, monthday, job.months)


def launchd(job: Job, place: Place) -> bytes:
    """Return the LaunchAgent of ``job``."""
    log = f"{place.logs / f'launchd-{job.name}.log'}"
    content = {
        "Label": label(job),
        "ProgramArguments": [*CAFFEINATE, f"{place.program}", *job.command],
        "StartCalendarInterval": _intervals(local(job, place.offset)),
        # A start slept through is made up for on waking; after a switched-off hour only this starts the command.
        "RunAtLoad": job.catches_up,
        "WorkingDirectory": f"{place.folder}",
        "EnvironmentVariables": {**place.variables, "FORESTO_SCHEDULER": "launchd", "PYTHONUTF8": "1"},
        "StandardOutPath": log,
        "StandardErrorPath": log,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Nice": 5,
        "ExitTimeOut": STOP_SECONDS,
    }
    return plistlib.dumps(content, sort_keys=False)


def label(job: Job) -> str:
    """Return the launchd label of ``job``."""
    return f"{LABEL}.{job.name}"


def _intervals(starts: Local) -> list[dict[str, int]]:
    base = {"Hour": starts.hour, "Minute": starts.minute}
    if starts.weekdays:
        return [{"Weekday": SUNDAY_FIRST[day], **base} for day in starts.weekdays]
    if starts.monthday is None:
        return [base]
    if starts.months:
        return [{"Month": month, "Day": starts.monthday, **base} for month in starts.months]
    return [{"Day": starts.monthday, **base}]


def crontab(place: Place, jobs: Sequence[Job] = JOBS) -> str:
    """Return the block for the operator's crontab."""
    lines = [
        CRON_BEGIN,
        "# foresto 가 만든 부분입니다(foresto schedule install --scheduler cron). 시각은 이 컴퓨터의 시간대입니다.",
        "# 놓친 시각은 켤 때(@reboot) 만회하고, 겹치면 뒤의 것이 기다립니다. 키는 여기에 적지 않습니다.",
    ]
    for job in jobs:
        lines += [f"# {job.label}: {job.when} KST", f"{_five_fields(local(job, place.offset))} {_shell(job, place)}"]
        if job.catches_up:
            lines.append(f"@reboot {_shell(job, place)}")
    return "\n".join([*lines, CRON_END, ""])


def _five_fields(starts: Local) -> str:
    weekdays = ",".join(f"{day}" for day in sorted(SUNDAY_FIRST[day] for day in starts.weekdays)) or "*"
    months = ",".join(f"{month}" for month in starts.months) or "*"
    return f"{starts.minute} {starts.hour} {starts.monthday or '*'} {months} {weekdays}"


def _shell(job: Job, place: Place) -> str:
    variables = {**place.variables, "FORESTO_SCHEDULER": "cron", "PYTHONUTF8": "1"}
    words = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    words += [shlex.quote(word) for word in (f"{place.program}", *job.command)]
    log = shlex.quote(f"{place.logs / f'cron-{job.name}.log'}")
    line = f"cd {shlex.quote(f'{place.folder}')} && {' '.join(words)} >> {log} 2>&1"
    # An unescaped % would be a line break to cron.
    return line.replace("%", r"\%")


def systemd(job: Job, place: Place) -> dict[str, str]:
    """Return the user units of ``job``: file name → content."""
    variables = {**place.variables, "FORESTO_SCHEDULER": "systemd", "PYTHONUTF8": "1"}
    command = " ".join(_word(word) for word in (f"{place.program}", *job.command))
    service = [
        "[Unit]",
        f"Description=foresto: {job.label}",
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart={command}",
        f"WorkingDirectory={f'{place.folder}'.replace('%', '%%')}",
        *(f"Environment={_word(f'{name}={value}')}" for name, value in variables.items()),
        # 3: some units failed, 75: try later. Both have been told; neither makes the unit a failed one.
        "SuccessExitStatus=3 75",
        f"TimeoutStopSec={STOP_SECONDS}",
        "Nice=5",
        "",
    ]
    timer = [
        "[Unit]",
        f"Description=foresto: {job.label} ({job.when} KST)",
        "",
        "[Timer]",
        f"OnCalendar={_on_calendar(job)}",
        f"Persistent={'true' if job.catches_up else 'false'}",
        "AccuracySec=1s",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]
    return {f"{unit(job)}.service": "\n".join(service), f"{unit(job)}.timer": "\n".join(timer)}


def unit(job: Job) -> str:
    """Return the name of the systemd units of ``job``."""
    return f"foresto-{job.name.replace('_', '-')}"


def _on_calendar(job: Job) -> str:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    weekdays = ",".join(names[day] for day in job.weekdays)
    months = ",".join(f"{month:02}" for month in job.months) or "*"
    monthday = "*" if job.monthday is None else f"{job.monthday:02}"
    return f"{weekdays} *-{months}-{monthday} {job.at:%H:%M:%S} Asia/Seoul".strip()


def _word(word: str) -> str:
    plain = word.replace("%", "%%")
    return plain if plain and not set(plain) & set(" \t\"'\\$;") else '"' + _escaped(plain) + '"'


def _escaped(plain: str) -> str:
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")


def committed() -> dict[str, bytes]:
    """Return the example files of the project: path → content."""
    files = {f"launchd/{label(job)}.plist": launchd(job, EXAMPLE) for job in JOBS}
    files["crontab.example"] = crontab(EXAMPLE).encode()
    for job in JOBS:
        files |= {f"systemd/{name}": content.encode() for name, content in systemd(job, EXAMPLE).items()}
    return files


def write(root: Path) -> None:
    """Write the example files below ``root``: after a change of the timetable."""
    for name, content in committed().items():
        file = root / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
