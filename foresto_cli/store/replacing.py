"""A new cluster is made beside the old one and takes its place when it is whole; the old one is kept.

For a new major version of PostgreSQL and for ``foresto db restore``. Killed at any moment, the old cluster is as it
was, or the new one is whole; the next start of the server finishes that (:func:`foresto_cli.store.embedded.settled`).
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foresto_cli.errors import Busy
from foresto_cli.store import embedded, postmaster
from foresto_cli.store.binaries import binaries
from foresto_cli.store.cluster import RENEWING, create
from foresto_cli.store.own_locks import alone, take
from foresto_cli.store.owners import Owner, own_file

PATIENCE_SECONDS = 30.0
USED = "다른 foresto가 데이터베이스를 쓰고 있습니다(켜 두었으면 foresto db down)."


@contextmanager
def for_us_alone(cluster: Path, owner: Owner) -> Iterator[None]:
    """Hold both locks of the cluster, so that nobody uses the server or starts it; what was interrupted is settled.

    Raises:
        Busy: another foresto uses it.
    """
    start = own_file(cluster / "start.lock", owner)
    try:
        users = own_file(cluster / "users.lock", owner)
        try:
            with alone(start, PATIENCE_SECONDS):
                take(users, PATIENCE_SECONDS, USED, Busy)
                embedded.settled(cluster)
                # What a killed command left running.
                if (cluster / "server.lock").exists() and postmaster.is_alive(cluster):
                    embedded.stop(cluster)
                yield
                fcntl.flock(users, fcntl.LOCK_UN)
        finally:
            os.close(users)
    finally:
        os.close(start)


@contextmanager
def server(cluster: Path, owner: Owner, tools: Path) -> Iterator[Path]:
    """Run the server of ``cluster`` from ``tools`` and yield the folder of its socket."""
    sockets = embedded.launch(cluster, owner, tools)
    try:
        yield sockets
    finally:
        embedded.stop(cluster)


@contextmanager
def fresh(cluster: Path, owner: Owner, *, with_database: bool) -> Iterator[Path]:
    """Make a new cluster beside the old one, run its server, and yield the folder of its socket.

    When the block fails, nothing of the new cluster stays.
    """
    place = cluster / RENEWING
    place.mkdir(mode=0o700)
    try:
        os.chown(place, *owner)
        create(place, owner, with_database=with_database)
        with server(place, owner, binaries()) as sockets:
            yield sockets
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
