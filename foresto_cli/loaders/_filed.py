"""Keeping DART's answers, and writing what they say without losing what another answer said."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, text

from foresto_cli.loaders._reports import AMOUNTS, Report
from foresto_cli.store.tables import financial_report
from foresto_cli.store.upsert import Counts, Row, upsert

MAIN, WHOLE = "fnlttMultiAcnt", "fnlttSinglAcntAll"
"""Main accounts of up to a hundred companies; everything of one company and basis."""
EVERY_BASIS = "*"
"""``fs_div`` of an answer that holds both."""
KEY = tuple(column.name for column in financial_report.primary_key)
KEEP = text(
    "INSERT INTO dart_answer (endpoint, subject, bsns_year, reprt_code, fs_div, sha256, period_end, answered_at, body)"
    " VALUES (:endpoint, :subject, :year, :code, :fs_div, :sha256, :period_end, :answered_at, :body)"
    " ON CONFLICT DO NOTHING"
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
    """Keep an answer as it came, compressed and with its hash; one that is there already is left alone."""
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
    """Write versions of reports, each as complete as all answers about it make it, known from their day of receipt."""
    if not rows:
        return Counts()
    numbers = [row["rcept_no"] for row in rows]
    stored = connection.execute(select(financial_report).where(financial_report.c.rcept_no.in_(numbers))).mappings()
    before = {tuple(row[name] for name in KEY): row for row in stored}
    together = [merged(before.get(tuple(row[name] for name in KEY)), row) for row in rows]
    return upsert(connection, financial_report, with_receipt(connection, together), provenance)


def with_receipt(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Return ``rows`` with the day of receipt of the list of filings; the receipt number begins with it otherwise."""
    found = connection.execute(
        text("SELECT rcept_no, rcept_dt FROM dart_filing WHERE rcept_no = ANY(:numbers)"),
        {"numbers": [row["rcept_no"] for row in rows]},
    )
    days = {row.rcept_no: row.rcept_dt for row in found}
    return [{**row, "rcept_dt": days.get(row["rcept_no"], row["rcept_dt"])} for row in rows]


def merged(old: Any, new: Row) -> Row:  # noqa: ANN401  # a mapping of the table's row, or None
    """Return what two answers about one version say together.

    The whole statements win over the main accounts, and neither takes away what only the other one has. Of two answers
    of one kind, the later one wins altogether.
    """
    if old is None or old["has_details"] == new["has_details"]:
        return new
    better, other = (new, old) if new["has_details"] else (old, new)
    amounts = {name: better[name] if better[name] is not None else other[name] for name in AMOUNTS}
    if better["is_financial"]:
        amounts["revenue"] = amounts["revenue_quarter"] = None
    return {**new, **amounts, "is_financial": better["is_financial"], "has_details": True}
