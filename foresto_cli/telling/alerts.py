"""``ops_alert``: one open row per incident, counted while it lasts, resolved when its cause is gone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, RowMapping, text

from foresto_cli import clock
from foresto_cli.errors import UsageError


@dataclass(frozen=True)
class Alert:
    """Something the operator should know.

    Attributes:
        kind: what went wrong (``auth``, ``blocked``, ``load_failed``, ``verify``).
        subject: of what: an upstream, a data set, a check. Kind and subject are the incident.
        level: ``info``, ``warning`` or ``critical``.
        title: one line.
        message: what happened and what to do.
    """

    kind: str
    subject: str
    level: str
    title: str
    message: str


def raise_alert(engine: Engine, alert: Alert, run_id: int | None, *, counted: bool = True) -> bool:
    """Open the incident, or count it once more unless it was merely looked at again; return whether it is new."""
    with engine.begin() as connection:
        is_new: bool = connection.execute(
            text(
                "INSERT INTO ops_alert AS a (alert_type, subject, alert_level, alert_title, alert_message, run_id,"
                " created_at, last_seen_at) VALUES (:kind, :subject, :level, :title, :message, :run_id, :now, :now)"
                " ON CONFLICT (alert_type, subject) WHERE resolved_at IS NULL DO UPDATE"
                " SET occurrences = a.occurrences + :more, last_seen_at = excluded.last_seen_at,"
                " alert_level = excluded.alert_level, alert_title = excluded.alert_title,"
                " alert_message = excluded.alert_message RETURNING xmax = 0"
            ),
            {**alert.__dict__, "run_id": run_id, "now": clock.wall(), "more": int(counted)},
        ).scalar_one()
    return is_new


def resolve(engine: Engine, kind: str, subject: str) -> bool:
    """Close the incident, if it is open; return whether it was."""
    with engine.begin() as connection:
        closed = connection.execute(
            text(
                "UPDATE ops_alert SET resolved_at = :now"
                " WHERE alert_type = :kind AND subject = :subject AND resolved_at IS NULL"
            ),
            {"kind": kind, "subject": subject, "now": clock.wall()},
        )
    return bool(closed.rowcount)


def withdraw(engine: Engine, kind: str, subject: str) -> None:
    """Take back the open incident if nobody was told of it: it has turned out to be part of another one."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "DELETE FROM ops_alert a WHERE alert_type = :kind AND subject = :subject AND resolved_at IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM alert_delivery d WHERE d.alert_id = a.alert_id)"
            ),
            {"kind": kind, "subject": subject},
        )


def open_alerts(connection: Connection) -> list[tuple[int, str, str, str, int]]:
    """Return (number, level, title, message, occurrences) of every open incident, gravest first."""
    rows = connection.execute(
        text(
            "SELECT alert_id, alert_level, alert_title, alert_message, occurrences FROM ops_alert"
            " WHERE resolved_at IS NULL"
            " ORDER BY array_position(ARRAY['critical', 'warning', 'info'], alert_level::text), alert_id"
        )
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def acknowledge(engine: Engine, number: int) -> str:
    """Stop repeating an open incident; return its title.

    Raises:
        UsageError: there is no open one of that number.
    """
    with engine.begin() as connection:
        title: str | None = connection.scalar(
            text(
                "UPDATE ops_alert SET acknowledged_at = coalesce(acknowledged_at, :now)"
                " WHERE alert_id = :number AND resolved_at IS NULL RETURNING alert_title"
            ),
            {"number": number, "now": clock.wall()},
        )
    if title is None:
        raise UsageError(f"{number}번은 열린 알림이 아닙니다. foresto alerts list로 번호를 확인하세요.")
    return title


def recent(connection: Connection, limit: int) -> Sequence[RowMapping]:
    """Return every open incident and the newest ``limit`` ended ones, open ones first, as mappings of their columns."""
    rows = connection.execute(
        text(
            "(SELECT * FROM ops_alert WHERE resolved_at IS NULL ORDER BY"
            " array_position(ARRAY['critical', 'warning', 'info'], alert_level::text), alert_id)"
            " UNION ALL (SELECT * FROM ops_alert WHERE resolved_at IS NOT NULL ORDER BY resolved_at DESC LIMIT :limit)"
        ),
        {"limit": limit},
    )
    return rows.mappings().all()
