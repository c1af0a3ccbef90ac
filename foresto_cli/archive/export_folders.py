"""The folder of an export, entered step by step: no link in it is followed, and nothing that waits is opened.

An export lies on disks and shares that others write to. Its root is the operator's own word and may be a link; what is
below is reached by descriptors from there, so that nobody can put a link in between afterwards.
"""

import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from foresto_cli import files
from foresto_cli.errors import Busy, ConfigError, UsageError, VerificationFailed
from foresto_cli.settings import PRIVATE_FOLDER

CHUNK = 1_048_576
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe would let us wait for its writer.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_PLAIN = (errno.ELOOP, errno.ENOTDIR, errno.EMLINK, errno.ENXIO, errno.EINVAL, errno.EISDIR)
"""What opening a link, a socket or a device is answered with."""


@contextmanager
def entered(folder: Path, *, alone: bool) -> Iterator[int]:
    """Yield a descriptor of ``folder``; with ``alone`` nobody else exports into it meanwhile.

    Raises:
        UsageError: there is no such folder.
        Busy: another foresto exports into it.
    """
    try:
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"{folder} 폴더를 읽을 수 없습니다({error.strerror}). 내보낸 폴더를 적으세요.") from None
    try:
        _take(root, folder, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield root
    finally:
        os.close(root)


def _take(root: int, folder: Path, kind: int) -> None:
    try:
        fcntl.flock(root, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy(f"다른 foresto가 {folder}에 내보내고 있습니다. 끝난 뒤 다시 실행하세요.") from None
    except OSError:
        return  # a share without locks is written to all the same


def names(root: int) -> set[str]:
    """Return the names in the folder, without the drafts that a killed export left.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return {name for name in os.listdir(root) if not files.DRAFT.fullmatch(name)}
    except OSError as error:
        raise ConfigError(f"폴더를 읽을 수 없습니다({error.strerror}). 디스크를 확인하세요.") from None


def check_plain(root: int, path: str) -> None:
    """Let pass when every step of ``path`` that exists is a folder, and the last one a file.

    Raises:
        UsageError: one is a link, a pipe or a device.
        ConfigError: it cannot be looked at.
    """
    try:
        with _refused_by_name(path), _parent(root, path) as (within, name):
            found = os.stat(name, dir_fd=within, follow_symlinks=False)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"{path}을 볼 수 없습니다({error.strerror}). 디스크와 권한을 확인하세요.") from None
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(_plain_only(path))


@contextmanager
def opened(root: int, path: str) -> Iterator[BinaryIO]:
    """Yield the file at ``path`` below ``root``.

    Raises:
        VerificationFailed: there is none, or it cannot be read.
        UsageError: a step on the way is a link, or the last one no file.
    """
    try:
        with _refused_by_name(path), _parent(root, path) as (within, name):
            descriptor = os.open(name, _FILE, dir_fd=within)
    except FileNotFoundError:
        raise VerificationFailed(f"{path} 파일이 없습니다. 다시 내보내거나 복사하세요.") from None
    except OSError as error:
        raise VerificationFailed(f"{path}을 읽을 수 없습니다({error.strerror}). 권한을 확인하세요.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(_plain_only(path))
    with os.fdopen(descriptor, "rb") as stream:
        try:
            yield stream
        except OSError as error:
            raise VerificationFailed(f"{path}을 읽다가 멈췄습니다({error.strerror}). 디스크를 확인하세요.") from None


@contextmanager
def made(root: int, path: str) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of ``path`` below ``root`` when the block ends well; see :mod:`files`.

    Raises:
        UsageError: a step on the way is a link, or the last one no file.
        ConfigError: it cannot be written.
    """
    try:
        with (
            _refused_by_name(path),
            _parent(root, path, make=True) as (within, name),
            files.made_in(within, name) as stream,
        ):
            yield stream
    except OSError as error:
        raise ConfigError(f"{path}에 쓸 수 없습니다({error.strerror}). 공간과 권한을 확인하세요.") from None


def remove(root: int, path: str) -> None:
    """Remove the file at ``path`` below ``root`` and its folders when they are empty then; what cannot go stays."""
    with suppress(OSError), _parent(root, path) as (within, name):
        os.unlink(name, dir_fd=within)
    for folder in list(PurePosixPath(path).parents)[:-1]:
        with suppress(OSError), _parent(root, f"{folder}") as (within, name):
            os.rmdir(name, dir_fd=within)


def checksum(stream: BinaryIO) -> str:
    """Return the SHA-256 of a file, read in pieces; it is at its beginning afterwards."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


@contextmanager
def _parent(root: int, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
    """Yield a descriptor of the folder that holds ``path``, and the name in there."""
    *steps, name = path.split("/")
    within = os.dup(root)
    try:
        for step in steps:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(step, PRIVATE_FOLDER, dir_fd=within)
            deeper = os.open(step, _FOLDER, dir_fd=within)
            os.close(within)
            within = deeper
        yield within, name
    finally:
        os.close(within)


@contextmanager
def _refused_by_name(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _NOT_PLAIN:
            raise UsageError(_plain_only(path)) from None
        raise


def _plain_only(path: str) -> str:
    return f"{path}은 보통 폴더의 보통 파일이 아니라 링크나 장치입니다. 무엇인지 확인하고 치우세요."
