"""What stands in a file of settings, however large or strange the file is, and without waiting for ever."""

import errno
import os
import stat
from pathlib import Path

from foresto_cli import clock
from foresto_cli.errors import ConfigError

LARGEST = 1_000_000
"""Bytes; no file of settings is larger, but what a stranger's folder calls .env may be."""
LOOK_AGAIN_SECONDS, LOOKS = 0.1, 300
"""A keeper of passwords may ask its owner before it writes into a pipe; where nobody writes, nothing ever comes."""


def contents(file: Path, *, ours: bool) -> bytes:
    """Return the bytes of ``file``, which may be a pipe where it is ours.

    Raises:
        ConfigError: it is something else, cannot be read, is too large, or nobody writes into the pipe.
        Interrupted: the process was asked to stop.
    """
    try:
        kind = file.stat().st_mode
        # A pipe of ours may come from a keeper of passwords; a stranger's would let us wait.
        if not (stat.S_ISREG(kind) or (ours and stat.S_ISFIFO(kind))):
            raise ConfigError(f"{file}은 설정 파일이 아닙니다. 치우거나 파일로 바꾸세요.")
        raw = _from_pipe(file) if stat.S_ISFIFO(kind) else _from_file(file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"{file} 파일을 읽을 수 없습니다({reason}). 파일 권한을 확인하세요.") from error
    if len(raw) > LARGEST:
        raise ConfigError(f"{file}이 너무 큽니다({LARGEST:,}바이트까지). 설정만 남기세요.")
    return raw


def _from_file(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)


def _from_pipe(file: Path) -> bytes:
    """Return what is written into a pipe until its writer closes it."""
    pipe = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    try:
        raw = b""
        for _ in range(LOOKS):
            more = _waiting_in(pipe)
            while more:
                raw += more
                more = _waiting_in(pipe) if len(raw) <= LARGEST else b""
            if raw and (more is not None or len(raw) > LARGEST):
                return raw
            clock.sleep(LOOK_AGAIN_SECONDS)
    finally:
        os.close(pipe)
    seconds = round(LOOKS * LOOK_AGAIN_SECONDS)
    raise ConfigError(
        f"{file}은 파이프인데 {seconds}초 동안 아무 프로그램도 설정을 다 쓰지 않았습니다."
        " 그 프로그램을 켜거나 파일로 바꾸세요."
    )


def _waiting_in(pipe: int) -> bytes | None:
    """Return what can be read now, nothing where nobody writes (any more), None where somebody may go on."""
    try:
        return os.read(pipe, LARGEST)
    except OSError as error:
        if error.errno != errno.EAGAIN:
            raise
        return None
