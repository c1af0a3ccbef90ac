"""Loader of every data set that a file in :mod:`foresto_cli.datasets` describes: one trade date, one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, select

from foresto_cli.collecting.described_rows import row_of
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.collecting.openapi_days import OpenApiDays
from foresto_cli.collecting.registry import of_file
from foresto_cli.collecting.whole_answers import refuse_twice
from foresto_cli.declared import HALF, ByDay, OpenApi, key_of, wire_fields
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream.http import UpstreamSession


@dataclass
class DeclaredDays(OpenApiDays):
    """Loader of a described data set; a unit is one trade date.

    Attributes:
        described: the data set.
        until: last trade date wanted.
        stored: rows in the table by trade date.
        usual: rows of a usual trade date, as far as dates are stored; 0: nobody knows yet.
    """

    described: ByDay
    until: date
    stored: Mapping[date, int] = field(default_factory=dict)
    usual: int = 0

    def __post_init__(self) -> None:
        """Be the data set of the description."""
        self.data_set = of_file(self.described)
        self.not_yet = f"자료가 아직 없습니다({self.label})"

    @property
    def sessions(self) -> Sequence[UpstreamSession]:
        return [self.client.session_of(self.described.service)]

    def service_of(self, unit: Unit) -> OpenApi:
        return self.described.service

    def units(self) -> list[Unit]:
        return [self.unit(f"{day}", f"{self.label} {day}") for day in self.published(self.described.since, self.until)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the date was read and its rows are still there."""
        is_whole = entry.status == "no_data" or self.stored.get(unit.day, 0) >= entry.row_count
        return super().is_settled(unit, entry) and is_whole

    def row(self, record: Mapping[str, Any], day: date) -> Row:
        return {**row_of(self.described.table, record), "trade_date": day, "source_id": self.source_id}

    def believed(self, rows: list[Row], unit: Unit) -> list[Row]:
        """Return the rows that have the needed value.

        Raises:
            BadPayload: one row is there twice, or half of a usual answer is.
        """
        refuse_twice(unit.label, (tuple(row[name] for name in key_of(self.described.table)) for row in rows))
        # Counted before rows without a value are left out: on a quiet day many have none.
        if len(rows) < HALF * self.usual:
            raise BadPayload(f"{unit.label}: 평소 {self.usual:,}행인데 {len(rows):,}행뿐입니다.")
        return [row for row in rows if row[self.described.needed] is not None]

    def check(self, row: Row) -> str | None:
        return impossible_price(row) or self.described.impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the rows.

        Raises:
            BadPayload: they are those of a session beside it, under this date.
        """
        day = answer.unit.day
        for beside in (self.calendar.previous(day), self.calendar.following(day)):
            if _is_stored_under(connection, self.described, parsed.rows, beside):
                raise BadPayload(f"{answer.unit.label}: {beside}의 자료와 모두 같습니다. 다른 날의 자료가 왔습니다.")
        return super().store(connection, answer, parsed, provenance)


def _is_stored_under(connection: Connection, described: ByDay, rows: Sequence[Row], day: date) -> bool:
    """Say whether exactly these numbers are stored of ``day``, though something moved: that does not happen."""
    if not any(row[name] for row in rows for name in _moving(described.table)):
        return False
    columns = list(wire_fields(described.table))
    query = select(*(described.table.c[name] for name in columns)).where(described.table.c.trade_date == day)
    stored = {tuple(row) for row in connection.execute(query)}
    return stored == {tuple(row[name] for name in columns) for row in rows}


def _moving(table: Table) -> list[str]:
    """Return the columns one of which is not 0 when anything happened: what was traded, or else what has changed."""
    names = set(table.columns.keys())
    return sorted(names & {"volume", "trading_value"}) or sorted(name for name in names if name.endswith("_change"))


def impossible_price(row: Row) -> str | None:
    """Say what makes the prices of a row impossible, for the columns it has."""
    close = row.get("close_price")
    if close is not None and close <= 0:
        return "종가가 0 이하입니다"
    low, high = row.get("low_price") or 0, row.get("high_price") or 0
    if close is not None and low and high and not low <= close <= high:
        return "종가가 저가와 고가 밖에 있습니다"
    if any((row.get(name) or 0) < 0 for name in ("volume", "trading_value", "market_cap")):
        return "거래량이나 금액이 음수입니다"
    return None
