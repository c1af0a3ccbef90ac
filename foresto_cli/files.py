"""Files that are in their place whole, or not at all, readable by their owner only.

Everything foresto writes for somebody else to find (dashboard, dump, export, preview, schedule) is made here: under a
private random name in the same folder, never through a link, then moved over what was there. A crash leaves the old
file as it was, and beside it at most a draft, which the next file made in that folder removes when it is a day old.
"""

import contextlib
import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from foresto_cli.errors import ConfigError
from foresto_cli.folders import PRIVATE_FILE

DRAFT = re.compile(r"\.foresto-[0-9a-f]{16}\.partial")
OLD_SECONDS = 86_400
"""A draft this old belongs to nobody who is still writing."""
NOT_A_FILE = "링크이거나 보통 파일이 아닙니다"


def write(target: Path, content: str | bytes, *, mode: int = PRIVATE_FILE) -> None:
    """Put ``content`` in the place of ``target`` in one move; text is written as UTF-8.

    Raises:
        ConfigError: as :func:`made`.
    """
    with made(target, mode=mode) as stream:
        stream.write(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)


@contextmanager
def made(target: Path, *, mode: int = PRIVATE_FILE) -> Iterator[BinaryIO]:
    """Yield a new file that takes the place of ``target`` when the block ends well, and is gone when it does not.

    Raises:
        ConfigError: the folder is missing or cannot be written to, or ``target`` is a link, a folder or a device.
    """
    try:
        within = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with made_in(within, target.name, mode=mode) as stream:
                yield stream
        finally:
            os.close(within)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            f"{target}에 쓸 수 없습니다({reason}). 있는 폴더 안의 새 파일이나 쓸 수 있는 파일의 이름을 적으세요."
        ) from None


@contextmanager
def made_in(within: int, name: str, *, mode: int = PRIVATE_FILE) -> Iterator[BinaryIO]:
    """Do what :func:`made` does for ``name`` in the folder with the descriptor ``within``.

    Raises:
        OSError: the folder cannot be written to, or ``name`` is a link, a folder or a device.
    """
    _check(within, name)
    _sweep(within)
    draft = f".foresto-{secrets.token_hex(8)}.partial"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(draft, flags, PRIVATE_FILE, dir_fd=within)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            # Without it a power cut can leave the new name with nothing in it, and the old content gone.
            os.fsync(stream.fileno())
        _check(within, name)
        os.replace(draft, name, src_dir_fd=within, dst_dir_fd=within)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft, dir_fd=within)
        raise
    # Some file systems cannot flush a folder; the file itself is on disk.
    with contextlib.suppress(OSError):
        os.fsync(within)


def _check(within: int, name: str) -> None:
    if not name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    try:
        found = os.stat(name, dir_fd=within, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, NOT_A_FILE)
    if not os.access(name, os.W_OK, dir_fd=within):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _sweep(within: int) -> None:
    """Remove the drafts that killed processes of this user left; whatever cannot be removed stays."""
    with os.scandir(within) as entries:
        drafts = [entry.name for entry in entries if DRAFT.fullmatch(entry.name)]
    for name in drafts:
        with contextlib.suppress(OSError):
            found = os.stat(name, dir_fd=within, follow_symlinks=False)
            is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
            if is_ours and time.time() - found.st_mtime > OLD_SECONDS:  # of the disk, not of the market
                os.unlink(name, dir_fd=within)
