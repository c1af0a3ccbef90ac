"""Daily prices by market day: every stock of a session in one unit, through the best source that has it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.adjustment.pending import note_pending
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DAILY, DataSet, priced
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.datasets.prices.choice import Choice
from foresto_cli.datasets.prices.day_closures import Witness, is_closed, note_closure
from foresto_cli.datasets.prices.neighbours import OTHER_SESSION, Fingerprint, refuse_half, refuse_other_session, seen
from foresto_cli.datasets.prices.price_reasons import FILLED, LEFT_OUT, lacked_markets, lacking_reason
from foresto_cli.datasets.prices.price_rows import EXTENDED, REGULAR, after_market_rows, impossible, nobody_traded
from foresto_cli.datasets.prices.price_sources import PriceSource
from foresto_cli.datasets.prices.settled import drop_unknown, settled_closes
from foresto_cli.datasets.prices.tables import after_market_daily, stock_price_daily
from foresto_cli.datasets.prices.unconfirmed import DAYS
from foresto_cli.errors import UPSTREAM_ERRORS, ForestoError, NotYet
from foresto_cli.regimes import final_at, last_trade_at
from foresto_cli.store import ledger, price_sessions
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession

DATASET = DataSet(
    name=DAYS,
    label="일별 시세",
    table="stock_price_daily",
    command="prices incremental",
    batch="PRICE",
    jobs=DAILY,
    newest="SELECT max(trade_date) FROM stock_price_daily",
    reached=priced,
)
NAME = DATASET.name
NEAR = 10
"""Sessions to either side that count as near."""
ASKED_ANEW = 10
"""Newest sessions that are asked for once more when nobody can say when they were asked for."""

MOST_ATTEMPTS = 8
"""A session with a hole is asked for so often in all; after that the hole stays a finding."""
UNOFFICIAL_OVER = (
    "old.quality_flag = 'ADJUSTED' OR (old.quality_flag = 'PROVISIONAL'"
    " AND (old.price_basis = 'EXTENDED' OR excluded.price_basis = 'REGULAR'))"
)
"""Rows that numbers without an official source may replace: never official ones, never regular closes by later ones."""


@dataclass
class PriceDays(Loader):
    """Loader of market days (:class:`foresto_cli.collecting.loader.Loader`).

    Attributes:
        sources: in order of preference.
        calendar: the sessions.
        start: first day wanted.
        end: last day wanted.
        now: the clock's reading.
        witness: second opinion on a day without trades.
        refresh_days: newest sessions in which a snapshot's rows are replaced once a settling source has the session.
        distrusted: sessions asked for again whatever the ledger says.
        row_counts: rows per session by the ledger, to notice half an answer; grows while we collect.
        stored: rows per session in the table, from ``counted_since`` on; one that lost rows is asked for again.
        counted_since: first day of ``stored``.
        known: entries of the ledger by session.
        holes: stocks missing on a session that traded on the sessions before and after it.
        fingerprint: close and volume of the stored rows of a session.
        completing: only the sessions that lack a market are wanted: a second look, after the newest of them was asked
            for and its service was found to be approved by now.
    """

    sources: Sequence[PriceSource]
    calendar: Calendar
    start: date
    end: date
    now: datetime
    witness: Witness
    refresh_days: int
    distrusted: frozenset[date] = frozenset()
    row_counts: dict[date, int] = field(default_factory=dict)
    stored: Mapping[date, int] = field(default_factory=dict)
    counted_since: date = date.max
    known: Mapping[date, Entry] = field(default_factory=dict)
    holes: Mapping[date, frozenset[str]] = field(default_factory=dict)
    fingerprint: Callable[[date], Fingerprint] = lambda _: {}
    completing: bool = False
    _seen: dict[date, Fingerprint] = field(default_factory=dict)
    _lacking: dict[date, frozenset[str]] = field(default_factory=dict)
    data_set = DATASET

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        """Return the sessions of every source."""
        return [session for source in self.sources for session in source.sessions]

    @property
    def choice(self) -> Choice:
        """Return who has which session now."""
        return Choice(self.sources, self.now)

    def wanted(self) -> list[date]:
        """Return every ended session of the span, newest first, whether or not a source has it."""
        latest = self.calendar.latest_ended(self.now)
        return self.calendar.sessions(self.start, min(self.end, latest))[::-1]

    def units(self) -> list[Unit]:
        """Return the sessions that some source has, newest first."""
        days = [day for day in self.wanted() if not self.completing or self._lacked(day)]
        return [unit for day in days for unit in self._unit(day)]

    def _unit(self, day: date) -> list[Unit]:
        best = self.choice.capable(day)[:1]
        return [Unit(f"{day}", f"{day}", source.requests, source.sessions[0].policy.counter) for source in best]

    def without_source(self, entries: Mapping[str, Entry]) -> list[date]:
        """Return the sessions that ought to be stored, are not, and that no source at hand has."""
        return [day for day in self.wanted() if f"{day}" not in entries and not self.choice.capable(day)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:  # noqa: PLR0911
        """Say whether the session need not be asked for now.

        Official numbers stay. Others are replaced as soon as an official source has the session, and read again when
        their own source has better ones. A session with a hole is asked for again, a limited number of times.
        """
        day = date.fromisoformat(unit.key)
        lost = self._lost(day, entry)
        if day in self.distrusted or lost or entry.status == "failed":
            return False
        if (self._has_hole(day, entry) or self._is_suspected(day)) and entry.attempts < MOST_ATTEMPTS:
            return False
        if entry.asked_at == ledger.NEVER and day in self.wanted()[:ASKED_ANEW]:
            return False
        lacking = lacked_markets(entry.reason)
        if lacking and self._can_complete(day, entry, lacking):
            return False
        if entry.reason == FILLED:
            return True
        if entry.status == "no_data" or self.choice.is_official(day, entry.source_id):
            return entry.status != "provisional" or self.now < final_at(day)
        if entry.status == "provisional":
            return not self.choice.officials(day) and not self.choice.has_improved(day, entry)
        return not self.choice.officials(day) or day not in self.wanted()[: self.refresh_days]

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether a source has the session by now that had not, or has better numbers of it."""
        day, then = date.fromisoformat(unit.key), since.replace(tzinfo=clock.KST)
        return day in self.distrusted or any(
            not source.can(day, then) or any(then < moment <= self.now for moment in source.improves(day))
            for source in self.choice.capable(day)
        )

    def fetch(self, unit: Unit) -> Answer:
        """Ask the sources that have the session, best first, until one answers.

        Raises:
            ForestoError: of the first source, when none answered.
        """
        day = date.fromisoformat(unit.key)
        passed_over: list[tuple[str, ForestoError]] = []
        for source in self._asked(day):
            asked_at = clock.wall()
            try:
                records = source.fetch(day)
                closed = nobody_traded(records) and is_closed(day, self.calendar, self.witness)
            except UPSTREAM_ERRORS as error:
                passed_over.append((source.source_id, error))
                continue
            return Answer(unit, source.source_id, records, asked_at, closed, tuple(passed_over))
        raise passed_over[0][1] if passed_over else NotYet(f"{day} 시세를 줄 수 있는 곳이 없습니다.")

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of the session; provisional unless an official source gave them after the day was over.

        Raises:
            BadPayload: half an answer, another day's, a stock twice, or a field that is not what it should be.
        """
        day = date.fromisoformat(answer.unit.key)
        if answer.closed:
            return Parsed(status="no_data", reason="휴장")
        source = self.choice.named(answer.source_id)
        rows = source.rows(answer.payload, day)
        lacked = self._lacked(day)
        self._lacking[day] = source.lacks(day, rows)
        refuse_half(day, rows, self._usual_count(day))
        read_at = answer.asked_at.replace(tzinfo=clock.KST)
        is_regular = source.is_regular(day, read_at)
        rows = [{**row, "price_basis": REGULAR if is_regular else EXTENDED} for row in rows]
        self._refuse_other_session(day, rows)
        if source.settles(day) and read_at >= final_at(day):
            return Parsed(rows, reason=lacking_reason(self._lacking[day]))
        rows = [{**row, "quality_flag": "PROVISIONAL"} for row in rows]
        known = self.known.get(day)
        if lacked or (known is not None and known.status == "done"):
            # Only what the better answer lacked; the session stays what it is.
            missing = self.holes.get(day, frozenset())
            filling = [row for row in rows if row["ticker"] in missing or row["market"] in lacked]
            return Parsed(filling, "done", FILLED)
        reason = "정규장 종가, 거래량은 잠정" if is_regular else "애프터마켓을 포함한 잠정 시세"
        return Parsed(rows, "provisional", reason)

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        return impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the session, or note that the exchange was closed."""
        day = date.fromisoformat(answer.unit.key)
        # A closure changes which session is the one before, so its neighbours are looked at again too.
        note_pending(connection, day)
        if answer.closed:
            note_closure(connection, day)
            return Counts()
        if not (parsed.reason or "").startswith(FILLED):
            self.row_counts[day] = max(len(parsed.rows), self._stored_whole(day))
        source = self.choice.named(answer.source_id)
        is_official = source.settles(day) and parsed.status == "done"
        over = "TRUE" if is_official or day in self.distrusted else UNOFFICIAL_OVER
        settled = settled_closes(connection, day, parsed.rows) if is_official else Counts()
        if is_official and day in self.distrusted and not self._lacked(day):
            drop_unknown(connection, day, parsed.rows)
        counts = settled + upsert(
            connection, stock_price_daily, parsed.rows, provenance, only_over=over, scope={"trade_date": day}
        )
        price_sessions.recount(connection, [day])
        if source.shows_after_market and answer.asked_at.replace(tzinfo=clock.KST) >= last_trade_at(day):
            after = upsert(connection, after_market_daily, after_market_rows(parsed.rows), provenance)
            counts += after.of(after_market_daily)
        return counts

    def _stored_whole(self, day: date) -> int:
        """Return how many rows a session has already to which single stocks are added."""
        known = self.known.get(day)
        return known.row_count if known is not None and known.status == "done" else 0

    def _lost(self, day: date, entry: Entry) -> bool:
        """Say whether the table has fewer rows of a session than were stored."""
        return day >= self.counted_since and self.stored.get(day, 0) < entry.row_count

    def _asked(self, day: date) -> list[PriceSource]:
        """Return the sources to ask for a session, best first."""
        capable = self.choice.capable(day)
        lacking = self._lacked(day)
        if lacking:
            # Who has the markets that are missing comes first, the official one if its service is approved by now.
            has_them = [all(map(source.is_complete_now, lacking)) or source.has_every_market for source in capable]
            return [source for _, source in sorted(zip(has_them, capable, strict=True), key=lambda one: not one[0])]
        known = self.known.get(day)
        if known is None or known.status == "failed" or day in self.distrusted or self._lost(day, known):
            return capable
        if self._has_hole(day, known):
            # What lacked a stock is asked last.
            return sorted(capable, key=lambda source: source.source_id == known.source_id)
        if known.status == "provisional" and not self.choice.has_improved(day, known):
            return self.choice.officials(day)
        return capable

    def _lacked(self, day: date) -> frozenset[str]:
        """Return the markets that a session lacks, as read in this process or by the ledger."""
        known = self.known.get(day)
        return self._lacking.get(day, lacked_markets(known.reason if known else None))

    def _can_complete(self, day: date, entry: Entry, lacking: frozenset[str]) -> bool:
        """Say whether somebody may have the markets that a session lacks: another source, or the same one by now.

        The service that was refused is asked once a run, for the newest session of the span that lacks its market.
        """
        others = [source for source in self.choice.capable(day) if source.source_id != entry.source_id]
        is_recent = day in self.wanted()[:NEAR]
        complete = [source for source in others if source.has_every_market and (source.serves_bulk or is_recent)]
        if complete and entry.attempts < MOST_ATTEMPTS:
            return True
        same = [source for source in self.choice.capable(day) if source.source_id == entry.source_id]
        answers = {source.is_complete_now(market) for source in same for market in lacking}
        if True in answers:
            return True
        newest = next((other for other in self.wanted() if self._lacked(other)), day)
        return None in answers and day == newest and not self.completing

    def _has_hole(self, day: date, entry: Entry) -> bool:
        return day in self.holes or (entry.status != "failed" and LEFT_OUT in (entry.reason or ""))

    def _refuse_other_session(self, day: date, rows: Sequence[Row]) -> None:
        mine = {row["ticker"]: seen(row) for row in rows if row["volume"] and row["close_price"]}
        before, after = self.calendar.previous(day), self.calendar.following(day)
        stored = {
            other: self._seen.get(other) or (self.fingerprint(other) if other in self.row_counts else {})
            for other in (before, after)
        }
        refuse_other_session(day, mine, (before, stored[before]), (after, stored[after]))
        self._seen.clear()
        self._seen[day] = mine

    def _is_suspected(self, day: date) -> bool:
        """Say whether a neighbour was refused because it and this session cannot both be right."""
        near = (self.known.get(other) for other in (self.calendar.previous(day), self.calendar.following(day)))
        return any(
            entry is not None and entry.status == "failed" and OTHER_SESSION in (entry.reason or "") for entry in near
        )

    def _usual_count(self, day: date) -> int:
        near, lacking = timedelta(days=NEAR * 7 // 5), self._lacked(day)
        known = [
            other
            for other in self.row_counts
            if other != day and abs(other - day) <= near and self._lacked(other) == lacking
        ]
        return self.row_counts[min(known, key=lambda other: abs(other - day))] if known else 0
