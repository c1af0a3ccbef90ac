"""Keeping DART's answers, and writing what they say without losing what another answer said."""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, select, text

from foresto_cli.datasets.dart import comparatives
from foresto_cli.datasets.dart.figures import AMOUNTS
from foresto_cli.datasets.dart.periods import Period
from foresto_cli.datasets.dart.report_tables import financial_report
from foresto_cli.datasets.dart.reports import EARLIER, Report
from foresto_cli.datasets.dart.restated_tables import financial_restated
from foresto_cli.store.upsert import Counts, Row, upsert

MAIN, WHOLE = "fnlttMultiAcnt", "fnlttSinglAcntAll"
"""Main accounts of up to a hundred companies; everything of one company and basis."""
EVERY_BASIS = "*"
"""``fs_div`` of an answer that holds both."""
KEY = tuple(column.name for column in financial_report.primary_key)
PARTS = {EARLIER: financial_restated.name}
"""Members of a row that are rows of another table."""
KEEP = text(
    "INSERT INTO dart_answer (endpoint, subject, bsns_year, reprt_code, fs_div, sha256, period_end, answered_at, body)"
    " VALUES (:endpoint, :subject, :year, :code, :fs_div, :sha256, :period_end, :answered_at, :body)"
    " ON CONFLICT (endpoint, subject, bsns_year, reprt_code, fs_div, sha256) DO UPDATE SET body = excluded.body"
    " WHERE dart_answer.body <> excluded.body"
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What an answer answers.

    Attributes:
        endpoint: :data:`MAIN` or :data:`WHOLE`.
        subject: whom it is about: a hundred (``h12``) or a company.
        report: which report.
        fs_div: the basis asked for.
        period_end: the end of the period, where the answer does not name it.
    """

    endpoint: str
    subject: str
    report: Report
    fs_div: str = EVERY_BASIS
    period_end: date | None = None


def keep(connection: Connection, question: Question, body: bytes, answered_at: datetime) -> None:
    """Keep an answer as it came, compressed and with its hash; one that is there already is only put right."""
    connection.execute(
        KEEP,
        {
            "endpoint": question.endpoint,
            "subject": question.subject,
            "year": question.report.year,
            "code": question.report.code,
            "fs_div": question.fs_div,
            "sha256": hashlib.sha256(body).hexdigest(),
            "period_end": question.period_end,
            "answered_at": answered_at,
            "body": zlib.compress(body, 9),
        },
    )


def write(connection: Connection, rows: Sequence[Row], provenance: Row) -> Counts:
    """Write versions of reports, each as complete as all answers about it make it, known from their day of receipt.

    What a report says of earlier periods becomes versions of these, beside what their own reports said.
    """
    earlier = [one for row in rows for one in row[EARLIER]]
    return _write(connection, financial_report, _without_earlier(rows), provenance) + _write(
        connection, financial_restated, earlier, provenance
    )


def _write(connection: Connection, table: Table, rows: Sequence[Row], provenance: Row) -> Counts:
    if not rows:
        return Counts()
    numbers = [row["rcept_no"] for row in rows]
    stored = connection.execute(select(table).where(table.c.rcept_no.in_(numbers))).mappings()
    before = {tuple(row[name] for name in KEY): dict(row) for row in stored}
    join = merged if table is financial_report else comparatives.together
    together = [join(before.get(tuple(row[name] for name in KEY)), row) for row in rows]
    return upsert(connection, table, with_receipt(connection, together), provenance)


def _without_earlier(rows: Sequence[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name != EARLIER} for row in rows]


def periods(rows: Iterable[Any]) -> dict[str, Period]:
    """Return what the rows of one company say of the period of each receipt number."""
    return {row["rcept_no"]: Period(row["period_start"], row["period_end"], row["period_months"]) for row in rows}


def with_receipt(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Return ``rows`` with the day of receipt of the list of filings; the receipt number begins with it otherwise."""
    found = connection.execute(
        text("SELECT rcept_no, rcept_dt FROM dart_filing WHERE rcept_no = ANY(:numbers)"),
        {"numbers": [row["rcept_no"] for row in rows]},
    )
    days = {row.rcept_no: row.rcept_dt for row in found}
    return [{**row, "rcept_dt": days.get(row["rcept_no"], row["rcept_dt"])} for row in rows]


def merged(old: Row | None, new: Row) -> Row:
    """Return what two answers about one version say together.

    The whole statements win over the main accounts, and neither takes away what only the other one has: which days
    the period has, only the main accounts say. Of two answers of one kind, the later one wins altogether.
    """
    if old is None:
        return new
    if new["period_start"] is None or (new["has_details"] and not old["has_details"] and old["period_start"]):
        new = {**new, "period_start": old["period_start"], "period_months": old["period_months"]}
    if old["has_details"] == new["has_details"]:
        return new
    better, other = (new, old) if new["has_details"] else (old, new)
    amounts = {name: better[name] if better[name] is not None else other[name] for name in AMOUNTS}
    if better["is_financial"]:
        amounts["revenue"] = amounts["revenue_quarter"] = None
    return {**new, **amounts, "is_financial": better["is_financial"], "has_details": True}
