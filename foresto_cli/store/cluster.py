"""Where the embedded PostgreSQL lives and how its data folder is made.

Nothing here starts a server; :mod:`foresto_cli.store.embedded` does.
"""

import errno
import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.store import owners
from foresto_cli.store.binaries import binaries, environment
from foresto_cli.store.owners import (
    ALL_MAY_ENTER,
    Owner,
    account_of,
    is_root,
    machine_held,
    make_folder,
    may_enter,
    new_account,
    service_account,
)
from foresto_cli.store.refusals import explained, reason

PORT = 5432
RENEWING, RENEWED = "renewing", "whole"
"""Where a cluster is made that shall take the place of another, and the file in there that says that it is whole."""

# sockaddr_un holds 103 bytes on macOS and 107 on Linux; one limit for both keeps the choice of folder the same.
_SOCKET_PATH_BYTES = 103
_CREATION_SECONDS = 600
SQUATTED = (
    "데이터베이스의 소켓 폴더 자리에 다른 사용자의 것이 있습니다: {folder}."
    " 관리자에게 지우게 하거나, 자신만 쓰는 짧은 폴더를 만들어 쓰세요:"
    " mkdir -m 700 -p ~/.fo && export TMPDIR=~/.fo"
)
"""Nobody but its owner can remove what stands in a shared temporary folder."""
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
        apart = owners.SYSTEM_FOLDER / "clusters" / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        made = [place for place in (beside, apart) if (place / "data").is_dir() or (place / RENEWING).is_dir()]
        if made:
            return made[0]
        return beside if may_enter(folder, service_account()) else apart


def prepare(cluster: Path) -> Owner:
    """Make the folder of the cluster if it is missing, private to its owner, and return that owner."""
    if is_root() and cluster.is_symlink():
        raise StoreUnavailable(
            f"root로 실행할 때 데이터베이스 폴더는 심볼릭 링크일 수 없습니다. 실제 폴더로 바꾸세요: {cluster}"
        )
    if not is_root():
        make_folder(cluster, 0o700)
        owner = Owner(os.geteuid(), os.getegid())
    elif cluster.is_dir() and cluster.stat().st_uid != 0:
        # An operator who tries sudo once, or a container whose account got another number, goes on with what is there.
        owner = Owner(cluster.stat().st_uid, cluster.stat().st_gid)
    else:
        with machine_held():
            owner = service_account() or new_account()
        make_folder(cluster.parent, ALL_MAY_ENTER)
        make_folder(cluster, 0o700)
        os.chown(cluster, *owner, follow_symlinks=False)
    if is_root() and not may_enter(cluster.parent, owner):
        raise StoreUnavailable(
            f"데이터베이스를 실행하는 계정(uid {owner.uid})이 {cluster.parent} 폴더에 들어갈 수 없습니다. "
            "그 폴더와 상위 폴더에 실행(x) 권한을 준 뒤 다시 실행하세요."
        )
    if stat.S_IMODE(cluster.stat().st_mode) & 0o077:
        cluster.chmod(0o700)
    return owner


def socket_folder(cluster: Path, owner: Owner) -> Path:
    """Return a folder, private to ``owner``, whose path is short enough for a socket and plain enough for libpq."""
    if _fits(cluster):
        return cluster
    name = f"foresto-{owner.uid}-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"
    shelters = [Path(place).resolve() for place in (tempfile.gettempdir(), "/tmp")]  # noqa: S108  # verified below
    folder = next((s / name for s in shelters if _fits(s / name) and (not is_root() or may_enter(s, owner))), None)
    if folder is None:
        raise StoreUnavailable(f"소켓을 둘 짧은 경로가 없습니다. TMPDIR을 짧은 경로로 지정하세요: {shelters[0]}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        raise StoreUnavailable(SQUATTED.format(folder=folder)) from None
    try:
        found = os.fstat(descriptor)
        if is_root() and found.st_uid == 0:
            os.fchown(descriptor, *owner)
            found = os.fstat(descriptor)
        if found.st_uid != owner.uid:
            raise StoreUnavailable(SQUATTED.format(folder=folder))
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise StoreUnavailable(
                f"데이터베이스의 소켓 폴더가 다른 사용자에게 열려 있습니다. rm -r {folder}를 실행한 뒤 다시 실행하세요."
            )
    finally:
        os.close(descriptor)
    return folder


def create(cluster: Path, owner: Owner, *, with_database: bool = True) -> None:
    """Make ``cluster/data`` with the database and the role ``foresto``: either whole and on disk, or not at all."""
    for leftover in cluster.glob("new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    _need_account(owner)
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
        if with_database:
            _run(cluster, owner, single, "CREATE DATABASE foresto;\n")
        _run(cluster, owner, [str(tools / "initdb"), "--sync-only", "-D", str(fresh)])
        fresh.rename(cluster / "data")
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    _on_disk(cluster)


def _need_account(owner: Owner) -> None:
    """Make sure that the account has a name: initdb asks for it."""
    try:
        pwd.getpwuid(owner.uid)
    except KeyError:
        raise ConfigError(
            f"이 컴퓨터의 계정 목록에 uid {owner.uid}가 없어 PostgreSQL이 데이터베이스를 만들지 못합니다:"
            f" /etc/passwd에 echo 'foresto:x:{owner.uid}:{owner.gid}::/:/bin/sh' >> /etc/passwd로 더하거나"
            " (컨테이너면 --user 없이 실행하거나) DATABASE_URL로 직접 운영하는 PostgreSQL을 지정하세요."
        ) from None


def major_of(data: Path) -> str:
    """Return the major version of PostgreSQL that made ``data``.

    Raises:
        StoreUnavailable: it does not say so.
    """
    try:
        found = (data / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        found = "없음"
    if not found.isdecimal():
        raise StoreUnavailable(
            f"데이터베이스 폴더가 온전하지 않습니다(PG_VERSION {found or '빔'}). 백업에서 되돌리거나, 그 폴더를 옮긴"
            f" 뒤 다시 실행해 새로 만드세요: {data}"
        )
    return found


def mark_renewed(cluster: Path, name: str) -> Path:
    """Write down that the cluster in :data:`RENEWING` is whole; return where the old data will be kept.

    Args:
        cluster: whose place it takes.
        name: what the folder of the old data shall be called; a number is added when there is one.
    """
    kept, number = name, 1
    while (cluster / kept).exists():
        number += 1
        kept = f"{name}-{number}"
    _on_disk(cluster / RENEWING)
    mark = cluster / RENEWING / RENEWED
    descriptor = os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(kept)
        stream.flush()
        os.fsync(stream.fileno())
    _on_disk(cluster / RENEWING)
    return cluster / kept


def put_in_place(cluster: Path) -> Path:
    """Let a renewed cluster that is whole take the place of the old one, however often a kill has interrupted this.

    Returns:
        The folder in which the old data are kept, if there were any.
    """
    fresh, mark = cluster / RENEWING, cluster / RENEWING / RENEWED
    kept = cluster / Path(mark.read_text(encoding="ascii").strip()).name
    if (fresh / "data").is_dir():
        if (cluster / "data").is_dir():
            (cluster / "data").rename(kept)
        _on_disk(cluster)
        (fresh / "data").rename(cluster / "data")
        _on_disk(cluster)
    shutil.rmtree(fresh)
    return kept


def _on_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _run(cluster: Path, owner: Owner, command: list[str], text: str = "") -> None:
    user, group, groups = account_of(owner)
    try:
        done = subprocess.run(
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
