"""Time that lies: a stored moment later than now is no evidence, whatever would be decided by it."""

import json
from datetime import datetime, timedelta

import pytest

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting import registry
from foresto_cli.collecting.checks import Scope
from foresto_cli.datasets.listed import enrichment
from foresto_cli.datasets.prices import unconfirmed
from foresto_cli.errors import Blocked, StoreUnavailable
from foresto_cli.running import leftovers, runs
from foresto_cli.store import ledger, limits
from foresto_cli.telling import alerts, channels, moments, notify, outage, watch
from foresto_cli.telling.alerts import Alert
from foresto_cli.views import state
from foresto_cli.views.market_mail import mail_once

pytestmark = pytest.mark.usefixtures("no_waiting")
SHIFTS = (
    timedelta(minutes=6),
    timedelta(hours=3),
    timedelta(days=1, hours=1),
    timedelta(days=38),
    timedelta(days=9_000),
)
ENTRY = (
    "INSERT INTO unit_ledger (dataset, unit, status, run_id, asked_at) VALUES ('{}', '{}', '{}', 1, :at)"
    " ON CONFLICT (dataset, unit) DO UPDATE SET asked_at = :at"
)


def is_blocked(world):
    try:
        world.app._transport.limits.check("krx")
    except Blocked:
        return True
    with world.app.engine.connect() as connection:
        return bool(limits.open_blocks(connection))


def is_resting(world):
    alerts.raise_alert(world.app.engine, Alert("x", "x", "warning", "x", "x"), None)
    notify._told(world.app, channels.configured(world.app)[0])
    return world.sandbox.outbox.items == []


def is_told(world):
    world.execute(
        "INSERT INTO ops_alert (alert_id, alert_type, subject, alert_level, alert_title, alert_message, created_at,"
        " last_seen_at) VALUES (1, 'x', 'x', 'warning', 'x', 'x', '2026-11-20', '2026-11-20')"
    )
    return not notify._due(world.app.engine, "slack")


def outage_is_told(world):
    before = len(world.sandbox.outbox.items)
    outage.tell(world.app, StoreUnavailable("weg"))
    return len([item for item in world.sandbox.outbox.items[before:] if item.channel == "slack"]) == 0


def keep_outage(world, at):
    world.app.folders.state.mkdir(parents=True, exist_ok=True)
    world.app.folders.outage_file.write_text(json.dumps({"since": "x", "told": {"slack": at.isoformat()}}))


def is_current(name):
    def current(world):
        with world.app.engine.connect() as connection:
            data_set = registry.every()[name]
            return state._data_set(connection, world.app, data_set)["current"]

    return current


def in_ledger(dataset):
    def known(world):
        with world.app.engine.connect() as connection:
            found = ledger.entries(connection, dataset).get("u")
        return found is not None and found.asked_at != ledger.NEVER

    return known


def mail_was_sent(world):
    return mail_once.told_already(world.app.engine, clock.today(), clock.today()) is not None


def runs_alive(world):
    runs.close_abandoned(world.app.engine)
    return world.scalar("SELECT count(*) FROM data_collection_log WHERE status = 'running'") > 0


def seems_alive(world):
    return any(run["alive"] for run in state.status(world.app)["running"])


def is_stalled(world):
    with world.app.engine.connect() as connection:
        return not leftovers.stalled_runs(Scope(connection, Calendar(), clock.now(), [clock.today()], clock.today()))


def was_asked_in_vain(world):
    with world.app.engine.connect() as connection:
        return unconfirmed.is_unconfirmed(connection, clock.today())


def knows_stock(world):
    with world.app.engine.connect() as connection:
        return not enrichment.wanted(connection)


def sql(*statements):
    def store(world, at):
        for statement in statements:
            world.execute(statement, at=at, day=at.date(), until=at + timedelta(hours=20), pid=1)

    return store


RUNNING = (
    "INSERT INTO data_collection_log (job_name, job_label, status, started_at, heartbeat_at, host, process_id)"
    " VALUES ('x', 'x', 'running', :at, :at, '{}', :pid)"
)
DECIDED = {
    "breaker": (sql("INSERT INTO upstream_block VALUES ('krx', :at, :until, 'x')"), is_blocked),
    "breaker that lasts": (
        sql("INSERT INTO upstream_block VALUES ('krx', '2026-11-01', CAST(:at AS timestamp) + interval '24 h', 'x')"),
        is_blocked,
    ),
    "resting channel": (
        sql("INSERT INTO notify_channel (channel, failed_at, failing_since) VALUES ('slack', :at, :at)"),
        is_resting,
    ),
    "reminder": (
        sql("INSERT INTO alert_delivery VALUES (1, 'slack', :at, :at, 'warning')"),
        is_told,
    ),
    "outage": (keep_outage, outage_is_told),
    "age of filings": (sql(ENTRY.format("dart.filings", "u", "done")), is_current("dart.statements")),
    "age of dividends": (sql(ENTRY.format("dart.dividends", "u", "done")), is_current("dart.dividends")),
    "nothing there": (sql(ENTRY.format("x", "u", "no_data")), in_ledger("x")),
    "provisional": (sql(ENTRY.format("x", "u", "provisional")), in_ledger("x")),
    "stored": (sql(ENTRY.format("x", "u", "done")), in_ledger("x")),
    "market mail": (
        sql(
            "INSERT INTO market_email_log (sent_date, session_date, status, started_at, completed_at, created_at)"
            " VALUES ('2026-11-20', '2026-11-20', 'completed', :at, :at, :at)"
        ),
        mail_was_sent,
    ),
    "day of a mail": (
        sql(
            "INSERT INTO market_email_log (sent_date, session_date, status, started_at, completed_at, created_at)"
            " VALUES (:day, '2026-11-20', 'completed', '2026-11-20', '2026-11-20', :at)"
        ),
        mail_was_sent,
    ),
    "heartbeat": (sql(RUNNING.format("elsewhere")), runs_alive),
    "heartbeat that is shown": (sql(RUNNING.format("elsewhere")), seems_alive),
    "heartbeat that is verified": (sql(RUNNING.format("elsewhere")), is_stalled),
    "question in vain": (sql(ENTRY.format("prices.index", "KOSPI:x", "done")), was_asked_in_vain),
}
NOT_AS_IF_ABSENT = {"heartbeat that is verified"}
"""Here a run that cannot be believed is a finding, as one that stopped is."""


def empty(world):
    for _, table, _ in (*moments.STORED, ("", "ops_alert", "")):
        world.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("name", DECIDED)
def test_what_is_later_than_now_decides_nothing(open_world, name):
    store, decided = DECIDED[name]
    with open_world() as world:
        absent = decided(world)
        if name == "outage":
            world.app.folders.outage_file.unlink(missing_ok=True)
    for shift in (timedelta(), *SHIFTS):
        if name == "day of a mail" and shift < timedelta(days=1):
            continue
        with open_world() as world:
            empty(world)
            world.app.folders.outage_file.unlink(missing_ok=True)
            store(world, clock.wall() + shift)
            believed = decided(world)
        if name in NOT_AS_IF_ABSENT:
            assert believed == (not shift), shift
        elif shift:
            assert believed == absent, shift
        else:
            assert believed != absent, "the moment of now does decide"


def test_a_run_that_was_set_right_under_way_is_left_alone(open_world, monkeypatch):
    """Its next heartbeat says so."""
    with open_world() as world:
        sql(RUNNING.format("elsewhere"))(world, clock.wall() + timedelta(days=38))

        def beats(_):
            world.execute("UPDATE data_collection_log SET heartbeat_at = :now", now=clock.wall())

        monkeypatch.setattr(clock, "sleep", beats)
        assert runs.close_abandoned(world.app.engine) == 0


def test_what_was_counted_on_days_to_come_is_taken_back_unless_it_is_now_that_is_wrong(open_world):
    with open_world() as world:
        for day in ("2026-11-20", "2027-01-05"):
            world.execute("INSERT INTO upstream_usage VALUES ('krx', :day, 200)", day=day)
        world.execute(
            "INSERT INTO stock_price_daily (ticker, trade_date, open_price, high_price, low_price, close_price, volume,"
            " is_halted, quality_flag, source_id, batch_id, created_at, updated_at, adj_factor)"
            " VALUES ('005930', '2027-01-04', 1, 1, 1, 1, 1, false, 'NORMAL', 'KRX', 1, now(), now(), 1)"
        )
        moments.notice(world.app)
        assert world.scalar("SELECT count(*) FROM upstream_usage") == 2
        world.execute("DELETE FROM stock_price_daily")
        moments.notice(world.app)
        assert world.rows("SELECT usage_date::text, used FROM upstream_usage") == [("2026-11-20", 200)]


def test_a_clock_that_jumped_is_told_once_and_named_by_status(open_world, capsys):
    with open_world() as world:
        sql("INSERT INTO upstream_block VALUES ('x', :at, :at, 'x')")(world, clock.wall() + timedelta(days=38))
        for _ in range(2):
            with watch.attended(world.app, "status"):
                found = state.status(world.app)
        state.show(world.app.console, found)
        assert "시각 동기화" in found["ahead"]
        assert "시각 동기화" in capsys.readouterr().err
        told = [item for item in world.sandbox.outbox.items if moments.TITLE in item.text]
        assert len(told) == 2, "Slack and mail, once each"
    with open_world(datetime(2026, 11, 23, 19, tzinfo=clock.KST)) as world, watch.attended(world.app, "status"):
        pass
    assert [item for item in world.sandbox.outbox.items if moments.TITLE in item.text] == []
    with open_world() as world:
        world.execute("DELETE FROM upstream_block")
        with watch.attended(world.app, "status"):
            assert state.status(world.app)["ahead"] is None
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0


def test_hosts_whose_clocks_differ_by_little_believe_each_other():
    now = clock.wall()
    assert clock.is_past(now + timedelta(minutes=4))
    assert not clock.is_past(now + timedelta(minutes=6))
    assert clock.is_within(now - timedelta(minutes=1), timedelta(minutes=2))
    assert not clock.is_within(now - timedelta(minutes=3), timedelta(minutes=2))
    assert not clock.is_within(now + timedelta(days=3), timedelta(minutes=2))


@pytest.mark.long
def test_every_table_that_decides_by_a_moment_is_looked_at(open_world):
    with open_world() as world, world.app.engine.connect() as connection:
        assert moments.ahead(connection) is None
    for name, table, _ in moments.STORED:
        with open_world() as world:
            at = clock.wall() + timedelta(days=38)
            rows = {
                "data_collection_log": RUNNING.format("x"),
                "unit_ledger": ENTRY.format("x", "x", "done"),
                "alert_delivery": "INSERT INTO alert_delivery VALUES (1, 'slack', :at, :at, 'warning')",
                "notify_channel": "INSERT INTO notify_channel (channel, failed_at) VALUES ('x', :at)",
                "upstream_block": "INSERT INTO upstream_block VALUES ('x', :at, :at, 'x')",
                "upstream_usage": "INSERT INTO upstream_usage VALUES ('x', :day, 1)",
                "market_email_log": "INSERT INTO market_email_log (sent_date, session_date, status, started_at,"
                " created_at) VALUES (:day, :day, 'failed', :at, :at)",
                "scheduled_job": "INSERT INTO scheduled_job VALUES ('x', 'cron', 'x', :at)",
            }
            sql(rows[table])(world, at)
            with world.app.engine.connect() as connection:
                found = moments.ahead(connection)
            assert found is not None
            assert found[0] == name
            world.execute(f"DELETE FROM {table}")


def test_an_info_is_told_once_and_a_warning_again(open_world):
    with open_world() as world:
        for level in ("info", "warning"):
            alerts.raise_alert(world.app.engine, Alert(level, "x", level, level, level), None)
        notify.deliver(world.app)
    with open_world(datetime(2026, 11, 23, 19, tzinfo=clock.KST)) as world:
        assert [row.alert_level for row in notify._due(world.app.engine, "slack")] == ["warning"]
