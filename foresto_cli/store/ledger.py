"""The unit ledger: what was asked for and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from foresto_cli import clock


@dataclass(frozen=True)
class Entry:
    """What became of one unit the last time it was asked for.

    Attributes:
        status: ``done``, ``provisional`` (stored, to be read once more), ``no_data`` (there is none, and that is right)
            or ``failed`` (we could not find out).
        source_id: who answered.
        row_count: rows in the answer.
        asked_at: KST wall time of the question.
        attempts: how often it was asked for.
        reason: why there is nothing, what was left out, or how it failed.
    """

    status: str
    source_id: str | None
    row_count: int
    asked_at: datetime
    attempts: int = 1
    reason: str | None = None


NEVER = datetime(1990, 1, 1)  # noqa: DTZ001  # KST wall time, as everything stored
"""Stands for a moment of asking that cannot be believed."""


def entries(connection: Connection, dataset: str) -> dict[str, Entry]:
    """Return the entries of ``dataset`` by unit key.

    A unit asked for later than now was asked for while the clock was ahead. What it brought is stored all the same, but
    nobody knows when it was asked for (:data:`NEVER`); that there was nothing, or not yet, is no evidence at all.
    """
    rows = connection.execute(
        text(
            "SELECT unit, status, source_id, row_count, CASE WHEN asked_at > :believable THEN :never ELSE asked_at END"
            " AS asked_at, attempts, reason FROM unit_ledger WHERE dataset = :dataset"
            " AND (asked_at <= :believable OR status IN ('done', 'failed'))"
        ),
        {"dataset": dataset, "believable": clock.believable(), "never": NEVER},
    )
    return {row.unit: Entry(*row[1:]) for row in rows}


def mark(connection: Connection, unit: tuple[str, str], entry: Entry, run_id: int, reason: str | None = None) -> None:
    """Record what became of ``unit`` (data set, key), in the caller's transaction.

    A unit that is stored stays so when a later question about it fails: only its reason is noted.
    """
    connection.execute(
        text(
            "INSERT INTO unit_ledger AS l (dataset, unit, status, source_id, row_count, reason, run_id, asked_at)"
            " VALUES (:dataset, :unit, :status, :source_id, :row_count, :reason, :run_id, :asked_at)"
            " ON CONFLICT (dataset, unit) DO UPDATE SET attempts = l.attempts + 1, reason = excluded.reason,"
            " run_id = excluded.run_id,"
            " status = CASE WHEN :keeps AND l.status <> 'failed' THEN l.status ELSE excluded.status END,"
            " source_id = CASE WHEN :keeps AND l.status <> 'failed' THEN l.source_id ELSE excluded.source_id END,"
            " row_count = CASE WHEN :keeps AND l.status <> 'failed' THEN l.row_count ELSE excluded.row_count END,"
            " asked_at = CASE WHEN :keeps AND l.status <> 'failed' THEN l.asked_at ELSE excluded.asked_at END"
        ),
        {
            "dataset": unit[0],
            "unit": unit[1],
            "status": entry.status,
            "source_id": entry.source_id,
            "row_count": entry.row_count,
            "reason": reason,
            "run_id": run_id,
            "asked_at": entry.asked_at,
            "keeps": entry.status == "failed",
        },
    )


def forget(connection: Connection, dataset: str, keys: Sequence[str], prefix: str, kept: str) -> None:
    """Take out units that another one has replaced: the ones named ``keys`` or beginning with ``prefix``, not ``kept``.

    A failed unit under a name that is not used any more would be reported for ever.
    """
    connection.execute(
        text(
            "DELETE FROM unit_ledger WHERE dataset = :dataset AND unit <> :kept"
            " AND (unit = ANY(:keys) OR starts_with(unit, :prefix))"
        ),
        {"dataset": dataset, "keys": list(keys), "prefix": prefix, "kept": kept},
    )


def failed_entry() -> Entry:
    """Return the entry of a unit that we could not find out about, as of now."""
    return Entry("failed", None, 0, clock.wall())
