"""What the embedded server refuses to start on, each with its reason and the way out."""

import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path

import pytest
from embedded_server.places import AS_ROOT

from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.store import binaries as programs
from foresto_cli.store import embedded, owners
from foresto_cli.store.binaries import binaries
from foresto_cli.store.cluster import create, location, socket_folder
from foresto_cli.store.refusals import reason


def test_a_socket_folder_of_somebody_else_is_refused(empty, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(empty.parent))
    place = Path("/x" * 60)
    mine = owners.Owner(os.geteuid(), os.getegid())
    made = socket_folder(place, mine)
    assert socket_folder(place, mine) == made
    made.chmod(0o777)
    with pytest.raises(StoreUnavailable, match="열려") as caught:
        socket_folder(place, mine)
    subprocess.run(shlex.split(re.search(r"rm -r [^를]*", str(caught.value)).group()), check=True)
    assert socket_folder(place, mine) == made


@pytest.mark.parametrize("kind", ["file", "link", "dangling", "theirs"])
def test_a_squatted_socket_folder_is_refused_and_the_advice_gets_round_it(empty, monkeypatch, kind):
    shared, home = empty.parent / "t", empty.parent / "h"
    shared.mkdir()
    home.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    place = Path("/x" * 60)
    mine = owners.Owner(os.geteuid(), os.getegid())
    made = socket_folder(place, mine)
    made.rmdir()
    if kind == "file":
        made.touch()
    elif kind == "theirs":
        if not AS_ROOT:
            pytest.skip("only root makes folders of others")
        made.mkdir(mode=0o700)
        os.chown(made, 65534, 65534)
    else:
        (empty.parent / "target").mkdir()
        made.symlink_to(empty.parent / ("target" if kind == "link" else "nowhere"))
    with pytest.raises(StoreUnavailable, match="다른 사용자의") as caught:
        socket_folder(place, mine)
    advice = re.search(r"mkdir .*", str(caught.value)).group()
    shell = subprocess.run(
        ["/bin/sh", "-c", f"{advice} && printf %s $TMPDIR"],
        env={"HOME": str(home), "PATH": os.environ["PATH"]}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    monkeypatch.setattr(tempfile, "tempdir", shell.stdout)
    assert socket_folder(place, mine).parent == home / ".fo"


def test_an_account_without_a_name_is_told_before_initdb_fails(empty):
    empty.mkdir()
    with pytest.raises(ConfigError, match="uid 54321"):
        create(empty, owners.Owner(54321, 54321))
    assert list(empty.iterdir()) == []


def test_another_major_version_says_how_to_get_on(own):
    (location(own) / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(StoreUnavailable, match=r"PostgreSQL 16 형식.*db upgrade-cluster"), embedded.running(own):
        pass
    assert not embedded.is_running(own)


def test_a_server_that_does_not_start_gives_its_reason(own):
    with (location(own) / "data" / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = lots\n")
    with (
        pytest.raises(StoreUnavailable, match=r"시작하지 못했습니다.*contains errors") as caught,
        embedded.running(own),
    ):
        pass
    assert caught.value.exit_code == 69
    assert not embedded.is_running(own)


def test_a_full_disk_is_called_a_full_disk():
    output = "FATAL:  could not write to file: No space left on device\nPANIC:  cannot abort transaction 1\n"
    assert reason(output) == "디스크에 남은 공간이 없습니다"


def test_a_data_folder_open_to_others_says_how_to_close_it(own):
    data = location(own) / "data"
    data.chmod(0o777)
    with pytest.raises(StoreUnavailable, match="다른 사용자에게 열려") as caught, embedded.running(own):
        pass
    assert f"chmod 700 {data}" in str(caught.value)
    data.chmod(0o700)
    with embedded.running(own):
        pass


def test_too_few_open_files_are_called_so():
    output = "FATAL:  insufficient file descriptors available to start server process\nDETAIL:  System allows 20.\n"
    assert reason(output) == "한 번에 열 수 있는 파일이 너무 적습니다. 고치려면: ulimit -n 1024"


def test_a_damaged_data_folder_is_left_alone(own):
    version = location(own) / "data" / "PG_VERSION"
    version.unlink()
    with pytest.raises(StoreUnavailable, match="온전하지 않습니다"), embedded.running(own):
        pass
    assert (version.parent / "base").is_dir()


@pytest.mark.parametrize("name", ["db", "db/postgres"])
def test_a_file_in_the_way_is_named(empty, name):
    blocking = empty.parent / name
    blocking.parent.mkdir(exist_ok=True)
    blocking.touch()
    with pytest.raises(StoreUnavailable, match=f"파일이 있습니다.*{name}"), embedded.running(empty):
        pass


def test_without_the_wheel_the_message_names_the_way_out(monkeypatch):
    monkeypatch.setattr(programs, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        binaries()
