"""What PostgreSQL refuses: one sentence, 69 or 78, and a statement that really mends it."""

import re
import uuid

import psycopg
import pytest
from conftest import own_database
from operators_server import PASSWORD, operators_server
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from support import run_foresto

from foresto_cli.errors import BadPayload, ForestoError, StoreUnavailable, exit_code_of
from foresto_cli.store import complaints, migrate
from foresto_cli.store.addresses import psycopg_url
from foresto_cli.store.engine import connected, explained

STATEMENT = re.compile(r"\b((?:GRANT|ALTER|CREATE) [^:]*?)(?:을|를|으로|로|\(으\)로|나)? ?(?:실행|만들|새로|하세요)")


class Place:
    """A database with a role that is not its owner, both of one test."""

    def __init__(self, server, url):
        """Make the role."""
        self.server, self.url = server, url
        self.name = url.partition("?")[0].rpartition("/")[2]
        self.role = f"fo_{uuid.uuid4().hex[:8]}"
        self.boss = create_engine(psycopg_url(url), isolation_level="AUTOCOMMIT")
        self.run(f"CREATE ROLE {self.role} LOGIN")

    def run(self, *statements):
        with self.boss.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement.format(role=self.role, name=self.name))

    def as_role(self, role=None, more=""):
        return self.url.replace("foresto@", f"{role or self.role}@") + more

    def made(self):
        with connected(self.url, sandbox=False):
            pass

    def close(self):
        self.run("DROP OWNED BY {role}", "DROP ROLE {role}")
        self.boss.dispose()


@pytest.fixture
def place(server):
    with own_database(server) as url:
        found = Place(server, url)
        yield found
        found.close()


def refusal(url):
    with pytest.raises(ForestoError) as caught, connected(url, sandbox=False):
        pytest.fail("let in")
    said = str(caught.value)
    assert "\n" not in said
    assert re.search("[가-힣]", said)
    return exit_code_of(caught.value), said


def advised(said, place):
    """The SQL of an advice, with the role that the operator means by 계정."""
    found = STATEMENT.search(said)
    assert found, said
    return found.group(1).replace("계정", place.role).replace("'…'", "'x'").replace("이름", f"{place.name}_utf8")


OWN = "GRANT CREATE ON SCHEMA public TO {role}"
SITUATIONS = {
    "no create on public": ((), "permission denied for schema public", 78),
    "empty search path": ((OWN, "ALTER ROLE {role} SET search_path = ''"), "search_path", 78),
    "search path to nowhere": ((OWN, "ALTER ROLE {role} SET search_path = gone"), "gone", 78),
    "read only role": ((OWN, "ALTER ROLE {role} SET default_transaction_read_only = on"), "read_only", 78),
    "no temporary tables": ((OWN, "REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC"), "임시 표", 78),
    "may not connect": ((OWN, "REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"), "permission denied for database", 78),
    "may not log in": ((OWN, "ALTER ROLE {role} NOLOGIN"), "not permitted to log in", 78),
    "statement timeout": ((OWN, "ALTER ROLE {role} SET statement_timeout = 2"), "statement timeout", 69),
}


@pytest.mark.long
@pytest.mark.parametrize(("statements", "words", "code"), SITUATIONS.values(), ids=SITUATIONS)
def test_a_refusal_at_the_start_says_what_mends_it_and_that_mends_it(place, statements, words, code):
    place.run(*statements)
    for _ in range(3):
        found, said = refusal(place.as_role())
        # The server names the user when its timer ends a statement in the instant between two of them.
        if "canceling statement due to user request" not in said:
            break
    assert (found, words in said) == (code, True), said
    place.run(advised(said, place))
    with connected(place.as_role(), sandbox=False) as engine, engine.connect() as connection:
        assert migrate.revision(connection) == migrate.HEAD


MADE = {
    "no right to any table": ("GRANT CREATE ON SCHEMA public TO {role}", "permission denied for table"),
    "no right to the schema": ("REVOKE ALL ON SCHEMA public FROM PUBLIC", "permission denied for schema public"),
    "not the owner": ("GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}", "must be owner of table"),
}


@pytest.mark.parametrize(("statement", "words"), MADE.values(), ids=MADE)
def test_tables_that_belong_to_somebody_else(place, statement, words):
    place.made()
    former = "ALTER TABLE foresto_version RENAME TO alembic_version"
    place.run(*([former] if "owner" in words else []), OWN, statement)
    found, said = refusal(place.as_role())
    assert (found, words in said) == (78, True), said
    if "owner" in words:
        place.run(f"GRANT foresto TO {place.role}")  # the advice's first half: connect as the owner
    else:
        place.run(advised(said, place))
        if "schema" in words:
            _, said = refusal(place.as_role())
            place.run(advised(said, place))
    with connected(place.as_role(), sandbox=False):
        pass


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "EUC_KR", "LATIN1"])
def test_another_encoding_is_told_right_after_connecting(place, encoding):
    other = f"{place.name}_other"
    place.run(f"CREATE DATABASE {other} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C' LOCALE_PROVIDER libc")
    try:
        code, said = refusal(place.url.replace(place.name, other))
        assert (code, encoding in said) == (78, True)
        place.run(advised(said, place))
        with connected(place.url.replace(place.name, f"{place.name}_utf8"), sandbox=False):
            pass
    finally:
        place.run(f"DROP DATABASE {other}", f"DROP DATABASE IF EXISTS {place.name}_utf8 WITH (FORCE)")


@pytest.mark.long
def test_who_or_what_does_not_exist_is_named_with_the_statement_that_makes_it(place):
    code, said = refusal(place.as_role("nobody-here"))
    assert (code, "nobody-here" in said) == (78, True)
    place.run(advised(said, place), 'GRANT CREATE ON SCHEMA public TO "nobody-here"')
    with connected(place.as_role("nobody-here"), sandbox=False):
        pass
    place.run('DROP OWNED BY "nobody-here" CASCADE', 'DROP ROLE "nobody-here"')
    new = f"{place.name}_new"
    code, said = refusal(place.url.replace(place.name, new))
    assert (code, new in said) == (78, True)
    place.run(advised(said, place))
    with connected(place.url.replace(place.name, new), sandbox=False):
        pass
    place.run(f"DROP DATABASE {new} WITH (FORCE)")


def test_no_connection_left_is_69_with_the_server_s_words(place):
    place.run("ALTER ROLE {role} CONNECTION LIMIT 0")
    code, said = refusal(place.as_role())
    assert (code, "too many connections" in said, "max_connections" in said) == (69, True, True)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("&options=-cno_such_thing%3D1", "options"),
        ("&options=-cstatement_timeout%3Dsoon", "options"),
        ("&service=nowhere", "service"),
        ("&target_session_attrs=standby", "target_session_attrs"),
        ("&port=abc", "DATABASE_URL"),
        ("&sslmode=sometimes", "DATABASE_URL"),
    ],
)
def test_parameters_that_do_not_fit_are_a_wrong_setting(place, more, named):
    code, said = refusal(place.as_role(more=more))
    assert (code, named in said) == (78, True), said


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (("ALTER TABLE stocks RENAME TO hidden",), "stocks"),
        (("ALTER TABLE stocks RENAME COLUMN ticker TO code",), "ticker"),
        (("DROP TABLE foresto_meta",), "foresto_meta"),
    ],
)
def test_a_table_that_somebody_changed_is_said_to_be_changed(place, statements, words):
    place.made()
    place.run(*statements)
    with (
        pytest.raises(StoreUnavailable, match=words) as caught,
        connected(place.url, sandbox=False) as engine,
        explained(),
        engine.connect() as connection,
    ):
        connection.execute(text("SELECT ticker FROM stocks"))
    assert exit_code_of(caught.value) == 69
    assert "바뀌었거나 없습니다" in str(caught.value)


# By kind: every code that PostgreSQL knows, raised by a real server.

CODES = sorted(
    found.sqlstate
    for found in vars(psycopg.errors).values()
    if isinstance(found, type) and issubclass(found, psycopg.Error) and getattr(found, "sqlstate", None)
)
RAISE = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{}', MESSAGE = 'words of the server'; END $$"


@pytest.mark.parametrize("raw", [True, False])
def test_every_code_there_is_becomes_one_sentence_or_passes_as_a_bug(shared_engine, raw):
    assert len(CODES) > 200
    wrong, passed = [], []
    with shared_engine.connect() as connection:
        for code in CODES:
            try:
                with explained():
                    if raw:
                        connection.connection.dbapi_connection.execute(RAISE.format(code))
                    else:
                        connection.exec_driver_sql(RAISE.format(code))
            except StoreUnavailable as error:
                said = str(error)
                if exit_code_of(error) not in {69, 78} or "\n" in said or not re.search("[가-힣]{2}", said):
                    wrong.append((code, said))
            except BadPayload:
                # What is said of values fails a unit.
                assert code.startswith(complaints.VALUES)
            except (DBAPIError, psycopg.Error) as error:
                passed.append(complaints.code_of(error))
            connection.connection.dbapi_connection.rollback()
    assert wrong == []
    # 00000 and the like cannot be raised: the server says that it is a wrong query.
    assert not [code for code in passed if not code.startswith(complaints.BUGS)]
    assert len(passed) < len(CODES) / 2


def test_what_a_trigger_says_is_told(shared_engine):
    with pytest.raises(StoreUnavailable, match="트리거"), explained(), shared_engine.begin() as connection:
        connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'not on Sundays'; END $$")


def test_a_query_of_ours_that_is_wrong_stays_a_bug(shared_engine):
    with pytest.raises(DBAPIError), explained(), shared_engine.connect() as connection:
        connection.execute(text("SELEC 1"))


# Over the network: what only a server with other rules says.


@pytest.fixture(scope="module")
def strict():
    """A server that wants a password from ``fo`` for one database, and lets nobody else in."""
    with operators_server(hba="host foresto fo 127.0.0.1/32 scram-sha-256") as (port, url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE fo LOGIN PASSWORD '{PASSWORD}'")
            connection.execute("CREATE DATABASE foresto OWNER fo")
        yield port


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://fo:wrong-password@127.0.0.1:{}/foresto", "비밀번호가 맞지 않습니다"),
        ("postgresql://fo@127.0.0.1:{}/foresto", "비밀번호가 없습니다"),
        ("postgresql://fo:x@127.0.0.1:{}/postgres", "pg_hba.conf"),
        ("postgresql://stranger:x@127.0.0.1:{}/foresto", "pg_hba.conf"),
        ("postgresql://fo:x@127.0.0.1:{}/foresto?sslmode=require", "sslmode"),
        ("postgresql://fo:x@127.0.0.1:{}/foresto?sslmode=verify-full&sslrootcert=/nowhere.pem", "sslmode"),
        ("postgresql://fo:x@127.0.0.1:{}/foresto?require_auth=none", "인증 방식"),
        ("postgresql://fo:x@127.0.0.1:{}/foresto?channel_binding=require", "인증 방식"),
    ],
)
def test_who_is_not_let_in_is_told_why(strict, url, words):
    code, said = refusal(url.format(strict))
    assert (code, words in said) == (78, True), said
    assert PASSWORD not in said
    assert "wrong-password" not in said


def test_a_standby_of_nothing_is_told_as_what_it_is():
    with operators_server(standby=True) as (_, url):
        code, said = refusal(url)
    assert (code, "읽기만 할 수 있는 대기(standby)" in said) == (78, True)


def test_the_commands_say_it_with_78_and_doctor_lists_it(strict, tmp_path):
    url = f"postgresql://fo:wrong-password@127.0.0.1:{strict}/foresto"
    looked = run_foresto(tmp_path, "status", DATABASE_URL=url)
    examined = run_foresto(tmp_path, "doctor", "--offline", DATABASE_URL=url)
    assert (looked.returncode, examined.returncode) == (78, 78)
    assert "비밀번호가 맞지 않습니다" in looked.stderr
    assert "비밀번호가 맞지 않습니다" in examined.stdout
    assert "wrong-password" not in looked.stderr + examined.stdout + examined.stderr
