"""A PostgreSQL of the operator's own for tests: on 127.0.0.1, with the rules and settings that a test wants."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psycopg
from support import quick_folder

from foresto_cli.store.binaries import binaries, environment
from foresto_cli.store.owners import new_account, service_account

PASSWORD = "right-password-x7"
DEBIAN = Path("/usr/lib/postgresql")
"""Where other major versions are, if they are."""


@contextlib.contextmanager
def operators_server(*, tools=None, hba="host all all 127.0.0.1/32 scram-sha-256", standby=False, **settings):
    """Yield ``(port, superuser's URL)`` of a new server; ``tools`` are the programs of another version."""
    tools = tools or binaries()
    owner = (service_account() or new_account()) if os.geteuid() == 0 else None
    account = {"user": owner.uid, "group": owner.gid, "extra_groups": ()} if owner else {}
    folder = quick_folder("fo-")
    (folder / "password").write_text(PASSWORD)
    if owner:
        for place in (folder, folder / "password"):
            os.chown(place, *owner)

    def run(*command):
        subprocess.run(command, check=True, capture_output=True, env=environment(), cwd="/", **account)

    data = folder / "data"
    account_options = ("-U", "boss", "-A", "scram-sha-256", "--pwfile", folder / "password")
    run(tools / "initdb", "-D", data, *account_options, "-E", "UTF8", "--locale=C", "--no-sync")
    (data / "pg_hba.conf").write_text(f"local all all reject\nhost all boss 127.0.0.1/32 scram-sha-256\n{hba}\n")
    if standby:
        (data / "standby.signal").touch()
        if owner:
            os.chown(data / "standby.signal", *owner)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", **settings}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [tools / "postgres", "-D", data, *(f"--{name}={value}" for name, value in options.items())],
            env=environment(),
            cwd="/",
            stdout=log,
            stderr=log,
            **account,
        )
    url = f"postgresql://boss:{PASSWORD}@127.0.0.1:{port}/postgres"
    try:
        _wait_until_it_answers(url, process, folder / "log")
        yield port, url
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _wait_until_it_answers(url, process, log):
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return
