"""Old years of prices on a second server (postgres_fdw), by the SQL of docs/bigger.md: every table as on one server."""

import re
import shutil

import psycopg
import pytest
from operators_server import DEBIAN, PASSWORD, operators_server
from support import ROOT, run_foresto

PAGE = (ROOT / "docs" / "bigger.md").read_text(encoding="utf-8")
(MOVING,) = re.findall(r"<!-- old-years -->\n```pgsql\n(.*?)```\n<!-- end -->", PAGE, re.DOTALL)
SMALL = {"FORESTO_SANDBOX_STOCKS": "60", "FORESTO_SANDBOX_SESSIONS": "30"}
BEFORE, AFTER = "2026-01-16", "2026-01-20"
"""Days whose thirty sessions lie in two years."""
TOOLS = sorted(DEBIAN.glob("*/bin"))
SINCE = ("--from", "2025-12-08")
WHEN = ("created_at", "updated_at", "batch_id")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not TOOLS or not list(TOOLS[-1].parents[3].glob("share/postgresql/*/extension/postgres_fdw.control")),
        reason="postgres_fdw is not installed (Debian: apt-get install postgresql)",
    ),
]


@pytest.fixture(scope="module")
def servers():
    """Ports of two servers: the first with the databases ``plain`` and ``divided``, the second with ``archive``."""
    with operators_server(tools=TOOLS[-1]) as (first, url), operators_server(tools=TOOLS[-1]) as (second, other):
        for place, names in ((url, ("plain", "divided")), (other, ("archive",))):
            with psycopg.connect(place, autocommit=True) as connection:
                for name in names:
                    connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        yield first, second


def address(port, name):
    return f"postgresql://boss:{PASSWORD}@127.0.0.1:{port}/{name}"


def prices(port, name):
    with psycopg.connect(address(port, name)) as connection:
        columns = connection.execute(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM "
            "information_schema.columns"
            " WHERE table_name = 'stock_price_daily' AND column_name <> ALL(%s)",
            (list(WHEN),),
        ).fetchone()[0]
        return connection.execute(f"SELECT {columns} FROM stock_price_daily ORDER BY ticker, trade_date").fetchall()


def counts(port, name):
    with psycopg.connect(address(port, name)) as connection:
        tables = connection.execute(
            "SELECT c.relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition"
        ).fetchall()
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for (table,) in tables}


def moved(first, second):
    """Do what the page says."""
    with psycopg.connect(address(first, "divided")) as connection:
        connection.execute(
            MOVING.replace("archive.example", "127.0.0.1").replace("'5432'", f"'{second}'")
            .replace("user 'foresto'", "user 'boss'").replace("'…'", f"'{PASSWORD}'")
        )  # fmt: skip


@pytest.fixture
def foresto(tmp_path):
    def run(port, name, *arguments, today=BEFORE):
        url = address(port, name)
        given = {"FORESTO_SANDBOX_DATABASE_URL": url, "FORESTO_SANDBOX_TODAY": today, **SMALL}
        return run_foresto(tmp_path / name, "--sandbox", *arguments, **given)

    return run


def test_a_life_with_old_years_elsewhere_is_the_life_on_one_server(servers, foresto, tmp_path):
    first, second = servers
    assert foresto(second, "archive", "db", "upgrade").returncode == 0
    assert foresto(first, "divided", "db", "upgrade").returncode == 0
    moved(first, second)
    for command, today in (
        (("run", "initial"), BEFORE),
        (("run", "weekday"), AFTER),
        (("prices", "repair", *SINCE), AFTER),
        (("score", "batch"), AFTER),
        (("verify", "monthly"), AFTER),
    ):
        for name in ("plain", "divided"):
            done = foresto(first, name, *command, today=today)
            assert done.returncode == 0, (name, command, done.stdout[-500:], done.stderr[-1500:])
    assert prices(first, "divided") == prices(first, "plain")
    with psycopg.connect(address(second, "archive")) as connection:
        old = connection.execute("SELECT count(*), max(trade_date)::text FROM stock_price_daily").fetchone()
    assert old[0] > 100
    assert old[1] < "2026"
    one, other = counts(first, "plain"), counts(first, "divided")
    assert {name: (one[name], other.get(name)) for name in one if one[name] != other.get(name)} == {}
    done = foresto(first, "divided", "db", "backup", f"{tmp_path / 'backup'}", "--format", "csv", today=AFTER)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(tmp_path / "backup")

    # The second server is away: said so, nothing lost, and with it back everything goes on.
    before = prices(first, "divided")
    with psycopg.connect(address(first, "divided")) as connection:
        connection.execute("ALTER SERVER archive OPTIONS (SET port '1')")
    away = foresto(first, "divided", "prices", "repair", *SINCE, today=AFTER)
    assert away.returncode == 69, (away.stdout, away.stderr)
    assert PASSWORD not in away.stdout + away.stderr
    with psycopg.connect(address(first, "divided")) as connection:
        connection.execute(f"ALTER SERVER archive OPTIONS (SET port '{second}')")
    assert prices(first, "divided") == before
    assert foresto(first, "divided", "prices", "repair", *SINCE, today=AFTER).returncode == 0
