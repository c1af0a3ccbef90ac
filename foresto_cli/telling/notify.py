"""Telling: every incident to every channel once, again each day while it lasts, and when it is over.

What could not be told is told by the next command; a channel that fails is an incident of its own, told by the others.
"""

import logging
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, text

from foresto_cli import clock, harmless
from foresto_cli.app import App
from foresto_cli.errors import ForestoError
from foresto_cli.store import advisory
from foresto_cli.telling import alerts, attempts, channels, offline
from foresto_cli.telling.alerts import Alert

log = logging.getLogger(__name__)

REMIND_AFTER = timedelta(hours=20)
"""And on another day: jobs start a few minutes earlier or later, and a reminder must not slip by a day for that."""
REMIND_OF_BLOCK = timedelta(hours=24)
"""Its message says until when: only one that was prolonged goes on for longer."""
REST = timedelta(minutes=30)
"""A channel that failed is left alone for so long."""
LEVELS = {"critical": "심각", "warning": "주의", "info": "참고"}
LONGEST_MESSAGE = 600
TEST = "{host}의 foresto가 보낸 시험 알림입니다. 알림은 이곳으로 옵니다."
BACK = ("[foresto] 알림이 다시 갑니다", "그동안 이곳으로 보내지 못한 알림은 모두 끝났습니다.")


def deliver(app: App) -> None:
    """Tell every channel what it does not know yet; two processes never tell the same."""
    with advisory.alone(app.engine, advisory.TELLING) as alone:
        if not alone:
            return
        # One that failed comes first: that it works again is no news to the others.
        every = sorted(channels.configured(app), key=lambda channel: _failed_at(app.engine, channel.name) is None)
        failures = [_told(app, channel) for channel in every]
        offline.tell(app)
        # A second round lets the good channels hear of one that failed in the first.
        if any(failure is not None for failure in failures):
            for channel in every:
                _told(app, channel)


def _told(app: App, channel: channels.Channel) -> ForestoError | None:
    """Tell one channel what is due; return why it failed, if it did just now."""
    due = _due(app.engine, channel.name)
    failed_at = _failed_at(app.engine, channel.name)
    if failed_at is None and not due:
        return None
    if failed_at is not None and clock.is_within(failed_at, REST):
        return None
    # One that failed is tried again even when there is nothing to tell, or nobody would see that it works.
    title, body = compose(due) if due else BACK
    error = attempts.attempt(app, channel.label, lambda: channel.send(app.redact(title), app.redact(body)))
    if error is not None:
        failed(app, channel.name, channel.label, error)
        return error
    succeeded(app, channel.name)
    _remember(app.engine, channel.name, due)
    return None


def send_test(app: App) -> dict[str, str | None]:
    """Send a test message to every channel, resting or not; return label → why it failed, or None."""
    outcome: dict[str, str | None] = {}
    for channel in channels.configured(app):
        outcome[channel.label] = tried(app, channel, "[foresto] 시험 알림", TEST.format(host=socket.gethostname()))
    return outcome


def tried(app: App, channel: channels.Channel, title: str, body: str) -> str | None:
    """Send a message by one channel, remember whether it works, and return why it does not, or None."""
    error = attempts.attempt(app, channel.label, lambda: channel.send(title, body))
    if error is None:
        succeeded(app, channel.name)
        return None
    failed(app, channel.name, channel.label, error)
    return attempts.plain(app, error)


def failed(app: App, name: str, label: str, error: ForestoError) -> None:
    """Remember that a channel failed: an incident, told by the others."""
    log.warning("channel %s failed: %s", name, error)
    reason = attempts.plain(app, error)
    with app.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO notify_channel AS c (channel, failed_at, failing_since, reason)"
                " VALUES (:name, :now, :now, :reason) ON CONFLICT (channel) DO UPDATE"
                " SET failed_at = excluded.failed_at,"
                " failing_since = coalesce(c.failing_since, excluded.failing_since), reason = excluded.reason"
            ),
            {"name": name, "now": clock.wall(), "reason": reason},
        )
    alerts.raise_alert(app.engine, Alert("channel", name, "warning", f"{label}: 알림을 보내지 못합니다", reason), None)


def succeeded(app: App, name: str) -> None:
    """Remember that a channel works."""
    with app.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO notify_channel (channel, succeeded_at) VALUES (:name, :now) ON CONFLICT (channel)"
                " DO UPDATE SET succeeded_at = excluded.succeeded_at, failing_since = NULL, reason = NULL"
            ),
            {"name": name, "now": clock.wall()},
        )
    alerts.resolve(app.engine, "channel", name)


def compose(due: Sequence[Row[Any]]) -> tuple[str, str]:
    """Return title and text of one message about the incidents ``due``, gravest first, the ended ones last."""
    open_ones = [row for row in due if row.resolved_at is None]
    if len(due) == 1:
        (row,) = due
        title = harmless.line(f"[foresto {_word(row)}] {row.alert_title}")
    else:
        levels = [row.alert_level for row in open_ones]
        counts = [(label, levels.count(level)) for level, label in LEVELS.items()]
        counts.append(("해결", len(due) - len(open_ones)))
        title = "[foresto] " + " · ".join(f"{label} {count}" for label, count in counts if count)
    body = "\n\n".join(_paragraph(row) for row in due)
    return title, f"{body}\n\n— {socket.gethostname()}, foresto status"


def _paragraph(row: Row[Any]) -> str:
    # One line each, or a name with a line break in it would tell of an incident that is none.
    lines = [harmless.line(f"[{_word(row)}] {row.alert_title}")]
    if row.resolved_at is not None:
        lines.append(f"  {row.created_at:%m-%d %H:%M}부터 {row.resolved_at:%m-%d %H:%M}까지")
        return "\n".join(lines)
    lines.append(f"  {harmless.line(row.alert_message, LONGEST_MESSAGE)}")
    since = f"  {row.created_at:%m-%d %H:%M}부터, {row.occurrences:,}번"
    again = "" if row.first_told_at is None else " · 계속되고 있습니다"
    lines.append(f"{since}{again} · 그만 알리기: foresto alerts ack {row.alert_id}")
    return "\n".join(lines)


def _word(row: Row[Any]) -> str:
    return "해결" if row.resolved_at is not None else LEVELS[row.alert_level]


def _due(engine: Engine, channel: str) -> Sequence[Row[Any]]:
    now = clock.wall()
    with engine.connect() as connection:
        return connection.execute(
            text(
                "SELECT a.*, d.first_told_at FROM ops_alert a"
                " LEFT JOIN alert_delivery d ON d.alert_id = a.alert_id AND d.channel = :channel"
                " LEFT JOIN notify_channel c ON c.channel = :channel"
                " WHERE (a.alert_type, a.subject) <> ('channel', :channel) AND CASE"
                # Of a dead network nobody could be told while it lasted.
                " WHEN a.resolved_at > c.failing_since AND d.alert_id IS NULL THEN a.alert_type = :network"
                " WHEN a.resolved_at IS NOT NULL THEN d.alert_id IS NOT NULL AND d.resolution_told_at IS NULL"
                " WHEN d.alert_id IS NULL THEN a.acknowledged_at IS NULL"
                " WHEN a.alert_level = 'critical' AND d.told_level <> 'critical' THEN true"
                " ELSE a.acknowledged_at IS NULL AND a.alert_level <> 'info'"
                " AND (d.last_told_at > :believable OR d.last_told_at < :today AND d.last_told_at"
                " <= CASE a.alert_type WHEN 'blocked' THEN CAST(:day_before AS timestamp) ELSE :limit END) END"
                " ORDER BY a.resolved_at IS NOT NULL,"
                " array_position(ARRAY['critical', 'warning', 'info'], a.alert_level::text), a.alert_id"
            ),
            {
                "channel": channel,
                "believable": clock.believable(),
                "limit": now - REMIND_AFTER,
                "day_before": now - REMIND_OF_BLOCK,
                "network": offline.NO_NETWORK[0],
                "today": datetime.combine(now.date(), datetime.min.time()),
            },
        ).all()


def _remember(engine: Engine, channel: str, due: Sequence[Row[Any]]) -> None:
    with engine.begin() as connection:
        for row in due:
            connection.execute(
                text(
                    "INSERT INTO alert_delivery AS d (alert_id, channel, first_told_at, last_told_at, told_level,"
                    " resolution_told_at) VALUES (:id, :channel, :now, :now, :level, :resolution)"
                    " ON CONFLICT (alert_id, channel) DO UPDATE"
                    " SET last_told_at = excluded.last_told_at, told_level = excluded.told_level,"
                    " resolution_told_at = :resolution"
                ),
                {
                    "id": row.alert_id,
                    "channel": channel,
                    "now": clock.wall(),
                    "level": row.alert_level,
                    "resolution": None if row.resolved_at is None else clock.wall(),
                },
            )


def _failed_at(engine: Engine, channel: str) -> datetime | None:
    """Return when a channel failed last, or None when it works."""
    with engine.connect() as connection:
        found: datetime | None = connection.scalar(
            text("SELECT failed_at FROM notify_channel WHERE channel = :name AND failing_since IS NOT NULL"),
            {"name": channel},
        )
    return found
