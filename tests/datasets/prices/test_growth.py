"""What commands read of the prices does not grow with the years, or by the passes that are promised; by counts."""

from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from conftest import opener, own_database
from support import EVENING

from benchmarks._grown import grow
from benchmarks._reading import Counted
from foresto_cli import clock
from foresto_cli.adjustment import pending
from foresto_cli.adjustment.apply import settle
from foresto_cli.archive import parquet
from foresto_cli.archive.export import export
from foresto_cli.datasets.prices import gaps, market_days, spans
from foresto_cli.loading import load_listed
from foresto_cli.running import job
from foresto_cli.score import batch
from foresto_cli.store import upkeep
from foresto_cli.store.engine import connected
from foresto_cli.verify import verification
from foresto_cli.views import score_card, state
from foresto_cli.views.page import page_facts

pytestmark = pytest.mark.long

FEW, MANY = 300, 600
"""Sessions, the second time twice as many."""
STOCKS = 60


@pytest.fixture(scope="module")
def world(server, loaded_template, private_tmp):
    with (
        own_database(server, loaded_template) as url,
        connected(url, sandbox=True) as engine,
        opener(engine, private_tmp / "grown")(patience=1) as found,
    ):
        yield found


@pytest.fixture(autouse=True)
def _that_evening():
    clock.pretend(EVENING)


@pytest.fixture(scope="module")
def read(world):
    """What each command read, with few sessions and with many: name → (rows, blocks) of each."""
    # Its analysis would count as reading.
    world.execute("ALTER TABLE stock_price_daily SET (autovacuum_enabled = false)")
    found = {}
    for sessions in (FEW, MANY):
        rows = grow(world.app.engine, sessions)
        load_listed.derive_stocks(world.app, job.Options())
        batch.score_batch(world.app, batch.Options(force=True, replace=True))
        counted = Counted(world.app.engine)
        for name, work in works(world.app).items():
            one = counted.of(work)
            found.setdefault(name, []).append((one.rows, one.blocks, rows))
    return found


def works(app):
    day = app.calendar.latest_ended(clock.now())
    return {
        "gaps": lambda: gaps.by_session(app, spans.searched_since(app, None)),
        "status": lambda: state.status(app),
        "dashboard": lambda: page_facts.gathered(app),
        "sizes": lambda: with_connection(app, upkeep.sizes),
        "next load": lambda: market_days.price_days(app, day - timedelta(days=30), day),
        "score show": lambda: score_card.explained(app, "005930", None),
        "settlement": lambda: settled(app, day),
        "verify daily": lambda: verification.verify_daily(app),
        "verify monthly": lambda: verification.verify_monthly(app),
    }


def with_connection(app, work):
    with app.engine.connect() as connection:
        return work(connection)


def settled(app, day):
    with app.engine.begin() as connection:
        pending.note_pending(connection, day)
    settle(app.engine, app.calendar)


@pytest.mark.parametrize(
    "command", ["gaps", "status", "dashboard", "sizes", "next load", "settlement", "score show", "verify daily"]
)
def test_what_is_about_now_reads_no_more_when_the_history_doubles(read, command):
    (few, few_blocks, _), (many, many_blocks, rows) = read[command]
    # Some rows more or less are luck: which of two ways to them PostgreSQL takes.
    assert many <= few + 0.01 * rows
    assert many_blocks <= few_blocks + 0.02 * rows


@pytest.mark.parametrize("command", ["status", "sizes"])
def test_no_row_of_a_session_is_counted_by_what_only_looks(read, command):
    assert read[command][1][0] <= STOCKS


def test_rows_of_a_large_table_are_estimated_and_those_of_prices_are_exact(world, read, monkeypatch):
    monkeypatch.setattr(upkeep, "WORTH_COUNTING", 100_000)
    world.execute("ANALYZE index_price_daily")
    sizes = {one.name: one for one in with_connection(world.app, upkeep.sizes)}
    assert (sizes["stock_price_daily"].rows, sizes["stock_price_daily"].is_estimate) == (read["status"][1][2], False)
    counted = world.scalar("SELECT count(*) FROM index_price_daily")
    assert sizes["index_price_daily"].is_estimate
    assert 0.8 * counted <= sizes["index_price_daily"].rows <= 1.2 * counted
    assert not sizes["market_closure"].is_estimate


def test_a_monthly_verification_reads_the_prices_three_times_at_most(read):
    # Twice, and the last 275 sessions once more for the score.
    rows_read, _, rows = read["verify monthly"][1]
    assert rows_read <= 3 * rows


def test_a_score_is_shown_from_its_own_rows(world, read):
    own = world.scalar("SELECT count(*) FROM stock_price_daily WHERE ticker = '005930'")
    assert read["score show"][1][0] <= 2 * own
    assert score_card.explained(world.app, "005930", None)["origin"] == "stored"


def test_the_grown_market_has_no_fault_that_prices_could_have(world):
    found = verification.verify_monthly(world.app).findings
    assert [one.check for one in found if one.check.startswith(("prices.", "stocks."))] == []


def groups_that_may_hold(said, column, value):
    """How many row groups a reader cannot skip who wants ``value``, by the statistics of the file."""
    place = said.schema.names.index(column)
    spans = [said.row_group(number).column(place).statistics for number in range(said.num_row_groups)]
    return sum(span.min <= value <= span.max for span in spans)


@pytest.mark.usefixtures("read")
def test_who_wants_a_day_or_a_stock_skips_most_of_a_year(world, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "BLOCK", 65_536)
    export(world.app.engine, tmp_path / "out", "parquet", tables=["stock_price_daily"], advance=lambda *_: None)
    file = tmp_path / "out" / "stock_price_daily" / "year=2025" / "part-0.parquet"
    said, rows = pq.ParquetFile(file).metadata, pq.read_table(file, columns=["trade_date", "ticker"]).to_pylist()
    some = rows[len(rows) // 2]
    assert said.num_row_groups >= 12
    for column in ("trade_date", "ticker"):
        assert 1 <= groups_that_may_hold(said, column, some[column]) <= said.num_row_groups / 3, column


def test_an_event_rewrites_its_stock_and_reads_it_once(world, read):
    # So small a table is read as a whole for want of anything quicker.
    world.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database()); END $$"
    )
    counted = Counted(world.app.engine)
    day = world.scalar("SELECT max(trade_date) FROM price_sessions")
    without = counted.of(lambda: settled(world.app, day)).rows
    world.execute(
        "INSERT INTO adjustment_override (ticker, trade_date, factor, event) VALUES ('005930', :day, 0.5, 'SPLIT')",
        day=day,
    )
    own = world.scalar("SELECT count(*) FROM stock_price_daily WHERE ticker = '005930'")
    assert counted.of(lambda: settled(world.app, day)).rows - without <= 1.2 * own
    halved = "SELECT count(*) FROM stock_price_daily WHERE ticker = '005930' AND adj_close_price < 0.6 * close_price"
    assert world.scalar(halved) >= own - 1
