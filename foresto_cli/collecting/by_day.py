"""Loader of every described data set that the OPEN API has: one trade date, one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from foresto_cli.collecting import described_days
from foresto_cli.collecting.described_rows import row_of
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.collecting.openapi_days import OpenApiDays
from foresto_cli.collecting.registry import of_file
from foresto_cli.declared import ByDay, OpenApi
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row

if TYPE_CHECKING:
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
    def sessions(self) -> "Sequence[UpstreamSession]":
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
        return described_days.believed(self.described, rows, unit, self.usual)

    def check(self, row: Row) -> str | None:
        return described_days.impossible_price(row) or self.described.impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        described_days.refuse_another_day(connection, self.described, self.calendar, answer, parsed)
        return super().store(connection, answer, parsed, provenance)
