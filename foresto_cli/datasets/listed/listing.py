"""Who is listed and who was, into ``fdr_stock_listing``: the list from the best source that has it, merged.

The list of listed stocks comes from the mirror, KRX's page, the OPEN API or Naver (:mod:`._listings`); what one does
not give stays as it was. Descriptions and the history of delistings are the mirror's alone; who leaves while it is
dead is found by the difference of two lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import EVENING, AtHand, DataSet, ended, published
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.mirror import Mirror
from foresto_cli.collecting.whole_answers import refuse_half, refuse_twice
from foresto_cli.datasets.listed.list_files import TICKER, delisted_rows, description_rows
from foresto_cli.datasets.listed.list_merge import Gone, describe, mark_gone, markets_of, with_known_names, with_values
from foresto_cli.datasets.listed.list_sources import ListSource
from foresto_cli.datasets.listed.list_tables import fdr_stock_listing
from foresto_cli.errors import UPSTREAM_ERRORS, BadPayload, Dead, ForestoError, NotYet
from foresto_cli.regimes import final_at
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import fdr

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession


def _listed(at_hand: AtHand, start: datetime) -> date:
    """Return the newest session whose list is preferred at ``start``: an official one of the day before to Naver's."""
    is_behind = at_hand.has_krx_openapi and not at_hand.has_krx
    return published(at_hand, start) if is_behind else ended(at_hand, start)


DATASET = DataSet(
    name="listing",
    label="상장 목록",
    table="fdr_stock_listing",
    command="listing load",
    clients=("krx_openapi", "fdr", "krx", "naver_list"),
    jobs=(*EVENING, "weekly"),
    newest="SELECT max(as_of_date) FROM fdr_stock_listing WHERE is_listed",
    reached=_listed,
)
NAME = DATASET.name
LEAST_SHARE = 0.9
"""A list with fewer stocks than this share of those listed before is half a list."""
MAIN_MARKETS = frozenset({"KOSPI", "KOSDAQ"})
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What Python says of a list that is built in no way we know."""

CURRENT, DESCRIPTION, DELISTED = "krx", "desc", "delisting"
OF_MIRROR = (DESCRIPTION, DELISTED)
"""What nobody but the mirror has."""


@dataclass(frozen=True)
class Listed:
    """One list of listed stocks as it came.

    Attributes:
        session: the session it is of; an official one may be older than the one that was wanted.
        records: as the source's client returned them.
    """

    session: date
    records: Sequence[Mapping[str, Any]]


@dataclass
class Listing(Loader):
    """Loader of the three lists; a unit is one list of one session (descriptions: one week).

    Attributes:
        sources: of the current list, in order of preference.
        mirror: FinanceDataReader's, while it lives: the other two lists are its own.
        calendar: the sessions.
        now: the clock's reading.
        listed: how many stocks were listed so far by market, to notice half a list.
        whole: all three lists; otherwise the current one alone, which is what changes every day.
    """

    sources: Sequence[ListSource]
    mirror: Mirror | None
    calendar: Calendar
    now: datetime
    listed: Mapping[str, int] = field(default_factory=dict)
    whole: bool = True
    data_set = DATASET

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        """Return the sessions of every source."""
        every = [session for source in self.sources for session in source.sessions]
        return list(dict.fromkeys([*every, *(self.mirror.client.sessions if self.mirror else ())]))

    def units(self) -> list[Unit]:
        """Return the current list first: the others fill in what it made."""
        session = self.calendar.latest_ended(self.now)
        week = session - timedelta(days=session.weekday())
        first = self._in_order(session)[0]
        current = Unit(f"{CURRENT}:{session}", f"상장 종목 {session}", first.requests, first.sessions[0].policy.counter)
        if not self.whole or self.mirror is None:
            return [current]
        return [
            current,
            Unit(f"{DESCRIPTION}:{week}", f"종목 설명 {week} 주", 1, fdr.POLICY.name),
            Unit(f"{DELISTED}:{session}", f"상장폐지 {session}", 1, fdr.POLICY.name),
        ]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the list was read; a provisional one is read again when it can be better by now."""
        day = date.fromisoformat(unit.key.split(":")[1])
        if entry.status != "provisional":
            return entry.status == "done"
        official = next((source for source in self.sources if source.source_id == entry.source_id), None)
        if official is not None and official.session(entry.asked_at.replace(tzinfo=clock.KST)) < day:
            return self._in_order(day)[0].session(self.now) < day
        return self.now < final_at(day)

    def fetch(self, unit: Unit) -> Answer:
        """Ask for one list; for the current one, the sources in turn until one has it.

        Raises:
            NotYet: the mirror still has an older one.
            ForestoError: of the first source, when none answered.
        """
        kind, day = unit.key.split(":")
        asked_at = clock.wall()
        if kind != CURRENT:
            return Answer(unit, fdr.SOURCE_ID, self._from_mirror(kind), asked_at)
        passed_over: list[tuple[str, ForestoError]] = []
        part: Answer | None = None
        for source in self._in_order(date.fromisoformat(day)):
            session = min(source.session(self.now), date.fromisoformat(day))
            try:
                records = source.fetch(session)
                covered = markets_of(_read(source, records, session))
            except UPSTREAM_ERRORS as error:
                passed_over.append((source.source_id, error))
                continue
            answer = Answer(unit, source.source_id, Listed(session, records), asked_at, passed_over=tuple(passed_over))
            if covered >= MAIN_MARKETS:
                return answer
            part = part or answer
        if part is not None:
            return part
        raise next((error for _, error in passed_over if not isinstance(error, Dead)), passed_over[0][1])

    def _from_mirror(self, kind: str) -> Sequence[Mapping[str, Any]]:
        if self.mirror is None:
            raise NotYet("FDR 미러가 멈춰 있습니다.")
        self.mirror.refuse_if_dead()
        client = self.mirror.client
        try:
            return client.descriptions() if kind == DESCRIPTION else client.delistings()
        except NotYet as error:
            raise self.mirror.judge(error, self.calendar.latest_ended(self.now)) from None

    def _in_order(self, day: date) -> list[ListSource]:
        """Return the sources: official ones that have the session first, then those of an older one, then Naver."""
        return sorted(self.sources, key=lambda source: (not source.is_official, source.session(self.now) < day))

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of one list; for a ticker that left more than once, its last leaving.

        Raises:
            BadPayload: empty, half a list, a ticker twice, or a column missing.
        """
        kind, day = answer.unit.key.split(":")
        if not (answer.payload.records if kind == CURRENT else answer.payload):
            raise BadPayload(f"{answer.unit.label} 목록이 비어 있습니다.")
        try:
            if kind == CURRENT:
                rows = _read(self._source(answer), answer.payload.records, answer.payload.session)
                self._refuse_half(rows)
            elif kind == DESCRIPTION:
                rows = description_rows(answer.payload)
            else:
                rows = delisted_rows(answer.payload)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadPayload(f"{answer.unit.label} 목록에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        refuse_twice(answer.unit.label, (row["ticker"] for row in rows))
        if kind == CURRENT:
            return self._current(rows, answer, date.fromisoformat(day))
        return Parsed(rows)

    def _current(self, rows: list[Row], answer: Answer, day: date) -> Parsed:
        """Return the rows of the current list; provisional where a later look gives a newer list or market values."""
        missing = MAIN_MARKETS - markets_of(rows)
        lack = f"{', '.join(sorted(missing))} 시장이 없습니다" if missing else None
        if answer.payload.session < day:
            return Parsed(rows, "provisional", lack or f"{answer.payload.session}의 목록")
        read_at = answer.asked_at.replace(tzinfo=clock.KST)
        if self._source(answer).has_value and read_at < final_at(day):
            return Parsed(rows, "provisional", lack or "장이 모두 끝나기 전의 시가총액")
        return Parsed(rows, reason=lack)

    def _source(self, answer: Answer) -> ListSource:
        return next(source for source in self.sources if source.source_id == answer.source_id)

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        if not TICKER.fullmatch(row["ticker"]):
            return "종목코드가 여섯 자리 영숫자가 아닙니다"
        if 0 in (row.get("shares"), row.get("marcap")):
            return "상장주식수나 시가총액이 0입니다"
        return None if row["name"] else "이름이 없습니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write one list; whoever is no longer in the current list is kept and marked as not listed."""
        kind = answer.unit.key.split(":")[0]
        if kind == CURRENT:
            return self._store_current(connection, answer, parsed, provenance)
        if kind == DESCRIPTION:
            known = set(connection.scalars(text("SELECT ticker FROM fdr_stock_listing")))
            defaults = {"is_listed": True, "as_of_date": answer.asked_at.date(), "source_id": fdr.SOURCE_ID}
            new = [{**row, **defaults} for row in parsed.rows if row["ticker"] not in known]
            old = [row for row in parsed.rows if row["ticker"] in known]
            return describe(connection, old, provenance) + upsert(connection, fdr_stock_listing, new, provenance)
        return upsert(connection, fdr_stock_listing, parsed.rows, provenance, only_over="NOT old.is_listed")

    def _store_current(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        source, session, rows = self._source(answer), answer.payload.session, parsed.rows
        if not source.has_value:
            rows = with_values(connection, rows, session, has_shares=source.is_official)
        if not source.is_official:
            rows = with_known_names(connection, rows)
        newer = "old.as_of_date <= excluded.as_of_date"
        counts = upsert(connection, fdr_stock_listing, rows, provenance, only_over=newer)
        # A row that was left out is still about somebody who is listed.
        listed = parsed.everybody("ticker", TICKER.fullmatch)
        if listed is None:
            return counts
        gone = Gone(session, self.calendar, markets_of(rows), is_official=source.is_official)
        return counts + mark_gone(connection, listed, gone, provenance)

    def _refuse_half(self, rows: Sequence[Row]) -> None:
        covered = markets_of(rows)
        listed = sum(count for market, count in self.listed.items() if market in covered)
        refuse_half("상장 종목", len(rows), listed, LEAST_SHARE)


def current_rows(source: ListSource, records: Sequence[Mapping[str, Any]], session: date) -> list[Row]:
    """Return the rows of a source's list of listed stocks."""
    return source.rows(records, session)


def _read(source: ListSource, records: Sequence[Mapping[str, Any]], session: date) -> list[Row]:
    """Return the rows of a list.

    Raises:
        BadPayload: a field is missing or cannot be read.
    """
    try:
        return current_rows(source, records, session)
    except UNREADABLE as error:
        said = f"{source.source_id}의 상장 목록에 없거나 읽을 수 없는 항목이 있습니다({type(error).__name__}: {error})."
        raise BadPayload(said) from None
