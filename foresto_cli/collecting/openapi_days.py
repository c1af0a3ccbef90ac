"""What the KRX OPEN API has by trade date: published on the morning of the next session, and final from then on."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from typing import Any

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.declared import OpenApi
from foresto_cli.errors import AuthFailed, BadPayload, NotApproved, NotYet
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import krx_openapi
from foresto_cli.upstream.krx_openapi import KrxOpenApi


@dataclass
class OpenApiDays(Loader):
    """Loader of one trade date after another; a unit is the answer of one service for one of them.

    Attributes:
        client: the OPEN API.
        calendar: the sessions.
        start: first trade date wanted.
        now: the clock's reading.
        asked_for: the operator asked for it by name: a service that is not approved is then an error.
        again: stored trade dates are asked for once more.
        not_yet: what is said of a trade date that is not published yet, after the date itself.
        nothing: the ledger's reason for a trade date that the OPEN API does not have.
    """

    client: KrxOpenApi
    calendar: Calendar
    start: date
    now: datetime
    _: KW_ONLY
    asked_for: bool = False
    again: bool = False
    source_id = krx_openapi.SOURCE_ID
    not_yet = "자료가 아직 없습니다"
    nothing = f"{krx_openapi.LABEL}에 이 거래일의 자료가 없습니다"

    @abstractmethod
    def service_of(self, unit: Unit) -> OpenApi:
        """Return the service that answers ``unit``."""

    @abstractmethod
    def row(self, record: Mapping[str, Any], day: date) -> Row:
        """Return one record as a row.

        Raises:
            KeyError: a field is missing.
            ValueError: a number cannot be read.
        """

    @abstractmethod
    def believed(self, rows: list[Row], unit: Unit) -> list[Row]:
        """Return the rows that are stored.

        Raises:
            BadPayload: together they cannot be the whole answer.
        """

    def published(self, since: date, until: date = date.max) -> list[date]:
        """Return the published trade dates from ``start``, but not before ``since``; newest first."""
        last = min(until, self.calendar.latest_official(self.now))
        return self.calendar.sessions(max(self.start, since), last)[::-1]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        return not self.again and super().is_settled(unit, entry)

    def ask(self, unit: Unit) -> krx_openapi.Records:
        try:
            records = self.client.rows(self.service_of(unit), unit.day)
        except NotApproved as error:
            if self.asked_for:
                raise AuthFailed(str(error)) from None
            raise
        if not records and clock.now() < self.calendar.official_until(unit.day):
            raise NotYet(f"{krx_openapi.LABEL}에 {unit.day} {self.not_yet}. 나중에 다시 요청합니다.")
        return records

    def parse(self, answer: Answer) -> Parsed:
        if not answer.payload:
            return Parsed(status="no_data", reason=self.nothing)
        try:
            rows = [self.row(record, answer.unit.day) for record in answer.payload]
        except (KeyError, ValueError) as error:
            raise BadPayload(f"{answer.unit.label}: 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        return Parsed(self.believed(rows, answer.unit))
