"""What the operator knows better than the rules, what older versions stored, and how events are shown."""

from datetime import date

import pytest
from adjustment.settling import TRADED, execute, found, put, quiet, scalar, sessions_from, story
from alembic import command
from alembic.config import Config
from conftest import own_database
from sqlalchemy import create_engine

from foresto_cli import clock
from foresto_cli.adjustment.apply import Settled, settle
from foresto_cli.adjustment.events import events, show
from foresto_cli.calendar import Calendar
from foresto_cli.console import Console
from foresto_cli.store import migrate
from foresto_cli.store.addresses import psycopg_url
from foresto_cli.store.engine import connected


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


def test_rows_from_before_this_version_get_their_adjusted_close(engine, calendar):
    days = sessions_from(calendar, 2)
    put(engine, quiet(days[0]) + quiet(days[1]), note=False)
    execute(engine, "UPDATE stock_price_daily SET adj_close_price = NULL")
    execute(engine, "INSERT INTO adjustment_pending SELECT DISTINCT trade_date, :now FROM stock_price_daily",
            now=clock.wall())  # fmt: skip
    assert settle(engine, calendar).rows == 24
    assert scalar(engine, "SELECT count(*) FROM stock_price_daily WHERE adj_close_price = close_price") == 24


@pytest.mark.long
def test_the_migration_notes_every_session_stored_before_it(server):
    with own_database(server) as url:
        older = create_engine(psycopg_url(url))
        config = Config()
        config.set_main_option("script_location", str(migrate.FOLDER))
        with older.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
        put(older, quiet(date(2026, 3, 2)) + quiet(date(2026, 3, 3)), note=False)
        older.dispose()
        with connected(url, sandbox=True) as engine:
            old = "SELECT count(*) FROM stock_price_daily WHERE adj_factor = 1 AND adj_event IS NULL"
            assert scalar(engine, old) == 24
            assert settle(engine, Calendar()) == Settled(sessions=2, rows=24)


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
    assert "\t13000\t" in out, "a pipe has numbers as they are"
    show(Console(), [])
    assert "없습니다" in capsys.readouterr().out
