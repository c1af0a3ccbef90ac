"""Clusters for tests of the embedded server, and other processes that use them."""

import subprocess
import sys

import pytest
from embedded_server.places import HOLD, PROJECT, copy, kill_server, new_home, wipe

from foresto_cli.store import embedded


@pytest.fixture(scope="session")
def shared():
    """One cluster for all tests that leave it as it was."""
    home = new_home()
    with embedded.running(home / "db"):
        pass
    yield home / "db"
    wipe(home, home / "db")


@pytest.fixture
def folder(shared):
    assert not embedded.is_running(shared)
    yield shared
    kill_server(shared)


@pytest.fixture
def empty():
    home = new_home()
    folder = home / "db"
    yield folder
    if folder.is_file():
        folder.unlink()
    kill_server(folder)
    wipe(home, folder)


@pytest.fixture
def own(empty, shared):
    """A cluster to do harm to."""
    empty.mkdir(mode=0o711)
    copy(shared, empty)
    return empty


@pytest.fixture
def holder():
    """Start other processes that use the server of a folder until their stdin closes."""
    started = []

    def start(folder, *uid, **options):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder), *map(str, uid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
