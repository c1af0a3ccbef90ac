"""Bringing a database to this version, and refusing one that is not ours to change."""

import subprocess
import sys
import time

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from conftest import own_database
from sqlalchemy import create_engine, text

from foresto_cli.datasets.dart import filing_types
from foresto_cli.errors import ConfigError, ForestoError, StoreUnavailable, exit_code_of
from foresto_cli.store import described, migrate
from foresto_cli.store import engine as store_engine
from foresto_cli.store.addresses import psycopg_url, shown_url
from foresto_cli.store.engine import connected
from foresto_cli.store.tables import metadata
from foresto_cli.store.whose import VERSION_TABLE

CATALOGUES = {
    "columns": "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default"
    " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1, 2",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    "comments": "SELECT relname, obj_description(oid) FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1",
    "columns' comments": "SELECT attrelid::regclass::text, attname, col_description(attrelid, attnum) FROM pg_attribute"
    " JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
    " AND attnum > 0 AND NOT attisdropped ORDER BY 1, 2",
    "views": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
    "version": "SELECT conname, pg_get_constraintdef(oid), conrelid::regclass::text FROM pg_constraint"
    " WHERE conrelid = 'foresto_version'::regclass",
    "sources": "SELECT source_id, source_name, source_type, base_url, license_type FROM data_source ORDER BY 1",
}


@pytest.fixture
def empty_url(server):
    """The URL of a database without any table."""
    with own_database(server) as url:
        yield url


def catalogue(engine):
    with engine.connect() as connection:
        return {
            name: [
                tuple(row)
                for row in connection.execute(text(query))
                if "foresto_version" not in row[0] or name == "version"
            ]
            for name, query in CATALOGUES.items()
        }


def python(code, *arguments):
    """Start Python with ``code`` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def configured(connection):
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    config.attributes["connection"] = connection
    return config


def test_the_code_knows_the_newest_revision():
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_alembic_finds_nothing_to_change_in_a_migrated_database(engine):
    options = {"compare_type": True, "compare_server_default": True, "version_table": VERSION_TABLE}
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


@pytest.mark.long
def test_a_new_database_is_what_the_upgrades_make_of_the_oldest(engine, empty_url):
    other = create_engine(psycopg_url(empty_url))
    with other.begin() as connection:
        command.upgrade(configured(connection), "head")
        described.add(connection)
    upgraded = catalogue(other)
    other.dispose()
    found = catalogue(engine)
    assert len(found["columns"]) > 100
    for kind, rows in upgraded.items():
        assert found[kind] == rows, kind


@pytest.mark.long
def test_the_list_of_periodic_reports_goes_on_as_days_of_all_filings(empty_url):
    engine = create_engine(psycopg_url(empty_url))
    kept = (
        ("20261120000001", "[기재정정]분기보고서 (2026.09)"),
        ("20261120000002", "사업보고서 (2025.12)   "),
        ("20261120000003", "등록법인결산서류(자본시장법이전)"),
    )
    for asked, status, unit in (
        ("2026-11-20 16:30", "done", "2026-11-20"),
        ("2026-11-22 10:00", "no_data", "2026-11-20"),
        ("2026-11-20 16:30", "failed", None),
    ):
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
        with engine.begin() as connection:
            command.upgrade(configured(connection), "0028")
            connection.execute(
                text(
                    "INSERT INTO unit_ledger (dataset, unit, status, row_count, run_id, asked_at, attempts)"
                    " VALUES ('dart.filings', 'all', :status, 3, 1, CAST(:asked AS timestamp), 4)"
                ),
                {"status": status, "asked": asked},
            )
            for number, name in kept:
                connection.execute(
                    text(
                        "INSERT INTO dart_filing (rcept_no, corp_code, ticker, report_nm, rcept_dt, batch_id,"
                        " created_at, updated_at)"
                        " VALUES (:n, '00100003', '005930', :name, '2026-11-20', 1, now(), now())"
                    ),
                    {"n": number, "name": name},
                )
            command.upgrade(configured(connection), "head")
            assert connection.scalar(text("SELECT unit FROM unit_ledger")) == unit
            found = connection.execute(text("SELECT filing_type FROM dart_filing ORDER BY rcept_no")).scalars().all()
            assert found == ["periodic", "periodic", None]
            assert [filing_types.code_of(name) for _, name in kept] == found
    engine.dispose()


def test_a_second_start_changes_nothing(engine):
    before = catalogue(engine)
    assert migrate.ensure_current(engine, sandbox=True) is False
    assert catalogue(engine) == before


@pytest.mark.long
def test_processes_that_migrate_an_empty_database_at_once_all_succeed(empty_url):
    code = (
        "import sys\n"
        "from foresto_cli.store.engine import connected\n"
        "from sqlalchemy import text\n"
        "sys.stdin.read()\n"
        "with connected(sys.argv[1], sandbox=False) as engine, engine.connect() as connection:\n"
        "    print(connection.scalar(text('SELECT version_num FROM foresto_version')))\n"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, empty_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in started:
        process.stdin.close()
    for process in started:
        process.stdin = None
    ended = [(*process.communicate(timeout=60), process.returncode) for process in started]
    assert ended == [(f"{migrate.HEAD}\n", "", 0)] * 2


@pytest.mark.parametrize("first", [True, False])
def test_a_database_of_the_other_world_is_refused(empty_url, first):
    with connected(empty_url, sandbox=first):
        pass
    with pytest.raises(StoreUnavailable) as caught, connected(empty_url, sandbox=not first):
        pytest.fail("the other world's database was opened")
    assert ("모의 환경(sandbox)의 것" if first else "실제 자료가 있습니다") in str(caught.value)
    assert exit_code_of(caught.value) == 69
    with connected(empty_url, sandbox=first) as engine, engine.connect() as connection:
        world = connection.scalar(text("SELECT value FROM foresto_meta WHERE key = 'world'"))
    assert world == ("sandbox" if first else "real")


def test_a_database_of_a_newer_foresto_is_refused_and_left_alone(engine, database_url):
    with engine.begin() as connection:
        connection.execute(text("UPDATE foresto_version SET version_num = '9999'"))
    before = catalogue(engine)
    with pytest.raises(StoreUnavailable, match="9999") as caught, connected(database_url, sandbox=True):
        pytest.fail("a newer database was opened")
    assert "foresto를 새 버전으로" in str(caught.value)
    assert catalogue(engine) == before
    with engine.connect() as connection:
        assert migrate.revision(connection) == "9999"


def test_an_empty_database_has_no_revision(empty_url):
    engine = create_engine(psycopg_url(empty_url))
    with engine.connect() as connection:
        assert migrate.revision(connection) is None
    engine.dispose()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "localhost:1"])
def test_a_server_that_does_not_answer_is_one_sentence_without_the_password(address):
    url = f"postgresql://someone:hunter2-secret@{address}/foresto"
    with pytest.raises(StoreUnavailable) as caught, connected(url, sandbox=False):
        pytest.fail("there is no server")
    message = str(caught.value)
    assert "hunter2-secret" not in message
    assert "\n" not in message
    assert "DATABASE_URL" in message
    assert caught.value.__suppress_context__


def test_a_database_that_does_not_exist_is_named(server):
    with (
        pytest.raises(StoreUnavailable, match="no_such_place"),
        connected(server.replace("/foresto?", "/no_such_place?"), sandbox=False),
    ):
        pytest.fail("there is no such database")


def test_an_option_that_libpq_does_not_know_is_a_wrong_setting(server):
    with pytest.raises(ForestoError) as caught, connected(f"{server}&schema=public", sandbox=False):
        pytest.fail("libpq knows no option schema")
    assert exit_code_of(caught.value) in {69, 78}
    assert "DATABASE_URL" in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_is_understood(scheme):
    url = f"{scheme}://me:p%40ss%2Fw@db.example:6432/foresto?sslmode=require"
    assert psycopg_url(url) == "postgresql+psycopg://me:p%40ss%2Fw@db.example:6432/foresto?sslmode=require"


def test_only_the_scheme_is_rewritten():
    url = "postgresql://me:postgres%3A%2F%2Fx@db/foresto"
    assert psycopg_url(url) == "postgresql+psycopg://me:postgres%3A%2F%2Fx@db/foresto"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:hunter2@db/foresto",
        "sqlite:///hunter2.db",
        "hunter2",
        "",
        "postgresql://me:hunter2@db:port/foresto",
        "://hunter2",
    ],
)
def test_anything_else_is_refused_without_being_shown(url):
    with pytest.raises(ConfigError, match="DATABASE_URL") as caught:
        psycopg_url(url)
    assert "hunter2" not in str(caught.value)
    assert exit_code_of(caught.value) == 78


def test_a_shown_url_hides_the_password_and_nothing_else():
    shown = shown_url("postgres://me:hunter2@db.example:6432/foresto?sslmode=require")
    assert shown == "postgresql://me:***@db.example:6432/foresto?sslmode=require"


def test_a_password_among_the_options_is_hidden_too():
    shown = shown_url("postgresql://me@db.example/foresto?password=hunter2&sslmode=require")
    assert "hunter2" not in shown
    assert "sslmode=require" in shown


@pytest.mark.long
def test_alembic_is_not_imported_when_there_is_nothing_to_migrate(database_url):
    code = (
        "import sys\n"
        "from foresto_cli.store.engine import connected\n"
        "with connected(sys.argv[1], sandbox=True):\n"
        "    print(sorted({name.partition('.')[0] for name in sys.modules} & {'alembic', 'mako', 'psycopg'}))\n"
    )
    with python(code, database_url) as process:
        out, err = process.communicate(timeout=60)
    assert (out, err) == ("['psycopg']\n", "")


def test_an_engine_is_closed_with_its_block(database_url, engine):
    with connected(database_url, sandbox=True) as other, other.connect():
        pass
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    # The server notices a closed connection a moment after it was closed.
    deadline = time.monotonic() + 5
    left = 1
    while left and time.monotonic() < deadline:
        with engine.connect() as connection:
            left = connection.scalar(others)
    assert left == 0


def test_the_operators_url_is_used_and_no_server_of_our_own_is_started(database_url, tmp_path):
    with store_engine.opened(database_url, tmp_path / "data", sandbox=True) as found, found.connect() as connection:
        assert connection.scalar(text("SELECT current_database()")) == found.url.database
    assert not (tmp_path / "data").exists()


def test_a_view_that_was_dropped_is_there_again_after_the_next_start(engine):
    before = catalogue(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP VIEW valuation_daily, price_adjusted"))
    migrate.ensure_current(engine, sandbox=True)
    assert catalogue(engine) == before
