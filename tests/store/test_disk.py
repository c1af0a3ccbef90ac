"""Disks that are full or cannot be written: one sentence, nothing half done, and afterwards all goes on."""

import contextlib
import logging
import os
import shutil
import subprocess
import time

import psycopg
import pytest
from support import result_of, run_foresto, start_foresto

from foresto_cli import logs
from foresto_cli.errors import BadPayload
from foresto_cli.logs import Redactor
from foresto_cli.running.payloads import keep_payload
from foresto_cli.store import embedded

pytestmark = pytest.mark.slow

LOAD = ("--sandbox", "prices", "incremental", "--json")
DATABASE_MEGABYTES = 150
OLDER_HANGS = "timeout@*/20261113*1"


def mounted(folder, size):
    """Mount a small disk at ``folder``; tell whether this machine lets us."""
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        return False
    options = f"size={size},mode=711"
    return subprocess.run([mount, "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False).returncode == 0


@pytest.fixture
def small_disk(private_tmp):
    """Give a folder that is a disk of its own; ``small_disk(name, size)``."""
    disks = []

    def make(folder, size):
        folder.mkdir(parents=True)
        if not mounted(folder, size):
            pytest.skip("no right to mount a disk here")
        disks.append(folder)
        return folder

    yield make
    for folder in disks:
        subprocess.run([shutil.which("umount"), folder], check=True)


def fill(folder):
    """Leave no byte free."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(1_000_000))
    with contextlib.suppress(OSError), (folder / "crumbs").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x")


def empty(folder):
    """Give the room back."""
    for name in ("filler", "crumbs"):
        (folder / name).unlink()


def remount(folder, how):
    subprocess.run([shutil.which("mount"), "-o", f"remount,{how}", folder], check=True)


def is_one_sentence(finished, code):
    """Say whether a command ended with ``code`` and an explanation, not with a traceback."""
    assert finished.returncode == code, finished.stderr
    assert "Traceback" not in finished.stderr
    assert "Logging error" not in finished.stderr
    assert "✗" in finished.stderr
    result = result_of(finished)
    assert result["exit_code"] == code
    return result


def test_a_full_disk_of_the_state_folder_stops_no_load(private_tmp, small_disk):
    home = private_tmp / "full-state"
    state = small_disk(home / "state", "2m")
    run_foresto(home, "--sandbox", "db", "upgrade")
    fill(state)
    # The last page of a file that exists has room left on a full disk.
    for log in state.rglob("*.log"):
        with contextlib.suppress(OSError), log.open("ab", buffering=0) as stream:
            while True:
                stream.write(b"\n")
    finished = run_foresto(home, *LOAD, FORESTO_SANDBOX_FAULTS="truncated@*/20261113")
    assert "Traceback" not in finished.stderr
    assert "Logging error" not in finished.stderr
    assert finished.stderr.count("로그 없이 계속합니다") == 1
    assert "남기지 못했습니다" in finished.stderr
    units = result_of(finished)["units"]
    assert (units["done"], units["failed"]) == (11, 1)
    empty(state)
    assert result_of(run_foresto(home, *LOAD))["units"]["done"] == 1


def test_a_disk_that_fills_up_during_a_load_is_told_and_the_next_run_goes_on(private_tmp, small_disk):
    home = private_tmp / "full-data"
    data = small_disk(home / "data", f"{DATABASE_MEGABYTES}m")
    run_foresto(home, "--sandbox", "db", "upgrade")
    process = start_foresto(home, *LOAD, FORESTO_SANDBOX_FAULTS=OLDER_HANGS, FORESTO_SANDBOX_SESSIONS="40")
    with embedded.running(data / "sandbox") as url, psycopg.connect(url, autocommit=True) as connection:
        until = time.monotonic() + 30
        while connection.execute("SELECT count(*) FROM unit_ledger").fetchone()[0] < 3:
            assert time.monotonic() < until
            time.sleep(0.02)
        fill(data)
        out, err = process.communicate(timeout=120)
    finished = subprocess.CompletedProcess([], process.returncode, out, err)
    result = is_one_sentence(finished, 69)
    assert "공간" in result["reasons"][0]
    again = is_one_sentence(run_foresto(home, *LOAD), 69)
    assert "공간" in again["reasons"][0]
    empty(data)
    assert result_of(run_foresto(home, *LOAD, FORESTO_SANDBOX_SESSIONS="40"))["exit_code"] == 0
    with embedded.running(data / "sandbox") as url, psycopg.connect(url) as connection:
        stored = connection.execute("SELECT trade_date::text, count(*) FROM stock_price_daily GROUP BY 1 ORDER BY 1")
        told = connection.execute(
            "SELECT unit, row_count FROM unit_ledger WHERE dataset = 'prices.day'"
            " AND status IN ('done', 'provisional') ORDER BY 1"
        )
        assert stored.fetchall() == told.fetchall()


@pytest.mark.parametrize("part", ["data", "state", "data/sandbox", "state/sandbox"])
def test_a_folder_that_cannot_be_written_is_named(private_tmp, small_disk, part):
    home = private_tmp / f"read-only-{part.replace('/', '-')}"
    folder = small_disk(home / part, "1m")
    remount(folder, "ro")
    result = is_one_sentence(run_foresto(home, *LOAD), 69 if part.startswith("data") else 78)
    assert str(folder) in result["reasons"][0]
    remount(folder, "rw")


def test_a_log_that_cannot_be_written_is_told_once_and_without_what_it_would_have_said(tmp_path):
    complaints = []
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        logs.start(tmp_path, "INFO", Redactor(["known-secret"]), complaints.append)
        handler = root.handlers[0]
        handler.stream.close()
        handler.stream = open("/dev/full", "w")  # noqa: PTH123, SIM115  # the handler closes it
        for _ in range(3):
            logging.getLogger("foresto_cli.x").error("asking with %s", "known-secret")
        handler.close()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert len(complaints) == 1
    assert "No space left" in complaints[0]
    assert "known-secret" not in complaints[0]


def test_an_answer_that_cannot_be_put_aside_fails_only_its_unit(open_world, tmp_path, capsys):
    with open_world() as world:
        world.app.folders.payloads.parent.mkdir(parents=True)
        world.app.folders.payloads.write_text("a file in the way")
        keep_payload(world.app, "prices.day-20261113", BadPayload("x", b"{"))
    assert "남기지 못했습니다" in capsys.readouterr().err
