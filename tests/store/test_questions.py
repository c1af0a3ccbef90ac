"""Reading only: whatever statement is sent, nothing changes, no file is touched, no program starts."""

import time
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from operators_server import operators_server
from sqlalchemy import text

from foresto_cli.errors import UsageError
from foresto_cli.store import questions
from foresto_cli.store.engine import as_it_is, connected

WRITES = (
    "INSERT INTO watchlist (ticker) VALUES ('005930')",
    "UPDATE foresto_meta SET value = 'x'",
    "DELETE FROM foresto_meta",
    "TRUNCATE foresto_meta",
    "WITH gone AS (DELETE FROM foresto_meta RETURNING *) SELECT * FROM gone",
    "SELECT * FROM foresto_meta FOR UPDATE",
    "SELECT * INTO copied FROM foresto_meta",
    "CREATE TABLE made (a int)",
    "CREATE TEMP TABLE made (a int)",
    "DROP TABLE foresto_meta",
    "ALTER TABLE foresto_meta ADD COLUMN made int",
    "COMMENT ON TABLE foresto_meta IS 'x'",
    "CREATE ROLE made SUPERUSER",
    "ALTER ROLE CURRENT_USER SET work_mem = '1GB'",
    "GRANT ALL ON foresto_meta TO PUBLIC",
    "CREATE EXTENSION dblink",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "COPY foresto_meta FROM PROGRAM 'echo x'",
    "COPY foresto_meta TO PROGRAM 'touch {place}'",
    "COPY foresto_meta TO '{place}'",
    "COPY foresto_meta FROM '/etc/passwd'",
    "COPY foresto_meta FROM STDIN",
    "DO $$ BEGIN DELETE FROM foresto_meta; END $$",
    "DO $$ BEGIN EXECUTE 'COPY foresto_meta TO PROGRAM ''touch {place}'''; END $$",
    "EXPLAIN ANALYZE DELETE FROM foresto_meta",
    "SET default_transaction_read_only = off",
    "SET TRANSACTION READ WRITE",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "SET ROLE foresto",
    "SET SESSION AUTHORIZATION foresto",
    "COMMIT; DELETE FROM foresto_meta",
    "ROLLBACK; BEGIN READ WRITE; DELETE FROM foresto_meta; COMMIT",
    "SELECT 1; DELETE FROM foresto_meta",
    "SET default_transaction_read_only = off; DELETE FROM foresto_meta",
    "COMMIT AND CHAIN",
    "BEGIN READ WRITE",
    "PREPARE made AS DELETE FROM foresto_meta",
    "DECLARE made CURSOR WITH HOLD FOR SELECT 1",
    "VACUUM foresto_meta",
    "CALL pg_catalog.nothing()",
    "LOCK TABLE foresto_meta IN ACCESS EXCLUSIVE MODE",
    "LISTEN made",
    "SELECT setval('data_load_batch_batch_id_seq', 999)",
    "SELECT nextval('data_load_batch_batch_id_seq')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_export(1, '{place}')",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT pg_terminate_backend({backend})",
    "SELECT pg_cancel_backend({backend})",
    "SELECT pg_reload_conf()",
    "SELECT pg_switch_wal()",
    "SELECT pg_create_restore_point('made')",
    "SELECT dblink('dbname=foresto', 'DELETE FROM foresto_meta')",
    "SELECT query_to_xml('DELETE FROM foresto_meta', true, true, '')",
    "SELECT set_config('transaction_read_only', 'off', true), query_to_xml('DELETE FROM watchlist', true, true, '')",
    "SELECT set_config('role', 'none', false), query_to_xml('DELETE FROM foresto_meta', true, true, '')",
)
"""Ways to change something or to get out; ``{place}`` must not come to be, ``{backend}`` is another session."""
ESCAPES = (
    "SELECT set_config('role', 'none', false), query_to_xml('SELECT pg_read_file(''/etc/passwd'')', true, true, '')",
    "SELECT set_config('session_authorization', 'foresto', false), query_to_xml('CHECKPOINT', true, true, '')",
    "SELECT query_to_xml('SELECT rolpassword FROM pg_authid', true, true, '') FROM set_config('role', 'none', false)",
)
"""What a superuser's session that only took another role could do, and a session of the reader cannot."""
HARMLESS = {"SET default_transaction_read_only = off", "LISTEN made", "COMMIT AND CHAIN"}
"""Refused for giving no rows: the server itself would do them, for a session that ends at once."""

STATE = """
SELECT (SELECT string_agg(key || value, ',' ORDER BY key) FROM foresto_meta),
  (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_roles), (SELECT count(*) FROM pg_largeobject_metadata),
  (SELECT last_value FROM data_load_batch_batch_id_seq), (SELECT count(*) FROM pg_extension),
  (SELECT count(*) FROM pg_db_role_setting), (SELECT md5(string_agg(relacl::text, ',' ORDER BY oid)) FROM pg_class),
  (SELECT count(*) FROM pg_file_settings)
"""


def all_of(engine, statement, *, own=True, seconds=20):
    with questions.asked(engine, statement, seconds=seconds, own=own) as found:
        return list(found.rows)


@contextmanager
def watched(url):
    """Yield a session of another, and what must be the same afterwards."""
    with psycopg.connect(url, autocommit=True) as other:
        yield other, lambda: other.execute(STATE).fetchone()


@pytest.mark.parametrize("statement", [*WRITES, *ESCAPES])
def test_nothing_can_be_changed_and_nobody_gets_out_of_the_embedded_server(engine, database_url, tmp_path, statement):
    questions.make_reader(engine)
    with watched(database_url) as (other, state):
        before, place = state(), tmp_path / "made"
        sent = statement.format(place=place, backend=other.info.backend_pid)
        with pytest.raises(UsageError) as refused:
            all_of(engine, sent)
        assert state() == before
        assert not place.exists()
        assert ("행을 돌려주지" in str(refused.value)) or statement not in HARMLESS
    assert "postgresql://" not in str(refused.value)


@pytest.fixture(scope="module")
def operators():
    """A server whose account is a superuser, with our tables."""
    with operators_server() as (_, url), connected(url, sandbox=True) as engine:
        yield engine, url


@pytest.mark.parametrize("statement", WRITES)
def test_nothing_can_be_changed_at_the_operators_server_either(operators, tmp_path, statement):
    engine, url = operators
    with watched(url) as (other, state):
        before, place = state(), tmp_path / "made"
        tmp_path.chmod(0o777)
        with pytest.raises(UsageError):
            all_of(engine, statement.format(place=place, backend=other.info.backend_pid), own=False)
        assert state() == before
        assert not place.exists()


def test_an_account_without_rights_of_its_own_reads_what_it_may(operators):
    engine, url = operators
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE plain LOGIN PASSWORD 'right-password-x7'"))
        connection.execute(text("GRANT SELECT ON foresto_meta TO plain"))
    with as_it_is(url.replace("boss:", "plain:")) as plain:
        assert all_of(plain, "SELECT key FROM foresto_meta WHERE key = 'world'", own=False) == [("world",)]
        with pytest.raises(UsageError, match="권한"):
            all_of(plain, "SELECT * FROM stocks", own=False)


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT 1 WHERE false", []),
        ("SELECT 1 AS a, 'x' AS b, NULL", [(1, "x", None)]),
        ("VALUES (1), (2);", [(1,), (2,)]),
        ("TABLE foresto_meta LIMIT 0", []),
        ("WITH a AS (SELECT 1.50 AS b) SELECT * FROM a -- the end", [(Decimal("1.50"),)]),
        ("SELECT '%s %(a)s 50%'", [("%s %(a)s 50%",)]),
        ("SELECT ':name', DATE '2026-11-20'", [(":name", date(2026, 11, 20))]),
        ("SHOW timezone", [("Asia/Seoul",)]),
        ("SELECT count(*) FROM generate_series(1, 100000)", [(100_000,)]),
    ],
)
def test_questions_are_answered(engine, statement, rows):
    assert all_of(engine, statement) == rows
    assert all_of(engine, statement, own=False) == rows


def test_an_answer_without_rows_has_its_columns(engine):
    with questions.asked(engine, "SELECT 1 AS a, 'x' AS 나 WHERE false", seconds=20, own=True) as found:
        assert (found.columns, list(found.rows)) == ([("a", 23), ("나", 25)], [])


def test_a_question_that_takes_too_long_is_stopped_by_the_server(engine):
    with pytest.raises(UsageError, match=r"0.2초 안에 끝나지 않아"):
        all_of(engine, "SELECT pg_sleep(30)", seconds=0.2)
    with pytest.raises(UsageError, match=r"0.2초 안에"):
        all_of(engine, "SELECT set_config('statement_timeout', '0', false), pg_sleep(30)", seconds=0.2)


def test_rows_come_one_by_one_and_need_not_be_taken_to_the_end(engine):
    with questions.asked(engine, "SELECT generate_series(1, 50000000)", seconds=20, own=True) as found:
        assert next(found.rows) == (1,)
    running = "SELECT count(*) FROM pg_stat_activity WHERE usename = :name"
    until = time.monotonic() + 10  # the server ends a session a moment after its client
    with engine.connect() as connection:
        while connection.execute(text(running), {"name": questions.READER}).scalar_one():
            assert time.monotonic() < until
            time.sleep(0.05)
            connection.rollback()


def test_what_breaks_in_the_middle_is_told_like_what_breaks_at_once(engine):
    with pytest.raises(UsageError, match="0으로 나누었습니다"):
        all_of(engine, "SELECT 1 / (4000 - n) FROM generate_series(1, 5000) n")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT *\nFROM  stoks", r"2번째 줄 7번째 글자\(stoks …\): 그런 표나 뷰가 없습니다"),
        ("SELECT tikcer FROM stocks", "그런 열이 없습니다.*stocks.ticker"),
        ("SELEC 1", r"1번째 줄 1번째 글자\(SELEC 1 …\): 문법에"),
        ("SELECT (1", r"\(끝\): 문법에"),
        ("SELECT nothing(1)", "그런 함수나"),
        ("SELECT name, count(*) FROM stocks", "GROUP BY"),
        ("SELECT 'x'::int", "값을 그 형으로"),
        ("SELECT '2026-13-01'::date", "없는 날짜"),
        ("SELECT 'infinity'::date", "::text"),
        ("SELECT 1; SELECT 2", "하나만"),
        ("CHECKPOINT", "권한"),
        ("COPY stocks TO STDOUT", "행을 돌려주지"),
    ],
)
def test_a_mistake_is_told_in_korean_with_its_place(engine, statement, said):
    with pytest.raises(UsageError, match=said):
        all_of(engine, statement)


def test_a_server_that_goes_away_is_no_mistake_of_the_question(engine, database_url):
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'foresto sql'"

    def broken_off():
        many = "SELECT n, repeat('x', 9000) FROM generate_series(1, 90000) n"
        with (
            psycopg.connect(database_url, autocommit=True) as other,
            questions.asked(engine, many, seconds=20, own=True) as found,
        ):
            next(found.rows)
            other.execute(end)
            list(found.rows)

    with pytest.raises(psycopg.OperationalError):
        broken_off()
