"""What is told of the mirror: a dead one once, and that it lives again."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Engine, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.mirror import Mirror
from foresto_cli.collecting.report import Report
from foresto_cli.datasets.prices import mirror_life
from foresto_cli.errors import NotYet
from foresto_cli.telling import alerts
from foresto_cli.telling.alerts import Alert
from foresto_cli.telling.diagnosis import NOTE, OK, Diagnosis
from foresto_cli.upstream import fdr

KIND, NAME = "mirror", "FinanceDataReader"


def examine(app: App) -> Iterator[Diagnosis]:
    """Ask for the newest list; a mirror that is late or stands still is no fault: others are asked.

    Raises:
        ForestoError: it cannot be reached, or does not answer as it should.
    """
    session = app.calendar.latest_ended(clock.now())
    found = Mirror(app.fdr, app.calendar)
    try:
        yield Diagnosis(NAME, OK, f"답합니다(최신 목록 {app.fdr.listing()[0]})")
    except NotYet as error:
        yield Diagnosis(NAME, NOTE, str(found.judge(error, session)))


def note(engine: Engine, reports: Sequence[Report], run_id: int) -> list[str]:
    """Remember and tell what ``reports`` found of the mirror; return the titles of what is open because of them."""
    about = [report for report in reports if report.name not in mirror_life.OTHER_SITES]
    dead = mirror_life.remember(engine, reports)
    if dead is not None:
        alert = Alert(KIND, dead.source_id, "info", "FinanceDataReader 미러가 멈춰 있습니다", str(dead))
        alerts.raise_alert(engine, alert, run_id)
        return [alert.title]
    if any(fdr.SOURCE_ID in report.sources for report in about):
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM dead_source WHERE source_id = :source"), {"source": fdr.SOURCE_ID})
        alerts.resolve(engine, KIND, fdr.SOURCE_ID)
    return []
