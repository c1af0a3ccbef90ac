"""A stock_price_daily that the operator divided by the SQL of docs/bigger.md: every feature as with the plain table."""

import re
from datetime import timedelta

import pytest
from conftest import opener, own_database
from sqlalchemy import text
from support import EVENING, ROOT

from foresto_cli.archive.export import export
from foresto_cli.archive.restore import restore
from foresto_cli.chains import chain
from foresto_cli.chains.steps import INITIAL, WEEKDAY
from foresto_cli.cli._dates import parse_date
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.score import batch
from foresto_cli.store import advisory, migrate, upkeep
from foresto_cli.store.engine import as_it_is, connected
from foresto_cli.store.tables import stock_price_daily
from foresto_cli.store.upsert import Counts, upsert
from foresto_cli.verify import verification

PAGE = (ROOT / "docs" / "bigger.md").read_text(encoding="utf-8")
(DIVIDE,) = re.findall(r"^```sql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
SAME = {"batch_id", "created_at", "updated_at"}
"""Columns that say who wrote a row and when."""

OTHERS = re.compile(r"daily_(\d|rest)|foresto_version")
"""Partitions, and the table of the version."""


def divided(engine):
    """Do what the page says."""
    with engine.begin() as connection:
        connection.exec_driver_sql(DIVIDE)
    return engine


def content(engine):
    names = ", ".join(column.name for column in stock_price_daily.columns if column.name not in SAME)
    with engine.connect() as connection:
        return connection.execute(text(f"SELECT {names} FROM stock_price_daily ORDER BY ticker, trade_date")).all()


def quiet(*_):
    """No progress."""


@pytest.fixture
def divided_engine(engine):
    """An empty database with the divided table."""
    return divided(engine)


@pytest.fixture
def loaded_engine(server, loaded_template):
    """A database with the sandbox's market."""
    with own_database(server, loaded_template) as url, connected(url, sandbox=True) as found:
        yield found


def test_the_page_takes_the_lock_of_collecting():
    assert f"pg_advisory_xact_lock({advisory.COLLECTING})" in DIVIDE


def test_the_divided_table_is_the_plain_one_in_pieces(divided_engine):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with divided_engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: (
                    kind != "table" or not re.search(r"daily_(\d|rest)|foresto_version", name or "")
                ),
            },
        )
        assert compare_metadata(context, stock_price_daily.metadata) == []
        query = "SELECT relkind::text FROM pg_class WHERE oid = 'stock_price_daily'::regclass"
        assert connection.scalar(text(query)) == "p"
    assert migrate.ensure_current(divided_engine, sandbox=True) is False


def test_dividing_a_full_table_loses_nothing_and_its_size_is_that_of_its_pieces(loaded_engine):
    before = content(loaded_engine)
    divided(loaded_engine)
    assert content(loaded_engine) == before
    with loaded_engine.connect() as connection:
        sizes = {one.name: (one.rows, one.bytes) for one in upkeep.sizes(connection)}
    rows, size = sizes["stock_price_daily"]
    assert rows == len(before) > 500
    assert size > 100 * rows


def test_the_writer_counts_exactly(divided_engine):
    given = {
        "open_price": 1, "high_price": 1, "low_price": 1, "close_price": 1, "volume": 1, "is_halted": False,
        "quality_flag": "NORMAL", "source_id": "KRX",
    }  # fmt: skip
    rows = [
        {"ticker": f"{number:06}", "trade_date": parse_date(day), **given}
        for day in ("1994-05-02", "2025-12-30", "2026-01-02", "2041-01-02") for number in range(10)
    ]  # fmt: skip
    moment = EVENING.replace(tzinfo=None)
    provenance = {"batch_id": 1, "created_at": moment, "updated_at": moment}

    def write(what, **more):
        with divided_engine.begin() as connection:
            return upsert(connection, stock_price_daily, what, provenance, **more)

    assert write(rows) == Counts(added=40)
    assert write(rows) == Counts(unchanged=40)
    changed = [row | {"volume": 2} if row["ticker"] < "000003" else row for row in rows]
    assert write(changed, only_over="old.quality_flag = 'ADJUSTED'") == Counts(unchanged=40)
    assert write([*changed, rows[0] | {"ticker": "999999"}]) == Counts(added=1, changed=12, unchanged=28)
    # Straight in, when the day has no row yet.
    day = parse_date("2026-01-05")
    assert write([row | {"trade_date": day} for row in rows[:10]], scope={"trade_date": day}) == Counts(added=10)


@pytest.mark.slow
def test_a_whole_life_leaves_what_it_leaves_in_the_plain_table(server, template, loaded_template, tmp_path):
    """First load with adjustment and scores, a lost day, a week later, both verifications, an export and an import."""
    found = []
    for name in ("plain", "divided"):
        with (
            own_database(server, template) as url,
            own_database(server, template) as other_url,
            connected(url, sandbox=True) as engine,
            connected(other_url, sandbox=True) as other,
        ):
            if name == "divided":
                divided(engine), divided(other)
            found.append(_life(opener(engine, tmp_path / name), other, tmp_path / f"{name} export"))
    plain, in_pieces = found
    assert in_pieces == plain
    assert len(plain["content"]) > 500
    split = [row for row in plain["content"] if row.ticker == "005930" and row.adj_close_price != row.close_price]
    assert len(split) >= 10
    assert (plain["first"][0], plain["later"][0], plain["repaired"] > 0) == (0, 0, True)
    assert plain["exported"] == len(plain["content"])


def _life(opened, other, folder):
    outcome = {}
    # Patient: a busy machine that asks one source more or less would store other sources.
    with opened(patience=1) as world:
        market = [step for step in INITIAL if step.name != "dart financials"]
        first = chain.run(world.app, "initial", market, job.Options())
        outcome["first"] = (first.exit_code, first.rows, first.tables)
        day = world.scalar("SELECT min(trade_date) FROM stock_price_daily")
        world.execute("DELETE FROM stock_price_daily WHERE trade_date = :day AND ticker < '1'", day=day)
        # The operator knows of a split: the adjusted closes of all earlier days change.
        world.execute(
            "INSERT INTO adjustment_override (ticker, trade_date, factor, event) SELECT '005930', max(trade_date), 0.5,"
            " 'SPLIT' FROM stock_price_daily"
        )
        repaired = load_prices.repair_prices(world.app, day, job.Options(), [day])
        outcome["repaired"] = repaired.rows.added
    with opened(EVENING + timedelta(days=7), patience=1) as world:
        later = chain.run(world.app, "weekday", WEEKDAY, job.Options())
        outcome["later"] = (later.exit_code, later.rows, later.tables)
        outcome["again"] = load_prices.load_prices_incremental(world.app, 30, 2, job.Options(again=True)).rows
        outcome["scored"] = batch.score_batch(world.app, batch.Options(replace=True)).rows
        outcome["verified"] = [
            sorted(finding.check for finding in check(world.app).findings)
            for check in (verification.verify_daily, verification.verify_weekly)
        ]
        outcome["content"] = content(world.app.engine)
        written = export(world.app.engine, folder, "csv", tables=[], since=None, advance=quiet)
        outcome["exported"] = sum(part.rows for part in written.parts if part.table == "stock_price_daily")
    restore(other, folder, sandbox=True, advance=quiet)
    assert content(other) == outcome["content"]
    return outcome


@pytest.mark.long
def test_migrations_go_over_a_table_that_was_divided_before_them(server, database_url):
    """Made at the first revision, divided, then brought to the newest."""
    with own_database(server, "template0", name="divided_old") as url, as_it_is(url) as engine:
        with engine.begin() as connection:
            _upgrade(connection, "0001")
            connection.exec_driver_sql(
                "ALTER TABLE stock_price_daily RENAME TO plain;"
                "CREATE TABLE stock_price_daily (LIKE plain INCLUDING ALL) PARTITION BY RANGE (trade_date);"
                "CREATE TABLE pieces PARTITION OF stock_price_daily DEFAULT; DROP TABLE plain"
            )
        with engine.begin() as connection:
            migrate.upgrade(connection, "0001")
            assert migrate.revision(connection) == migrate.HEAD


def _upgrade(connection, revision):
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
