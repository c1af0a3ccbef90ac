"""``db dump`` hands the password on where no other account and no process list shows it, in any form of the URL."""

import contextlib
import os
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from foresto_cli.archive.dump import dump
from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.store import embedded, passwords
from foresto_cli.store.engine import as_it_is

PASSWORD = "canary:dump\\4d1c @/?#%&='\" 비밀"
FORMS = {
    "in the URL": "postgresql://dumper:{quoted}@/dumped?host={host}",
    "among the parameters": "postgresql://dumper@/dumped?host={host}&password={quoted}",
    "several hosts": "postgresql://dumper:{quoted}@/dumped?host=/nowhere:5432&host={host}:5432",
    "a password file": "postgresql://dumper@/dumped?host={host}&passfile={folder}/pgpass",
    "a service": "postgresql:///?service=kept",
    "the password of a key": "postgresql://dumper:{quoted}@/dumped?host={host}&sslpassword=canary-key-77aa",
}


@pytest.fixture(scope="module")
def asking(private_tmp):
    """The socket folder of a server that asks ``dumper`` for the password."""
    with embedded.running(private_tmp / "asking") as url, psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            psycopg.sql.SQL("CREATE ROLE dumper SUPERUSER LOGIN PASSWORD {}").format(psycopg.sql.Literal(PASSWORD))
        )
        admin.execute("CREATE DATABASE dumped")
        rules = Path(admin.execute("SHOW hba_file").fetchone()[0])
        rules.write_text("local all dumper scram-sha-256\n" + rules.read_text())
        admin.execute("SELECT pg_reload_conf()")
        host = admin.info.host
        with psycopg.connect(host=host, dbname="dumped", user="foresto", autocommit=True) as inside:
            inside.execute("CREATE TABLE t AS SELECT 1 AS n")
        yield host


def _told(form, host, folder):
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    (folder / "pgpass").write_text(f"*:*:*:*:{escaped}\n")
    (folder / "pgpass").chmod(0o600)
    (folder / "services").write_text(f"[kept]\nhost={host}\ndbname=dumped\nuser=dumper\npassword={PASSWORD}\n")
    return form.format(quoted=quote(PASSWORD, safe=""), host=host, folder=folder)


def _children():
    """Command line and environment of every process that this one started, each as one text."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (process / "status").read_text()
            if f"PPid:\t{os.getpid()}\n" in status and "Name:\tpg_dump" in status:
                yield (process / "cmdline").read_bytes() + (process / "environ").read_bytes()


def _private():
    return list(Path(tempfile.gettempdir()).glob(f"{passwords.FOLDER}*/*"))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_form_of_the_url_shows_the_password(asking, tmp_path, form, monkeypatch):
    url, seen, modes, failed = _told(form, asking, tmp_path), [], set(), []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))

    def write():
        try:
            with as_it_is(url) as engine:
                dump(engine, tmp_path / "all.dump")
        except Exception as error:  # noqa: BLE001  # of another thread, shown below
            failed.append(error)

    with psycopg.connect(host=asking, dbname="dumped", user="foresto") as other:
        other.execute("LOCK TABLE t")
        writing = threading.Thread(target=write)
        writing.start()
        until = time.monotonic() + 30
        while not seen and not failed and time.monotonic() < until:
            time.sleep(0.05)
            waits = other.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0]
            seen = list(_children()) if waits else []
            modes = {(file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) for file in _private()}
    writing.join()
    assert failed == []
    assert modes == {(0o600, 0o700)}
    assert (tmp_path / "all.dump").stat().st_size > 500
    assert _private() == []
    if Path("/proc/self/environ").exists():
        assert seen
        assert not any(b"canary" in text for text in seen)


def test_nothing_is_left_of_a_dump_that_fails(asking, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    url = _told(FORMS["in the URL"], asking, tmp_path)
    (tmp_path / "all.dump").write_text("the last one")
    with as_it_is(url) as engine, engine.begin() as connection:
        connection.exec_driver_sql("CREATE FUNCTION broken() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        connection.exec_driver_sql("UPDATE pg_proc SET prolang = 1 WHERE proname = 'broken'")
    with as_it_is(url) as engine:
        with pytest.raises(StoreUnavailable, match="pg_dump") as failed:
            dump(engine, tmp_path / "all.dump")
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM pg_proc WHERE proname = 'broken'")
    assert "canary" not in str(failed.value)
    assert _private() == []
    assert (tmp_path / "all.dump").read_text() == "the last one"
    assert not list(tmp_path.glob(".foresto-*"))


def _folder(place):
    place.mkdir()


def _link(place):
    place.symlink_to(place.with_name("elsewhere"))


@pytest.mark.parametrize("kind", [_folder, _link, os.mkfifo])
def test_a_place_that_is_no_plain_file_is_refused(engine, tmp_path, kind):
    kind(tmp_path / "all.dump")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ConfigError, match=r"all\.dump"):
        dump(engine, tmp_path / "all.dump")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("place", ["/dev/null", "/nowhere/all.dump", "/proc/all.dump", ".", "/", "x" * 300])
def test_a_place_that_cannot_be_written_is_refused(engine, tmp_path, place, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError):
        dump(engine, Path(place))
    assert Path("/dev/null").is_char_device()
