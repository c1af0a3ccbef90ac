"""Whether the mirror was found dead, as the database remembers it: a dead one is asked once a day."""

from collections.abc import Sequence

from sqlalchemy import Engine, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.mirror import Mirror
from foresto_cli.collecting.report import Report
from foresto_cli.errors import Dead
from foresto_cli.upstream import fdr

OTHER_SITES = ("etfs",)
"""Data sets in which the library's answers are not the mirror's, but those of another site."""


def living(app: App) -> Mirror | None:
    """Return the mirror, or None while it is dead and was already tried today."""
    with app.engine.connect() as connection:
        asked_at = connection.scalar(
            text("SELECT asked_at FROM dead_source WHERE source_id = :source"), {"source": fdr.SOURCE_ID}
        )
    if asked_at is not None and clock.is_past(asked_at) and asked_at.date() == clock.today():
        return None
    return Mirror(app.fdr, app.calendar)


def remember(engine: Engine, reports: Sequence[Report]) -> Dead | None:
    """Remember, and return, that ``reports`` found the mirror dead; None when they did not."""
    about = [report for report in reports if report.name not in OTHER_SITES]
    dead = next((error for report in about if (error := found_dead(report)) is not None), None)
    if dead is not None:
        _remember(engine, dead)
    return dead


def found_dead(report: Report) -> Dead | None:
    """Return that a source was found dead in the course of a collection, if so."""
    return next((error for error in report.passed_over.values() if isinstance(error, Dead)), None)


def _remember(engine: Engine, dead: Dead) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO dead_source AS d (source_id, newest_session, since, asked_at, reason)"
                " VALUES (:source, :newest, :now, :now, :reason) ON CONFLICT (source_id) DO UPDATE"
                " SET newest_session = coalesce(excluded.newest_session, d.newest_session),"
                " asked_at = excluded.asked_at, reason = excluded.reason"
            ),
            {"source": dead.source_id, "newest": dead.newest, "now": clock.wall(), "reason": str(dead)},
        )
