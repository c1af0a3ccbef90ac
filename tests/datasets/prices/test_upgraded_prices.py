"""What an earlier foresto stored since the after-market began is mended by the first morning after the upgrade."""

from datetime import datetime

import pytest
from alembic import command
from alembic.config import Config
from conftest import opener, own_database
from sqlalchemy import create_engine, text

from foresto_cli import clock
from foresto_cli.chains import chain
from foresto_cli.chains.steps import MORNING
from foresto_cli.datasets.prices.price_rows import from_krx
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.store import migrate
from foresto_cli.store.addresses import psycopg_url
from foresto_cli.store.engine import connected

pytestmark = pytest.mark.usefixtures("no_waiting")
BEFORE_AFTER_MARKETS = "0015"
EVENING = datetime(2026, 9, 22, 18, 40, tzinfo=clock.KST)
MORNING_AFTER = datetime(2026, 9, 23, 8, 20, tzinfo=clock.KST)
SIZE = {"sessions": 14, "stocks": 100, "after_market": 0.1, "patience": 2}
NEW_COLUMNS = {"price_basis", "basis_evidence", "designation"}
KEYS = {
    "both": ("KRX", ("fsc_api_key", "dart_api_key")),
    "login": ("KRX", ("krx_openapi_key", "fsc_api_key", "dart_api_key")),
    "none": ("FDR", ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key", "dart_api_key")),
}
"""Which source had given the rows, and which keys there are not."""


def shown_rows(open_world):
    """Return what KRX's pages showed of each session on the evening on which the earlier foresto read it."""
    found = {}
    with open_world(EVENING, **SIZE) as world:
        for day in world.sandbox.market.sessions:
            found[day] = from_krx(world.app.krx.market_day(day), day)
        market = world.sandbox.market
    return found, market


def stored_by_the_earlier_foresto(url, days, source):
    """Make a database as it was, with every session as shown called final, and the events that followed from that."""
    engine = create_engine(psycopg_url(url))
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE_AFTER_MARKETS)
        migrate.claim(connection, sandbox=True)
        for day, rows in days.items():
            old = [{name: value for name, value in row.items() if name not in NEW_COLUMNS} for row in rows]
            names = [*old[0], "batch_id", "created_at", "updated_at"]
            statement = (
                f"INSERT INTO stock_price_daily ({', '.join(names)}) VALUES ({', '.join(f':{n}' for n in names)})"
            )
            stamp = {"batch_id": 1, "created_at": "2026-09-23", "updated_at": "2026-09-23"}
            connection.execute(text(statement), [{**row, **stamp, "source_id": source} for row in old])
            connection.execute(
                text(
                    "INSERT INTO unit_ledger (dataset, unit, status, source_id, row_count, run_id, asked_at)"
                    " VALUES ('prices.day', :unit, 'done', :source, :rows, 1, :at)"
                ),
                {"unit": f"{day}", "rows": len(rows), "at": f"{day} 18:40", "source": source},
            )
        connection.execute(
            text(
                "WITH pairs AS (SELECT ticker, trade_date, prev_close, lag(close_price) OVER"
                " (PARTITION BY ticker ORDER BY trade_date) AS before FROM stock_price_daily)"
                " UPDATE stock_price_daily p SET adj_event = 'EX_RIGHTS', adj_factor = q.prev_close / q.before,"
                " adj_evidence = '{}' FROM pairs q WHERE p.ticker = q.ticker AND p.trade_date = q.trade_date"
                " AND q.before > 0 AND q.prev_close > 0 AND q.before <> q.prev_close"
            )
        )
    engine.dispose()


def false_events(world, market):
    real = {(code, day) for _, day, code in market.events}
    return [
        row
        for row in world.rows("SELECT ticker, trade_date, adj_event FROM stock_price_daily WHERE adj_event IS NOT NULL")
        if (row[0], row[1]) not in real
    ]


def wrong_closes(world, market):
    codes = {stock.code: number for number, stock in enumerate(market.roster)}
    rows = world.rows(
        "SELECT ticker, trade_date, close_price, quality_flag, price_basis FROM stock_price_daily"
        " WHERE quality_flag <> 'ADJUSTED'"
    )
    wrong = [row for row in rows if int(row[2]) != int(market.quotes(row[1]).close[codes[row[0]]])]
    return [row for row in wrong if row[3] == "NORMAL" or row[4] == "REGULAR"], wrong


QUICK = [("both", "morning"), ("login", "repair")]
CASES = [(keys, how) for keys in KEYS for how in ("morning", "repair")]


@pytest.mark.long
@pytest.mark.parametrize(
    ("keys", "how"), [pytest.param(*case, marks=() if case in QUICK else pytest.mark.slow) for case in CASES]
)
def test_one_run_mends_what_an_earlier_foresto_stored(open_world, server, tmp_path, keys, how):
    source, without = KEYS[keys]
    days, market = shown_rows(open_world)
    with own_database(server) as url:
        stored_by_the_earlier_foresto(url, days, source)
        with (
            connected(url, sandbox=True) as engine,
            opener(engine, tmp_path)(MORNING_AFTER, without=without, **SIZE) as world,
        ):
            invented = len(false_events(world, market))
            wrong = len(wrong_closes(world, market)[1])
            assert invented > 5, "the earlier foresto took after-hours prices for closes"
            assert wrong > 20
            if how == "morning":
                result = chain.run(world.app, "morning", MORNING, job.Options()).steps[0]
            else:
                result = load_prices.repair_prices(world.app, min(days), job.Options())
            assert result.exit_code in ({0, 75} if keys == "none" else {0}), result.reasons
            believed, left = wrong_closes(world, market)
            assert believed == []
            assert false_events(world, market) == []
            assert {row[1] for row in left} <= {max(days)}, "only the newest session has no base price after it"
            (note,) = [note for note in result.notes if "정규장 종가" in note]
            assert f"{wrong - len(left):,}개를 고쳤습니다" in note
            assert f"사건 {invented:,}개를 되돌렸습니다" in note
            again = load_prices.load_prices_incremental(world.app, 1825, 2, job.Options())
            assert not [note for note in again.notes if "정규장 종가" in note]
