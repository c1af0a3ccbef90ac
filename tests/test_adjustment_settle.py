"""Settling: every event of a market is found whatever order its sessions arrive in, and nothing else is touched."""

import random
from datetime import date, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from support import EVENING

from foresto_cli import clock
from foresto_cli.adjustment import apply, pending
from foresto_cli.adjustment.apply import Settled, settle
from foresto_cli.adjustment.closes import follow_source
from foresto_cli.adjustment.events import events, show
from foresto_cli.calendar import Calendar
from foresto_cli.console import Console
from foresto_cli.ops import loads
from foresto_cli.sandbox.market import Market
from foresto_cli.store import migrate
from foresto_cli.store.engine import connected, psycopg_url
from foresto_cli.store.tables import stock_price_daily
from foresto_cli.store.upsert import upsert

pytestmark = pytest.mark.slow

MARKETS = {"STK": "KOSPI", "KSQ": "KOSDAQ", "KNX": "KONEX"}
RESTATING = {"split": "SPLIT", "consolidation": "CONSOLIDATION", "bonus": "EX_RIGHTS", "rights": "EX_RIGHTS"}
PROVENANCE = {"batch_id": 1, "created_at": EVENING.replace(tzinfo=None), "updated_at": EVENING.replace(tzinfo=None)}
TABLE = (
    "SELECT ticker, trade_date, close_price, adj_factor, adj_event, adj_review, adj_evidence, adj_close_price"
    " FROM stock_price_daily ORDER BY 1, 2"
)


@pytest.fixture(scope="module")
def market():
    return Market(EVENING, 120, 160, 1)


@pytest.fixture(scope="module")
def calendar(market):
    return Calendar(frozenset(market.closures))


def put(engine, rows, *, note=True):
    """Write rows as the loader does, and note their days in the same transaction."""
    written = [
        {
            "open_price": row["close_price"],
            "high_price": row["close_price"],
            "low_price": row["close_price"],
            "volume": 1_000,
            "shares_outstanding": 1_000_000,
            "prev_close": row["close_price"],
            "market": "KOSDAQ",
            "is_halted": False,
            "quality_flag": "NORMAL",
            "source_id": "KRX",
            **row,
        }
        for row in rows
    ]
    with engine.begin() as connection:
        upsert(connection, stock_price_daily, written, PROVENANCE)
        for day in {row["trade_date"] for row in rows} if note else ():
            pending.note_pending(connection, day)


def day_of(market, day):
    """The rows of a session of the synthetic market."""
    listed = market.listed(day)
    quotes = market.quotes(day).take(listed.tickers)
    return [
        {
            "ticker": stock.code,
            "trade_date": day,
            "open_price": int(quotes.open[place]),
            "high_price": int(quotes.high[place]),
            "low_price": int(quotes.low[place]),
            "close_price": int(quotes.close[place]),
            "volume": int(quotes.volume[place]),
            "shares_outstanding": int(quotes.shares[place]),
            "prev_close": int(quotes.base[place]),
            "market": MARKETS[stock.market],
            "name": listed.names[place],
            "is_halted": bool(quotes.volume[place] == 0),
        }
        for place, stock in enumerate(listed.stocks)
    ]


def table(engine):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(TABLE))]


def scalar(engine, query, **parameters):
    with engine.connect() as connection:
        return connection.execute(text(query), parameters).scalar()


def execute(engine, query, **parameters):
    with engine.begin() as connection:
        connection.execute(text(query), parameters)


def found(engine):
    return {(ticker, day): (event, factor) for ticker, day, _, factor, event, *_ in table(engine) if event}


@pytest.fixture
def settled(engine, market, calendar):
    for day in market.sessions:
        put(engine, day_of(market, day))
    settle(engine, calendar)
    return engine


@pytest.fixture(scope="module")
def settled_table(server, template, market, calendar):
    """What the table is after loading every session in order and settling once."""
    admin = create_engine(psycopg_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE settled_in_order TEMPLATE {template}"))
    with connected(server.replace("/foresto?", "/settled_in_order?"), sandbox=True) as engine:
        for day in market.sessions:
            put(engine, day_of(market, day))
        settle(engine, calendar)
        rows = table(engine)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE settled_in_order WITH (FORCE)"))
    admin.dispose()
    return rows


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
        loads.load_prices_incremental(world.app, 1825, 2, loads.Options())
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


def test_ordinary_rows_are_not_written_to(engine, market, calendar):
    for day in market.sessions:
        put(engine, day_of(market, day))
    execute(engine, "UPDATE stock_price_daily SET adj_close_price = close_price")
    with_events = {code for _, _, code in restating(market)}
    query = "SELECT ticker, min(xmin::text::bigint), max(xmin::text::bigint) FROM stock_price_daily GROUP BY 1"
    with engine.connect() as connection:
        before = {row[0]: tuple(row[1:]) for row in connection.execute(text(query))}
    settle(engine, calendar)
    with engine.connect() as connection:
        after = {row[0]: tuple(row[1:]) for row in connection.execute(text(query))}
    changed = {ticker for ticker, versions in after.items() if versions != before[ticker]}
    assert changed == with_events


# A hole: without a session nothing around it may be called an event; with it everything is as if it had never lacked.


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


def test_an_unknown_closure_is_no_hole_once_it_is_known(engine, calendar):
    days = sessions_from(calendar, 8)
    for place, day in enumerate(days):
        if place != 4:
            put(engine, quiet(day))
            close = 8_000 if place > 4 else 10_000
            put(engine, [{"ticker": "A00001", "trade_date": day, "close_price": close}])
    settle(engine, calendar)
    assert found(engine) == {}
    with engine.begin() as connection:
        pending.note_pending(connection, days[4])
    settle(engine, Calendar(calendar.closed | {days[4]}))
    assert found(engine) == {("A00001", days[5]): ("EX_RIGHTS", 0.8)}


def sessions_from(calendar, count, first=date(2026, 3, 2)):
    return calendar.sessions(first, first + timedelta(days=count * 3))[:count]


def quiet(day, count=12):
    """Rows of tickers to which nothing happens: events are a small part of a market."""
    return [{"ticker": f"Q{place:05}", "trade_date": day, "close_price": 5_000} for place in range(count)]


def story(engine, calendar, rows, *, first_shares=1_000_000):
    """Load consecutive sessions of one ticker, among quiet ones, settle, and return its events by session number."""
    days = sessions_from(calendar, len(rows))
    for day, row in zip(days, rows, strict=True):
        put(engine, quiet(day))
        if row:
            put(engine, [{"ticker": "A00001", "trade_date": day, "shares_outstanding": first_shares, **row}])
    settle(engine, calendar)
    return {days.index(day): what for (_, day), what in found(engine).items()}


HALTED = {"close_price": 10_000, "volume": 0, "open_price": 0, "high_price": 0, "low_price": 0, "is_halted": True}
TRADED = {"close_price": 10_000}


def test_an_auction_after_a_long_halt_is_a_return(engine, calendar):
    resumed = {"close_price": 13_000, "open_price": 12_000, "prev_close": 12_000}
    assert story(engine, calendar, [TRADED, HALTED, HALTED, HALTED, resumed]) == {4: ("AUCTION_RESUME", 1)}


def test_after_a_short_halt_the_same_is_an_event(engine, calendar):
    resumed = {"close_price": 13_000, "open_price": 12_000, "prev_close": 12_000}
    assert story(engine, calendar, [TRADED, TRADED, HALTED, HALTED, resumed]) == {4: ("BASE_UP", 1.2)}


def test_a_halt_that_is_completed_later_is_seen_three_rows_on(engine, calendar):
    days = sessions_from(calendar, 6)
    rows = [TRADED, HALTED, HALTED, HALTED, {"close_price": 13_000, "open_price": 12_000, "prev_close": 12_000}]
    rows.append({"close_price": 13_000})
    for place in (4, 5, 3, 2, 0):
        put(engine, [*quiet(days[place]), {"ticker": "A00001", "trade_date": days[place], **rows[place]}])
    settle(engine, calendar)
    assert found(engine) == {("A00001", days[4]): ("BASE_UP", 1.2)}
    put(engine, [*quiet(days[1]), {"ticker": "A00001", "trade_date": days[1], **rows[1]}])
    settle(engine, calendar)
    assert found(engine) == {("A00001", days[4]): ("AUCTION_RESUME", 1)}


def test_a_spin_off_is_known_by_the_company_listed_the_same_day(engine, calendar):
    days = sessions_from(calendar, 6)
    resumed = {"close_price": 13_000, "open_price": 12_000, "prev_close": 12_000, "shares_outstanding": 600_000}
    put(engine, [{"ticker": "B00001", "trade_date": days[4], "close_price": 20_000, "prev_close": 18_000,
                  "shares_outstanding": 400_000}])  # fmt: skip
    assert story(engine, calendar, [TRADED, HALTED, HALTED, HALTED, resumed]) == {4: ("SPINOFF", 1.2)}
    # Was it there before, it is not new: far rows of one ticker change the day of another.
    put(engine, [{"ticker": "B00001", "trade_date": days[0], "close_price": 20_000, "shares_outstanding": 400_000}])
    settle(engine, calendar)
    assert found(engine)["A00001", days[4]][0] == "CONSOLIDATION_AUCTION"


def test_a_transfer_rights_and_rehabilitation(engine, calendar):
    konex = {"close_price": 10_000, "market": "KONEX"}
    moved = {"close_price": 9_500, "prev_close": 9_000}
    rights = {"close_price": 9_100, "prev_close": 8_835}
    reorganised = {**HALTED, "close_price": 4_000, "prev_close": 4_000, "shares_outstanding": 2_000_000}
    assert story(engine, calendar, [konex, moved, rights, reorganised]) == {
        1: ("TRANSFER", 1),
        2: ("EX_RIGHTS", 0.93),
        3: ("REORG", pytest.approx(4_000 / 9_100)),
    }


def test_a_split_during_a_hole_of_one_ticker_is_told_by_its_shares(engine, calendar):
    after = {"close_price": 2_050, "prev_close": 2_000, "shares_outstanding": 5_000_000}
    assert story(engine, calendar, [TRADED, TRADED, None, None, after, after | {"prev_close": 2_050}]) == {
        4: ("GAP", 0.2)
    }


def test_a_ticker_that_was_away_for_long_is_looked_at_when_its_past_arrives(engine, calendar):
    days = sessions_from(calendar, 12)
    for day in days:
        put(engine, quiet(day))
    late = {"ticker": "A00001", "trade_date": days[10], "close_price": 2_050, "prev_close": 2_000,
            "shares_outstanding": 5_000_000}  # fmt: skip
    put(engine, [late])
    settle(engine, calendar)
    assert found(engine) == {}
    put(engine, [{"ticker": "A00001", "trade_date": days[1], "close_price": 10_000}])
    assert settle(engine, calendar).sessions == 2
    assert found(engine) == {("A00001", days[10]): ("GAP", 0.2)}


def test_prices_that_come_adjusted_are_no_rows(engine, calendar):
    days = sessions_from(calendar, 3)
    unknown = {"shares_outstanding": None, "prev_close": None, "market": None, "quality_flag": "ADJUSTED"}
    for day in days:
        put(engine, quiet(day))
    put(engine, [{"ticker": "A00001", "trade_date": day, "close_price": 100, **unknown} for day in days[:2]])
    put(engine, [{"ticker": "A00001", "trade_date": days[2], "close_price": 9_000, "prev_close": 8_900}])
    settle(engine, calendar)
    assert found(engine) == {}
    assert scalar(engine, "SELECT count(*) FROM stock_price_daily WHERE adj_close_price <> close_price") == 0


def test_a_rebased_source_moves_its_own_adjusted_closes(engine, calendar):
    days = sessions_from(calendar, 2)
    for close in (100, 50):
        put(engine, [{"ticker": "A00001", "trade_date": day, "close_price": close, "quality_flag": "ADJUSTED",
                      "adj_close_price": close} for day in days])  # fmt: skip
    put(engine, [{"ticker": "A00002", "trade_date": days[0], "close_price": 10, "adj_close_price": 9}])
    with engine.begin() as connection:
        assert follow_source(connection, "A00001") == 2
        assert follow_source(connection, "A00001") == follow_source(connection, "A00002") == 0
    assert scalar(engine, "SELECT sum(adj_close_price) FROM stock_price_daily WHERE ticker = 'A00001'") == 100


def test_a_close_read_again_moves_its_adjusted_close(engine, calendar):
    days = sessions_from(calendar, 3)
    split = {"close_price": 2_050, "prev_close": 2_000, "shares_outstanding": 5_000_000}
    story(engine, calendar, [TRADED, TRADED, split])
    query = "SELECT adj_close_price FROM stock_price_daily WHERE ticker = :ticker AND trade_date = :day"
    assert scalar(engine, query, ticker="A00001", day=days[0]) == 2_000
    put(engine, [{"ticker": "A00001", "trade_date": days[0], "close_price": 10_005},
                 {"ticker": "Q00000", "trade_date": days[0], "close_price": 5_004}])  # fmt: skip
    result = settle(engine, calendar)
    assert (result.rows, result.events) == (2, 0)
    assert scalar(engine, query, ticker="A00001", day=days[0]) == 2_001
    assert scalar(engine, query, ticker="Q00000", day=days[0]) == 5_004


def test_an_event_that_is_corrected_is_taken_back(engine, calendar):
    days = sessions_from(calendar, 3)
    assert story(engine, calendar, [TRADED, {"close_price": 8_900, "prev_close": 9_000}, {"close_price": 8_900}])
    put(engine, [{"ticker": "A00001", "trade_date": days[1], "close_price": 8_900, "prev_close": 10_000}])
    result = settle(engine, calendar)
    assert (result.events, result.rows) == (1, 1)
    assert found(engine) == {}
    assert scalar(engine, "SELECT count(*) FROM stock_price_daily WHERE adj_close_price <> close_price") == 0


# What the operator knows better.


def override(engine, ticker, day, factor, event="MERGER"):
    execute(
        engine,
        "INSERT INTO adjustment_override (ticker, trade_date, factor, event, note) VALUES (:t, :d, :f, :e, 'filing')"
        " ON CONFLICT (ticker, trade_date) DO UPDATE SET factor = excluded.factor",
        t=ticker, d=day, f=factor, e=event,
    )  # fmt: skip


def test_an_override_wins_and_leaves_when_it_is_gone(engine, calendar):
    days = sessions_from(calendar, 3)
    row = {"close_price": 8_900, "prev_close": 9_000}
    assert story(engine, calendar, [TRADED, row, {"close_price": 8_900}]) == {1: ("EX_RIGHTS", 0.9)}
    override(engine, "A00001", days[1], 0.5)
    override(engine, "Q00001", days[2], 2)
    assert settle(engine, calendar).events == 2
    assert found(engine) == {("A00001", days[1]): ("MERGER", 0.5), ("Q00001", days[2]): ("MERGER", 2)}
    query = "SELECT adj_close_price FROM stock_price_daily WHERE ticker = :ticker AND trade_date = :day"
    assert scalar(engine, query, ticker="A00001", day=days[0]) == 5_000
    assert scalar(engine, query, ticker="Q00001", day=days[0]) == 10_000
    assert scalar(engine, "SELECT adj_evidence ->> 'ruled' FROM stock_price_daily WHERE ticker = 'A00001'"
                          " AND adj_event IS NOT NULL") == '["EX_RIGHTS", 0.9]'  # fmt: skip
    assert settle(engine, calendar) == Settled()
    execute(engine, "DELETE FROM adjustment_override")
    assert settle(engine, calendar).events == 2
    assert found(engine) == {("A00001", days[1]): ("EX_RIGHTS", 0.9)}


def test_an_override_waits_for_its_row(engine, calendar):
    days = sessions_from(calendar, 2)
    override(engine, "Q00001", days[1], 0.5)
    assert settle(engine, calendar) == Settled()
    for day in days:
        put(engine, quiet(day))
    settle(engine, calendar)
    assert found(engine) == {("Q00001", days[1]): ("MERGER", 0.5)}


# Killed anywhere, the table is as before or after a batch.


@pytest.mark.parametrize("where", ["_write", "closes.rewrite", "pending.forget"])
def test_an_interrupted_settlement_goes_on_where_it_was(engine, *, settled_table, market, calendar, monkeypatch, where):
    monkeypatch.setattr(apply, "SESSIONS_AT_A_TIME", 40)
    for day in market.sessions:
        put(engine, day_of(market, day))
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
        settle(engine, calendar)
    left = scalar(engine, "SELECT count(*) FROM adjustment_pending")
    assert left == len(market.sessions) - 80
    assert max(day for _, day in found(engine)) <= market.sessions[82]
    settle(engine, calendar)
    assert table(engine) == settled_table


def test_rows_from_before_this_version_get_their_adjusted_close(engine, calendar):
    days = sessions_from(calendar, 2)
    put(engine, quiet(days[0]) + quiet(days[1]), note=False)
    execute(engine, "UPDATE stock_price_daily SET adj_close_price = NULL")
    execute(engine, "INSERT INTO adjustment_pending SELECT DISTINCT trade_date, :now FROM stock_price_daily",
            now=clock.wall())  # fmt: skip
    assert settle(engine, calendar).rows == 24
    assert scalar(engine, "SELECT count(*) FROM stock_price_daily WHERE adj_close_price = close_price") == 24


def test_the_migration_notes_every_session_stored_before_it(server):
    name = "older_version"
    admin = create_engine(psycopg_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = server.replace("/foresto?", f"/{name}?")
    older = create_engine(psycopg_url(url))
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    with older.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    put(older, quiet(date(2026, 3, 2)) + quiet(date(2026, 3, 3)), note=False)
    older.dispose()
    with connected(url, sandbox=True) as engine:
        assert scalar(engine, "SELECT count(*) FROM stock_price_daily WHERE adj_factor = 1 AND adj_event IS NULL") == 24
        assert settle(engine, Calendar()) == Settled(sessions=2, rows=24)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


# Showing them.


def test_events_are_listed_newest_first_and_by_what_is_asked(engine, calendar, capsys):
    days = sessions_from(calendar, 4)
    up = {"close_price": 13_000, "prev_close": 13_000, "name": "가나다"}
    story(engine, calendar, [TRADED, {"close_price": 9_000, "prev_close": 9_000}, TRADED | {"prev_close": 9_000}, up])
    with engine.connect() as connection:
        everything = events(connection)
        assert [(one.trade_date, one.event, one.review) for one in everything] == [
            (days[3], "BASE_UP", True),
            (days[1], "EX_RIGHTS", False),
        ]
        assert everything[0][1:] == ("A00001", "가나다", "BASE_UP", 1.3, 13_000, 10_000, True)
        assert events(connection, "A00001", since=days[2]) == everything[:1]
        assert events(connection, review_only=True) == everything[:1]
        assert events(connection, "Q00001") == []
    show(Console(), everything)
    out = capsys.readouterr().out
    assert "기준가 상향" in out
    assert "13,000" in out
    show(Console(), [])
    assert "없습니다" in capsys.readouterr().out
