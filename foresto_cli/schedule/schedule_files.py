"""The timetable as the files of launchd, cron and systemd.

Times are the machine's: launchd and cron know no other zone, so KST is converted; systemd is told Asia/Seoul. A machine
whose zone has summer time starts at the timetable's hour in summer and an hour later in winter, never before it. The
first of the month in Korea may be the last of the month before over there, which neither can express: such a job starts
on the first over there, a day later. Files hold no key: commands read settings themselves.
"""

import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from foresto_cli.clock import KST
from foresto_cli.timetable import ENTRIES, Job, Sweep

KOREA = timedelta(hours=9)
LABEL = "com.foresto"
CAFFEINATE = ("/usr/bin/caffeinate", "-i")
"""Keeps a Mac from falling asleep while the command runs."""
STOP_SECONDS = 60
"""A command that is asked to stop finishes or rolls back its unit in that time."""
CRON_BEGIN, CRON_END = "# >>> foresto >>>", "# <<< foresto <<<"
CRON_SIGNED = "# 직접 고치지 마세요. 줄마다의 검사값: "
"""Before the checksums of the block's lines, which show whether somebody changed them."""
CRON_SHELL = "/bin/sh"
PYTHONS_OWN = ("PYTHONHOME", "PYTHONPATH")
AGAIN_AFTER = "15min"
"""Systemd starts a job that ended without success again after that, while ``TRIES`` are not used up."""
TRIES = 6
TRIES_WITHIN = "6h"
SUNDAY_FIRST = (1, 2, 3, 4, 5, 6, 0)
"""Monday is 0 here and 1 in cron and launchd, whose Sunday is 0."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the files will be used.

    Attributes:
        program: the ``foresto`` executable, absolute.
        logs: folder for what a command prints.
        folder: where commands are started: the settings folder (a ``.env`` anywhere else would be read too).
        offset: the machine's distance from UTC; in summer, where there is one.
        zone: the machine's time zone as cron understands it.
        home: the operator's home folder.
        variables: environment of the commands; no secrets.
    """

    program: PurePosixPath
    logs: PurePosixPath
    folder: PurePosixPath
    offset: timedelta = KOREA
    zone: str = "Asia/Seoul"
    home: str = "/ABSOLUTE/PATH/TO"
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


def launchd(job: Job | Sweep, place: Place) -> bytes:
    """Return the LaunchAgent of ``job``."""
    import plistlib

    log = f"{place.logs / f'launchd-{job.name}.log'}"
    content = {
        "Label": label(job),
        "ProgramArguments": [*CAFFEINATE, f"{place.program}", *job.command],
        "StartCalendarInterval": _intervals(job, place.offset),
        # A start slept through is made up for on waking; after a switched-off hour only this starts the command.
        "RunAtLoad": isinstance(job, Sweep) or job.catches_up,
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


def label(job: Job | Sweep) -> str:
    """Return the launchd label of ``job``."""
    return f"{LABEL}.{job.name}"


def _intervals(job: Job | Sweep, offset: timedelta) -> list[dict[str, int]]:
    if isinstance(job, Sweep):
        return [{"Minute": minute} for minute in job.minutes]
    starts = local(job, offset)
    base = {"Hour": starts.hour, "Minute": starts.minute}
    if starts.weekdays:
        return [{"Weekday": SUNDAY_FIRST[day], **base} for day in starts.weekdays]
    if starts.monthday is None:
        return [base]
    if starts.months:
        return [{"Month": month, "Day": starts.monthday, **base} for month in starts.months]
    return [{"Day": starts.monthday, **base}]


def crontab(place: Place, above: Mapping[str, str] | None = None, *, signed: bool = True) -> str:
    """Return the block for the operator's crontab.

    Args:
        place: where it will be used.
        above: variable → the line of the table that sets it. Such a line holds for everything below it: what would
            change our commands or their hours is set for the block and set back behind it.
        signed: with checksums; examples to be filled in have none.
    """
    ours = {name: value for name, value in _own_variables(place).items() if name in (above or {})}
    lines = [
        "# foresto가 만든 부분입니다(foresto schedule install --scheduler cron). 시각은 이 컴퓨터의 시간대입니다.",
        "# 놓친 시각은 켤 때(@reboot) 만회하고, 겹치면 뒤의 것이 기다립니다. 키는 여기에 적지 않습니다.",
        *(f'{name}="{value}"' for name, value in ours.items()),
    ]
    for job in ENTRIES:
        lines += [f"# {job.label}: {when(job)}", f"{_five_fields(job, place.offset)} {_shell(job, place)}"]
        if isinstance(job, Job) and job.catches_up:
            lines.append(f"@reboot {_shell(job, place)}")
    lines += [line for name, line in (above or {}).items() if name in ours]
    checksum = [f"{CRON_SIGNED}{' '.join(signature(lines))}"] if signed else []
    return "\n".join([CRON_BEGIN, *checksum, *lines, CRON_END, ""])


def when(job: Job | Sweep) -> str:
    """Return in Korean when ``job`` starts."""
    return f"{job.when} KST" if isinstance(job, Job) else job.when


def signature(lines: Sequence[str]) -> list[str]:
    """Return a short checksum of each line of a block."""
    return [hashlib.sha256(line.rstrip().encode(errors="surrogateescape")).hexdigest()[:6] for line in lines]


def _own_variables(place: Place) -> dict[str, str]:
    """Return the variables that decide what a line of the block does and when, with the values that it needs."""
    folders = ("FORESTO_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    return {
        "SHELL": CRON_SHELL,
        "CRON_TZ": place.zone,
        "TZ": place.zone,
        "HOME": place.home,
        **{name: place.variables.get(name, "") for name in folders},
        **dict.fromkeys(PYTHONS_OWN, ""),
    }


def _five_fields(job: Job | Sweep, offset: timedelta) -> str:
    if isinstance(job, Sweep):
        return f"{','.join(f'{minute}' for minute in job.minutes)} * * * *"
    starts = local(job, offset)
    weekdays = ",".join(f"{day}" for day in sorted(SUNDAY_FIRST[day] for day in starts.weekdays)) or "*"
    months = ",".join(f"{month}" for month in starts.months) or "*"
    return f"{starts.minute} {starts.hour} {starts.monthday or '*'} {months} {weekdays}"


def _shell(job: Job | Sweep, place: Place) -> str:
    variables = {**place.variables, "FORESTO_SCHEDULER": "cron", "PYTHONUTF8": "1"}
    words = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    words += [shlex.quote(word) for word in (f"{place.program}", *job.command)]
    log = shlex.quote(f"{place.logs / f'cron-{job.name}.log'}")
    line = f"cd {shlex.quote(f'{place.folder}')} && {' '.join(words)} >> {log} 2>&1"
    # An unescaped % would be a line break to cron.
    return line.replace("%", r"\%")


def systemd(job: Job | Sweep, place: Place) -> dict[str, str]:
    """Return the user units of ``job``: file name → content."""
    variables = {**place.variables, "FORESTO_SCHEDULER": "systemd", "PYTHONUTF8": "1"}
    command = " ".join(_word(word) for word in (f"{place.program}", *job.command))
    is_sweep = isinstance(job, Sweep)
    service = [
        "[Unit]",
        f"Description=foresto: {job.label}",
        *([] if is_sweep else [f"StartLimitIntervalSec={TRIES_WITHIN}", f"StartLimitBurst={TRIES}"]),
        "",
        "[Service]",
        "Type=oneshot",
        f"ExecStart={command}",
        f"WorkingDirectory={f'{place.folder}'.replace('%', '%%')}",
        *(f"Environment={_variable(f'{name}={value}')}" for name, value in variables.items()),
        # 3: some units failed, which has been told and makes the unit no failed one.
        "SuccessExitStatus=3",
        # 75 (try later) and 69 (no database) pass by themselves; what does not is not started again.
        *([] if is_sweep else ["Restart=on-failure", f"RestartSec={AGAIN_AFTER}"]),
        *([] if is_sweep else ["RestartPreventExitStatus=2 65 70 78"]),
        f"TimeoutStopSec={STOP_SECONDS}",
        "Nice=5",
        "",
    ]
    timer = [
        "[Unit]",
        f"Description=foresto: {job.label} ({when(job)})",
        "",
        "[Timer]",
        f"OnCalendar={_on_calendar(job)}",
        f"Persistent={'true' if isinstance(job, Job) and job.catches_up else 'false'}",
        "AccuracySec=1s",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]
    return {f"{unit(job)}.service": "\n".join(service), f"{unit(job)}.timer": "\n".join(timer)}


def unit(job: Job | Sweep) -> str:
    """Return the name of the systemd units of ``job``."""
    return f"foresto-{job.name.replace('_', '-')}"


def _on_calendar(job: Job | Sweep) -> str:
    if isinstance(job, Sweep):
        return f"*-*-* *:{','.join(f'{minute:02}' for minute in job.minutes)}:00"
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    weekdays = ",".join(names[day] for day in job.weekdays)
    months = ",".join(f"{month:02}" for month in job.months) or "*"
    monthday = "*" if job.monthday is None else f"{job.monthday:02}"
    return f"{weekdays} *-{months}-{monthday} {job.at:%H:%M:%S} Asia/Seoul".strip()


def _word(word: str) -> str:
    """Return a word of a command for systemd, which reads ``$`` as the start of a variable."""
    return _variable(word.replace("$", "$$"))


def _variable(word: str) -> str:
    plain = word.replace("%", "%%")
    if plain and not set(plain) & set(" \t\"'\\$;"):
        return plain
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def committed() -> dict[str, bytes]:
    """Return the example files of the project: path → content."""
    files = {f"launchd/{label(job)}.plist": launchd(job, EXAMPLE) for job in ENTRIES}
    files["crontab.example"] = crontab(EXAMPLE, signed=False).encode()
    for job in ENTRIES:
        files |= {f"systemd/{name}": content.encode() for name, content in systemd(job, EXAMPLE).items()}
    return files


def write(root: Path) -> None:
    """Write the example files below ``root``: after a change of the timetable."""
    for name, content in committed().items():
        file = root / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
