"""One collecting command at a time: an flock, which the kernel forgets with its holder; among hosts, an advisory lock.

The file names the holder for the message only; it is never trusted and never deleted (deleting lets two holders in).
"""

import contextlib
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Engine

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import Busy, ConfigError
from foresto_cli.settings import PRIVATE_FILE, private_folder
from foresto_cli.store import advisory
from foresto_cli.store.engine import explained

LOOK_AGAIN_SECONDS = 0.05
ASK_AGAIN_SECONDS = 1.0
GLANCE_SECONDS = 0.5
"""``foresto doctor`` takes the lock for a moment to see whether it is free; nobody is turned away for that."""


@contextmanager
def held(file: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the lock at ``file`` while the block runs.

    Raises:
        Busy: another process holds it and did not let go within ``wait_seconds``; the message names it.
        ConfigError: the file cannot be opened, or its file system knows no locks.
        Interrupted: the process was asked to stop while it waited.
    """
    private_folder(file.parent)
    descriptor = _opened(file, os.O_CREAT)
    try:
        deadline = clock.monotonic() + max(wait_seconds, GLANCE_SECONDS)
        while not _taken(descriptor, file):
            if clock.monotonic() >= deadline:
                raise Busy(
                    f"다른 foresto가 수집하고 있습니다({_holder(file)}). 끝난 뒤 다시 실행하거나 --wait 10m을 쓰세요."
                )
            clock.sleep(LOOK_AGAIN_SECONDS)
        _sign(descriptor)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def collecting(app: App, wait_seconds: float) -> Iterator[None]:
    """Be the only command that collects into the database of ``app``, on this machine and among its hosts.

    Raises:
        Busy, ConfigError, Interrupted: as :func:`held` and :func:`only_host`.
    """
    with held(app.folders.lock_file, wait_seconds), _among_hosts(app, advisory.COLLECTING, wait_seconds):
        yield


@contextmanager
def chaining(app: App, wait_seconds: float) -> Iterator[None]:
    """Be the only one that runs a chain on the database of ``app``, on this machine and among its hosts.

    Raises:
        Busy, ConfigError, Interrupted: as :func:`held` and :func:`only_host`.
    """
    with held(app.folders.chain_lock_file, wait_seconds), _among_hosts(app, advisory.CHAIN, wait_seconds):
        yield


def _among_hosts(app: App, number: int, wait_seconds: float) -> AbstractContextManager[None]:
    return only_host(app.engine, number, wait_seconds) if app.is_shared else nullcontext()


@contextmanager
def only_host(engine: Engine, number: int, wait_seconds: float) -> Iterator[None]:
    """Be the only host that has the lock ``number`` of a database that several may use; an flock ends at its machine.

    Raises:
        Busy: another host has it and did not let go within ``wait_seconds``.
        Interrupted: the process was asked to stop while it waited.
    """
    deadline = clock.monotonic() + wait_seconds
    while True:
        # Between two looks no transaction is open: a pooler would keep a connection for one who only waits.
        with explained(), advisory.alone(engine, number) as free:
            if free:
                yield
                return
        if clock.monotonic() >= deadline:
            raise Busy(
                "같은 데이터베이스에 다른 컴퓨터의 foresto가 수집하고 있습니다."
                " 끝난 뒤 다시 실행하거나 --wait 10m을 쓰세요."
            )
        clock.sleep(ASK_AGAIN_SECONDS)


def is_held(file: Path) -> str | None:
    """Return who holds the lock at ``file``, or None when nobody does.

    Raises:
        ConfigError: as :func:`held`.
    """
    if not file.exists():
        return None
    descriptor = _opened(file)
    try:
        return None if _taken(descriptor, file) else _holder(file)
    finally:
        os.close(descriptor)


def _opened(file: Path, more: int = 0) -> int:
    try:
        # A link in its place would let its owner choose which file is locked, emptied and signed.
        return os.open(file, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | more, PRIVATE_FILE)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            f"잠금 파일 {file}을 열 수 없습니다({reason}). 링크가 아닌지, 권한이 맞는지 확인하세요."
        ) from error


def _sign(descriptor: int) -> None:
    name = {"pid": os.getpid(), "since": f"{clock.now():%m-%d %H:%M:%S}", "command": _command()}
    # On a full disk the lock holds all the same, only nobody can read whose it is.
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(name).encode(), 0)


def _taken(descriptor: int, file: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        # ENOLCK of NFS without a lock daemon, ENOTSUP of macOS, EIO and EINVAL of network mounts: all mean the folder.
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            f"이 폴더의 파일 시스템은 잠금을 지원하지 않습니다({file.parent}, {reason}):"
            " FORESTO_HOME을 이 컴퓨터의 디스크로 옮기세요."
        ) from error
    return True


def _holder(file: Path) -> str:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return f"{found['command']}, PID {found['pid']}, {found['since']}부터"
    except (json.JSONDecodeError, KeyError, TypeError, OSError):
        return "누구인지 아직 적지 않음"


def _command() -> str:
    return " ".join(["foresto", *sys.argv[1:]])
