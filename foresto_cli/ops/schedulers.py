"""launchd, cron, systemd: putting the timetable in, taking it out, asking what is in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.ops import schedule_files as files
from foresto_cli.ops.schedule_files import Place
from foresto_cli.settings import private_folder
from foresto_cli.timetable import JOBS

PATIENCE_SECONDS = 30
READABLE_FILE = 0o644


class Scheduler(Protocol):
    """One of the three."""

    @property
    def name(self) -> str:
        """Return what the operator calls it."""

    def files(self, place: Place) -> Mapping[Path, str]:
        """Return what would be written: path → content."""

    def install(self, place: Place) -> None:
        """Put every job in; what was put in before is replaced."""

    def uninstall(self) -> None:
        """Take every job of foresto out; nothing else is touched."""

    def installed(self) -> dict[str, str]:
        """Return job → its state in the scheduler's own words, of those that are in."""


@dataclass(frozen=True)
class Launchd:
    """LaunchAgents of the logged-in user of a Mac."""

    folder: Path
    name: str = "launchd"

    def files(self, place: Place) -> Mapping[Path, str]:
        """Return the plists."""
        return {self._file(job.name): files.launchd(job, place).decode() for job in JOBS}

    def install(self, place: Place) -> None:
        """Write the plists and load them: bootout what runs under the label, then bootstrap.

        Raises:
            ConfigError: launchd refuses.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for job, (file, content) in zip(JOBS, self.files(place).items(), strict=True):
            file.write_text(content, encoding="utf-8")
            file.chmod(READABLE_FILE)
            _run(["launchctl", "bootout", f"{self._domain}/{files.label(job)}"], may_fail=True)
            _run(["launchctl", "bootstrap", self._domain, f"{file}"])

    def uninstall(self) -> None:
        """Boot the agents out and remove their plists."""
        for job in JOBS:
            _run(["launchctl", "bootout", f"{self._domain}/{files.label(job)}"], may_fail=True)
            self._file(job.name).unlink(missing_ok=True)

    def installed(self) -> dict[str, str]:
        """Return what ``launchctl print`` says: state, runs, last exit code."""
        found = {}
        for job in JOBS:
            told = _run(["launchctl", "print", f"{self._domain}/{files.label(job)}"], may_fail=True)
            if told.returncode == 0:
                wanted = ("state = ", "runs = ", "last exit code = ")
                lines = [line.strip() for line in told.stdout.splitlines()]
                found[job.name] = ", ".join(line for line in lines if line.startswith(wanted))
        return found

    @property
    def _domain(self) -> str:
        return f"gui/{os.getuid()}"

    def _file(self, job: str) -> Path:
        return self.folder / f"{files.LABEL}.{job}.plist"


@dataclass(frozen=True)
class Cron:
    """The crontab of this user: one block between two marks; the rest stays as it is."""

    name: str = "cron"

    def files(self, place: Place) -> Mapping[Path, str]:
        """Return the block."""
        return {Path("crontab"): files.crontab(place)}

    def install(self, place: Place) -> None:
        """Put the block at the end of the crontab, or in the place of the one that is there.

        Raises:
            ConfigError: there is no crontab command, or it refuses.
        """
        _run(["crontab", "-"], stdin=self._without_block() + files.crontab(place))

    def uninstall(self) -> None:
        """Take the block out.

        Raises:
            ConfigError: there is no crontab command, or it refuses.
        """
        rest = self._without_block()
        if rest != self._read():
            _run(["crontab", "-"], stdin=rest)

    def installed(self) -> dict[str, str]:
        """Return the five fields of each job of the block."""
        block = self._read().partition(files.CRON_BEGIN)[2].partition(files.CRON_END)[0]
        lines = [line for line in block.splitlines() if line and not line.startswith(("#", "@"))]
        return {
            job.name: " ".join(line.split()[:5])
            for job in JOBS
            for line in lines
            if line.endswith(f"cron-{job.name}.log 2>&1") or f"cron-{job.name}.log'" in line
        }

    def _read(self) -> str:
        # Without a crontab it ends with 1 and says so on stderr.
        told = _run(["crontab", "-l"], may_fail=True)
        return told.stdout if told.returncode == 0 else ""

    def _without_block(self) -> str:
        before, begin, rest = self._read().partition(files.CRON_BEGIN)
        return before + (rest.partition(f"{files.CRON_END}\n")[2] if begin else "")


@dataclass(frozen=True)
class Systemd:
    """User timers of systemd."""

    folder: Path
    name: str = "systemd"

    def files(self, place: Place) -> Mapping[Path, str]:
        """Return services and timers."""
        return {self.folder / name: content for job in JOBS for name, content in files.systemd(job, place).items()}

    def install(self, place: Place) -> None:
        """Write the units, let systemd read them, start the timers.

        Raises:
            ConfigError: systemd refuses.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for file, content in self.files(place).items():
            file.write_text(content, encoding="utf-8")
        _run(["systemctl", "--user", "daemon-reload"])
        _run(["systemctl", "--user", "enable", "--now", *self._timers()])

    def uninstall(self) -> None:
        """Stop the timers and remove the units."""
        _run(["systemctl", "--user", "disable", "--now", *self._timers()], may_fail=True)
        for job in JOBS:
            for kind in ("service", "timer"):
                (self.folder / f"{files.unit(job)}.{kind}").unlink(missing_ok=True)
        _run(["systemctl", "--user", "daemon-reload"], may_fail=True)

    def installed(self) -> dict[str, str]:
        """Return whether each timer is active."""
        found = {}
        for job, timer in zip(JOBS, self._timers(), strict=True):
            if (self.folder / timer).exists():
                told = _run(["systemctl", "--user", "is-active", timer], may_fail=True)
                found[job.name] = told.stdout.strip() or "unknown"
        return found

    def _timers(self) -> list[str]:
        return [f"{files.unit(job)}.timer" for job in JOBS]


def choose(name: str | None) -> Scheduler:
    """Return the scheduler called ``name``, or the one of this machine: launchd, systemd where it runs, else cron.

    Raises:
        UsageError: there is none by that name.
    """
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    every: dict[str, Scheduler] = {
        "launchd": Launchd(home / "Library" / "LaunchAgents"),
        "systemd": Systemd(config / "systemd" / "user"),
        "cron": Cron(),
    }
    if name is not None and name not in every:
        raise UsageError(f"{name}: 그런 스케줄러는 없습니다. {', '.join(every)} 가운데 고르세요.")
    return every[name or _of_this_machine()]


def _of_this_machine() -> str:
    if sys.platform == "darwin":
        return "launchd"
    told = _run(["systemctl", "--user", "is-system-running"], may_fail=True)
    return "systemd" if told.stdout.strip() in {"running", "degraded"} else "cron"


def prepared(place: Place) -> None:
    """Make the log folder: launchd and cron do not.

    Raises:
        ConfigError: it cannot be made.
    """
    private_folder(Path(place.logs))


def _run(
    command: Sequence[str], *, stdin: str | None = None, may_fail: bool = False
) -> subprocess.CompletedProcess[str]:
    program = shutil.which(command[0])
    if program is None:
        if may_fail:
            return subprocess.CompletedProcess(command, 127, "", "")
        raise ConfigError(f"{command[0]} 명령이 없습니다. 다른 스케줄러를 고르세요(--scheduler).")
    told = subprocess.run(  # noqa: S603  # our own words and paths
        [program, *command[1:]], input=stdin, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    if told.returncode and not may_fail:
        reason = (told.stderr or told.stdout).strip().splitlines()
        raise ConfigError(f"{' '.join(command)} 가 실패했습니다({told.returncode}): {reason[-1] if reason else '?'}")
    return told
