"""launchd, cron, systemd: putting the timetable in, taking it out, asking what is in."""

import contextlib
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.schedule import os_commands
from foresto_cli.schedule.crontab import Cron
from foresto_cli.schedule.launchd import Launchd
from foresto_cli.schedule.next_starts import Inspected
from foresto_cli.schedule.schedule_files import Place
from foresto_cli.schedule.systemd import Systemd
from foresto_cli.settings import private_folder


class Scheduler(Inspected, Protocol):
    """One of the three."""

    def files(self, place: Place) -> Mapping[Path, str]:
        """Return what would be written: path → content."""

    def install(self, place: Place) -> None:
        """Put every job in; what was put in before is replaced."""

    def uninstall(self) -> None:
        """Take every job of foresto out; nothing else is touched."""

    def installed(self) -> dict[str, str]:
        """Return job → its state in the scheduler's own words, of those that are in."""


NAMES = ("launchd", "systemd", "cron")


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


def in_use() -> list[Scheduler]:
    """Return the schedulers that have jobs of foresto, that of this machine first.

    Another one that does not say what is in, such as a crontab that a Mac keeps to itself, is not taken for one.

    Raises:
        ConfigError: that of this machine does not say what is in.
    """
    usual = choose(None)
    found = [usual] if usual.installed() else []
    for name in NAMES:
        if name != usual.name and _is_here(name):
            other = choose(name)
            with contextlib.suppress(ConfigError):
                found += [other] if other.installed() else []
    return found


def _is_here(name: str) -> bool:
    return shutil.which({"launchd": "launchctl", "systemd": "systemctl", "cron": "crontab"}[name]) is not None


def _of_this_machine() -> str:
    if sys.platform == "darwin":
        return "launchd"
    told = os_commands.run(["systemctl", "--user", "is-system-running"], may_fail=True)
    return "systemd" if told.stdout.strip() in {"running", "degraded"} else "cron"


def prepared(place: Place) -> None:
    """Make the log folder: launchd and cron do not.

    Raises:
        ConfigError: it cannot be made.
    """
    private_folder(Path(place.logs))
