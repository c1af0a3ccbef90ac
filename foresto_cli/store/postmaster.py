"""What can be seen of an embedded server from outside: what its files say, who listens, what of it lives."""

import fcntl
import os
import socket
import struct
import sys
from pathlib import Path
from typing import NamedTuple

from foresto_cli.store.cluster import PORT


class Server(NamedTuple):
    """What ``postmaster.pid`` says."""

    pid: int
    sockets: Path
    status: str


def is_alive(cluster: Path) -> bool:
    """Tell whether any process of the server holds its lock."""
    try:
        lock = os.open(cluster / "server.lock", os.O_RDONLY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def read(cluster: Path) -> Server | None:
    """Return what the server of ``cluster`` wrote about itself; ``None`` while there is none."""
    try:
        lines = (cluster / "data" / "postmaster.pid").read_text(errors="replace").splitlines()
        return Server(int(lines[0]), Path(lines[4]), lines[7].strip())
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None  # no server, or one that has only begun to write


def answers(server: Server) -> bool:
    """Tell whether the server listens."""
    return listener(server) is not None


def listener(server: Server) -> int | None:
    """Return the process id of who listens, as this process has to call it (off Linux: what the file says)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(5)
        try:
            line.connect(f"{server.sockets}/.s.PGSQL.{PORT}")
            if sys.platform != "linux":
                return server.pid
            pid: int = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        except OSError:
            return None
        return pid
