"""Every index of the exchange by session, through the OPEN API: 119 of them, three requests a session, since 2010."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.readers import number
from foresto_cli.datasets.prices.index_codes import code_of
from foresto_cli.datasets.prices.index_tables import index_listing, index_price_daily
from foresto_cli.errors import AuthFailed, BadPayload, NotApproved, NotYet
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import krx_openapi
from foresto_cli.upstream.http import UpstreamSession
from foresto_cli.upstream.krx_openapi import KrxOpenApi

NAME = "prices.index_day"
FAMILIES = tuple(krx_openapi.INDICES)
FIELDS = {
    "close_price": "CLSPRC_IDX",
    "open_price": "OPNPRC_IDX",
    "high_price": "HGPRC_IDX",
    "low_price": "LWPRC_IDX",
    "volume": "ACC_TRDVOL",
    "trading_value": "ACC_TRDVAL",
    "market_cap": "MKTCAP",
    "price_change": "CMPPREVDD_IDX",
    "change_rate": "FLUC_RT",
}


@dataclass
class IndexSessions(Loader):
    """Loader of all indices; a unit is one family of indices and one session.

    Attributes:
        client: the OPEN API.
        calendar: the sessions.
        start: first session wanted.
        now: the clock's reading.
        families: of KRX, KOSPI, KOSDAQ.
        again: stored sessions are asked for once more.
        asked_for: the operator asked for them by name: a service that is not approved is then an error.
    """

    client: KrxOpenApi
    calendar: Calendar
    start: date
    now: datetime
    families: Sequence[str] = FAMILIES
    asked_for: bool = False
    again: bool = False
    name: str = NAME
    label: str = "전체 지수"
    batch_type: str = "INDEX"
    table: str = "index_price_daily"

    @property
    def sessions(self) -> Sequence[UpstreamSession]:
        """Return the sessions of the three services."""
        return self.client.sessions_of(krx_openapi.INDICES)

    def units(self) -> list[Unit]:
        """Return each published session, newest first, and family."""
        start = max(self.start, krx_openapi.HISTORY_SINCE)
        days = self.calendar.sessions(start, self.calendar.latest_official(self.now))[::-1]
        return [
            Unit(f"{family}:{day}", f"{family} 지수 {day}", 1, krx_openapi.POLICY.name)
            for day in days
            for family in self.families
        ]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the session was read: what the OPEN API publishes is final."""
        return not self.again and entry.status in {"done", "no_data"}

    def fetch(self, unit: Unit) -> Answer:
        """Ask for one family of one session.

        Raises:
            NotYet: it is not published, and may still be.
            ForestoError: as :mod:`foresto_cli.upstream.krx_openapi`.
        """
        family, day = _parts(unit)
        asked_at = clock.wall()
        try:
            records = self.client.index_day(family, day)
        except NotApproved as error:
            if self.asked_for:
                raise AuthFailed(str(error)) from None
            raise
        if not records and clock.now() < self.calendar.official_until(day):
            raise NotYet(f"KRX OPEN API에 {day} 지수가 아직 없습니다. 나중에 다시 요청합니다.")
        return Answer(unit, krx_openapi.SOURCE_ID, records, asked_at)

    def parse(self, answer: Answer) -> Parsed:
        """Return the levels of the session; indices without a close (sums of foreign shares) are none.

        Raises:
            BadPayload: the main index is missing, one is there twice, a field is missing or not a number.
        """
        family, day = _parts(answer.unit)
        if not answer.payload:
            return Parsed(status="no_data", reason="OPEN API에 이 거래일의 지수가 없습니다")
        try:
            rows = [index_row(record, day) for record in answer.payload]
        except (KeyError, ValueError) as error:
            raise BadPayload(f"{answer.unit.label}: 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        rows = [row for row in rows if row["close_price"] is not None]
        if not rows or (family != "KRX" and family not in {row["index_code"] for row in rows}):
            raise BadPayload(f"{answer.unit.label}: {family} 지수가 없습니다.")
        if len({row["index_code"] for row in rows}) != len(rows):
            raise BadPayload(f"{answer.unit.label}: 같은 지수가 두 번 있습니다.")
        return Parsed(rows)

    def _called(self, answer: Answer, day: date) -> list[Row]:
        """Return what the indices are called, those too that have sums and no level."""
        return [
            {
                "index_code": code_of(record["IDX_CLSS"], record["IDX_NM"]),
                "index_class": record["IDX_CLSS"],
                "name": record["IDX_NM"],
                "as_of_date": day,
                "source_id": krx_openapi.SOURCE_ID,
            }
            for record in answer.payload
        ]

    def check(self, row: Row) -> str | None:
        """Say what makes a level impossible."""
        return None if row["close_price"] > 0 else "지수 종가가 0 이하입니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the levels and what the indices are called."""
        _, day = _parts(answer.unit)
        newer = "old.as_of_date <= excluded.as_of_date"
        upsert(connection, index_listing, self._called(answer, day), provenance, only_over=newer)
        return upsert(connection, index_price_daily, parsed.rows, provenance)


def index_row(record: Mapping[str, Any], day: date) -> Row:
    """Return one index of one session; ``-`` is none."""
    return {
        "index_code": code_of(record["IDX_CLSS"], record["IDX_NM"]),
        "trade_date": day,
        **{name: number(record[field]) for name, field in FIELDS.items()},
        "source_id": krx_openapi.SOURCE_ID,
    }


def _parts(unit: Unit) -> tuple[str, date]:
    family, day = unit.key.split(":")
    return family, date.fromisoformat(day)
