"""FSC's stock prices: the last way to a market day, from 13:00 of the next session on."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from support import EVENING, SHARED, needs_shared

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.datasets.prices.price_rows import from_fsc
from foresto_cli.datasets.prices.price_sources import fsc_source
from foresto_cli.loading import load_prices
from foresto_cli.running import job

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 0.2
"""Requests are counted here: on a busy machine none may be asked twice."""

QUICK = job.Options()
ONLY_FSC = ("krx_id", "krx_pw", "krx_openapi_key")
COLUMNS = (
    "ticker, name, market, open_price, high_price, low_price, close_price, volume, trading_value, market_cap,"
    " shares_outstanding, prev_close, price_change, change_rate, is_halted"
)


def stored(world, day):
    return set(world.rows(f"SELECT {COLUMNS} FROM stock_price_daily WHERE trade_date = :day", day=day))


def test_a_day_is_the_same_through_fsc_as_through_the_exchange(open_world):
    with open_world() as world:
        day = world.sandbox.market.sessions[-4]
        assert load_prices.load_prices_between(world.app, day, day, None, QUICK).sources == {"KRX_OPENAPI": 1}
        exchange = stored(world, day)
        world.execute("DELETE FROM stock_price_daily")
        world.execute("DELETE FROM unit_ledger")
    with open_world(without=ONLY_FSC) as world:
        result = load_prices.load_prices_between(world.app, day, day, None, QUICK)
        assert (result.sources, result.requests) == ({"FSC": 1}, {"fsc": 1, "total": 1})
        assert stored(world, day) == exchange
        assert world.rows("SELECT DISTINCT source_id, quality_flag FROM stock_price_daily") == [("FSC", "PROVISIONAL")]


@pytest.mark.parametrize(
    ("now", "can"),
    [("2026-11-20T12:59", False), ("2026-11-20T13:00", True), ("2026-11-19T19:00", False)],
)
def test_a_session_is_there_from_one_o_clock_of_the_next(open_world, now, can):
    with open_world() as world:
        source = fsc_source(world.app.fsc, Calendar(), is_proven=False)
        moment = datetime.fromisoformat(now).replace(tzinfo=clock.KST)
        assert source.can(date(2026, 11, 19), moment) is can
        assert not source.can(date(2019, 12, 30), moment)


def test_the_snapshot_comes_first_and_fsc_settles_it_on_the_next_day(open_world):
    with open_world(without=ONLY_FSC) as world:
        day = world.sandbox.market.sessions[-1]
        assert load_prices.load_prices_between(world.app, day, day, None, QUICK).sources == {"FDR": 1}
    with open_world(EVENING.replace(day=23), without=ONLY_FSC) as world:
        result = load_prices.load_prices_incremental(world.app, 3, 2, QUICK)
        assert result.sources == {"FDR": 1, "FSC": 1}
        assert world.rows("SELECT source_id FROM unit_ledger WHERE unit = :day", day=f"{day}") == [("FSC",)]


def test_an_empty_session_is_no_holiday(open_world):
    with open_world(without=ONLY_FSC, faults="empty_list@apis.data.go.kr") as world:
        day = world.sandbox.market.sessions[-4]
        result = load_prices.load_prices_between(world.app, day, day, None, QUICK)
        assert result.exit_code == 65
        assert world.scalar("SELECT count(*) FROM market_closure") == 0


@needs_shared
@pytest.mark.parametrize(
    ("file", "count"), [("getStockPriceInfo_005930_20251013_20251111.json", 22), ("shape_single_item_as_dict.json", 1)]
)
def test_recorded_prices_become_the_expected_rows(file, count):
    items = json.loads((SHARED / "recorded/fsc" / file).read_text())["response"]["body"]["items"]["item"]
    records = items if isinstance(items, list) else [items]
    rows = [from_fsc([record], clock.day_of(record["basDt"]))[0] for record in records]
    assert len(rows) == count
    assert all(row["close_price"] * row["shares_outstanding"] == row["market_cap"] for row in rows)
    newest = rows[0]
    assert (newest["ticker"], newest["trade_date"], newest["market"]) == ("005930", date(2025, 11, 11), "KOSPI")
    assert (newest["open_price"], newest["close_price"], newest["prev_close"]) == (103_700, 103_500, 100_600)
    assert newest["change_rate"] == Decimal("2.88")
    assert newest["volume"] == 27_742_542
    by_day = {row["trade_date"]: row for row in rows}
    pairs = list(zip(sorted(by_day), sorted(by_day)[1:], strict=False))
    assert all(by_day[later]["prev_close"] == by_day[day]["close_price"] for day, later in pairs)
