"""The user's crontab read and written whole: what is in it afterwards is what was written, or what was there before."""

import contextlib
import os
import re
from pathlib import Path

from foresto_cli import settings
from foresto_cli.errors import ConfigError
from foresto_cli.schedule import os_commands
from foresto_cli.settings import PRIVATE_FILE, private_folder

EMPTY = re.compile(r"(crontab: )?no crontab for \S+")


def read() -> str:
    """Return the table; empty when there is none.

    Raises:
        ConfigError: it cannot be read.
    """
    told = os_commands.run(["crontab", "-l"], may_fail=True)
    if told.returncode == 0:
        return told.stdout
    said = [line.strip() for line in told.stderr.splitlines() if line.strip()]
    if told.returncode == 1 and not told.stdout and said and all(EMPTY.fullmatch(line) for line in said):
        return ""
    if told.returncode == os_commands.NOT_FOUND and not said:
        return ""  # there is no such command, so there is nothing in its table; writing one will say so
    raise ConfigError(
        f"crontab을 읽지 못해 아무것도 바꾸지 않았습니다(crontab -l, {os_commands.words(told)})."
        " crontab -l이 되게 한 뒤 다시 실행하세요."
    )


def write(new: str, old: str) -> None:
    """Replace the table, and see that the one that is in now is the one that was written.

    Raises:
        ConfigError: it is not; the former one is back, or in the file that is named.
    """
    if new == old:
        return
    kept = _kept(old)
    os_commands.run(["crontab", "-"], stdin=new)
    try:
        found = read()
    except ConfigError as error:
        raise ConfigError(
            f"crontab을 썼지만 다시 읽지 못했습니다. 이전 내용은 {kept} 파일에 있습니다. {error}"
        ) from None
    if found == new:
        return
    _put_back(old, kept)
    raise ConfigError(
        "crontab에 쓴 것과 다시 읽은 것이 달라 이전 내용으로 되돌렸습니다. crontab -l로 확인하세요."
        f" 이전 내용은 {kept} 파일에도 있습니다."
    )


def _put_back(old: str, kept: Path) -> None:
    command = ["crontab", "-"] if old else ["crontab", "-r"]
    told = os_commands.run(command, stdin=old or None, may_fail=True)
    with contextlib.suppress(ConfigError):
        if told.returncode == 0 and read() == old:
            return
    raise ConfigError(
        "crontab에 쓴 것과 다시 읽은 것이 다르고, 되돌리지도 못했습니다."
        f" 이전 내용은 {kept} 파일에 있습니다: crontab {kept}"
    )


def _kept(old: str) -> Path:
    """Keep the table as it was, for the operator, and return where."""
    file = private_folder(settings.paths().state) / "crontab.before"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as target:
            target.write(old.encode(errors="surrogateescape"))
    except OSError as error:
        raise ConfigError(
            f"이전 crontab을 {file} 파일에 남길 수 없어 아무것도 바꾸지 않았습니다({error.strerror})."
            " 공간과 권한을 확인하세요."
        ) from error
    return file
