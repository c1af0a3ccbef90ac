"""``foresto db restore``: one command makes a new database of an export; the old one is kept, whatever kills it."""

import re
import shutil
import time
from pathlib import Path

import psycopg
import pytest
from support import result_of, run_foresto, start_foresto

from foresto_cli.archive import anew
from foresto_cli.archive import restore as filling
from foresto_cli.errors import Busy
from foresto_cli.running import lock
from foresto_cli.store import cluster as clusters
from foresto_cli.store import embedded, postmaster, replacing
from foresto_cli.store.cluster import RENEWED, RENEWING

pytestmark = pytest.mark.long

OLD_EXPORT = Path(__file__).parents[1] / "exports" / "0017"
CLOSURES = "SELECT string_agg(reason, ' ' ORDER BY reason) FROM market_closure"


@pytest.fixture
def database(home):
    """The folder of the sandbox's embedded database; nothing of it runs afterwards."""
    folder = home / "data" / "sandbox"
    yield folder
    for place in (folder / "postgres" / RENEWING, folder / "postgres"):
        embedded.stop(place)


def ask(folder, query, tell=pytest.fail):
    with embedded.running(folder, tell) as url, psycopg.connect(url) as connection:
        done = connection.execute(query)
        return done.fetchone()[0] if done.description else None


def closed(folder, reason, day):
    ask(folder, f"INSERT INTO market_closure VALUES ('{day}', true, '{reason}', now())")


@pytest.fixture
def exported(home, database, tmp_path):
    """An export that knows of one closure; the database knows of another one that came later, and of a block."""
    closed(database, "before", "2025-01-27")
    done = run_foresto(home, "--sandbox", "db", "export", str(tmp_path / "out"), "--format", "csv")
    assert done.returncode == 0, done.stderr
    closed(database, "later", "2025-06-03")
    ask(
        database,
        "INSERT INTO upstream_block VALUES ('krx', '2026-11-20 12:00', '2026-11-21 12:00', 'HTTP 403');"
        "INSERT INTO upstream_usage (upstream, usage_date, used) VALUES ('dart', '2026-11-20', 19000)",
    )
    return tmp_path / "out"


def restore(home, place, **variables):
    return run_foresto(home, "--sandbox", "db", "restore", str(place), **variables)


def kept_in(database):
    return sorted((database / "postgres").glob("data-*"))


def test_one_command_makes_a_new_database_and_the_old_one_is_kept(home, database, exported):
    done = restore(home, exported)
    assert done.returncode == 0, done.stderr
    assert ask(database, CLOSURES) == "before"
    [kept] = kept_in(database)
    assert str(kept) in done.stdout
    assert re.fullmatch(r"data-20261120-\d{6}", kept.name)
    assert not (database / "postgres" / RENEWING).exists()
    assert ask(database, "SELECT reason FROM upstream_block") == "HTTP 403"
    assert ask(database, "SELECT used FROM upstream_usage WHERE upstream = 'dart'") == 19000
    shutil.rmtree(database / "postgres" / "data")
    kept.rename(database / "postgres" / "data")
    assert ask(database, CLOSURES) == "before later"


def test_where_the_database_is_gone_nothing_is_kept(home, database, exported):
    shutil.rmtree(database)
    done = run_foresto(home, "--sandbox", "db", "restore", str(exported), "--json")
    assert done.returncode == 0, done.stderr
    assert result_of(done)["kept"] is None
    assert ask(database, CLOSURES) == "before"


def test_a_database_that_cannot_be_opened_is_kept_and_what_it_knew_of_blocks_is_told(home, database, exported):
    control = database / "postgres" / "data" / "global" / "pg_control"
    control.write_bytes(b"\0" * control.stat().st_size)
    assert run_foresto(home, "--sandbox", "status").returncode == 69
    done = restore(home, exported)
    assert done.returncode == 0, done.stderr
    assert "차단은 내보낸 때의 것만" in done.stderr
    assert len(kept_in(database)) == 1
    assert ask(database, CLOSURES) == "before"


def test_an_export_of_an_earlier_revision_does_as_well(home, database):
    done = restore(home, OLD_EXPORT)
    assert done.returncode == 0, done.stderr
    assert ask(database, "SELECT count(*) FROM stocks") == 25
    assert run_foresto(home, "--sandbox", "status").returncode == 0


def test_what_is_refused_touches_nothing(home, database, exported, tmp_path):
    data = (database / "postgres" / "data").stat().st_ino
    beside = sorted(path.name for path in (database / "postgres").iterdir())
    no_export = restore(home, tmp_path)
    assert (no_export.returncode, "내보낸 폴더를 적으세요" in no_export.stderr) == (2, True)
    manifest = exported / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"sandbox"', '"real"'))
    other_world = restore(home, exported)
    assert (other_world.returncode, "섞을 수 없습니다" in other_world.stderr) == (2, True)
    manifest.write_text(manifest.read_text().replace('"real"', '"sandbox"'))
    part = exported / "market_closure" / "year=2025" / "part-0.csv"
    part.write_text(part.read_text().replace("before", "beside"))
    damaged = restore(home, exported)
    assert (damaged.returncode, "sha256" in damaged.stderr) == (65, True)
    url = {"database_url": "postgresql://me:secret@localhost:5432/mine"}
    server = run_foresto(home, "--sandbox", "db", "restore", str(exported), settings=url)
    assert (server.returncode, "foresto db import 폴더" in server.stderr) == (2, True)
    assert (database / "postgres" / "data").stat().st_ino == data
    assert sorted(path.name for path in (database / "postgres").iterdir()) == beside
    assert ask(database, CLOSURES) == "before later"


def test_while_another_foresto_works_nothing_is_done(home, database, exported):
    for name in ("collect.lock", "chain.lock"):
        with lock.held(home / "state" / "sandbox" / name, 0):
            busy = restore(home, exported)
            assert (busy.returncode, "다른 foresto가" in busy.stderr) == (75, True)
    assert kept_in(database) == []


def test_while_another_foresto_looks_nothing_is_done(home, database, exported, monkeypatch):
    monkeypatch.setattr(replacing, "PATIENCE_SECONDS", 0.2)
    with (
        embedded.running(database),
        filling.checked(exported, sandbox=True) as export,
        pytest.raises(Busy, match="쓰고 있습니다"),
    ):
        anew._replaced(database, export, lambda *_: None, pytest.fail, sandbox=True)
    assert kept_in(database) == []


class KilledError(BaseException):
    """Nothing that anybody handles."""


@pytest.mark.parametrize("half", [False, True])
def test_killed_when_all_is_ready_the_next_command_finishes_it_and_says_so(home, database, exported, monkeypatch, half):
    def killed(place):
        if half:
            (place / "data").rename(place / (place / RENEWING / RENEWED).read_text())
        raise KilledError

    monkeypatch.setattr(anew, "put_in_place", killed)
    with filling.checked(exported, sandbox=True) as export, pytest.raises(KilledError):
        anew._replaced(database, export, lambda *_: None, pytest.fail, sandbox=True)
    told = run_foresto(home, "--sandbox", "db", "url")
    assert told.returncode == 0
    [kept] = kept_in(database)
    assert "중단된 일을 마쳤습니다" in told.stderr
    assert str(kept) in told.stderr
    assert ask(database, CLOSURES) == "before"
    assert not (database / "postgres" / RENEWING).exists()


def test_killed_in_the_middle_the_next_command_goes_on_with_the_old_one_and_says_so(home, database, exported):
    process = start_foresto(home, "--sandbox", "db", "restore", str(exported))
    fresh = database / "postgres" / RENEWING
    until = time.monotonic() + 60
    while (server := postmaster.read(fresh)) is None or server.status != "ready":
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert postmaster.is_alive(fresh)
    told = run_foresto(home, "--sandbox", "db", "url")
    assert told.returncode == 0
    assert "전의 것을 그대로 씁니다" in told.stderr
    assert not fresh.exists()
    assert not postmaster.answers(server)
    assert ask(database, CLOSURES) == "before later"
    assert restore(home, exported).returncode == 0
    assert ask(database, CLOSURES) == "before"


@pytest.mark.slow
def test_killed_at_any_moment_either_the_old_or_the_new_one_is_in_use(home, database, exported):
    """Every third of a second of a restore, later and later until two get through."""
    number, through = 0, 0
    while through < 2:
        number += 1
        process = start_foresto(home, "--sandbox", "db", "restore", str(exported))
        time.sleep(number / 3)
        process.kill()
        process.communicate()
        shown = run_foresto(home, "--sandbox", "db", "size")
        assert shown.returncode == 0, shown.stderr
        found = ask(database, CLOSURES)
        assert found in {"before", "before later"}
        if found == "before":
            through += 1
            closed(database, "later", "2025-06-03")
        assert not (database / "postgres" / RENEWING).exists()
        assert len(kept_in(database)) == through
    assert number > 3
    assert clusters.location(database) == database / "postgres"
