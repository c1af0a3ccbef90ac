"""What is happening: the runs under way and the open alerts, by one query, so that it can be asked every second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.running import runs
from foresto_cli.telling.notify import LEVELS
from foresto_cli.views.page.page_tones import LEVEL_TONES, NOTE, WARN, Pill
from foresto_cli.views.state import Opened

NO_NUMBER = 0
"""Number of an alert that is stored outside the database."""
QUERY = text(
    # Only the newest runs, by the primary key: runs under way are among them, and the log may be long.
    "WITH recent AS (SELECT id, job_name, job_label, chain_id, status, started_at, heartbeat_at, progress"
    " FROM data_collection_log ORDER BY id DESC LIMIT 200)"
    " SELECT (SELECT jsonb_agg(to_jsonb(r) ORDER BY coalesce(chain_id, id), id) FROM recent r"
    " WHERE status = 'running') AS running,"
    " (SELECT max(id) FROM recent WHERE status <> 'running') AS newest_ended,"
    " (SELECT max(id) FROM recent WHERE status <> 'running' AND chain_id IS NULL) AS newest_done,"
    " (SELECT jsonb_agg(to_jsonb(a) ORDER BY array_position(ARRAY['critical', 'warning', 'info'], alert_level::text),"
    " alert_id) FROM ops_alert a WHERE resolved_at IS NULL) AS alerts"
)


@dataclass(frozen=True)
class Happening:
    """The runs under way and the open alerts at one moment.

    Attributes:
        running: runs under way, steps below their chain.
        alerts: open alerts, gravest first.
        ended: id of the newest run that has ended, steps included; 0 before the first.
        done: id of the newest chain or single command that has ended; 0 before the first.
        form: the secret that forms have to send; empty on a page without forms.
    """

    running: Sequence[Mapping[str, object]]
    alerts: Sequence[Mapping[str, object]]
    ended: int = 0
    done: int = 0
    form: str = ""


def happening(connection: Connection, form: str = "") -> Happening:
    """Return the runs under way and the open alerts; ``form`` is as in :class:`Happening`."""
    found = connection.execute(QUERY).one()
    return Happening(
        [_running(run) for run in found.running or ()],
        [_alert(alert) for alert in found.alerts or ()],
        found.newest_ended or 0,
        found.newest_done or 0,
        form,
    )


def _running(run: Mapping[str, Any]) -> dict[str, object]:
    progress = run["progress"] or {}
    done, planned = progress.get("done", 0), progress.get("planned", 0)
    is_alive = clock.is_within(datetime.fromisoformat(run["heartbeat_at"]), runs.HEART_STOPPED)
    return {
        "label": run["job_label"],
        "job": run["job_name"],
        "is_step": run["chain_id"] is not None,
        "since": f"{datetime.fromisoformat(run['started_at']):%H:%M:%S}",
        "pill": Pill(NOTE, "진행 중") if is_alive else Pill(WARN, "응답 없음"),
        "done": f"{done:,} / {planned:,}" if planned else "",
        "unit": progress.get("unit", ""),
        "share": round(100 * done / planned, 1) if planned else 0,
    }


def _alert(alert: Mapping[str, Any]) -> dict[str, object]:
    level = alert["alert_level"]
    return {
        "id": alert["alert_id"],
        "title": alert["alert_title"],
        "message": alert["alert_message"],
        "occurrences": alert["occurrences"],
        "is_acknowledged": alert["acknowledged_at"] is not None,
        "pill": Pill(LEVEL_TONES.get(level, NOTE), LEVELS.get(level, "")),
    }


def with_outage(found: Happening, opened: Sequence[Opened]) -> Happening:
    """Return ``found`` with the outage in ``opened`` as its first alert; no table has it (``telling.outage``)."""
    told = [
        {**alert, "is_acknowledged": False, "pill": Pill(LEVEL_TONES[alert["level"]], LEVELS[alert["level"]])}
        for alert in opened
        if alert["id"] == NO_NUMBER
    ]
    return replace(found, alerts=[*told, *found.alerts])
