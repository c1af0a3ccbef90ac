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
    with _place() as (folder, owner, account):
        tools = tools or binaries()
        password = folder / "password"
        password.write_text(PASSWORD)
        if owner:
            os.chown(password, *owner)
        data = folder / "data"
        account_options = ("-U", "boss", "-A", "scram-sha-256", "--pwfile", password)
        _run(account, tools / "initdb", "-D", data, *account_options, "-E", "UTF8", "--locale=C", "--no-sync")
        (data / "pg_hba.conf").write_text(
            f"local all all reject\nhost all,replication boss 127.0.0.1/32 scram-sha-256\n{hba}\n"
        )
        if standby:
            (data / "standby.signal").touch()
            if owner:
                os.chown(data / "standby.signal", *owner)
        with _serving(folder, account, tools, settings) as port:
            yield port, f"postgresql://boss:{PASSWORD}@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def standby_of(url, **settings):
    """Yield the port of a streaming standby of the server at ``url``, made by pg_basebackup, and its promotion."""
    with _place() as (folder, _, account):
        tools, data = binaries(), folder / "data"
        # The copy keeps the rules of the server that it is a copy of.
        _run(account, tools / "pg_basebackup", "-d", url, "-D", data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        with _serving(folder, account, tools, settings) as port:
            yield port, lambda: _run(account, tools / "pg_ctl", "promote", "-w", "-D", data)


@contextlib.contextmanager
def _place():
    owner = (service_account() or new_account()) if os.geteuid() == 0 else None
    folder = quick_folder("fo-")
    if owner:
        os.chown(folder, *owner)
    try:
        yield folder, owner, {"user": owner.uid, "group": owner.gid, "extra_groups": ()} if owner else {}
    finally:
        shutil.rmtree(folder)


def _run(account, *command):
    subprocess.run(command, check=True, capture_output=True, env=environment(), cwd="/", **account)


@contextlib.contextmanager
def _serving(folder, account, tools, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", **settings}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [tools / "postgres", "-D", folder / "data", *(f"--{name}={value}" for name, value in options.items())],
            env=environment(),
            cwd="/",
            stdout=log,
            stderr=log,
            **account,
        )
    try:
        _wait_until_it_answers(f"postgresql://boss:{PASSWORD}@127.0.0.1:{port}/postgres", process, folder / "log")
        yield port
    finally:
        process.terminate()
        process.wait()


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
