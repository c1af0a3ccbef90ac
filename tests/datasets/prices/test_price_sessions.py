"""What is kept of each session is what the prices come to, after anything that foresto does to them."""

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
from support import EVENING

from foresto_cli.collecting.checks import NO_SESSION, RECORD
from foresto_cli.errors import ConfigError
from foresto_cli.loading import load_indices, load_listed, load_prices
from foresto_cli.running import job
from foresto_cli.store import price_sessions
from foresto_cli.store.price_sessions import Count
from foresto_cli.verify import mending, verification

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 1
QUICK = job.Options()
AFTERNOON = EVENING.replace(hour=16, minute=30)
NO_KEYS = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key")
DAYS = tuple(f"2026-11-{day}" for day in (12, 13, 16, 17, 18, 19))


def provisional(world, _chance):
    """The newest session while the after-market trades, or final in the evening."""
    load_prices.load_prices_incremental(world.app, 30, 2, QUICK)


def again(world, chance):
    day = date.fromisoformat(chance.choice(DAYS))
    # Without a key nobody has past days.
    with suppress(ConfigError):
        load_prices.load_prices_between(world.app, day, day + timedelta(days=1), None, job.Options(again=True))


def history_of_a_stock(world, _chance):
    load_listed.load_listing(world.app, QUICK)
    load_prices.load_prices_between(world.app, world.app.history_start, date(2026, 11, 20), "005930", QUICK)


def half_answer(world, chance):
    world.sandbox.faults.add(f"truncated@*/{chance.choice(DAYS).replace('-', '')}")
    load_prices.load_prices_incremental(world.app, 30, 2, QUICK)
    world.sandbox.faults.clear()


def lost_and_repaired(world, chance):
    # Whole days, or most rows of one: each is noticed and asked for again.
    some = chance.choice(("TRUE", "ticker < '1'"))
    world.execute(f"DELETE FROM stock_price_daily WHERE {some} AND trade_date = :day", day=chance.choice(DAYS))
    load_prices.repair_prices(world.app, world.app.history_start, QUICK)
    recount_what_nobody_asks_for(world)


def recount_what_nobody_asks_for(world):
    """Only rows of charts were lost, or nothing was stored: no session is asked for again, and verify puts it right."""
    with world.app.engine.connect() as connection:
        kept, there = price_sessions.kept(connection), price_sessions.counted(connection, date.min, date.max)
    wrong = [f"session:{day}" for day in {*kept, *there} if kept.get(day) != there.get(day)]
    mending._correct(world.app, {RECORD: wrong})


def no_session(world, chance):
    day = chance.choice(DAYS)
    world.execute("DELETE FROM index_price_daily WHERE trade_date = :day", day=day)
    mending._correct(world.app, {NO_SESSION: [day]})


STEPS = (provisional, again, history_of_a_stock, half_answer, lost_and_repaired, no_session)


def assert_counted(world, last):
    with world.app.engine.connect() as connection:
        kept = price_sessions.kept(connection)
        assert kept == price_sessions.counted(connection, date.min, date.max), last


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_whatever_happens_to_prices_the_sessions_are_counted(open_world, seed):
    chance = random.Random(seed)
    moments = [(AFTERNOON, ()), (AFTERNOON, NO_KEYS), (EVENING, NO_KEYS), (EVENING, ()), (EVENING, ("fsc_api_key",))]
    for now, without in chance.sample(moments, 2):
        with open_world(now, without=without) as world:
            load_indices.load_index(world.app, 30, QUICK)
            for step in (provisional, *chance.choices(STEPS, k=3)):
                step(world, chance)
                assert_counted(world, step.__name__)


@pytest.mark.long
def test_charts_are_counted_without_being_official_and_the_exchange_makes_them_so(open_world):
    with open_world(without=NO_KEYS) as world:
        load_listed.load_listing(world.app, QUICK)
        load_prices.load_prices_incremental(world.app, 30, 2, QUICK)
        with world.app.engine.connect() as connection:
            of_charts = price_sessions.kept(connection)[date(2026, 11, 18)]
            assert of_charts.rows > 50
            assert of_charts.official == 0
            assert price_sessions.official_since(connection, date(2026, 11, 18)) == [date(2026, 11, 20)]
            assert price_sessions.newest(connection, date(2026, 11, 18), 2) == [date(2026, 11, 17), date(2026, 11, 18)]
        assert_counted(world, "charts")
    with open_world() as world:
        load_prices.load_prices_incremental(world.app, 30, 2, QUICK)
        with world.app.engine.connect() as connection:
            count = price_sessions.kept(connection)[date(2026, 11, 18)]
            assert count.rows == count.official
            assert price_sessions.official_since(connection, date(2026, 11, 18))[0] == date(2026, 11, 17)
        assert_counted(world, "the exchange")


def test_an_empty_database_has_no_session(engine):
    with engine.begin() as connection:
        price_sessions.recount(connection)
        assert price_sessions.newest(connection, date.max, 5) == []
        assert price_sessions.official_since(connection, date.min) == []
        assert price_sessions.kept(connection) == {}


@pytest.mark.long
def test_rows_that_were_deleted_by_hand_are_found_and_counted_anew(loaded):
    loaded.execute("DELETE FROM stock_price_daily WHERE trade_date = '2026-11-17' AND ticker < '02'")
    loaded.execute("INSERT INTO price_sessions VALUES ('1994-05-02', 7, 7)")
    loaded.execute("DELETE FROM price_sessions WHERE trade_date = '2026-11-18'")
    found = {one.check: one for one in verification.verify_daily(loaded.app).findings}
    assert found["prices.counted"].days == ["1994-05-02", "2026-11-17", "2026-11-18"]
    mended = verification.with_repair(loaded.app, verification.verify_daily, QUICK)
    assert "prices.counted" not in {one.check for one in mended.findings}
    assert_counted(loaded, "repaired")


def test_a_day_that_was_deleted_by_hand_does_not_fool_the_next_load(loaded):
    loaded.execute("DELETE FROM stock_price_daily WHERE trade_date = '2026-11-17'")
    load_prices.load_prices_incremental(loaded.app, 30, 2, QUICK)
    with loaded.app.engine.connect() as connection:
        assert price_sessions.kept(connection)[date(2026, 11, 17)] > Count(50, 50)
    assert_counted(loaded, "loaded again")
