"""Asking the commands of the operating system: ``crontab``, ``launchctl``, ``systemctl``."""

import shutil
import subprocess
from collections.abc import Sequence

from foresto_cli.errors import ConfigError
from foresto_cli.settings import environment_of_a_child

PATIENCE_SECONDS = 30
NOT_FOUND = 127


def run(
    command: Sequence[str], *, stdin: str | None = None, may_fail: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and return what it said, in English.

    Bytes that are not UTF-8 come as surrogates and go back as the bytes they were.

    Args:
        command: program and arguments.
        stdin: what it reads.
        may_fail: hand back a failure, also that the program is not there (127), instead of raising.

    Raises:
        ConfigError: it is not there, cannot be run, does not end, or failed; with every line it said.
    """
    program = shutil.which(command[0])
    if program is None:
        if may_fail:
            return subprocess.CompletedProcess(command, NOT_FOUND, "", "")
        raise ConfigError(f"{command[0]} 명령이 없습니다. 다른 스케줄러를 고르세요(--scheduler).")
    try:
        told = subprocess.run(
            [program, *command[1:]],
            input=None if stdin is None else stdin.encode(errors="surrogateescape"),
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
            env={**environment_of_a_child(), "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(
            f"{' '.join(command)} 명령이 {PATIENCE_SECONDS}초가 지나도 끝나지 않습니다. 직접 실행해 보세요."
        ) from None
    except OSError as error:
        raise ConfigError(f"{program} 명령을 실행할 수 없습니다({error.strerror}). 직접 실행해 보세요.") from None
    out, err = (text.decode(errors="surrogateescape") for text in (told.stdout, told.stderr))
    found = subprocess.CompletedProcess(command, told.returncode, out, err)
    if found.returncode and not may_fail:
        raise ConfigError(f"{' '.join(command)} 명령이 실패했습니다({words(found)}).")
    return found


def words(told: subprocess.CompletedProcess[str]) -> str:
    """Return the exit code and every line that a command said about its failure, in one line."""
    lines = [line.strip() for line in (told.stderr or told.stdout).splitlines() if line.strip()]
    return shown(f"{told.returncode}: {' / '.join(lines) or '아무 말도 없음'}")


def shown(text: str) -> str:
    """Return ``text`` with what no terminal can show spelt out."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
