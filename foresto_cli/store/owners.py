"""As whom the embedded PostgreSQL runs, and what that account gets at.

PostgreSQL refuses to run as root: for root there is an account of its own, made at the first start.
"""

import errno
import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from foresto_cli.errors import ConfigError
from foresto_cli.settings import environment_of_a_child
from foresto_cli.store.refusals import reason

ACCOUNT = "foresto"
SYSTEM_FOLDER = Path("/var/lib/foresto")
"""What root's servers need and other accounts have to get at."""
ELSEWHERE = "DATABASE_URL로 직접 운영하는 PostgreSQL을 지정하거나 일반 사용자로 실행하세요."
ALL_MAY_ENTER = 0o711


class Owner(NamedTuple):
    """The account that the server runs as and that its files belong to."""

    uid: int
    gid: int


def is_root() -> bool:
    """Tell whether PostgreSQL would refuse to run as the present user."""
    return os.geteuid() == 0


def account_of(owner: Owner) -> tuple[int | None, int | None, tuple[int, ...] | None]:
    """Return ``user``, ``group`` and ``extra_groups`` for :mod:`subprocess`; an ordinary user changes nothing."""
    return (owner.uid, owner.gid, ()) if is_root() else (None, None, None)


def own_file(path: Path, owner: Owner) -> int:
    """Return a descriptor of ``path`` for reading and appending; a new file gets mode 0600 and belongs to ``owner``."""
    flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW
    while True:
        try:
            return os.open(path, flags)
        except FileNotFoundError:
            pass
        try:
            descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        if is_root():
            os.fchown(descriptor, *owner)
        return descriptor


def make_folder(folder: Path, mode: int) -> None:
    """Make ``folder`` and its missing parents with ``mode`` whatever the umask; leave alone what exists."""
    missing = [step for step in (folder, *folder.parents) if not step.exists()]
    umask = os.umask(0o777 & ~mode)  # with a chmod afterwards, another process could see the folder closed
    try:
        for step in reversed(missing):
            step.mkdir(mode=mode, exist_ok=True)
    finally:
        os.umask(umask)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def may_enter(folder: Path, owner: Owner | None) -> bool:
    """Tell whether ``owner`` (``None``: an account without any right of its own) gets through ``folder``.

    Parts that do not exist yet count as open, because root makes them so.
    """
    for step in (folder, *folder.parents):
        if not step.exists():
            continue
        found = step.stat()
        if owner and found.st_uid == owner.uid:
            needed = 0o100
        elif owner and found.st_gid == owner.gid:
            needed = 0o010
        else:
            needed = 0o001
        if not found.st_mode & needed:
            return False
    return True


@contextmanager
def machine_held() -> Iterator[None]:
    """Hold the one lock under which root changes the machine."""
    make_folder(SYSTEM_FOLDER, ALL_MAY_ENTER)
    descriptor = own_file(SYSTEM_FOLDER / "setup.lock", Owner(0, 0))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def service_account() -> Owner | None:
    """Return the account that is there for root's servers, if it is.

    Raises:
        ConfigError: it has the rights of root.
    """
    try:
        found = pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None
    if found.pw_uid == 0:
        raise ConfigError(f"{ACCOUNT} 계정이 root 권한을 갖고 있어 데이터베이스를 실행할 수 없습니다. {ELSEWHERE}")
    return Owner(found.pw_uid, found.pw_gid)


def new_account() -> Owner:
    """Make that account.

    Raises:
        ConfigError: this machine does not let us.
    """
    tool = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if tool is None:
        raise ConfigError(f"root는 내장 PostgreSQL을 실행할 수 없고 전용 계정을 만들 useradd도 없습니다. {ELSEWHERE}")
    shell = next((path for path in ("/usr/sbin/nologin", "/sbin/nologin") if Path(path).exists()), "/bin/false")
    command = [tool, "--system", "--no-create-home", "--home-dir", str(SYSTEM_FOLDER), "--shell", shell, ACCOUNT]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment_of_a_child())
    found = service_account()
    if found is None:
        raise ConfigError(f"전용 계정 {ACCOUNT}를 만들지 못했습니다({reason(done.stderr)}). {ELSEWHERE}")
    return found
