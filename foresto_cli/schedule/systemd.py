"""User timers of systemd."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from foresto_cli.schedule import os_commands, schedule_files
from foresto_cli.schedule.next_starts import Started, Trouble
from foresto_cli.schedule.schedule_files import Place
from foresto_cli.schedule.unit_files import foreign_files, replace_file
from foresto_cli.timetable import ENTRIES, Job, Sweep

OURS = "Description=foresto: "
CANNOT_START = range(200, 246)
"""Exit statuses that systemd gives itself: no such folder, no such program, and the like."""


@dataclass(frozen=True)
class Systemd:
    """Units in a folder."""

    folder: Path
    name: str = "systemd"

    def files(self, place: Place) -> Mapping[Path, str]:
        """Return services and timers."""
        return {
            self.folder / name: content
            for job in ENTRIES
            for name, content in schedule_files.systemd(job, place).items()
        }

    def install(self, place: Place) -> None:
        """Write the units, let systemd read them, start the timers.

        Raises:
            ConfigError: a file of that name is not ours (nothing was changed), or systemd refuses.
        """
        foreign_files(self.files(place), _is_ours)
        for file, content in self.files(place).items():
            replace_file(file, content)
        os_commands.run(["systemctl", "--user", "daemon-reload"])
        os_commands.run(["systemctl", "--user", "enable", "--now", *self._timers()])

    def uninstall(self) -> None:
        """Stop the timers and remove the units; files of these names that are not ours stay."""
        own = [job for job in ENTRIES if _is_ours(self._unit(job, "timer")) or _is_ours(self._unit(job, "service"))]
        if own:
            timers = [f"{schedule_files.unit(job)}.timer" for job in own]
            os_commands.run(["systemctl", "--user", "disable", "--now", *timers], may_fail=True)
        for job in own:
            for kind in ("service", "timer"):
                if _is_ours(self._unit(job, kind)):
                    self._unit(job, kind).unlink(missing_ok=True)
        os_commands.run(["systemctl", "--user", "daemon-reload"], may_fail=True)

    def installed(self) -> dict[str, str]:
        """Return whether each timer is active."""
        found = {}
        for job, timer in zip(ENTRIES, self._timers(), strict=True):
            if (self.folder / timer).exists():
                told = os_commands.run(["systemctl", "--user", "is-active", timer], may_fail=True)
                found[job.name] = told.stdout.strip() or "unknown"
        return found

    def would_start(self) -> dict[str, Started]:
        """Return what the units on disk start."""
        there = {job.name: (self._unit(job, "service"), self._unit(job, "timer")) for job in ENTRIES}
        return {
            name: _started(_text(service), _text(timer))
            for name, (service, timer) in there.items()
            if service.exists() and timer.exists()
        }

    def wanted(self, place: Place) -> dict[str, Started]:
        """Return what they would start if they were installed now."""
        rendered = {job.name: [*schedule_files.systemd(job, place).values()] for job in ENTRIES}
        return {name: _started(service, timer) for name, (service, timer) in rendered.items()}

    def troubles(self, place: Place) -> list[Trouble]:  # noqa: ARG002  # the other schedulers need it
        """Return timers that do not run, services that could not be started, and units of somebody else."""
        return [trouble for job in ENTRIES if self._unit(job, "timer").exists() for trouble in self._trouble(job)]

    def _trouble(self, job: Job | Sweep) -> Iterator[Trouble]:
        foreign = [self._unit(job, kind) for kind in ("service", "timer") if not _is_ours(self._unit(job, kind))]
        if foreign:
            yield Trouble(
                f"{job.label}: {foreign[0]} 파일은 foresto가 쓴 것이 아닙니다.",
                f"그 파일을 옮긴 뒤 foresto schedule install --scheduler {self.name}",
            )
            return
        timer, service = f"{schedule_files.unit(job)}.timer", f"{schedule_files.unit(job)}.service"
        state = os_commands.run(["systemctl", "--user", "is-active", timer], may_fail=True)
        if state.returncode:
            yield Trouble(
                f"{job.label}: {timer}가 돌고 있지 않습니다({state.stdout.strip() or os_commands.words(state)})."
            )
        asked = ["systemctl", "--user", "show", "-p", "ExecMainStatus", "-p", "NeedDaemonReload", service]
        shown = dict(line.partition("=")[::2] for line in os_commands.run(asked, may_fail=True).stdout.splitlines())
        status = shown.get("ExecMainStatus", "")
        if status.isdigit() and int(status) in CANNOT_START:
            yield Trouble(f"{job.label}: 마지막에 시작하지 못했습니다(systemd의 상태 {status}).")
        if shown.get("NeedDaemonReload") == "yes":
            yield Trouble(f"{job.label}: systemd가 파일과 다른 내용으로 돌고 있습니다.")

    def _timers(self) -> list[str]:
        return [f"{schedule_files.unit(job)}.timer" for job in ENTRIES]

    def _unit(self, job: Job | Sweep, kind: str) -> Path:
        return self.folder / f"{schedule_files.unit(job)}.{kind}"


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="surrogateescape")


def _is_ours(file: Path) -> bool:
    return file.is_file() and not file.is_symlink() and OURS in _text(file)


def _started(service: str, timer: str) -> Started:
    command = _words(_value(service, "ExecStart").replace("$$", "$")) or [""]
    given = (_words(line.partition("=")[2]) for line in service.splitlines() if line.startswith("Environment="))
    variables = dict(word.partition("=")[::2] for words in given for word in words)
    how = [line for line in service.splitlines() if line.startswith(("Restart", "StartLimit", "SuccessExitStatus"))]
    return Started(
        program=command[0],
        folder=_value(service, "WorkingDirectory").replace("%%", "%"),
        variables=variables,
        hours=f"{_value(timer, 'OnCalendar')} {_value(timer, 'Persistent')} {command[1:]} {how}",
        log="",
    )


def _value(text: str, name: str) -> str:
    return next((line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{name}=")), "")


def _words(text: str) -> list[str]:
    try:
        return [word.replace("%%", "%") for word in shlex.split(text)]
    except ValueError:
        return []
