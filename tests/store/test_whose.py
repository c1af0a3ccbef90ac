"""Whose database it is: an empty one becomes ours, other people's only when told so."""

import re
import subprocess
import sys
import time

import pytest
from alembic import command
from alembic.config import Config
from commands import one_after_another
from conftest import own_database
from sqlalchemy import create_engine, text
from support import run_foresto

from foresto_cli.errors import StoreRefused, StoreUnavailable, exit_code_of
from foresto_cli.store import migrate
from foresto_cli.store.addresses import psycopg_url
from foresto_cli.store.engine import connected, opened

EVERYTHING = text(
    "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1"
)
STRANGE = {
    "table": "CREATE TABLE customer (id int)",
    "view": "CREATE VIEW customer AS SELECT 1 AS id",
    "materialized view": "CREATE MATERIALIZED VIEW customer AS SELECT 1 AS id",
    "sequence": "CREATE SEQUENCE customer",
    "partitioned": "CREATE TABLE customer (id int) PARTITION BY RANGE (id)",
    "another schema": "CREATE SCHEMA shop; CREATE TABLE shop.customer (id int)",
    "many": "CREATE TABLE customer (id int); CREATE TABLE invoice (id int); CREATE SCHEMA a; CREATE TABLE a.b ()",
}
ALEMBIC = "CREATE TABLE alembic_version (version_num varchar(32)); INSERT INTO alembic_version VALUES ('{}')"


@pytest.fixture
def empty(server):
    """An engine on a database without any table, and its URL."""
    with own_database(server) as url:
        engine = create_engine(psycopg_url(url))
        yield engine, url
        engine.dispose()


def run(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def everything(engine):
    with engine.connect() as connection:
        return connection.scalars(EVERYTHING).all()


def python(code, *arguments):
    """Start Python with ``code`` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def refused(url):
    with pytest.raises(StoreUnavailable) as caught, connected(url, sandbox=False):
        pytest.fail("a database that is not ours was opened")
    return caught.value


@pytest.mark.parametrize("statements", STRANGE.values(), ids=STRANGE)
def test_other_people_s_database_gets_nothing_of_ours_and_is_named(empty, statements):
    engine, url = empty
    run(engine, statements)
    before = everything(engine)
    error = refused(url)
    assert exit_code_of(error) == 78
    assert engine.url.database in str(error)
    assert "DATABASE_URL" in str(error)
    assert "--beside-other-tables" in str(error)
    assert "\n" not in str(error)
    assert everything(engine) == before


def test_the_setting_that_named_it_is_told(empty, tmp_path):
    engine, url = empty
    run(engine, STRANGE["table"])
    with (
        pytest.raises(StoreRefused, match=r"/shop/\.env의 DATABASE_URL"),
        opened(url, tmp_path, sandbox=False, named="/shop/.env의 DATABASE_URL"),
    ):
        pass


def test_what_an_extension_brings_along_is_nobody_s(empty):
    engine, url = empty
    run(engine, "CREATE TABLE customer (id int)", "ALTER EXTENSION plpgsql ADD TABLE customer")
    with connected(url, sandbox=False):
        pass


def test_told_so_we_stand_beside_others_and_stay_there(empty):
    engine, url = empty
    run(engine, STRANGE["table"], "INSERT INTO customer VALUES (7)", ALEMBIC.format("ae1027a6acf"))
    with opened(url, None, sandbox=False, beside=True) as ours, ours.connect() as connection:
        assert migrate.revision(connection) == migrate.HEAD
        assert connection.scalar(text("SELECT id FROM customer")) == 7
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "ae1027a6acf"
    with connected(url, sandbox=False):
        pass  # from now on every command


def test_told_so_a_table_by_one_of_our_names_is_still_no_place_for_us(empty):
    engine, url = empty
    run(engine, "CREATE TABLE stocks (id int)")
    before = everything(engine)
    with pytest.raises(StoreRefused, match="stocks"), opened(url, None, sandbox=False, beside=True):
        pass
    assert everything(engine) == before


@pytest.mark.parametrize("version", ["ae1027a6acf", "0001", migrate.HEAD, "9999"])
def test_another_program_s_alembic_is_told_as_what_it_is(empty, version):
    engine, url = empty
    run(engine, ALEMBIC.format(version))
    before = everything(engine)
    error = refused(url)
    assert "다른 프로그램(alembic)의 데이터베이스입니다" in str(error)
    assert exit_code_of(error) == 78
    assert everything(engine) == before


def test_our_tables_outside_the_search_path_are_not_made_twice(empty):
    engine, url = empty
    with connected(url, sandbox=False):
        pass
    run(engine, "CREATE SCHEMA other")
    elsewhere = f"{url}&options=-csearch_path%3Dother"
    error = refused(elsewhere)
    assert "search_path = public" in str(error)
    assert not [name for name in everything(engine) if name.startswith("other.")]


# A database of a foresto that kept its revision in alembic's own table.


def former(engine, url, revision=migrate.HEAD):
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        migrate.claim(connection, sandbox=False)
    run(
        engine,
        "ALTER TABLE foresto_version RENAME TO alembic_version",
        "ALTER TABLE alembic_version RENAME CONSTRAINT foresto_version_pkc TO alembic_version_pkc",
        "INSERT INTO data_source (source_id, source_name, source_type) VALUES ('MINE', 'mine', 'VENDOR')",
    )


@pytest.mark.long
@pytest.mark.parametrize("revision", [migrate.HEAD, f"{int(migrate.HEAD) - 1:04}"])
def test_a_database_of_an_earlier_foresto_is_carried_over(empty, revision):
    engine, url = empty
    former(engine, url, revision)
    with connected(url, sandbox=False) as ours, ours.connect() as connection:
        assert migrate.revision(connection) == migrate.HEAD
        assert connection.scalar(text("SELECT to_regclass('alembic_version')")) is None
        assert connection.scalar(text("SELECT source_name FROM data_source WHERE source_id = 'MINE'")) == "mine"
        names = "SELECT conname FROM pg_constraint WHERE conrelid = 'foresto_version'::regclass AND contype = 'p'"
        assert connection.scalar(text(names)) == "foresto_version_pkc"


@pytest.mark.long
def test_a_kill_in_the_middle_of_it_leaves_everything_as_it_was(empty):
    engine, url = empty
    former(engine, url, f"{int(migrate.HEAD) - 1:04}")
    before = everything(engine)
    waiting = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    with engine.connect() as holder, engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
        # The last thing that is done needs this table, so all else is done by then.
        holder.execute(text("LOCK TABLE foresto_meta IN SHARE MODE"))
        process = python("from foresto_cli.store.engine import connected; import sys\n"
                         "with connected(sys.argv[1], sandbox=False): pass", url)  # fmt: skip
        until = time.monotonic() + 30
        while not looking.scalar(waiting):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.05)
        process.kill()
        process.communicate()
        holder.rollback()
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE foresto_meta"))  # the server has noticed
    assert everything(engine) == before
    with connected(url, sandbox=False) as ours, ours.connect() as connection:
        assert migrate.revision(connection) == migrate.HEAD


def test_a_newer_foresto_of_before_is_a_newer_foresto(empty):
    engine, url = empty
    former(engine, url)
    run(engine, "UPDATE alembic_version SET version_num = '9999'")
    before = everything(engine)
    assert "더 새로운 foresto" in str(refused(url))
    assert everything(engine) == before


def test_an_empty_version_table_is_no_empty_database(empty):
    engine, url = empty
    former(engine, url)
    run(engine, "DELETE FROM alembic_version")
    assert "비어 있어" in str(refused(url))


# The commands.

LOOKING = (
    ("status",),
    ("runs", "list"),
    ("doctor", "--offline"),
    ("db", "url"),
    ("db", "size"),
    ("db", "upgrade"),
    ("stocks", "show", "005930"),
    ("watchlist", "list"),
    ("verify", "daily"),
)


def test_no_command_makes_a_table_beside_other_people_s(empty, tmp_path):
    engine, url = empty
    run(engine, STRANGE["many"], ALEMBIC.format("ae1027a6acf"))
    before = everything(engine)
    where = {"DATABASE_URL": url.replace("foresto@", "foresto:hunter2-secret@")}
    commands = [*LOOKING, ("prices", "index"), ("run", "weekday")]
    for done in one_after_another(tmp_path, *((arguments, where) for arguments in commands), sandboxed=False):
        assert done.returncode == 78, done
        assert "다른 프로그램(alembic)의 데이터베이스입니다" in done.stdout + done.stderr, done
        assert engine.url.database in done.stdout + done.stderr
        assert "hunter2-secret" not in done.stdout + done.stderr
    assert everything(engine) == before


def test_the_command_that_was_advised_works(empty, tmp_path):
    engine, url = empty
    run(engine, STRANGE["many"])
    said = run_foresto(tmp_path, "status", DATABASE_URL=url).stderr
    advised = re.search(r"foresto (db upgrade --[a-z-]+)", said).group(1).split()
    assert run_foresto(tmp_path, *advised, DATABASE_URL=url).returncode == 0
    assert run_foresto(tmp_path, "status", DATABASE_URL=url).returncode == 0
    assert {"public.customer", "a.b", "public.foresto_version"} <= set(everything(engine))
