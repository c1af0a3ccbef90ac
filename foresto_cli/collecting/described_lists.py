"""Loaders of the lists that a file in :mod:`foresto_cli.datasets` describes: read whole, or group by group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, update

from foresto_cli.collecting.described_rows import row_of
from foresto_cli.collecting.fss_groups import FssGroups
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.collecting.open_data_list import OpenDataList, base_date
from foresto_cli.collecting.registry import of_file
from foresto_cli.collecting.whole_answers import refuse_twice
from foresto_cli.declared import GROUP, PerGroup, WholeList, key_of
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream.finlife import Products
from foresto_cli.upstream.fsc import Record

LISTED = {"is_active": True, "inactive_since": None}


@dataclass
class DeclaredList(OpenDataList):
    """Loader of a described list that is read whole; ``so_far`` are the rows that were in the last one."""

    described: WholeList

    def __post_init__(self) -> None:
        """Be the data set of the description."""
        self.data_set = of_file(self.described)

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the list was read and its rows are still there."""
        return super().is_settled(unit, entry) and self.so_far >= entry.row_count

    def ask(self, unit: Unit) -> list[Record]:
        return self.newest(lambda day: self.client.whole_list(self.described.name, day), unit)

    def row(self, record: Mapping[str, Any]) -> Row:
        return {**row_of(self.described.table, record), **LISTED, "source_id": self.source_id}

    def key_of(self, row: Row) -> tuple[Any, ...]:
        return key_in(self.described.table, row)

    def check(self, row: Row) -> str | None:
        return self.described.impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        return write(connection, self.described.table, parsed, provenance, base_date(answer))


@dataclass
class DeclaredGroups(FssGroups):
    """Loader of a described list that is read by financial group."""

    described: PerGroup

    def __post_init__(self) -> None:
        """Be the data set of the description."""
        self.data_set = of_file(self.described)

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the group was read today and its rows are still there."""
        return super().is_settled(unit, entry) and self.so_far.get(unit.key, 0) >= entry.row_count

    def ask(self, unit: Unit) -> Products:
        service = self.described.service
        return self.client.products(service.operation, service.division, unit.key)

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of the group.

        Raises:
            BadPayload: far fewer than so far, one twice, or a field missing or not to be read.
        """
        label, table = answer.unit.label, self.described.table
        self.refuse_too_few(answer.unit, len(answer.payload.base))
        own = {GROUP: answer.unit.key, **LISTED, "source_id": self.source_id}
        try:
            rows = [{**row_of(table, record), **own} for record in answer.payload.base]
        except (KeyError, ValueError) as error:
            raise BadPayload(f"{label}: 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        refuse_twice(label, (key_in(table, row) for row in rows))
        return Parsed(rows) if rows else Parsed(status="no_data", reason="이 권역에는 자료가 없습니다")

    def check(self, row: Row) -> str | None:
        return self.described.impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        group = {GROUP: answer.unit.key}
        return write(connection, self.described.table, parsed, provenance, answer.asked_at.date(), group)


def key_in(table: Table, row: Row) -> tuple[Any, ...]:
    """Return the key of a row, of the columns that the list fills."""
    return tuple(row[name] for name in key_of(table))


def write(  # noqa: PLR0913, PLR0917  # what a list is
    connection: Connection, table: Table, parsed: Parsed, provenance: Row, day: date, group: Row | None = None
) -> Counts:
    """Write the rows of a list in the caller's transaction, and mark who is not in it any more.

    Args:
        connection: in a transaction.
        table: of the list.
        parsed: the list.
        provenance: who writes.
        day: of the list.
        group: the part of the table that the list is about; all of it when None.
    """
    counts = upsert(connection, table, parsed.rows, provenance)
    names = key_of(table)
    part = [table.c[name] == value for name, value in (group or {}).items()]
    found = connection.execute(select(*(table.c[name] for name in names)).where(table.c.is_active, *part))
    active = {tuple(key) for key in found}
    left_out = {key_in(table, row) for row in parsed.left_out}
    if not left_out <= active:
        # A row whose own key cannot be read may be anybody who seems to be missing.
        return counts
    gone = active - left_out - {key_in(table, row) for row in parsed.rows}
    if gone:
        marked = {"is_active": False, "inactive_since": day}
        written = {name: provenance[name] for name in ("batch_id", "updated_at")}
        its = [table.c[name] == bindparam(f"its_{name}") for name in names]
        connection.execute(
            update(table).where(*its, *part).values(**marked, **written),
            [dict(zip((f"its_{name}" for name in names), key, strict=True)) for key in gone],
        )
    return counts + Counts(changed=len(gone))
