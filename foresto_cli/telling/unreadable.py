"""Units whose answer was twice not understood, in the same words: settled, told once, asked for by another version."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.report import Report
from foresto_cli.telling import alerts, hints
from foresto_cli.telling.alerts import Alert

KIND = "unreadable"


def counts(connection: Connection) -> Mapping[str, int]:
    """Return how many such units each data set has; stored ones whose newer answer could not be read are among them."""
    rows = connection.execute(
        text(
            "SELECT dataset, count(*) AS units FROM unit_ledger WHERE refused_version IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
    )
    return {row.dataset: row.units for row in rows}


def tell(app: App, reports: Sequence[Report], run_id: int) -> list[str]:
    """Tell once of what this run found to be unreadable, and that it is over where nothing is any more.

    An incident is a data set and the day on which that was found; its level is one that is not repeated.
    """
    with app.engine.connect() as connection:
        left = counts(connection)
        subjects = connection.scalars(
            text("SELECT subject FROM ops_alert WHERE alert_type = :kind AND resolved_at IS NULL"), {"kind": KIND}
        ).all()
    for subject in subjects:
        if subject.partition(" ")[0] not in left:
            alerts.resolve(app.engine, KIND, subject)
    titles = []
    for report in reports:
        new = [one for one in report.unreadable if one in report.failures]
        if not new or report.name not in left:
            continue
        unit, reason = new[0]
        title = f"{report.label} {len(new):,}건: 응답을 읽을 수 없음"
        message = f"같은 응답을 두 번 이해하지 못해 그만 요청합니다. {unit.label}: {reason} {HOW}"
        alert = Alert(KIND, f"{report.name} {clock.today()}", "info", title, message)
        if len(new) == len(report.failures):
            _settle(app, report.name, alert)
        alerts.raise_alert(app.engine, alert, run_id)
        titles.append(title)
    return titles


def _settle(app: App, dataset: str, alert: Alert) -> None:
    """Let the incident of what failed go on as this one, told once more: nothing is mended."""
    with app.engine.begin() as connection:
        is_failed = connection.scalar(
            text("SELECT EXISTS (SELECT 1 FROM unit_ledger WHERE dataset = :dataset AND status = 'failed')"),
            {"dataset": dataset},
        )
        if is_failed:
            return
        numbers = connection.scalars(
            text(
                "UPDATE ops_alert SET alert_type = :kind, subject = :subject, alert_level = :level"
                " WHERE alert_type = 'load_failed' AND subject = :dataset AND resolved_at IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM ops_alert o WHERE o.alert_type = :kind AND o.subject = :subject"
                "  AND o.resolved_at IS NULL) RETURNING alert_id"
            ),
            {"kind": alert.kind, "subject": alert.subject, "level": alert.level, "dataset": dataset},
        ).all()
        connection.execute(
            text("DELETE FROM alert_delivery WHERE alert_id = ANY(:numbers)"), {"numbers": list(numbers)}
        )


def notes(reports: Sequence[Report]) -> Iterator[str]:
    """Yield what a run has to say of units that cannot be read."""
    for report in reports:
        if report.unreadable:
            count = f"{report.label} {len(report.unreadable):,}건"
            yield f"{count}은 같은 응답을 또 이해하지 못했습니다(읽을 수 없음). {HOW}"


HOW = f"foresto를 업데이트하면 다시 요청하고, 지금 다시 요청하려면: {hints.AGAIN}"
