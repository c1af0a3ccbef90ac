"""Every event of a market is found whatever order its sessions arrive in, and nothing else is touched."""

import random

import pytest
from adjustment.settling import day_of, execute, found, put, scalar, table
from conftest import own_database
from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.adjustment import apply
from foresto_cli.adjustment.apply import Settled, settle
from foresto_cli.loading import load_prices
from foresto_cli.store.engine import connected

pytestmark = pytest.mark.slow

RESTATING = {"split": "SPLIT", "consolidation": "CONSOLIDATION", "bonus": "EX_RIGHTS", "rights": "EX_RIGHTS"}


@pytest.fixture(scope="module")
def unsettled_template(server, template, market):
    """The name of a database with every session of the market, none of them settled yet, to copy."""
    with own_database(server, template, name="template_unsettled") as url:
        with connected(url, sandbox=True) as engine:
            for day in market.sessions:
                put(engine, day_of(market, day))
        yield "template_unsettled"


@pytest.fixture
def unsettled(server, unsettled_template):
    """An engine on every session of the market, loaded in order."""
    with own_database(server, unsettled_template) as url, connected(url, sandbox=True) as engine:
        yield engine


@pytest.fixture
def settled(unsettled, calendar):
    settle(unsettled, calendar)
    return unsettled


@pytest.fixture(scope="module")
def settled_table(server, unsettled_template, calendar):
    """What the table is after loading every session in order and settling once."""
    with own_database(server, unsettled_template) as url, connected(url, sandbox=True) as engine:
        settle(engine, calendar)
        return table(engine)


def restating(market):
    """(kind, day, code) of the events that change a base price and whose session before is served."""
    return [(kind, day, code) for kind, day, code in market.events if kind in RESTATING and day > market.sessions[0]]


def test_every_event_of_the_market_is_found_at_its_factor_and_no_other(settled, market):
    stored = found(settled)
    wanted = {(code, day): kind for kind, day, code in restating(market)}
    assert {RESTATING[kind] for kind in wanted.values()} == {"SPLIT", "CONSOLIDATION", "EX_RIGHTS"}
    assert stored.keys() == wanted.keys()
    for (code, day), kind in wanted.items():
        before, today = (
            next(row for row in day_of(market, one) if row["ticker"] == code) for one in (market.previous(day), day)
        )
        event, factor = stored[code, day]
        assert event == RESTATING[kind]
        if kind in {"split", "consolidation"}:
            assert factor == pytest.approx(before["shares_outstanding"] / today["shares_outstanding"], rel=1e-12)
        else:
            assert factor == pytest.approx(today["prev_close"] / before["close_price"], rel=1e-12)


def test_adjusted_closes_carry_the_factors_of_later_days(settled):
    factors = {}
    for ticker, day, _, factor, event, *_ in table(settled):
        if event:
            factors.setdefault(ticker, []).append((day, factor))
    assert factors
    for ticker, day, close, _, _, _, _, adjusted in table(settled):
        cumulative = 1.0
        for when, factor in factors.get(ticker, ()):
            cumulative *= factor if when > day else 1
        assert float(adjusted) == pytest.approx(float(close) * cumulative, abs=5.1e-5)


def test_the_loaded_market_settles_as_the_market_was_drawn(open_world):
    with open_world(sessions=30) as world:
        load_prices.load_prices_incremental(world.app, 1825, 2, load_prices.Options())
        execute(
            world.app.engine,
            "INSERT INTO adjustment_pending SELECT DISTINCT trade_date, :now FROM stock_price_daily"
            " ON CONFLICT DO NOTHING",
            now=clock.wall(),
        )
        settle(world.app.engine, world.app.calendar)
        market = world.sandbox.market
        wanted = {(code, day) for kind, day, code in restating(market)}
        assert found(world.app.engine).keys() == wanted
        assert wanted


@pytest.mark.parametrize("seed", range(3))
def test_sessions_in_any_order_come_to_the_same(engine, settled_table, market, calendar, seed):
    order = list(market.sessions)
    draw = random.Random(seed)
    draw.shuffle(order)
    while order:
        count = draw.choice([1, 1, 2, 7, 40])
        for day in order[:count]:
            put(engine, day_of(market, day))
        del order[:count]
        settle(engine, calendar)
    assert table(engine) == settled_table


def test_newest_first_comes_to_the_same(engine, settled_table, market, calendar):
    for start in range(len(market.sessions), 0, -20):
        for day in market.sessions[max(start - 20, 0) : start]:
            put(engine, day_of(market, day))
        settle(engine, calendar)
    assert table(engine) == settled_table


def test_settling_again_changes_nothing(settled, market, calendar):
    versions = (
        "SELECT md5(string_agg(xmin::text || ctid::text, ',' ORDER BY ticker, trade_date)) FROM stock_price_daily"
    )
    before = scalar(settled, versions)
    assert settle(settled, calendar) == Settled()
    for day in market.sessions:
        execute(settled, "INSERT INTO adjustment_pending VALUES (:day, :now)", day=day, now=clock.wall())
    assert settle(settled, calendar) == Settled(sessions=len(market.sessions))
    assert scalar(settled, versions) == before
    assert scalar(settled, "SELECT count(*) FROM adjustment_pending") == 0


def test_ordinary_rows_are_not_written_to(unsettled, market, calendar):
    execute(unsettled, "UPDATE stock_price_daily SET adj_close_price = close_price")
    with_events = {code for _, _, code in restating(market)}
    query = "SELECT ticker, min(xmin::text::bigint), max(xmin::text::bigint) FROM stock_price_daily GROUP BY 1"
    with unsettled.connect() as connection:
        before = {row[0]: tuple(row[1:]) for row in connection.execute(text(query))}
    settle(unsettled, calendar)
    with unsettled.connect() as connection:
        after = {row[0]: tuple(row[1:]) for row in connection.execute(text(query))}
    changed = {ticker for ticker, versions in after.items() if versions != before[ticker]}
    assert changed == with_events


def test_a_hole_makes_no_false_factor_and_mending_it_leaves_no_trace(engine, settled_table, market, calendar):
    hole = market.sessions[80]
    for day in market.sessions:
        if day != hole:
            put(engine, day_of(market, day))
    first = settle(engine, calendar)
    following = calendar.following(hole)
    assert first.missing_days == (following,)
    right = {(row[0], row[1]): row[3] for row in settled_table}
    assert all(factor == right[key] for key, (_, factor) in found(engine).items())
    assert not [key for key in found(engine) if key[1] == following]
    put(engine, day_of(market, hole))
    assert settle(engine, calendar).missing_days == ()
    assert table(engine) == settled_table


@pytest.mark.parametrize("where", ["_write", "closes.rewrite", "pending.forget"])
def test_an_interrupted_settlement_goes_on_where_it_was(
    unsettled, *, settled_table, market, calendar, monkeypatch, where
):
    monkeypatch.setattr(apply, "SESSIONS_AT_A_TIME", 40)
    owner, name = (apply, where) if "." not in where else (getattr(apply, where.split(".")[0]), where.split(".")[1])
    real, calls = getattr(owner, name), []

    def breaks_the_third_time(*arguments):
        calls.append(arguments)
        result = real(*arguments)
        if len(calls) == 3:
            raise RuntimeError("killed")
        return result

    monkeypatch.setattr(owner, name, breaks_the_third_time)
    with pytest.raises(RuntimeError, match="killed"):
        settle(unsettled, calendar)
    left = scalar(unsettled, "SELECT count(*) FROM adjustment_pending")
    assert left == len(market.sessions) - 80
    assert max(day for _, day in found(unsettled)) <= market.sessions[82]
    settle(unsettled, calendar)
    assert table(unsettled) == settled_table
