"""Loader of every data set that a page of data.krx.co.kr has: the newest session, and others that are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting import described_days
from foresto_cli.collecting.described_rows import row_of
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.registry import of_file
from foresto_cli.declared import PART, KrxPage
from foresto_cli.errors import BadPayload, NotYet
from foresto_cli.regimes import final_at
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream import krx
from foresto_cli.upstream.krx import Krx

CATCHES_UP = 2
"""Sessions before the newest that are asked for as well when they were missed: the page was late, or nobody was."""

MOST_REQUESTS = 50
"""Of one run: history is not to eat up the day's budget, which prices need too."""


@dataclass
class KrxPages(Loader):
    """Loader of a described page; a unit is one trade date.

    Attributes:
        client: KRX by login.
        calendar: the sessions.
        described: the data set.
        now: the clock's reading.
        since: first trade date wanted; None: the newest one, and those missed just before it.
        until: last trade date wanted.
        again: stored trade dates are asked for once more.
        stored: rows in the table by trade date.
        usual: rows of a usual trade date, as far as dates are stored; 0: nobody knows yet.
        unsettled: trade dates that were read before their numbers were final.
    """

    client: Krx
    calendar: Calendar
    described: KrxPage
    now: datetime
    _: KW_ONLY
    since: date | None = None
    until: date = date.max
    again: bool = False
    stored: Mapping[date, int] = field(default_factory=dict)
    usual: int = 0
    unsettled: frozenset[date] = frozenset()
    source_id = krx.SOURCE_ID

    def __post_init__(self) -> None:
        """Be the data set of the description."""
        self.data_set = of_file(self.described)

    @property
    def most(self) -> int:
        """Return how many trade dates one run asks for."""
        return MOST_REQUESTS // len(self.described.page.parts)

    def units(self) -> list[Unit]:
        """Return the wanted trade dates that the page has by now; newest first."""
        requests = len(self.described.page.parts)
        return [self.unit(f"{day}", f"{self.label} {day}", requests) for day in self._days()]

    def _days(self) -> list[date]:
        newest = self.calendar.back(self.calendar.latest_ended(self.now), self.described.lag)
        if self.since is not None:
            first = max(self.since, self.described.since)
            return self.calendar.sessions(first, min(newest, self.until))[::-1]
        missed = {self.calendar.back(newest, sessions) for sessions in range(1, CATCHES_UP + 1)}
        begun = min(self.stored, default=newest)
        return sorted({newest, *self.unsettled, *(day for day in missed if day > begun)}, reverse=True)

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the date was read when its numbers were final, and its rows are still there."""
        if self.again:
            return False
        is_whole = entry.status == "no_data" or self.stored.get(unit.day, 0) >= entry.row_count
        if entry.status == "provisional":
            return is_whole and self.now < final_at(unit.day)
        return is_whole and super().is_settled(unit, entry)

    def ask(self, unit: Unit) -> list[dict[str, str]]:
        """Ask every question of the page.

        Raises:
            ForestoError: as :meth:`foresto_cli.upstream.krx.Krx.page`.
            NotYet: the page does not have the date yet.
        """
        records = self.client.page(self.described.page, unit.day)
        if not self._told(records) and clock.now() < self._until(unit.day):
            raise NotYet(f"KRX에 {unit.day} 자료가 아직 없습니다({self.label}). 나중에 다시 요청합니다.")
        return records

    def _until(self, day: date) -> datetime:
        """Return until when the page may lack ``day``: the morning after the session on which it is due."""
        for _ in range(self.described.lag):
            day = self.calendar.following(day)
        return self.calendar.official_until(day)

    def _told(self, records: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
        """Return the rows that say something: on a holiday, and too early, a page is empty or full of ``-``."""
        needed = self.described.table.columns[self.described.needed].info["wire"]
        return [record for record in records if record.get(needed, needed) not in {"", "-"}]

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of the trade date.

        Raises:
            BadPayload: half an answer, a row twice, a field missing or not to be read.
        """
        day, label = answer.unit.day, answer.unit.label
        if not self._told(answer.payload):
            return Parsed(status="no_data", reason=f"KRX에 이 거래일의 자료가 없습니다({self.described.page.title})")
        missing = set(self.described.page.parts) - {record[PART] for record in answer.payload}
        if missing:
            raise BadPayload(f"{label}: 일부만 왔습니다({', '.join(sorted(missing))} 없음).")
        own = {"trade_date": day, "source_id": self.source_id}
        try:
            rows: list[Row] = [{**row_of(self.described.table, record), **own} for record in answer.payload]
        except (KeyError, ValueError) as error:
            raise BadPayload(f"{label}: 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        found = described_days.believed(self.described, rows, answer.unit, self.usual)
        if answer.asked_at.replace(tzinfo=clock.KST) < final_at(day):
            return Parsed(found, "provisional", "확정되기 전의 자료")
        return Parsed(found)

    def check(self, row: Row) -> str | None:
        return described_days.impossible_price(row) or self.described.impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        described_days.refuse_another_day(connection, self.described, self.calendar, answer, parsed)
        return super().store(connection, answer, parsed, provenance)
