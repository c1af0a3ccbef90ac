"""The crontab of this user: one block between two marks; every other line stays as it is, byte for byte.

A table that cannot be read is not an empty one: then nothing is written. Neither is a block that somebody has changed.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from foresto_cli.errors import ConfigError
from foresto_cli.schedule import crontab_io, schedule_files
from foresto_cli.schedule.next_starts import Started, Trouble
from foresto_cli.schedule.os_commands import shown
from foresto_cli.schedule.schedule_files import Place
from foresto_cli.timetable import ENTRIES

VARIABLE = re.compile(r"""\s*["']?([A-Za-z_]\w*)["']?\s*=""")
OUR_COMMAND = re.compile(r"(@reboot|(\S+ ){4}\S+) cd .+ && .*FORESTO_SCHEDULER=cron .+>> .+ 2>&1")
OUR_COMMENT = re.compile(r"# (foresto가 만든 부분입니다.*|놓친 시각은 .*|.+: (.+ KST|\d+분마다))")
SHOWN_LINES = 5
LONGEST_LINE = 990
"""Bytes; cron cuts off a command after 998."""
MARKS = (schedule_files.CRON_BEGIN, schedule_files.CRON_END)


@dataclass(frozen=True)
class Table:
    """A crontab taken apart.

    Attributes:
        foreign: every line that is not ours, in order; the last one ends as the others do.
        block: our lines without their marks; None when there is no block.
    """

    foreign: str
    block: list[str] | None


@dataclass(frozen=True)
class Cron:
    """The crontab of this user."""

    name: str = "cron"

    def files(self, place: Place) -> Mapping[Path, str]:
        """Return the block."""
        return {Path("crontab"): schedule_files.crontab(place)}

    def install(self, place: Place) -> None:
        """Put the block at the end of the crontab, in the place of the one that is there.

        Raises:
            ConfigError: there is no crontab command, it refuses, the table cannot be read, somebody changed the block,
                or the table that is in afterwards is not the one that was written.
        """
        old = crontab_io.read()
        table = _ours_alone(old)
        block = schedule_files.crontab(place, variables(table.foreign))
        longest = max(len(line.encode(errors="surrogateescape")) for line in block.splitlines())
        if longest > LONGEST_LINE:
            raise ConfigError("경로가 너무 길어 cron이 한 줄로 읽지 못합니다. FORESTO_HOME을 짧은 경로로 바꾸세요.")
        crontab_io.write(table.foreign + block, old)

    def uninstall(self) -> None:
        """Take the block out.

        Raises:
            ConfigError: as :meth:`install`.
        """
        old = crontab_io.read()
        table = _ours_alone(old)
        if table.block is not None:
            crontab_io.write(table.foreign, old)

    def installed(self) -> dict[str, str]:
        """Return the five fields of each job of the block.

        Raises:
            ConfigError: the table cannot be read, or the marks of its block are damaged.
        """
        return {name: started.hours.partition(" +")[0] for name, started in self.would_start().items()}

    def would_start(self) -> dict[str, Started]:
        """Return what cron starts for each job, as the table says it.

        Raises:
            ConfigError: as :meth:`installed`.
        """
        return _started(parted(crontab_io.read()).block or [])

    def wanted(self, place: Place) -> dict[str, Started]:
        """Return what it would start if it were installed now."""
        return _started(schedule_files.crontab(place).splitlines())

    def troubles(self, place: Place) -> list[Trouble]:
        """Return what else is wrong with the block: lines that somebody changed, variables that lead it astray."""
        table = parted(crontab_io.read())
        if table.block is None:
            return []
        changed = changed_lines(table.block)
        if changed:
            return [
                Trouble(
                    f"foresto 블록에 직접 고친 줄이 있습니다. {_listed(changed)}",
                    advice=_HOW_TO_GO_ON,
                    comes_first=True,
                )
            ]
        block = schedule_files.crontab(place, variables(table.foreign)).splitlines()
        set_now = [line for line in table.block if VARIABLE.match(line)]
        if set_now != [line for line in block if VARIABLE.match(line)]:
            return [Trouble("블록 위의 환경 변수 줄(SHELL, CRON_TZ, HOME 등)이 설치한 뒤에 바뀌었습니다.")]
        return []


_HOW_TO_GO_ON = (
    "남길 줄은 두 표시 줄 밖으로 옮기고, crontab -e로 두 표시 줄과 그 사이를 지운 뒤"
    " foresto schedule install --scheduler cron"
)


def parted(text: str) -> Table:
    """Take a crontab apart.

    Raises:
        ConfigError: the marks are damaged: one without the other, two blocks, glued to another line.
    """
    lines = text.split("\n")
    marks = [(number, line) for number, line in enumerate(lines) if any(mark in line for mark in MARKS)]
    if not marks:
        # Commands of ours outside any block would run beside those of a new one.
        stray = [(n, line) for n, line in enumerate(lines) if OUR_COMMAND.fullmatch(line.strip())]
        if stray:
            raise _damaged(stray)
        return Table(_ended(text), None)
    if [line.strip() for _, line in marks] != list(MARKS):
        raise _damaged(marks)
    (begin, _), (end, _) = marks
    rest = [*lines[:begin], *lines[end + 1 :]]
    return Table(_ended("\n".join(rest)), lines[begin + 1 : end])


def changed_lines(block: Sequence[str]) -> list[tuple[int, str]]:
    """Return the lines of a block that are not as foresto wrote them, with their numbers in it.

    Where lines are missing or in another order, the line of checksums is what is shown.
    """
    signed = [(number, line) for number, line in enumerate(block, 1) if line.startswith(schedule_files.CRON_SIGNED)]
    lines = [(number, line) for number, line in enumerate(block, 1) if not line.startswith(schedule_files.CRON_SIGNED)]
    if not signed:
        known = (OUR_COMMAND.fullmatch, OUR_COMMENT.fullmatch)
        return [(n, line) for n, line in lines if line.strip() and not any(is_ours(line.strip()) for is_ours in known)]
    given = signed[0][1].removeprefix(schedule_files.CRON_SIGNED).split()
    found = schedule_files.signature([line for _, line in lines])
    if len(signed) == 1 and given == found:
        return []
    return [numbered for numbered, own in zip(lines, found, strict=True) if own not in given] or signed


def variables(text: str) -> dict[str, str]:
    """Return the variables that a table sets at its end: name → the line that does."""
    return {found[1]: line for line in text.split("\n") if (found := VARIABLE.match(line))}


def _ours_alone(text: str) -> Table:
    table = parted(text)
    changed = changed_lines(table.block or [])
    if changed:
        raise ConfigError(
            "crontab의 foresto 블록에 직접 고친 줄이 있어 아무것도 바꾸지 않았습니다."
            f" {_listed(changed)} {_HOW_TO_GO_ON}을 실행하세요."
        )
    return table


def _damaged(lines: Sequence[tuple[int, str]]) -> ConfigError:
    return ConfigError(
        "crontab의 foresto 블록 표시가 손상되어 아무것도 바꾸지 않았습니다."
        f" {_listed([(number + 1, line) for number, line in lines])}"
        f" crontab -e로 이 줄들을 살펴 {MARKS[0]} 줄부터 {MARKS[1]} 줄까지 foresto의 것을 모두 지우고"
        " (자신의 명령은 남기고) 다시 실행하세요."
    )


def _listed(lines: Sequence[tuple[int, str]]) -> str:
    more = f" 외 {len(lines) - SHOWN_LINES}줄" if len(lines) > SHOWN_LINES else ""
    return " / ".join(f"{number}번째 줄: {shown(line)}" for number, line in lines[:SHOWN_LINES]) + more + "."


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _started(block: Sequence[str]) -> dict[str, Started]:
    found: dict[str, Started] = {}
    for line in block:
        if not OUR_COMMAND.fullmatch(line.strip()):
            continue
        fields = 1 if line.startswith("@") else 5
        *hours, command = line.strip().split(maxsplit=fields)
        try:
            words = shlex.split(command.replace(r"\%", "%"))
        except ValueError:
            continue
        began = words[3:]
        settings_given = dict(word.partition("=")[::2] for word in began if VARIABLE.match(word))
        command_line = [word for word in began[: began.index(">>")] if not VARIABLE.match(word)]
        program, arguments = command_line[0], tuple(command_line[1:])
        for job in ENTRIES:
            if arguments == job.command:
                before = found.get(job.name)
                when = " ".join([*([] if before is None else [before.hours, "+"]), *hours])
                log = began[began.index(">>") + 1]
                found[job.name] = Started(program, words[1], settings_given, when, log)
    return found
