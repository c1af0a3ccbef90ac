"""``ops_alert``: one open row per incident, counted while it lasts, resolved when its cause is gone."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from foresto_cli import clock


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


def raise_alert(engine: Engine, alert: Alert, run_id: int | None) -> bool:
    """Open the incident or count it once more; return whether it is new."""
    with engine.begin() as connection:
        occurrences: int = connection.execute(
            text(
                "INSERT INTO ops_alert AS a (alert_type, subject, alert_level, alert_title, alert_message, run_id,"
                " created_at, last_seen_at) VALUES (:kind, :subject, :level, :title, :message, :run_id, :now, :now)"
                " ON CONFLICT (alert_type, subject) WHERE resolved_at IS NULL DO UPDATE"
                " SET occurrences = a.occurrences + 1, last_seen_at = excluded.last_seen_at,"
                " alert_level = excluded.alert_level, alert_message = excluded.alert_message"
                " RETURNING occurrences"
            ),
            {**alert.__dict__, "run_id": run_id, "now": clock.wall()},
        ).scalar_one()
    return occurrences == 1


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
