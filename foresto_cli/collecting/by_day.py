"""Loader of every data set that a file in :mod:`foresto_cli.datasets` describes: one trade date, one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, Numeric, select

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.readers import number
from foresto_cli.collecting.registry import of_file
from foresto_cli.declared import HALF, ByDay, key_of, wire_fields
from foresto_cli.errors import AuthFailed, BadPayload, NotApproved, NotYet
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import krx_openapi
from foresto_cli.upstream.http import UpstreamSession
from foresto_cli.upstream.krx_openapi import KrxOpenApi, Service

NUMBERS = (BigInteger, Integer, Numeric)


@dataclass
class DeclaredDays(Loader):
    """Loader of a described data set; a unit is one trade date.

    Attributes:
        described: the data set.
        client: the OPEN API.
        calendar: the sessions.
        start: first trade date wanted.
        until: last trade date wanted.
        now: the clock's reading.
        stored: rows in the table by trade date.
        usual: rows of a usual trade date, as far as dates are stored; 0: nobody knows yet.
        asked_for: the operator asked for it by name: a service that is not approved is then an error.
        again: stored trade dates are asked for once more.
    """

    described: ByDay
    client: KrxOpenApi
    calendar: Calendar
    start: date
    until: date
    now: datetime
    stored: Mapping[date, int] = field(default_factory=dict)
    usual: int = 0
    asked_for: bool = False
    again: bool = False

    def __post_init__(self) -> None:
        """Be the data set of the description."""
        self.data_set = of_file(self.described)

    @property
    def service(self) -> Service:
        """Return the service that has it."""
        return Service(self.described.service.path, self.described.service.title)

    @property
    def sessions(self) -> Sequence[UpstreamSession]:
        """Return the session of its service."""
        return [self.client.session_of(self.service)]

    def units(self) -> list[Unit]:
        """Return each published trade date of the span, newest first."""
        start = max(self.start, self.described.since)
        end = min(self.until, self.calendar.latest_official(self.now))
        days = self.calendar.sessions(start, end)[::-1] if start <= end else []
        return [Unit(f"{day}", f"{self.label} {day}", 1, krx_openapi.POLICY.name) for day in days]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the date was read and its rows are still there: what the OPEN API publishes is final."""
        if self.again or entry.status not in {"done", "no_data"}:
            return False
        return entry.status == "no_data" or self.stored.get(date.fromisoformat(unit.key), 0) >= entry.row_count

    def fetch(self, unit: Unit) -> Answer:
        """Ask for one trade date.

        Raises:
            NotYet: it is not published, and may still be.
            ForestoError: as :mod:`foresto_cli.upstream.krx_openapi`.
        """
        day = date.fromisoformat(unit.key)
        asked_at = clock.wall()
        try:
            records = self.client.rows(self.service, day)
        except NotApproved as error:
            if self.asked_for:
                raise AuthFailed(str(error)) from None
            raise
        if not records and clock.now() < self.calendar.official_until(day):
            raise NotYet(f"{krx_openapi.LABEL}에 {day} 자료가 아직 없습니다({self.label}). 나중에 다시 요청합니다.")
        return Answer(unit, krx_openapi.SOURCE_ID, records, asked_at)

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of the date, those without the needed value left out.

        Raises:
            BadPayload: a field is missing or not a number, one row is there twice, or half of a usual answer is.
        """
        if not answer.payload:
            return Parsed(status="no_data", reason=f"{krx_openapi.LABEL}에 이 거래일의 자료가 없습니다")
        day = date.fromisoformat(answer.unit.key)
        try:
            rows = [row_of(self.described, record, day) for record in answer.payload]
        except (KeyError, ValueError) as error:
            raise BadPayload(f"{answer.unit.label}: 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        keys = [tuple(row[name] for name in key_of(self.described.table)) for row in rows]
        if len(set(keys)) != len(keys):
            raise BadPayload(f"{answer.unit.label}: 같은 행이 두 번 있습니다.")
        # Before those without a value are left out: on a quiet day many have none.
        if len(rows) < HALF * self.usual:
            raise BadPayload(f"{answer.unit.label}: 평소 {self.usual:,}행인데 {len(rows):,}행뿐입니다.")
        return Parsed([row for row in rows if row[self.described.needed] is not None])

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        return impossible_price(row) or self.described.impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the rows.

        Raises:
            BadPayload: they are those of a session beside it, under this date.
        """
        day = date.fromisoformat(answer.unit.key)
        for beside in (self.calendar.previous(day), self.calendar.following(day)):
            if _is_stored_under(connection, self.described, parsed.rows, beside):
                raise BadPayload(f"{answer.unit.label}: {beside}의 자료와 모두 같습니다. 다른 날의 자료가 왔습니다.")
        return upsert(connection, self.described.table, parsed.rows, provenance)


def _is_stored_under(connection: Connection, described: ByDay, rows: Sequence[Row], day: date) -> bool:
    """Say whether exactly these numbers are stored of ``day``, though something was traded: that does not happen."""
    if not any(row.get("volume") or row.get("trading_value") for row in rows):
        return False
    columns = list(wire_fields(described.table))
    query = select(*(described.table.c[name] for name in columns)).where(described.table.c.trade_date == day)
    stored = {tuple(row) for row in connection.execute(query)}
    return stored == {tuple(row[name] for name in columns) for row in rows}


def row_of(described: ByDay, record: Mapping[str, Any], day: date) -> Row:
    """Return one record as a row.

    Raises:
        KeyError: a field is missing.
        ValueError: a number is none.
    """
    columns = described.table.columns
    values = {name: _read(columns[name], record[wire]) for name, wire in wire_fields(described.table).items()}
    return {**values, "trade_date": day, "source_id": krx_openapi.SOURCE_ID}


def _read(column: Column[Any], written: object) -> object:
    if isinstance(column.type, NUMBERS):
        return number(written)
    plain = f"{written}".strip()
    return None if plain in {"", "-"} and not column.primary_key else plain


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
