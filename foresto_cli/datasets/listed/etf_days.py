"""ETF prices by session since 2010: every fund of a session in one unit, through the best source that has it."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.adjustment.pending import note_pending
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DAILY, DataSet, priced
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.whole_answers import refuse_half, refuse_twice
from foresto_cli.datasets.listed import etf_writing as writing
from foresto_cli.datasets.listed.etf_rows import each, price_row
from foresto_cli.datasets.listed.etf_sources import FundSource
from foresto_cli.datasets.listed.etf_tables import etf_price_daily
from foresto_cli.datasets.prices.day_closures import Witness, is_closed, note_closure
from foresto_cli.datasets.prices.price_rows import nobody_traded
from foresto_cli.errors import UPSTREAM_ERRORS, ForestoError, NotApproved, NotYet
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import krx_openapi

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession

NAME = "etfs.day"
DATASET = DataSet(
    name=NAME,
    label="ETF 시세",
    table="etf_price_daily",
    command="stocks etfs",
    clients=("krx_openapi", "krx", "fsc"),
    batch="ETF",
    jobs=(*DAILY, "weekly"),
    newest="SELECT max(trade_date) FROM etf_price_daily",
    reached=priced,
)
LEAST_SHARE = 0.8
"""A session with fewer funds than this share of a near one's is half a session."""
NEAR = timedelta(days=14)
REFRESHED = 10
"""Newest sessions whose stored numbers are replaced by official ones when those have come."""
NOT_OFFICIAL = f"old.source_id <> '{krx_openapi.SOURCE_ID}'"
"""Rows that numbers without an official source may replace."""


@dataclass
class EtfDays(Loader):
    """Loader of sessions; a unit is one trade date, ``2026-11-20``.

    Attributes:
        sources: in order of preference.
        calendar: the sessions.
        now: the clock's reading.
        start: first day wanted.
        end: last day wanted.
        witness: says by the index whether the exchange opened on a day that has come and has no trade.
        known: entries of the ledger by session.
        stored: rows in the table by session, from ``counted_since`` on; one that lost rows is asked for again.
        counted_since: first day of ``stored``.
        again_since: sessions from this one on are asked for once more.
        active: how many funds are listed, to notice half a session where no near one is stored.
    """

    sources: Sequence[FundSource]
    calendar: Calendar
    now: datetime
    start: date
    end: date
    witness: Witness
    _: KW_ONLY
    known: Mapping[date, Entry] = field(default_factory=dict)
    stored: Mapping[date, int] = field(default_factory=dict)
    counted_since: date = date.max
    again_since: date = date.max
    active: int = 0
    _counts: dict[date, int] = field(default_factory=dict)
    data_set = DATASET

    def __post_init__(self) -> None:
        """Begin with what the ledger knows; what is stored meanwhile is added."""
        read = {day: entry.row_count for day, entry in self.known.items() if entry.status in {"done", "provisional"}}
        self._counts.update(read)

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        return [session for source in self.sources for session in source.sessions]

    def wanted(self) -> list[date]:
        """Return every ended session of the span, newest first, whether or not a source has it."""
        return self.calendar.sessions(self.start, min(self.end, self.calendar.latest_ended(self.now)))[::-1]

    def units(self) -> list[Unit]:
        """Return the sessions that some source has, newest first."""
        return [self.unit_of(day) for day in self.wanted() if self._capable(day)]

    def unit_of(self, day: date) -> Unit:
        """Return the unit of a session."""
        counter = (self._capable(day) or self.sources)[0].sessions[0].policy.counter
        return Unit(f"{day}", f"ETF 시세 {day}", 1, counter)

    def without_source(self) -> list[date]:
        """Return the sessions that ought to be stored, are not, and that no source at hand has; newest first."""
        return [day for day in self.wanted() if day not in self.known and not self._capable(day)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the session need not be asked for: it is there whole, and nobody has better numbers of it."""
        day = unit.day
        if day >= self.again_since or entry.status not in {"done", "provisional", "no_data"} or self._lost(day, entry):
            return False
        return not self._better(day, entry) and not self._is_suspected(day)

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether a source has the session by now that had not, or has final numbers of it."""
        day, then = unit.day, since.replace(tzinfo=clock.KST)
        return any(
            not source.can(day, then) or source.is_final(day, then) != source.is_final(day, self.now)
            for source in self._capable(day)
        )

    def fetch(self, unit: Unit) -> Answer:
        """Ask the sources that have the session, best first, until one answers.

        Raises:
            ForestoError: of the first source that is not merely unapproved, when none answered.
        """
        day, passed_over = unit.day, list[tuple[str, ForestoError]]()
        for source in self._asked(day):
            asked_at = clock.wall()
            try:
                records = source.fetch(day)
                closed = nobody_traded(records) and self._is_closed(day, source)
            except UPSTREAM_ERRORS as error:
                passed_over.append((source.source_id, error))
                continue
            return Answer(unit, source.source_id, records, asked_at, closed, tuple(passed_over))
        told = [error for _, error in passed_over if not isinstance(error, NotApproved)]
        told += [error for _, error in passed_over]
        raise told[0] if told else NotYet(f"{day} ETF 시세를 줄 수 있는 곳이 없습니다.")

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of the session; provisional while the source still changes them.

        Raises:
            BadPayload: half a session, a fund twice, a field missing or not a number.
        """
        day = answer.unit.day
        if answer.closed:
            return Parsed(status="no_data", reason="휴장")
        rows = each(answer, lambda record: price_row(record, day, answer.source_id))
        refuse_twice(answer.unit.label, (row["ticker"] for row in rows))
        refuse_half(answer.unit.label, len(rows), self._usual(day), LEAST_SHARE)
        if self._named(answer.source_id).is_final(day, answer.asked_at.replace(tzinfo=clock.KST)):
            return Parsed(rows)
        return Parsed(rows, "provisional", "확정되기 전의 자료")

    def check(self, row: Row) -> str | None:
        return None if row["close_price"] else "종가가 없습니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the session, take in funds that no list has brought, and show the newest prices in the list.

        Raises:
            BadPayload: the rows are those of a neighbouring session.
        """
        day = answer.unit.day
        if answer.closed:
            note_pending(connection, day)
            note_closure(connection, day)
            return Counts()
        for beside in (self.calendar.previous(day), self.calendar.following(day)):
            writing.refuse_other_session(connection, parsed.rows, day, beside)
        official = self._named(answer.source_id).is_official
        counts = upsert(
            connection,
            etf_price_daily,
            parsed.rows,
            provenance,
            only_over="TRUE" if official else NOT_OFFICIAL,
            scope={"trade_date": day},
        )
        self._counts[day] = len(parsed.rows)
        writing.take_in(connection, answer, parsed.rows, provenance)
        writing.show_newest(connection, day, provenance)
        return counts

    def _capable(self, day: date) -> list[FundSource]:
        return [source for source in self.sources if source.can(day, self.now)]

    def _named(self, source_id: str | None) -> FundSource:
        return next(source for source in self.sources if source.source_id == source_id)

    def _asked(self, day: date) -> list[FundSource]:
        """Return whom to ask for a session: of one that is stored whole only those who have better numbers."""
        entry = self.known.get(day)
        if entry is None or day >= self.again_since or self._lost(day, entry) or self._is_suspected(day):
            return self._capable(day)
        return self._better(day, entry) or self._capable(day)

    def _better(self, day: date, entry: Entry) -> list[FundSource]:
        """Return who has better numbers of a stored session by now: an official one of the newest, or final ones."""
        capable = self._capable(day)
        if entry.status == "provisional":
            return [source for source in capable if source.is_final(day, self.now)]
        official = {source.source_id for source in self.sources if source.is_official}
        if entry.status != "done" or entry.source_id in official:
            return []
        is_new = day >= self.calendar.back(self.calendar.latest_ended(self.now), REFRESHED - 1)
        return [source for source in capable if source.is_official] if is_new else []

    def _lost(self, day: date, entry: Entry) -> bool:
        return day >= self.counted_since and self.stored.get(day, 0) < entry.row_count

    def _is_suspected(self, day: date) -> bool:
        """Say whether a neighbour was refused because it and this session cannot both be right."""
        beside = (self.calendar.previous(day), self.calendar.following(day))
        near = [self.known[other] for other in beside if other in self.known]
        return any(entry.status == "failed" and writing.REPEATED in (entry.reason or "") for entry in near)

    def _is_closed(self, day: date, source: FundSource) -> bool:
        """Say whether nobody traded because the exchange was closed.

        Official numbers of a session come on the morning of the next one: a day later where that was a holiday which no
        calendar knew. What another source said of it is stored, and they are asked for again.

        Raises:
            NotYet: the session is not published yet, or nobody can know.
            BadPayload: by the index it was a session.
        """
        is_stored = day in self.known and self.known[day].row_count > 0
        if source.is_official and is_stored and self.known[day].source_id != source.source_id:
            raise NotYet(f"{day} ETF의 공식 시세가 아직 나오지 않았습니다. 나중에 다시 받습니다.")
        if self.calendar.is_session(day) and clock.now() < self.calendar.official_until(day):
            raise NotYet(f"{day} ETF 시세가 아직 나오지 않았습니다. 나중에 다시 받습니다.")
        return is_closed(day, self.calendar, self.witness)

    def _usual(self, day: date) -> int:
        """Return how many funds the nearest session had that was read; of the newest at least those of the list."""
        near = [other for other in self._counts if other != day and abs(other - day) <= NEAR]
        if near:
            return self._counts[min(near, key=lambda other: abs(other - day))]
        return self.active if day == self.calendar.latest_ended(self.now) else 0
