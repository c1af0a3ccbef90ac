"""Bonds (채권 기본정보) from FSC's open data: every bond of a base date, all pages or nothing, one row per ISIN.

Nothing is ever deleted: a redeemed bond, and one that the list no longer has, stays and is marked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet, last_asked
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.collecting.open_data_list import OpenDataList, base_date
from foresto_cli.datasets.open_data.bond_rows import bond_row
from foresto_cli.datasets.open_data.bond_tables import bonds
from foresto_cli.datasets.open_data.pages import is_isin
from foresto_cli.datasets.open_data.ratings import WORST_TAKEN, passes
from foresto_cli.store.fragments import Fragment, sql
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream.fsc import Record

DATASET = DataSet(
    name="bonds",
    label="채권",
    table="bonds",
    command="bonds load",
    clients=("fsc",),
    batch="BOND",
    jobs=("monthly",),
    newest="SELECT max(bas_dt) FROM bonds",
    asked=last_asked("bonds"),
)
ALL = "all"
QUALITIES = tuple(WORST_TAKEN)

REMAINING = Fragment("CASE WHEN bond_expr_dt IS NOT NULL THEN greatest(bond_expr_dt - :day, 0) END")
SEEN = sql(
    "UPDATE bonds SET bas_dt = :day, remaining_days = {remaining}"
    " WHERE isin_cd = ANY(:isins) AND (bas_dt IS NULL OR :is_newest)"
    " AND (bas_dt, remaining_days) IS DISTINCT FROM (CAST(:day AS date), {remaining})",
    remaining=REMAINING,
)
GONE = text(
    "UPDATE bonds SET is_active = false, inactive_since = :day, batch_id = :batch_id, updated_at = :updated_at"
    " WHERE is_active AND bas_dt < :day AND isin_cd <> ALL(:isins)"
)


@dataclass
class Bonds(OpenDataList):
    """Loader of the bonds; as many as are outstanding ought to be in the list.

    Attributes:
        quality: which bonds are taken in, one of :data:`QUALITIES`; stored ones are kept up
            to date whatever their rating becomes.
        as_of: base date wanted; the newest published one when None.
        pages: of some 19,000 bonds, the first page once more included.
    """

    quality: str
    as_of: date | None
    data_set = DATASET
    pages = 21
    measured = ("Dt", "Amt", "Bal", "Inrt")

    def wanted(self) -> date:
        """Return the last business day that should be published, or the last one up to ``as_of``."""
        day = super().wanted()
        if self.as_of is None or self.as_of >= day:
            return day
        return self.as_of if self.calendar.is_session(self.as_of) else self.calendar.previous(self.as_of)

    def units(self) -> list[Unit]:
        kind = "" if self.quality == ALL else f":{self.quality}"
        return [replace(unit, key=f"{unit.key}{kind}") for unit in super().units()]

    def ask(self, unit: Unit) -> list[Record]:
        return self.newest(self.client.bonds, unit)

    def row(self, record: Mapping[str, Any]) -> Row:
        return bond_row(record)

    def check(self, row: Row) -> str | None:
        if not is_isin(row["isin_cd"]):
            return "ISIN이 아닙니다"
        return super().check(row) if row["name"] else "이름이 없습니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the bonds that are stored or pass the filter, and mark those that the list no longer has.

        A list older than what is stored adds what is missing and changes nothing else.
        """
        day = base_date(answer)
        stored = set(connection.scalars(text("SELECT isin_cd FROM bonds")))
        # A base date that has not come is no list that was read.
        newest = connection.scalar(
            text("SELECT max(bas_dt) FROM bonds WHERE bas_dt <= :today"), {"today": answer.asked_at.date()}
        )
        is_newest = newest is None or day >= newest
        rows = [row for row in parsed.rows if row["isin_cd"] in stored or passes(row["credit_rating"], self.quality)]
        counts = upsert(connection, bonds, rows, provenance, only_over="TRUE" if is_newest else "FALSE")
        connection.execute(SEEN, {"day": day, "isins": [row["isin_cd"] for row in rows], "is_newest": is_newest})
        if not is_newest:
            return counts
        listed = parsed.everybody("isin_cd", is_isin)
        if listed is None:
            return counts
        gone = connection.execute(GONE, {**provenance, "day": day, "isins": listed}).rowcount
        return counts + Counts(changed=gone)
