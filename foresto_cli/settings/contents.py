"""Reads a file of settings with limits: its size, its type, and the time to wait for a pipe."""

import errno
import os
import stat
from pathlib import Path

from foresto_cli import clock
from foresto_cli.errors import ConfigError

LARGEST = 1_000_000
"""Maximum size in bytes; a ``.env`` in somebody else's folder may be anything."""
LOOK_AGAIN_SECONDS, LOOKS = 0.1, 300
"""How often a pipe is read: a password manager may ask its owner first, and some pipes have no writer at all."""


def contents(file: Path, *, ours: bool) -> bytes:
    """Return the bytes of ``file``; with ``ours`` it may be a pipe.

    Raises:
        ConfigError: it is not a file, cannot be read, is too large, or no program writes into the pipe.
        Interrupted: the process was asked to stop.
    """
    try:
        kind = file.stat().st_mode
        # foresto's own file may be a password manager's pipe; a pipe in another folder would only cause a wait.
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
    """Return everything that is written into a pipe until its writer closes it."""
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
    """Return the bytes in the pipe; none when it has no writer, None when it has a writer and no bytes yet."""
    try:
        return os.read(pipe, LARGEST)
    except OSError as error:
        if error.errno != errno.EAGAIN:
            raise
        return None
