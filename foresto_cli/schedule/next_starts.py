"""Installed is not working: what a scheduler would start, compared with what it would be told now."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from foresto_cli.schedule.schedule_files import Place
from foresto_cli.timetable import ENTRIES

SHEBANG = b"#!"
LONGEST_SHEBANG = 4_096


@dataclass(frozen=True)
class Started:
    """What a scheduler starts for one job.

    Attributes:
        program: the executable.
        folder: where it is started.
        variables: its environment beyond the scheduler's own.
        hours: when, in the scheduler's words.
        log: the file that gets what it prints; empty where the scheduler keeps that itself.
    """

    program: str
    folder: str
    variables: Mapping[str, str]
    hours: str
    log: str


@dataclass(frozen=True)
class Trouble:
    """Something wrong with what is installed.

    Attributes:
        text: what is wrong, a whole Korean sentence.
        advice: a command, or words that end with one; empty when installing again mends it.
        comes_first: whether installing again is refused until this is mended.
    """

    text: str
    advice: str = ""
    comes_first: bool = False

    def told(self, scheduler: str) -> str:
        """Return the sentence and what to do."""
        return f"{self.text} 고치려면: {self.advice or f'foresto schedule install --scheduler {scheduler}'}"


class Inspected(Protocol):
    """A scheduler, as far as this module looks at it."""

    @property
    def name(self) -> str:
        """Return what the operator calls it."""

    def would_start(self) -> dict[str, Started]:
        """Return what it starts for each job that is in."""

    def wanted(self, place: Place) -> dict[str, Started]:
        """Return what it would start if it were installed now."""

    def troubles(self, place: Place) -> list[Trouble]:
        """Return what only this scheduler can have."""


def troubles(scheduler: Inspected, place: Place) -> list[Trouble]:
    """Return everything that keeps the installed jobs from running as they should; nothing when none is installed.

    Raises:
        ConfigError: the scheduler does not say what is in.
    """
    found = scheduler.would_start()
    own = scheduler.troubles(place)
    if not found:
        return own
    wanted = scheduler.wanted(place)
    told: dict[str, list[str]] = {}
    for job in ENTRIES:
        lines = _differences(found[job.name], wanted[job.name]) if job.name in found else ["들어 있지 않습니다."]
        for line in lines:
            told.setdefault(line, []).append(job.label)
    advice = next((trouble.advice for trouble in own if trouble.comes_first), "")
    return [*own, *(Trouble(f"{_names(labels)}: {line}", advice) for line, labels in told.items())]


def _differences(found: Started, wanted: Started) -> Iterator[str]:
    reason = cannot_start(Path(found.program))
    if reason:
        yield reason
    if found.program != wanted.program:
        yield f"다른 프로그램({found.program})을 시작합니다. 지금 쓰는 것은 {wanted.program}입니다."
    if not os.path.isdir(found.folder):  # noqa: PTH112  # false also for a folder that may not be entered
        yield f"시작할 폴더 {found.folder}를 쓸 수 없습니다."
    elif wanted.folder != found.folder:
        yield f"다른 폴더({found.folder})에서 시작해 그곳의 .env도 읽습니다. 설정 폴더는 {wanted.folder}입니다."
    names = sorted(
        name
        for name in {*found.variables, *wanted.variables}
        if found.variables.get(name) != wanted.variables.get(name)
    )
    if names:
        yield f"환경 변수({', '.join(names)})가 지금과 다릅니다."
    if Path(found.log).parent != Path(wanted.log).parent:
        yield f"다른 폴더({Path(found.log).parent})에 기록합니다."
    if found.hours != wanted.hours:
        yield "시작 시각이 지금의 시간표나 시간대와 다릅니다."


def cannot_start(program: Path) -> str:
    """Return why ``program`` cannot be started: it, or the Python it is written for, is gone; empty when it can."""
    if not program.is_file() or not os.access(program, os.X_OK):
        return f"{program} 파일이 없거나 실행할 수 없습니다(가상 환경을 옮기거나 지웠습니다)."
    try:
        with program.open("rb") as file:
            first = file.readline(LONGEST_SHEBANG)
    except OSError as error:
        return f"{program} 파일을 읽을 수 없습니다({error.strerror})."
    words = first.removeprefix(SHEBANG).decode(errors="surrogateescape").split()
    if first.startswith(SHEBANG) and words and not os.access(words[0], os.X_OK):
        return f"{program} 파일이 쓰는 {words[0]} 파일이 없습니다(파이썬을 지우거나 판이 바뀌었습니다)."
    return ""


def _names(labels: list[str]) -> str:
    return "모든 작업" if len(labels) == len(ENTRIES) else ", ".join(labels)
