"""Company numbers (법인등록번호) of stocks, from FSC's listed items, once a week.

Matched by ISIN and never by name; preferred shares, which the list lacks, have their issuer's number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.datasets.open_data.pages import Records, is_isin, newest_published
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream import fsc
from foresto_cli.upstream.fsc import Fsc

DATASET = DataSet(name="stocks.crno", label="법인등록번호", table="stocks", command="stocks load", clients=("fsc",))
NAME = DATASET.name
WEEK = timedelta(days=7)
LEAST_SHARE = 0.8
"""A list with fewer rows than this share of the listed common shares is half a list."""
NUMBER = re.compile(r"[0-9]{13}")

UPDATE = text(
    "WITH own AS (SELECT s.ticker, g.crno FROM stocks s"
    " JOIN unnest(CAST(:isins AS text[]), CAST(:numbers AS text[])) AS g (isin, crno) USING (isin)),"
    " wanted AS (SELECT s.ticker, coalesce(own.crno, issuer.crno) AS crno FROM stocks s"
    " LEFT JOIN own ON own.ticker = s.ticker LEFT JOIN own issuer ON issuer.ticker = left(s.ticker, 5) || '0'"
    " WHERE own.crno IS NOT NULL OR issuer.crno IS NOT NULL),"
    " written AS (UPDATE stocks s SET crno = w.crno, batch_id = :batch_id, updated_at = :updated_at"
    " FROM wanted w WHERE w.ticker = s.ticker AND s.crno IS DISTINCT FROM w.crno RETURNING 1)"
    " SELECT (SELECT count(*) FROM wanted) AS wanted, (SELECT count(*) FROM written) AS written"
)


@dataclass
class CompanyNumbers(Loader):
    """Loader of company numbers; a unit is the base date of one week's list.

    Attributes:
        client: FSC's open data.
        calendar: the sessions.
        now: the clock's reading.
        common: how many common shares are listed, to notice half a list.
        known: what the ledger has.
    """

    client: Fsc
    calendar: Calendar
    now: datetime
    common: int
    known: Mapping[str, Entry]
    data_set = DATASET
    source_id = fsc.SOURCE_ID

    def units(self) -> list[Unit]:
        """Return the newest published session, or the one of less than a week ago that is there."""
        newest = self.calendar.latest_in_open_data(self.now)
        done = [date.fromisoformat(key) for key, entry in self.known.items() if entry.status == "done"]
        recent = [day for day in done if newest - day < WEEK]
        day = max(recent, default=newest)
        return [Unit(f"{day}", f"법인등록번호 {day}", upstream=fsc.POLICY.name)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the list was read."""
        return entry.status == "done"

    def ask(self, unit: Unit) -> Records:
        return newest_published(self.client.listed_items, date.fromisoformat(unit.key), self.calendar, unit.label)

    def parse(self, answer: Answer) -> Parsed:
        """Return ISINs with numbers; foreign companies have none and are left out.

        Raises:
            BadPayload: half a list, an ISIN twice, or a field missing.
        """
        records: Sequence[Mapping[str, str]] = answer.payload
        if len(records) < LEAST_SHARE * self.common:
            raise BadPayload(
                f"상장종목이 {len(records):,}개뿐입니다(상장된 보통주 {self.common:,}개). 일부만 온 목록입니다."
            )
        try:
            rows = [{"isin": record["isinCd"].strip(), "crno": record["crno"].strip()} for record in records]
        except (KeyError, AttributeError) as error:
            raise BadPayload(f"{answer.unit.label} 목록에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        if len({row["isin"] for row in rows}) != len(rows):
            raise BadPayload(f"{answer.unit.label} 목록에 같은 종목이 두 번 있습니다.")
        used = f"{records[0]['basDt']}의 목록"
        return Parsed([row for row in rows if row["crno"]], reason=used)

    def check(self, row: Row) -> str | None:
        """Say what makes a number impossible."""
        if not is_isin(row["isin"]):
            return "ISIN이 아닙니다"
        return None if NUMBER.fullmatch(row["crno"]) else "법인등록번호가 열세 자리 숫자가 아닙니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Give every stock whose ISIN is in the list its number, and preferred shares their issuer's."""
        found = connection.execute(
            UPDATE,
            {
                "isins": [row["isin"] for row in parsed.rows],
                "numbers": [row["crno"] for row in parsed.rows],
                "batch_id": provenance["batch_id"],
                "updated_at": provenance["updated_at"],
            },
        ).one()
        return Counts(changed=found.written, unchanged=found.wanted - found.written)
