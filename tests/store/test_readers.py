"""Who can only read, reads: a standby, an account with SELECT alone. What would write says so and changes nothing."""

import json

import psycopg
import pytest
from operators_server import PASSWORD, operators_server, standby_of
from support import run_foresto

pytestmark = pytest.mark.long

SMALL = {"FORESTO_SANDBOX_STOCKS": "60", "FORESTO_SANDBOX_TODAY": "2026-11-20"}
NAME = "reading"
SHOWS = (
    ("status",),
    ("runs", "list"),
    ("alerts", "list"),
    ("dashboard",),
    ("score", "rank"),
    ("score", "show", "005930"),
    ("score", "history", "005930"),
    ("prices", "show", "005930"),
    ("prices", "gaps"),
    ("stocks", "show", "005930"),
    ("statements", "show", "005930"),
    ("indices", "show", "KOSPI"),
    ("watchlist", "list"),
    ("screen", "per < 100"),
    ("screen", "--list"),
    ("sql", "SELECT count(*) FROM stocks"),
    ("sql", "--tables"),
    ("db", "size"),
    ("db", "url"),
)
WRITES = (
    ("run", "weekday"),
    ("listing", "load"),
    ("score", "batch"),
    ("watchlist", "add", "000660"),
    ("screen", "per < 10", "--save", "cheap"),
    ("alerts", "ack", "1"),
    ("db", "grant-reader", "another"),
)


@pytest.fixture(scope="module")
def primary(tmp_path_factory):
    """The port of an operator's server whose database ``fo`` holds the sandbox's market after ``run initial``."""
    with operators_server() as (port, url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE fo TEMPLATE template0 ENCODING 'UTF8'")
        done = asked(tmp_path_factory.mktemp("collects"), port, "run", "initial")
        assert done.returncode == 0, done.stderr
        yield port


def asked(home, port, *arguments, user="boss", **variables):
    url = f"postgresql://{user}:{PASSWORD}@127.0.0.1:{port}/fo"
    variables = {"FORESTO_SANDBOX_DATABASE_URL": url, **SMALL, **variables}
    return run_foresto(home, "--sandbox", *arguments, **variables)


@pytest.fixture(scope="module")
def account(primary, tmp_path_factory):
    """An account that ``foresto db grant-reader`` made, with a password."""
    home = tmp_path_factory.mktemp("grants")
    made = asked(home, primary, "db", "grant-reader", NAME, "--json")
    assert made.returncode == 0, made.stderr
    found = json.loads(made.stdout)
    assert found["created"]
    assert found["tables"] > 50
    assert PASSWORD not in made.stdout + made.stderr
    with psycopg.connect(f"postgresql://boss:{PASSWORD}@127.0.0.1:{primary}/fo", autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {NAME} PASSWORD '{PASSWORD}'")
    return NAME


@pytest.fixture(scope="module")
def standby(primary):
    with standby_of(f"postgresql://boss:{PASSWORD}@127.0.0.1:{primary}/fo") as (port, _):
        yield port


def everything(port):
    """The rows of every table, as one number each."""
    with psycopg.connect(f"postgresql://boss:{PASSWORD}@127.0.0.1:{port}/fo") as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        query = "SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {} t"
        return {name: connection.execute(query.format(name)).fetchone()[0] for (name,) in names}


@pytest.mark.parametrize("command", SHOWS, ids=" ".join)
def test_what_shows_shows_on_a_standby_and_to_an_account_that_reads(primary, account, standby, tmp_path, command):
    before = everything(primary)
    for port, user in ((primary, account), (standby, "boss")):
        found = asked(tmp_path, port, *command, "--json", user=user)
        assert found.returncode == 0, (user, found.stdout, found.stderr)
        assert json.loads(found.stdout)["exit_code"] == 0
    assert everything(primary) == before


@pytest.mark.parametrize("command", WRITES, ids=" ".join)
def test_what_writes_says_so_and_changes_nothing(primary, account, standby, tmp_path, command):
    before = everything(primary)
    for port, user in ((primary, account), (standby, "boss")):
        found = asked(tmp_path, port, *command, user=user)
        assert found.returncode == 78, (user, found.stdout, found.stderr)
        assert "읽기만 할 수 있는 연결" in found.stderr, found.stderr
        assert "Traceback" not in found.stderr
    assert everything(primary) == before


def test_the_account_may_write_by_no_way(primary, account):
    line = f"postgresql://{account}:{PASSWORD}@127.0.0.1:{primary}/fo"
    with psycopg.connect(line, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in (
            "INSERT INTO foresto_meta VALUES ('x', 'y')",
            "UPDATE stock_price_daily SET close_price = 1",
            "DELETE FROM stocks",
            "TRUNCATE watchlist",
            "CREATE TABLE mine (x int)",
            "DROP VIEW valuation_daily",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_a_reader_exports_and_backs_up(primary, account, standby, tmp_path):
    for port, user in ((primary, account), (standby, "boss")):
        place = tmp_path / user
        for command in (("db", "backup"), ("db", "export", "--table", "stocks")):
            found = asked(tmp_path / "home", port, *command, f"{place / command[1]}", "--format", "csv", user=user)
            assert found.returncode == 0, found.stderr


def test_who_reads_before_the_tables_are_made_or_upgraded_is_told_who_does_it(primary, account, tmp_path):
    boss = f"postgresql://boss:{PASSWORD}@127.0.0.1:{primary}"
    with psycopg.connect(f"{boss}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE older TEMPLATE fo")
    with psycopg.connect(f"{boss}/older") as connection:
        connection.execute("UPDATE foresto_version SET version_num = '0030'")
    url = f"postgresql://{account}:{PASSWORD}@127.0.0.1:{primary}/older"
    found = asked(tmp_path, primary, "status", FORESTO_SANDBOX_DATABASE_URL=url)
    assert found.returncode == 78
    assert "foresto db upgrade" in found.stderr


def test_grant_reader_refuses_itself_and_who_may_anything(primary, tmp_path):
    found = asked(tmp_path, primary, "db", "grant-reader", "boss")
    assert (found.returncode, "수집하는 계정" in found.stderr) == (2, True)


def test_an_odd_name_is_a_name(primary, tmp_path):
    odd = 'x"; DROP TABLE stocks; --'
    found = asked(tmp_path, primary, "db", "grant-reader", odd)
    assert found.returncode == 0, found.stderr
    with psycopg.connect(f"postgresql://boss:{PASSWORD}@127.0.0.1:{primary}/fo") as connection:
        assert connection.execute("SELECT rolname FROM pg_roles WHERE rolname = %s", (odd,)).fetchone() == (odd,)
        assert connection.execute("SELECT count(*) FROM stocks").fetchone()[0] > 0


def test_after_a_fail_over_the_same_address_finds_the_server_that_writes(primary, tmp_path):
    with standby_of(f"postgresql://boss:{PASSWORD}@127.0.0.1:{primary}/fo") as (port, promote):
        both = f"postgresql://boss:{PASSWORD}@127.0.0.1:1,127.0.0.1:{port}/fo?target_session_attrs=read-write"
        early = asked(tmp_path, port, "watchlist", "add", "000660", FORESTO_SANDBOX_DATABASE_URL=both)
        assert early.returncode == 69, early.stderr
        assert "대기 서버가 주 서버가 된 뒤" in early.stderr
        promote()
        done = asked(tmp_path, port, "watchlist", "add", "000660", FORESTO_SANDBOX_DATABASE_URL=both)
        assert done.returncode == 0, done.stderr
