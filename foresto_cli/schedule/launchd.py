"""LaunchAgents of the logged-in user of a Mac."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from foresto_cli import clock
from foresto_cli.errors import ConfigError
from foresto_cli.schedule import os_commands, schedule_files, schedule_folders
from foresto_cli.schedule.next_starts import Started, Trouble
from foresto_cli.schedule.schedule_files import Place
from foresto_cli.schedule.unit_files import foreign_files, replace_file
from foresto_cli.timetable import ENTRIES, Job, Sweep

DRAIN_SECONDS = schedule_files.STOP_SECONDS + 10
"""A job that is running has ``STOP_SECONDS`` to end after it was booted out."""
SETTLE_SECONDS = 15
"""So long a job that launchd does not know any more may still be refused."""
GLANCE_SECONDS = 5
STEP_SECONDS = 0.5
PASSES = frozenset({5, 37})
NO_SCREEN = 125
MEANINGS = {
    5: "이전 작업이 아직 끝나지 않았거나, 시스템 설정 > 일반 > 로그인 항목에서 꺼 두었습니다",
    37: "같은 작업을 켜거나 끄는 일이 아직 진행 중입니다",
    NO_SCREEN: "화면에 로그인한 사용자가 없습니다. ssh가 아니라 이 Mac의 화면에서 로그인한 뒤 터미널에서 실행하세요",
}
FINE = frozenset({0, 3, 65, 75, 129, 130, 143})
"""Exit codes after which the job itself is not to blame; what 65 means is told by the verification."""
EXIT_CODE = re.compile(r"^[ \t]*last exit code = (\d+)", re.MULTILINE)
ARGUMENTS = re.compile(r"^[ \t]*arguments = \{\n(.*?)^[ \t]*\}", re.MULTILINE | re.DOTALL)
WANTED = ("state = ", "runs = ", "last exit code = ")
NOT_LOADED = "파일은 있지만 launchd에 없음"


@dataclass(frozen=True)
class Launchd:
    """LaunchAgents in a folder."""

    folder: Path
    name: str = "launchd"

    def files(self, place: Place) -> Mapping[Path, str]:
        """Return the plists."""
        return {self._file(job): schedule_files.launchd(job, place).decode() for job in ENTRIES}

    def install(self, place: Place) -> None:
        """Write the plists and load them: bootout what runs under the label, wait for its end, then bootstrap.

        A job that is refused does not keep the others out.

        Raises:
            ConfigError: a file of that name is not ours (nothing was changed), or launchd refuses; the message lists
                every job that is not in, and what launchd said.
        """
        foreign_files(self.files(place), _is_ours)
        for job, (file, content) in zip(ENTRIES, self.files(place).items(), strict=True):
            replace_file(file, content)
            self._launchctl("bootout", f"{self._domain}/{schedule_files.label(job)}")
        refused = self._bootstrapped()
        if refused:
            raise ConfigError(
                f"launchd에 넣지 못한 작업이 있습니다(나머지 {len(ENTRIES) - len(refused)}개는 들어 있습니다). "
                + " · ".join(f"{job.label}: {reason}" for job, reason in refused)
                + ". 고친 뒤 다시 실행하세요: foresto schedule install --scheduler launchd (root나 sudo 없이)"
            )

    def uninstall(self) -> None:
        """Boot the agents out and remove their plists; files of these names that are not ours stay."""
        for job in ENTRIES:
            file = self._file(job)
            if file.exists() and not _is_ours(file):
                continue
            self._launchctl("bootout", f"{self._domain}/{schedule_files.label(job)}")
            file.unlink(missing_ok=True)

    def installed(self) -> dict[str, str]:
        """Return what ``launchctl print`` says: state, runs, last exit code; of a plist that is not loaded, that."""
        found = {}
        for job in ENTRIES:
            told = self._print(job)
            if told is not None:
                lines = [line.strip() for line in told.splitlines()]
                found[job.name] = ", ".join(line for line in lines if line.startswith(WANTED))
            elif self._file(job).exists():
                found[job.name] = NOT_LOADED
        return found

    def would_start(self) -> dict[str, Started]:
        """Return what the plists on disk start; one that cannot be read starts nothing."""
        read = {job.name: _read(self._file(job)) for job in ENTRIES if self._file(job).exists()}
        return {name: _started(content) for name, content in read.items()}

    def wanted(self, place: Place) -> dict[str, Started]:
        """Return what they would start if they were installed now."""
        import plistlib

        return {job.name: _started(plistlib.loads(schedule_files.launchd(job, place))) for job in ENTRIES}

    def troubles(self, place: Place) -> list[Trouble]:
        """Return what is not loaded, was loaded otherwise, ended badly, or belongs to somebody else."""
        found = [trouble for job in ENTRIES if self._file(job).exists() for trouble in self._trouble(job)]
        if not any(self._file(job).exists() for job in ENTRIES):
            return found
        return [*found, *(Trouble(text, advice) for text, advice in schedule_folders.private(place))]

    def _trouble(self, job: Job | Sweep) -> Iterator[Trouble]:
        file = self._file(job)
        if not _is_ours(file):
            yield Trouble(
                f"{job.label}: {file} 파일은 foresto가 쓴 것이 아닙니다.",
                f"그 파일을 옮긴 뒤 foresto schedule install --scheduler {self.name}",
            )
            return
        if file.stat().st_uid != os.getuid():
            yield Trouble(
                f"{job.label}: {file} 파일의 주인이 다른 사용자라 launchd가 읽지 않습니다.",
                f"그 파일을 지운 뒤 foresto schedule install --scheduler {self.name}",
            )
        told = self._print(job)
        if told is None:
            yield Trouble(f"{job.label}: 파일은 있지만 launchd에 들어 있지 않습니다.")
            return
        loaded = ARGUMENTS.search(told)
        if loaded and [line.strip() for line in loaded[1].splitlines()] != _read(file).get("ProgramArguments"):
            yield Trouble(f"{job.label}: launchd가 파일과 다른 명령을 시작합니다.")
        code = EXIT_CODE.search(told)
        if code and int(code[1]) not in FINE:
            log = _started(_read(file)).log
            yield Trouble(
                f"{job.label}: 마지막 실행이 종료 코드 {code[1]}로 끝났습니다(기록: {log}).",
                "foresto doctor와 그 기록을 살핀 뒤 foresto schedule install --scheduler launchd",
            )

    def _bootstrapped(self) -> list[tuple[Job | Sweep, str]]:
        """Load every job, again and again while that can help; return those that are not in, and why."""
        began = clock.monotonic()
        for job in ENTRIES:
            # What somebody switched off long ago would be refused.
            self._launchctl("enable", f"{self._domain}/{schedule_files.label(job)}")
            while self._print(job) is not None and clock.monotonic() - began < GLANCE_SECONDS:
                clock.sleep(STEP_SECONDS)
        left: list[Job | Sweep] = list(ENTRIES)
        refused: list[tuple[Job | Sweep, str]] = []
        known_at = dict.fromkeys((job.name for job in ENTRIES), clock.monotonic())
        until = clock.monotonic() + DRAIN_SECONDS
        while left:
            for job in list(left):
                told = self._launchctl("bootstrap", self._domain, f"{self._file(job)}")
                if told.returncode == 0:
                    left.remove(job)
                    continue
                now = clock.monotonic()
                if self._print(job) is not None:
                    known_at[job.name] = now
                if told.returncode not in PASSES or now > min(until, known_at[job.name] + SETTLE_SECONDS):
                    left.remove(job)
                    refused.append((job, _refusal(told.returncode, os_commands.words(told))))
            if left:
                clock.sleep(STEP_SECONDS)
        return refused

    def _print(self, job: Job | Sweep) -> str | None:
        """Return what launchd knows about a job, or None when it does not know it."""
        told = self._launchctl("print", f"{self._domain}/{schedule_files.label(job)}")
        return told.stdout if told.returncode == 0 else None

    def _launchctl(self, *words: str) -> CompletedProcess[str]:
        return os_commands.run(["launchctl", *words], may_fail=True)

    @property
    def _domain(self) -> str:
        return f"gui/{os.getuid()}"

    def _file(self, job: Job | Sweep) -> Path:
        return self.folder / f"{schedule_files.label(job)}.plist"


def _refusal(code: int, words: str) -> str:
    if code == os_commands.NOT_FOUND and "launchctl" not in words:
        return "launchctl 명령이 없습니다. 다른 스케줄러를 고르세요(--scheduler)"
    meaning = MEANINGS.get(code)
    return f"{meaning} (launchd의 말: {words})" if meaning else f"launchd가 거절했습니다({words})"


def _read(file: Path) -> dict[str, object]:
    """Return the content of a plist; nothing where it is none."""
    import plistlib

    try:
        content = plistlib.loads(file.read_bytes())
    except (OSError, ValueError, plistlib.InvalidFileException):
        return {}
    return content if isinstance(content, dict) else {}


def _is_ours(file: Path) -> bool:
    variables = _read(file).get("EnvironmentVariables")
    return not file.is_symlink() and isinstance(variables, dict) and variables.get("FORESTO_SCHEDULER") == "launchd"


def _started(content: Mapping[str, Any]) -> Started:
    words = [f"{word}" for word in content.get("ProgramArguments") or ["", "", ""]]
    if tuple(words[: len(schedule_files.CAFFEINATE)]) == schedule_files.CAFFEINATE:
        words = words[len(schedule_files.CAFFEINATE) :]
    variables = content.get("EnvironmentVariables")
    return Started(
        program=words[0] if words else "",
        folder=f"{content.get('WorkingDirectory', '')}",
        variables=variables if isinstance(variables, dict) else {},
        hours=f"{content.get('StartCalendarInterval')} {content.get('RunAtLoad')} {words[1:]}",
        log=f"{content.get('StandardErrorPath', '')}",
    )
