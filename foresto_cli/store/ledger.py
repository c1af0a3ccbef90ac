"""The unit ledger: what was asked for and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum

from sqlalchemy import Connection, String, bindparam, text

from foresto_cli import clock
from foresto_cli.store.fragments import Fragment, sql


@dataclass(frozen=True)
class Entry:
    """What became of one unit the last time it was asked for.

    Attributes:
        status: ``done``, ``provisional`` (stored, to be read once more), ``no_data`` (there is none, and that is right)
            or ``failed`` (we could not find out). What the ledger calls ``unreadable`` is ``failed`` here.
        source_id: who answered.
        row_count: rows in the answer.
        asked_at: KST wall time of the question.
        attempts: how often it was asked for.
        reason: why there is nothing, what was left out, or how it failed.
        refused_at: when its answer was not understood last, unless one was understood since.
        refused_version: the version of foresto that did not understand the same answer twice.
    """

    status: str
    source_id: str | None
    row_count: int
    asked_at: datetime
    attempts: int = 1
    reason: str | None = None
    refused_at: datetime | None = None
    refused_version: str | None = None


STORED = Fragment("status NOT IN ('failed', 'unreadable', 'superseded')")
"""Of a row of the ledger: an answer is stored, or that there is none."""

NEVER = datetime.combine(date(1990, 1, 1), time.min)
"""Stands for a moment of asking that cannot be believed."""


def entries(connection: Connection, dataset: str) -> dict[str, Entry]:
    """Return the entries of ``dataset`` by unit key.

    A unit asked for later than now was asked for while the clock was ahead. What it brought is stored all the same, but
    nobody knows when it was asked for (:data:`NEVER`); that there was nothing, or not yet, is no evidence at all.
    What newer data have superseded counts as never asked for.
    """
    rows = connection.execute(
        text(
            "SELECT unit, CASE status WHEN 'unreadable' THEN 'failed' ELSE status END, source_id, row_count,"
            " CASE WHEN asked_at > :believable THEN :never ELSE asked_at END AS asked_at, attempts, reason,"
            " refused_at, refused_version FROM unit_ledger WHERE dataset = :dataset AND status <> 'superseded'"
            " AND (asked_at <= :believable OR status IN ('done', 'failed', 'unreadable'))"
        ),
        {"dataset": dataset, "believable": clock.believable(), "never": NEVER},
    )
    return {row.unit: Entry(*row[1:]) for row in rows}


def mark(connection: Connection, unit: tuple[str, str], entry: Entry, run_id: int, reason: str | None = None) -> None:
    """Record what became of ``unit`` (data set, key), in the caller's transaction.

    A unit that is stored stays so when a later question about it fails: only its reason is noted. An answer that was
    understood, or that there is none, ends what was refused before.
    """
    connection.execute(
        sql(
            "INSERT INTO unit_ledger AS l (dataset, unit, status, source_id, row_count, reason, run_id, asked_at)"
            " VALUES (:dataset, :unit, :status, :source_id, :row_count, :reason, :run_id, :asked_at)"
            " ON CONFLICT (dataset, unit) DO UPDATE SET attempts = l.attempts + 1, reason = excluded.reason,"
            " run_id = excluded.run_id,"
            " status = CASE WHEN :keeps AND l.{stored} THEN l.status ELSE excluded.status END,"
            " source_id = CASE WHEN :keeps AND l.{stored} THEN l.source_id ELSE excluded.source_id END,"
            " row_count = CASE WHEN :keeps AND l.{stored} THEN l.row_count ELSE excluded.row_count END,"
            " asked_at = CASE WHEN :keeps AND l.{stored} THEN l.asked_at ELSE excluded.asked_at END,"
            " refusal = CASE WHEN :keeps THEN l.refusal END,"
            " refused_at = CASE WHEN :keeps THEN l.refused_at END,"
            " refused_version = NULL",
            stored=STORED,
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


class Refused(Enum):
    """How often an answer was refused in the same words: once, twice (that settles it), or more often."""

    ONCE = 1
    TWICE = 2
    STILL = 3


def refuse(connection: Connection, unit: tuple[str, str], run_id: int, reason: str, version: str) -> Refused:
    """Record that the answer about ``unit`` was not understood; return whether that was said before, word for word.

    The second time it is settled: unreadable for this version of foresto, or, where an earlier answer is stored, stored
    as before and not asked about any more.
    """
    known = connection.execute(
        text("SELECT refusal, refused_version FROM unit_ledger WHERE dataset = :dataset AND unit = :unit FOR UPDATE"),
        {"dataset": unit[0], "unit": unit[1]},
    ).one_or_none()
    mark(connection, unit, failed_entry(), run_id, reason)
    is_settled = known is not None and known.refusal == reason
    connection.execute(
        text(
            "UPDATE unit_ledger SET refusal = :reason, refused_at = :now, refused_version = :version,"
            " status = CASE WHEN :version IS NOT NULL AND status = 'failed' THEN 'unreadable' ELSE status END"
            " WHERE dataset = :dataset AND unit = :unit"
        ).bindparams(bindparam("version", type_=String)),
        {
            "dataset": unit[0],
            "unit": unit[1],
            "reason": reason,
            "now": clock.wall(),
            "version": version if is_settled else None,
        },
    )
    if known is None or not is_settled:
        return Refused.ONCE
    return Refused.STILL if known.refused_version == version else Refused.TWICE


def supersede(connection: Connection, dataset: str, keys: Sequence[str], reason: str) -> int:
    """Close failed and unreadable units that nobody needs any more; return how many."""
    closed = connection.execute(
        text(
            "UPDATE unit_ledger SET status = 'superseded', reason = :reason, refused_version = NULL"
            " WHERE dataset = :dataset AND unit = ANY(:keys) AND status IN ('failed', 'unreadable')"
        ),
        {"dataset": dataset, "keys": list(keys), "reason": reason},
    )
    return closed.rowcount


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
