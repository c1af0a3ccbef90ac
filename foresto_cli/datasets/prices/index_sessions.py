"""Every index of the exchange by session, through the OPEN API: 119 of them, three requests a session, since 2010."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.collecting.openapi_days import OpenApiDays
from foresto_cli.collecting.whole_answers import refuse_twice
from foresto_cli.datasets.prices.index_codes import code_of
from foresto_cli.datasets.prices.index_rows import level
from foresto_cli.datasets.prices.index_tables import index_listing
from foresto_cli.declared import OpenApi
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import krx_openapi

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession

DATASET = DataSet(
    name="prices.index_day",
    label="전체 지수",
    table="index_price_daily",
    command="prices index",
    clients=("krx_openapi",),
    batch="INDEX",
)
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
class IndexSessions(OpenApiDays):
    """Loader of all indices; a unit is one family of indices and one session.

    Attributes:
        families: of KRX, KOSPI, KOSDAQ.
    """

    families: Sequence[str] = FAMILIES
    data_set = DATASET
    not_yet = "지수가 아직 없습니다"
    nothing = "OPEN API에 이 거래일의 지수가 없습니다"

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        return self.client.sessions_of(krx_openapi.INDICES)

    def service_of(self, unit: Unit) -> OpenApi:
        return krx_openapi.INDICES[_family(unit)]

    def units(self) -> list[Unit]:
        return [
            self.unit(f"{family}:{day}", f"{family} 지수 {day}")
            for day in self.published(krx_openapi.HISTORY_SINCE)
            for family in self.families
        ]

    def row(self, record: Mapping[str, Any], day: date) -> Row:
        return level(code_of(record["IDX_CLSS"], record["IDX_NM"]), day, record, FIELDS, self.source_id)

    def believed(self, rows: list[Row], unit: Unit) -> list[Row]:
        """Return the levels; a sum of foreign shares is listed as an index and has no close.

        Raises:
            BadPayload: the main index is missing, or one is there twice.
        """
        family = _family(unit)
        rows = [row for row in rows if row["close_price"] is not None]
        if not rows or (family != "KRX" and family not in {row["index_code"] for row in rows}):
            raise BadPayload(f"{unit.label}: {family} 지수가 없습니다.")
        refuse_twice(unit.label, (row["index_code"] for row in rows))
        return rows

    def check(self, row: Row) -> str | None:
        return None if row["close_price"] > 0 else "지수 종가가 0 이하입니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the levels, and the names of all indices, of those without a level too."""
        named = [
            {
                "index_code": code_of(record["IDX_CLSS"], record["IDX_NM"]),
                "index_class": record["IDX_CLSS"],
                "name": record["IDX_NM"],
                "as_of_date": answer.unit.day,
                "source_id": self.source_id,
            }
            for record in answer.payload
        ]
        upsert(connection, index_listing, named, provenance, only_over="old.as_of_date <= excluded.as_of_date")
        return super().store(connection, answer, parsed, provenance)


def _family(unit: Unit) -> str:
    return unit.key.partition(":")[0]
