"""What the file system and PostgreSQL refuse, in one sentence for the operator."""

import errno
import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foresto_cli.errors import StoreUnavailable

_OPEN_TO_OTHERS = re.compile(r'data directory "(.+)" has invalid permissions')
_TOO_FEW_FILES = "insufficient file descriptors"
_ENOUGH_FILES = 1024
"""PostgreSQL starts with some 50 and works with more; 1,024 is what systems usually allow."""


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """Turn what the file system refuses into one sentence about ``place``."""
    try:
        yield
    except OSError as error:
        path = error.filename or place
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            message = f"디스크에 공간이 없어 데이터베이스를 쓸 수 없습니다. 공간을 비운 뒤 다시 실행하세요: {path}"
        elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            message = f"데이터베이스 폴더를 쓸 권한이 없습니다. 소유자와 권한을 확인하세요: {path}"
        elif error.errno in {errno.EEXIST, errno.ENOTDIR}:
            message = f"데이터베이스 폴더가 있어야 할 자리에 파일이 있습니다. 옮긴 뒤 다시 실행하세요: {path}"
        else:
            message = f"데이터베이스 폴더를 쓸 수 없습니다({error.strerror}). 폴더를 확인하세요: {path}"
        raise StoreUnavailable(message) from error


def reason(output: str) -> str:
    """Return the sentence of PostgreSQL's ``output`` that says why it gave up."""
    if os.strerror(errno.ENOSPC) in output:
        return "디스크에 남은 공간이 없습니다"  # what follows it there only puzzles
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    grave = [line for line in lines if any(word in line for word in ("PANIC:", "FATAL:", "ERROR:", "error:"))]
    last = (grave or lines or ["이유가 기록되지 않았습니다"])[-1]
    for word in ("PANIC:", "FATAL:", "ERROR:", "error:"):
        last = last.rpartition(word)[2]
    open_to_others = _OPEN_TO_OTHERS.search(last)
    if open_to_others:
        return f"자료 폴더가 다른 사용자에게 열려 있습니다. 고치려면: chmod 700 {shlex.quote(open_to_others[1])}"
    if _TOO_FEW_FILES in last:
        return f"한 번에 열 수 있는 파일이 너무 적습니다. 고치려면: ulimit -n {_ENOUGH_FILES}"
    return last.strip()
