"""Putting right what foresto remembers of itself, where it is certain what is right."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, insert, text

from foresto_cli import clock
from foresto_cli.store import limits, price_sessions
from foresto_cli.store.sources import SOURCES
from foresto_cli.store.tables import data_source

WITHOUT_CAUSE = text(
    "UPDATE ops_alert SET resolved_at = :now WHERE alert_id = :key AND resolved_at IS NULL AND alert_type = 'verify'"
)
NEVER_ENDED = text(
    "UPDATE market_email_log SET status = 'failed', completed_at = started_at,"
    " error_message = '보내다가 중단되었습니다' WHERE id = :key AND status = 'sending'"
)
IMPOSSIBLE_BLOCK = text("DELETE FROM upstream_block WHERE upstream = :key")
LATER_THAN_NOW = text(
    "UPDATE data_collection_log SET started_at = least(started_at, :now), completed_at = least(completed_at, :now),"
    " heartbeat_at = least(heartbeat_at, :now) WHERE id = :key"
)
NUMBERED = {"alert": WITHOUT_CAUSE, "mail": NEVER_ENDED, "run": LATER_THAN_NOW}


def correct(connection: Connection, keys: Sequence[str]) -> None:
    """Put right the records that ``keys`` name (``alert:7``), in the caller's transaction.

    Incidents without a cause are resolved, mails that nobody sends any more have failed, breakers that cannot be are
    taken away, what was counted on days that have not come is forgotten, moments later than now become now, sources are
    described again, and rows of sessions are counted. How many requests of today were really made nobody knows: such a
    count stays.
    """
    for key in keys:
        kind, _, name = key.partition(":")
        if kind in NUMBERED:
            connection.execute(NUMBERED[kind], {"key": int(name), "now": clock.wall()})
        elif kind == "block":
            connection.execute(IMPOSSIBLE_BLOCK, {"key": name})
    counts = [date.fromisoformat(key.partition(":")[2]) for key in keys if key.startswith("session:")]
    price_sessions.recount(connection, counts)
    limits.forget_days_to_come(connection)
    missing = [source for source in SOURCES if f"source:{source['source_id']}" in keys]
    if missing:
        connection.execute(insert(data_source), missing)
