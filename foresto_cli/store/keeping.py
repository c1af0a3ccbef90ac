"""The embedded server for a work session: a process of its own holds it until nobody has asked anything for some hours.

``foresto db up`` starts :func:`main` detached. It is a user of the server like any command (:mod:`.embedded`), so
scheduled runs join it and need not know of it. Its lock says that it lives, a file beside it what it was asked for.
Both lie in the state folder. Killed, it leaves a server that the next command joins and stops; after a reboot there is
neither.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg

from foresto_cli import clock, files
from foresto_cli.errors import ForestoError, StoreUnavailable
from foresto_cli.settings import environment_of_a_child
from foresto_cli.store import embedded, libpq, postmaster
from foresto_cli.store.cluster import location

LOCK, ASKED = "db-up.lock", "db-up.json"
LOOK_SECONDS = 1.0
"""How often the file is looked at."""
COUNT_SECONDS = 60.0
"""How often the server is asked whether somebody uses it."""
START_SECONDS = 330.0
"""Patience of who starts it: the server's own, and some."""
READY = b"ready"
_USE = """
SELECT extract(epoch FROM max(CASE WHEN state = 'active' THEN clock_timestamp() ELSE state_change END))
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


@dataclass(frozen=True)
class Asked:
    """What a keeper was asked for.

    Attributes:
        since: when it was started. All moments are seconds of the machine's clock, not of the market's.
        hours: without use after which it ends; 0 ends it now.
        used: when the server was used last, as far as the keeper knows.
    """

    since: float
    hours: float
    used: float

    @property
    def ends(self) -> float:
        """Return when the keeper ends if nobody uses the server any more."""
        return self.used + 3_600 * self.hours


def is_kept(state: Path) -> bool:
    """Say whether a keeper lives."""
    try:
        lock = os.open(state / LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def asked(state: Path) -> Asked | None:
    """Return what the keeper was asked for; None when nobody did, or it cannot be read."""
    try:
        found = json.loads((state / ASKED).read_bytes())
        return Asked(float(found["since"]), float(found["hours"]), float(found["used"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def up(folder: Path, state: Path, hours: float) -> bool:
    """Have the server of ``folder`` kept for ``hours`` without use; return whether a keeper was started for that.

    The caller uses the server meanwhile, so it runs already.

    Raises:
        StoreUnavailable: the keeper did not start.
    """
    now = time.time()
    if is_kept(state):
        before = asked(state)
        _ask(state, Asked(before.since if before else now, hours, now))
        return False
    _ask(state, Asked(now, hours, now))
    reading, writing = os.pipe()
    try:
        # In a session of its own: no Ctrl-C and no closed terminal reaches it.
        process = subprocess.Popen(
            [sys.executable, "-m", "foresto_cli.store.keeping", str(folder), str(state), str(writing)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(writing,),
            cwd="/",
            env=environment_of_a_child(),
            start_new_session=True,
        )
        os.close(writing)
        writing = -1
        said = _read(reading)
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)
    if said != READY:
        process.wait(START_SECONDS)
        why = said.decode(errors="replace") or f"종료 코드 {process.returncode}"
        raise StoreUnavailable(f"데이터베이스를 계속 켜 두는 프로세스가 시작되지 않았습니다: {why}")
    # It outlives us, on purpose.
    process.returncode = 0
    return True


def down(state: Path, patience: float = 90.0) -> bool:
    """End the keeper; return whether there was one. The server stops with it when nobody else uses it.

    Raises:
        StoreUnavailable: it does not end.
    """
    if not is_kept(state):
        return False
    _ask(state, Asked(0, 0, 0))
    until = clock.monotonic() + patience
    while is_kept(state):
        if clock.monotonic() > until:
            raise StoreUnavailable("데이터베이스를 켜 두는 프로세스가 끝나지 않습니다. 잠시 뒤 다시 실행하세요.")
        clock.nap(0.05)
    return True


def keep(folder: Path, state: Path, ready: Callable[[], None]) -> None:
    """Hold the server of ``folder`` until it was not used for as long as was asked for, or somebody says so.

    Raises:
        ForestoError: the server cannot be had.
        BlockingIOError: another keeper lives.
    """
    lock = os.open(state / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with embedded.running(folder) as url:
        ready()
        _hold(folder, state, url)


def _hold(folder: Path, state: Path, url: str) -> None:
    counted = clock.monotonic()
    # A file that is gone or cannot be read keeps nothing.
    while (wish := asked(state)) is not None and wish.hours > 0 and wish.ends > time.time():
        clock.nap(LOOK_SECONDS)
        if clock.monotonic() - counted >= COUNT_SECONDS:
            counted = clock.monotonic()
            _note_use(state, url)
        if not _lives(folder):
            # Killed: started again, as any command would. We are a user of it all the while.
            with embedded.running(folder):
                pass


def _lives(folder: Path) -> bool:
    server = postmaster.read(location(folder))
    return server is not None and postmaster.answers(server)


def _note_use(state: Path, url: str) -> None:
    try:
        with psycopg.connect(url, application_name="foresto db up") as connection:
            row = connection.execute(_USE).fetchone()
    except psycopg.Error:
        return  # it may just have been killed; whether it lives is looked at next
    wish = asked(state)
    if wish is not None and wish.hours > 0 and row is not None and row[0] is not None and row[0] > wish.used:
        _ask(state, replace(wish, used=float(row[0])))


def let_go(folder: Path) -> bool:
    """Stop the server when nobody uses it (a keeper that was killed leaves it so); return whether it still runs."""
    if not embedded.is_running(folder):
        return False
    # Who joins it and leaves it stops it, unless others use it.
    with embedded.running(folder):
        pass
    return embedded.is_running(folder)


@dataclass(frozen=True)
class Status:
    """What there is to say of the embedded server.

    Attributes:
        url: where it listens; None while it does not.
        sessions: connections to it, without our own; 0 while it does not listen.
        wish: what its keeper was asked for; None without a keeper.
    """

    url: str | None
    sessions: int
    wish: Asked | None


def status(folder: Path, state: Path) -> Status:
    """Return what is so now; changes nothing."""
    cluster = location(folder)
    wish = asked(state) if is_kept(state) else None
    server = postmaster.read(cluster)
    if server is None or not postmaster.answers(server):
        return Status(None, 0, wish)
    url = embedded.url_of(server.sockets)
    try:
        with libpq.of_our_own(cluster), psycopg.connect(url) as connection:
            row = connection.execute(_SESSIONS).fetchone()
    except psycopg.Error:
        return Status(None, 0, wish)  # stopping
    return Status(url, int(row[0]) if row else 0, wish)


def _ask(state: Path, wish: Asked) -> None:
    files.write(state / ASKED, json.dumps(asdict(wish)))


def _read(pipe: int) -> bytes:
    said = b""
    while said != READY and (block := os.read(pipe, 4096)):
        said += block
    return said


def main() -> None:
    """Be the keeper: ``python -m foresto_cli.store.keeping FOLDER STATE PIPE``; the pipe is told how it began."""
    folder, state, pipe = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))

    def ready() -> None:
        os.write(pipe, READY)
        os.close(pipe)

    try:
        keep(folder, state, ready)
    except BlockingIOError:
        os.write(pipe, READY)  # of two that were started at once, the other one holds it
    except ForestoError as error:
        with suppress(OSError):
            os.write(pipe, str(error).encode())
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
