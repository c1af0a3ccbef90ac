"""pgbouncer in front of a test's database, where the program is installed."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
needs_pgbouncer = pytest.mark.skipif(
    PROGRAM is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)"
)
SETTINGS = """[databases]
* = host={host} port={port} user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool}
query_wait_timeout = {wait}
logfile = {folder}/log
"""


@contextlib.contextmanager
def bouncing(url, folder, *, pool=5, wait=5):
    """Yield the URL of the same database through pgbouncer in transaction mode, with ``pool`` server connections."""
    folder.mkdir(parents=True, exist_ok=True)
    server = make_url(url)
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = free.getsockname()[1]
    file = folder / "pgbouncer.ini"
    host, port = server.query.get("host", server.host), server.port or server.query.get("port", 5432)
    text = SETTINGS.format(host=host, port=port, user=server.username, own=own, pool=pool, wait=wait, folder=folder)
    file.write_text(text, encoding="utf-8")
    # It refuses to run as root; the socket lets in the account of the server alone.
    owner = Path(host).stat().st_uid
    account = {"user": owner} if os.geteuid() == 0 else {}
    os.chown(folder, owner, -1)
    process = subprocess.Popen([PROGRAM, str(file)], stderr=subprocess.DEVNULL, **account)
    try:
        bounced = server.set(host="127.0.0.1", port=own, query={}).render_as_string(hide_password=False)
        _wait_until_it_answers(bounced.replace("+psycopg", ""), process)
        yield bounced
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _wait_until_it_answers(url, process):
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert process.poll() is None, "pgbouncer ended"
            assert time.monotonic() < deadline, "pgbouncer does not answer"
            time.sleep(0.05)
        else:
            return
