"""What libpq reads from the environment: nothing for the embedded server, for the operator's what is documented."""

import contextlib
import os
import re

import psycopg
import pytest
from operators_server import PASSWORD, operators_server
from psycopg.pq import Conninfo
from sqlalchemy import text
from support import ROOT, run_foresto

from foresto_cli.errors import ForestoError
from foresto_cli.store import embedded, libpq, questions
from foresto_cli.store.engine import as_it_is, connected

UNLISTED = ("PGSERVICEFILE", "PGSYSCONFDIR", "PGREQUIRESSL", "PGDATESTYLE", "PGTZ", "PGGEQO", "PGLOCALEDIR", "PGREALM")
"""What libpq reads past its list of options (its manual, "Environment Variables")."""
KNOWN = sorted({option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar} | {*UNLISTED})
HOSTILE = {
    "PGCLIENTENCODING": ("EUC_KR", "nonsense"),
    "PGHOST": ("127.0.0.1", "/nowhere", "db.invalid"),
    "PGHOSTADDR": ("127.0.0.1", "nonsense"),
    "PGOPTIONS": (
        "-c search_path=other",
        "-c statement_timeout=1",
        "-c default_transaction_read_only=on",
        "--nonsense",
    ),
    "PGPASSFILE": ("/dev/null", "/nowhere"),
    "PGPORT": ("1", "nonsense"),
    "PGREQUIREAUTH": ("scram-sha-256", "nonsense"),
    "PGREQUIREPEER": ("somebody",),
    "PGSSLMODE": ("verify-full", "nonsense"),
    "PGTARGETSESSIONATTRS": ("standby", "nonsense"),
    "PGTZ": ("America/New_York", "nonsense"),
    "PGCHANNELBINDING": ("require",),
    "PGDATESTYLE": ("German", "nonsense"),
}
CASES = [(name, value) for name in KNOWN for value in HOSTILE.get(name, ("nonsense", "require"))]
ASK = "SELECT current_database() || current_setting('TimeZone') || current_setting('DateStyle') || '한글'"
EXPECTED = "forestoAsia/SeoulISO, MDY한글"


def test_libpq_knows_no_variable_that_begins_otherwise():
    assert len(KNOWN) > 30
    assert {name for name in KNOWN if not name.startswith(libpq.PREFIX)} == set()


@pytest.fixture(scope="module")
def running(private_tmp):
    folder = private_tmp / "libpq"
    with embedded.running(folder):
        yield folder


@pytest.mark.parametrize(("name", "value"), CASES)
def test_no_variable_reaches_the_embedded_server(running, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with embedded.running(running) as url, as_it_is(url, own=True) as engine:
        with engine.connect() as connection:
            assert connection.scalar(text(ASK)) == EXPECTED
            assert connection.scalar(text("SHOW search_path")) == '"$user", public'
        with psycopg.connect(url) as raw:
            assert raw.execute(ASK).fetchone()[0] == EXPECTED
        assert not [kept for kept in libpq.of_a_child() if kept not in {"HOME", "PGPASSFILE"}]
    assert os.environ[name] == value


def test_unshielded_they_would(running):
    """The table above is hostile: without the shield many of its rows end the connection."""
    with embedded.running(running) as url:
        broken = set()
        for name, value in CASES:
            os.environ[name] = value
            try:
                psycopg.connect(url).close()
            except psycopg.Error:
                broken.add(name)
            finally:
                del os.environ[name]
    assert broken >= {
        "PGSERVICE",
        "PGOPTIONS",
        "PGCHANNELBINDING",
        "PGREQUIREAUTH",
        "PGTARGETSESSIONATTRS",
        "PGHOSTADDR",
    }


@pytest.mark.long
def test_a_hostile_shell_and_home_change_nothing_of_a_command(home, tmp_path):
    (tmp_path / ".pgpass").write_text("*:*:*:*:secret-of-another")
    (tmp_path / ".pgpass").chmod(0o644)
    (tmp_path / ".pg_service.conf").write_text("[work]\nhost=127.0.0.9\n")
    hostile = dict(CASES) | {"PGSERVICE": "work", "HOME": str(tmp_path)}
    done = run_foresto(home, "--sandbox", "status", **hostile)
    assert (done.returncode, "password file" in done.stderr) == (0, False), done.stderr
    dumped = run_foresto(home, "--sandbox", "db", "dump", "--out", str(tmp_path / "d.dump"), **hostile)
    assert (dumped.returncode, "password file" in dumped.stderr) == (0, False), dumped.stderr
    address = run_foresto(home, "--sandbox", "db", "url", PGPORT="6543").stdout.strip()
    assert address.endswith("port=5432")


# The operator's own server.


@pytest.fixture(scope="module")
def theirs():
    with operators_server(hba="host foresto fo 127.0.0.1/32 scram-sha-256") as (port, url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE fo LOGIN PASSWORD '{PASSWORD}'")
            connection.execute("CREATE DATABASE foresto OWNER fo")
        yield port


@contextlib.contextmanager
def environment(**variables):
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PG")}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)
        os.environ.update(before)


def reached(url, query="SELECT current_database()", **variables):
    with environment(**variables), connected(url, sandbox=False) as engine, engine.connect() as connection:
        return connection.scalar(text(query))


NOT_IN_FORCE = [
    ("PGHOST", "127.0.0.9"),
    ("PGHOSTADDR", "127.0.0.9"),
    ("PGPORT", "1"),
    ("PGSERVICE", "nowhere"),
    ("PGCLIENTENCODING", "EUC_KR"),
    ("PGDATESTYLE", "German"),
    ("PGTZ", "America/New_York"),
    ("PGGEQO", "nonsense"),
    ("PGAPPNAME", "other"),
    ("PGCONNECT_TIMEOUT", "nonsense"),
]
REFUSING = [
    ("PGSSLMODE", "require"),
    ("PGREQUIREAUTH", "none"),
    ("PGCHANNELBINDING", "require"),
    ("PGTARGETSESSIONATTRS", "standby"),
    ("PGOPTIONS", "-c no_such_thing=1"),
]


@pytest.mark.parametrize(("name", "value"), NOT_IN_FORCE)
def test_a_url_that_names_a_host_is_followed_there_and_nowhere_else(theirs, name, value):
    url = f"postgresql://fo:{PASSWORD}@127.0.0.1:{theirs}/foresto"
    assert reached(url, **{name: value}) == "foresto"
    assert reached(url, "SHOW application_name", **{name: value}) == "foresto"
    in_query = f"postgresql://fo:{PASSWORD}@/foresto?host=127.0.0.1&port={theirs}"
    assert reached(in_query, **{name: value}) == "foresto"


@pytest.mark.parametrize(("given", "limit"), [("", "10"), ("?connect_timeout=3", "3"), ("?connect_timeout=0", "10")])
def test_a_url_may_say_how_long_a_host_may_take_but_never_for_ever(theirs, given, limit):
    """Of several hosts a silent first one costs that long at every connection."""
    url = f"postgresql://fo:{PASSWORD}@127.0.0.1:{theirs}/foresto{given}"
    with connected(url, sandbox=False) as engine:
        with engine.connect() as connection:
            assert connection.connection.dbapi_connection.info.get_parameters()["connect_timeout"] == limit
        with questions.reader(engine, own=False) as connection:
            assert connection.info.get_parameters()["connect_timeout"] == limit


def test_a_port_that_the_url_leaves_out_is_the_usual_one(theirs):
    url = f"postgresql://fo:{PASSWORD}@127.0.0.1/foresto"
    with environment(PGPORT=str(theirs)), pytest.raises(ForestoError, match="5432"), as_it_is(url):
        pass


@pytest.mark.parametrize(("name", "value"), REFUSING)
def test_how_to_connect_stays_in_force_and_is_told(theirs, name, value):
    url = f"postgresql://fo:{PASSWORD}@127.0.0.1:{theirs}/foresto"
    with environment(**{name: value}), pytest.raises(ForestoError) as caught, as_it_is(url):
        pass
    assert caught.value.exit_code == 78
    assert re.search(name, str(caught.value)) or "환경 변수" in str(caught.value)


def test_passwords_schema_and_what_the_url_leaves_open_come_from_the_environment(theirs, tmp_path):
    assert reached(f"postgresql://fo@127.0.0.1:{theirs}/foresto", PGPASSWORD=PASSWORD) == "foresto"
    (tmp_path / "pgpass").write_text(f"127.0.0.1:{theirs}:foresto:fo:{PASSWORD}\n")
    (tmp_path / "pgpass").chmod(0o600)
    assert reached(f"postgresql://fo@127.0.0.1:{theirs}/foresto", PGPASSFILE=str(tmp_path / "pgpass")) == "foresto"
    place = {"PGHOST": "127.0.0.1", "PGPORT": str(theirs), "PGPASSWORD": PASSWORD}
    assert reached("postgresql://fo@/foresto", **place) == "foresto"
    assert reached("postgresql://", **place, PGUSER="fo", PGDATABASE="foresto") == "foresto"
    (tmp_path / "services").write_text(f"[mine]\nhost=127.0.0.1\nport={theirs}\nuser=fo\ndbname=foresto\n")
    service = {"PGSERVICEFILE": str(tmp_path / "services"), "PGPASSWORD": PASSWORD, "PGHOSTADDR": "127.0.0.9"}
    assert reached("postgresql://?service=mine", **service) == "foresto"


def test_a_dump_goes_where_the_other_commands_go(theirs, tmp_path):
    url = f"postgresql://fo@127.0.0.1:{theirs}/foresto"
    hostile = {"PGPASSWORD": PASSWORD, "PGHOSTADDR": "127.0.0.9", "PGPORT": "1", "PGSERVICE": "nowhere"}
    done = run_foresto(tmp_path, "db", "dump", "--out", str(tmp_path / "d.dump"), DATABASE_URL=url, **hostile)
    assert done.returncode == 0, done.stderr


def test_the_documented_table_names_every_variable():
    documented = (ROOT / "docs" / "bigger.md").read_text(encoding="utf-8")
    assert [name for name in KNOWN if f"`{name}`" not in documented] == []
