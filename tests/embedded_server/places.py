"""What tests of the embedded server share: folders, processes that hold it, questions to it."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from support import quick_folder

from foresto_cli.store import embedded, owners
from foresto_cli.store.cluster import location

AS_ROOT = os.geteuid() == 0
PROJECT = Path(embedded.__file__).parents[2]
HOLD = """
import os, sys
from pathlib import Path
from foresto_cli.store.embedded import running
if len(sys.argv) > 2:  # only now: the interpreter itself may lie where this account cannot go
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
with running(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""
SOME_SECONDS = 20


def new_home(mode=0o755):
    home = quick_folder("fe-")
    home.chmod(mode)
    return home


def wipe(home, folder):
    place = location(folder)
    if place.parent == owners.SYSTEM_FOLDER / "clusters":
        shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(home)


def copy(folder, other):
    """Copy a cluster with its owners."""
    command = ["cp", "-a", location(folder), location(other)]
    subprocess.run(command, check=True)


def kill_server(folder):
    """End whatever a failed test left running."""
    pidfile = location(folder) / "data" / "postmaster.pid"
    if embedded.is_running(folder) and pidfile.exists():
        os.kill(int(pidfile.read_text().split()[0]), signal.SIGQUIT)


def ready(process):
    url = process.stdout.readline().strip()
    assert url, process.stderr.read()
    return url


def finish(process):
    process.stdin.close()
    assert process.wait(SOME_SECONDS) == 0
    process.stdin = None


def eventually(condition):
    until = time.monotonic() + SOME_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def ask(url, sql):
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchone()


def postmaster(folder):
    return int((location(folder) / "data" / "postmaster.pid").read_text().split()[0])


def quickest(work, within, tries=3):
    """The least seconds that ``work(number)`` takes, tried again while that is too long: others only ever add to it."""
    taken = []
    while len(taken) < tries and min(taken, default=within) >= within:
        begun = time.monotonic()
        work(len(taken))
        taken.append(time.monotonic() - begun)
    return min(taken)
