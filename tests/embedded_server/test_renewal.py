"""A cluster of an older major version: one command moves it, whole or not at all, and every advice can be followed."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from embedded_server.places import PROJECT, ask, copy
from sqlalchemy import create_engine
from support import run_foresto

from foresto_cli.errors import Busy, StoreUnavailable, UsageError, VerificationFailed
from foresto_cli.store import binaries as programs
from foresto_cli.store import embedded, migrate, renewal, replacing
from foresto_cli.store.addresses import psycopg_url
from foresto_cli.store.binaries import MAJOR, environment
from foresto_cli.store.cluster import PORT, RENEWED, RENEWING, location, prepare
from foresto_cli.store.owners import account_of

FILLED = (
    "INSERT INTO data_source (source_id, source_name, source_type) VALUES ('MINE', E'한글 \\\\ \\t''', 'VENDOR')",
    "CREATE TABLE much AS SELECT n, repeat('가', 50) AS words, n / 3.0 AS ratio FROM generate_series(1, 20000) n",
    "CREATE TABLE odd (line text)",
    "INSERT INTO odd VALUES ('CREATE ROLE foresto;'), ('\\.'), (NULL), ('')",
    "CREATE SEQUENCE counter START 41",
    "SELECT nextval('counter')",
    "CREATE VIEW seen AS SELECT count(*) FROM much",
    "CREATE ROLE reader LOGIN",
    "GRANT SELECT ON much TO reader",
)
MORE = (
    "import sys; from pathlib import Path; from foresto_cli.store.renewal import renew; renew(Path(sys.argv[1]), None)"
)


def old_versions():
    """What this machine has: the wheel brings the version before its newest."""
    places = [*programs._in_the_wheel(), *Path("/usr/lib/postgresql").glob("*/bin")]
    found = {programs._major_in(place): place for place in places}
    return {major: place for major, place in found.items() if major and int(major) < int(MAJOR)}


OLD = old_versions()


def make(folder, tools):
    """Make the cluster that an earlier foresto would have left, with data of all kinds."""
    cluster = location(folder)
    owner = prepare(cluster)
    user, group, groups = account_of(owner)
    initdb = [tools / "initdb", "-D", cluster / "data", "-U", "foresto", "--auth-local=trust", "--auth-host=reject"]
    subprocess.run(
        [*initdb, "--encoding=UTF8", "--locale=C", "--no-sync"],
        check=True, capture_output=True, env=environment(), cwd="/", user=user, group=group, extra_groups=groups,
    )  # fmt: skip
    sockets = embedded.launch(cluster, owner, tools)
    url = f"postgresql://foresto@/foresto?host={sockets}&port={PORT}"
    with psycopg.connect(url.replace("/foresto?", "/postgres?"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE foresto")
        connection.execute("CREATE DATABASE second")
    engine = create_engine(psycopg_url(url))
    migrate.ensure_current(engine, sandbox=False)
    engine.dispose()
    with psycopg.connect(url) as connection:
        for statement in FILLED:
            connection.execute(statement)
    with psycopg.connect(url.replace("/foresto?", "/second?")) as connection:
        connection.execute("CREATE TABLE own AS SELECT 7 AS a")
    embedded.stop(cluster)


NEWEST_FIRST = sorted(OLD, key=int, reverse=True)


@pytest.fixture(
    scope="module", params=[*NEWEST_FIRST[:1], *(pytest.param(it, marks=pytest.mark.slow) for it in NEWEST_FIRST[1:])]
)
def made(request, private_tmp):
    """A cluster of an older version; tests copy it."""
    folder = private_tmp / f"old-{request.param}" / "data"
    make(folder, OLD[request.param])
    yield request.param, folder
    shutil.rmtree(location(folder))


@pytest.fixture
def old(made, private_tmp, request):
    """A home of this test's own whose database is of an older version."""
    major, original = made
    home = private_tmp / f"renewed-{major}-{abs(hash(request.node.name))}"
    folder = home / "data"
    folder.mkdir(parents=True)
    copy(original, folder)
    yield major, home, folder
    for place in (location(folder) / RENEWING, location(folder)):
        embedded.stop(place)
    shutil.rmtree(location(folder))
    shutil.rmtree(home)


def check(folder):
    """Everything is there, in the new version."""
    with embedded.running(folder) as url:
        assert ask(url, "SHOW server_version")[0].startswith(MAJOR)
        assert ask(url, "SELECT source_name FROM data_source WHERE source_id = 'MINE'") == ("한글 \\ \t'",)
        assert ask(url, "SELECT count(*), sum(n), sum(ratio)::text FROM much")[:2] == (20000, 200010000)
        assert ask(url, "SELECT count(*), count(line) FROM odd WHERE line IS NULL OR line <> 'x'") == (4, 3)
        assert ask(url, "SELECT nextval('counter')") == (42,)
        assert ask(url, "SELECT * FROM seen") == (20000,)
        assert ask(url.replace("foresto@", "reader@"), "SELECT count(*) FROM much") == (20000,)
        assert ask(url.replace("/foresto?", "/second?"), "SELECT a FROM own") == (7,)
        assert ask(url, "SELECT version_num FROM foresto_version") == (migrate.HEAD,)


@pytest.mark.long
def test_the_command_that_is_advised_moves_everything_and_keeps_the_old(old):
    major, home, folder = old
    told = run_foresto(home, "status")
    assert told.returncode == 69
    assert f"PostgreSQL {major} 형식" in told.stderr
    advised = shlex.split(re.search(r"foresto (db upgrade-cluster)", told.stderr).group(1))
    done = run_foresto(home, *advised)
    assert done.returncode == 0, done.stderr
    check(folder)
    kept = location(folder) / f"data-{major}"
    assert str(kept) in done.stdout
    assert (kept / "PG_VERSION").read_text().strip() == major
    assert not (location(folder) / RENEWING).exists()
    assert run_foresto(home, "status").returncode == 0
    again = run_foresto(home, *advised)
    assert (again.returncode, "할 일이 없습니다" in again.stderr) == (2, True)


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost(old):
    major, _, folder = old
    cluster = location(folder)
    for seconds in (0.2, 0.6, 1.0, 1.5, 2.0, 3.0):
        process = subprocess.Popen([sys.executable, "-c", MORE, str(folder)], cwd=PROJECT, stderr=subprocess.DEVNULL)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if (cluster / "data" / "PG_VERSION").read_text().strip() == MAJOR:
            break
        # Until it is done, other commands say the same as before, and touch nothing.
        with pytest.raises(StoreUnavailable, match=f"PostgreSQL {major} 형식"), embedded.running(folder):
            pass
    else:
        renewal.renew(folder, None)
    check(folder)


@pytest.mark.slow
@pytest.mark.parametrize("half", [False, True])
def test_killed_when_all_is_ready_the_next_start_finishes_it(old, monkeypatch, half):
    major, _, folder = old
    cluster = location(folder)

    class KilledError(BaseException):
        """Nothing that anybody handles."""

    def killed(place):
        if (place / RENEWING / RENEWED).exists():
            if half:  # the old data went aside, and the new are not in their place yet
                (place / "data").rename(place / f"data-{major}")
            raise KilledError

    monkeypatch.setattr(renewal, "put_in_place", killed)
    with pytest.raises(KilledError):
        renewal.renew(folder, None)
    assert (cluster / RENEWING / "data").is_dir()
    check(folder)
    assert (cluster / f"data-{major}" / "PG_VERSION").read_text().strip() == major
    assert not (cluster / RENEWING).exists()


@pytest.mark.slow
def test_a_copy_that_differs_is_not_believed(old, monkeypatch):
    major, _, folder = old
    usual = renewal._carry

    def lossy(source, target):
        usual(source, target)
        with psycopg.connect(target, dbname="foresto") as connection:
            connection.execute("UPDATE much SET words = 'x' WHERE n = 7")

    monkeypatch.setattr(renewal, "_carry", lossy)
    with pytest.raises(VerificationFailed, match="much"):
        renewal.renew(folder, None)
    assert (location(folder) / "data" / "PG_VERSION").read_text().strip() == major
    monkeypatch.undo()
    renewal.renew(folder, None)
    check(folder)


def test_without_room_nothing_is_begun(old, monkeypatch):
    major, _, folder = old
    monkeypatch.setattr(renewal, "SPARE", 1e9)
    with pytest.raises(StoreUnavailable, match="GB"):
        renewal.renew(folder, None)
    assert (location(folder) / "data" / "PG_VERSION").read_text().strip() == major
    assert not (location(folder) / RENEWING).exists()


def test_a_current_one_is_left_alone_while_it_is_used(shared, monkeypatch):
    monkeypatch.setattr(replacing, "PATIENCE_SECONDS", 0.2)
    with embedded.running(shared), pytest.raises(Busy, match="쓰고 있습니다"):
        renewal.renew(shared, None)
    with pytest.raises(UsageError, match="할 일이 없습니다"):
        renewal.renew(shared, None)


def test_programs_that_are_nowhere_are_named_with_the_ways_to_get_them(own, tmp_path):
    (location(own) / "data" / "PG_VERSION").write_text("13\n")
    with pytest.raises(StoreUnavailable) as caught, embedded.running(own):
        pass
    for words in ("postgresql-13", "--old-binaries", "db backup", "db import"):
        assert words in str(caught.value)
    with pytest.raises(StoreUnavailable, match=str(tmp_path)):
        renewal.renew(own, tmp_path)


def test_a_newer_one_asks_for_the_newer_program(own):
    (location(own) / "data" / "PG_VERSION").write_text("99\n")
    with pytest.raises(StoreUnavailable, match="새 버전으로"), embedded.running(own):
        pass
