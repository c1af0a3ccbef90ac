"""Stored moments that are later than now: a clock was wrong, and nothing is decided by them (``clock.believable``)."""

from datetime import datetime

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.store import limits
from foresto_cli.store.fragments import Fragment, fragment, joined, sql
from foresto_cli.telling import alerts
from foresto_cli.telling.alerts import Alert

KIND, SUBJECT = "clock", "stored"
TITLE = "지금보다 늦은 시각이 저장되어 있습니다"
STORED = (
    (Fragment("실행 기록"), "data_collection_log", Fragment("greatest(started_at, heartbeat_at)")),
    (Fragment("조회 기록"), "unit_ledger", "asked_at"),
    (Fragment("알림"), "alert_delivery", "last_told_at"),
    (Fragment("알림 수단"), "notify_channel", Fragment("greatest(failed_at, succeeded_at)")),
    (Fragment("차단"), "upstream_block", "since"),
    (Fragment("요청 수"), "upstream_usage", "usage_date"),
    (Fragment("시장 요약 메일"), "market_email_log", Fragment("greatest(started_at, completed_at, sent_date)")),
    (Fragment("예약 실행"), "scheduled_job", "since"),
)
"""What decides something by its moment: what it is called, its table, and the moment."""
NEWEST = (
    fragment(
        "SELECT '{name}' AS name, CAST(max({moment}) AS timestamp) AS at FROM {table}",
        name=name,
        moment=moment,
        table=table,
    )
    for name, table, moment in STORED
)
AHEAD = sql(
    "SELECT name, at FROM ({newest}) AS every WHERE at > :believable ORDER BY at DESC LIMIT 1",
    newest=joined(" UNION ALL ", NEWEST),
)


def ahead(connection: Connection) -> tuple[str, datetime] | None:
    """Return what has the latest stored moment and that moment, when it is later than can be believed."""
    found = connection.execute(AHEAD, {"believable": clock.believable()}).one_or_none()
    return None if found is None else (found.name, found.at)


def told(connection: Connection) -> str | None:
    """Return in a sentence or two that a stored moment is later than now, or None."""
    found = ahead(connection)
    if found is None:
        return None
    name, at = found
    return (
        f"저장된 시각({name}, {at:%Y-%m-%d %H:%M})이 지금보다 늦습니다. 그때 시계가 앞섰거나 지금 늦습니다."
        " 그런 기록은 없는 것으로 칩니다. 이 컴퓨터의 시각 동기화를 확인하세요."
    )


def notice(app: App) -> None:
    """Open the incident of a clock that jumped, which is told once, or close it."""
    with app.engine.begin() as connection:
        said = told(connection)
        if said is not None:
            limits.forget_days_to_come(connection)
    if said is None:
        alerts.resolve(app.engine, KIND, SUBJECT)
    else:
        alerts.raise_alert(app.engine, Alert(KIND, SUBJECT, "info", TITLE, said), None, counted=False)
