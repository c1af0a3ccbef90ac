"""``dart_filing``: everything that companies with a share file, as it is filed, corrections included.

A unit is a business day with the days off before it; its pages are read page by page, of the whole market. It is
settled once it was read after it was over. The decisions about shares among the filings go to ``corporate_actions`` in
the same transaction, so that what they say can be asked for at once (:mod:`foresto_cli.datasets.dart.decisions`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DAILY, DataSet, last_asked
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.datasets.dart import filed_decisions, filing_types
from foresto_cli.datasets.dart.action_tables import corporate_actions
from foresto_cli.datasets.dart.filing_tables import dart_filing
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart

DATASET = DataSet(
    name="dart.filings",
    label="공시",
    table="dart_filing",
    command="filings load",
    clients=("dart",),
    batch="FILING",
    jobs=DAILY,
    newest=last_asked("dart.filings"),
)
PAGES = 12
"""Of an ordinary day at 100 filings each, those of funds and unlisted companies among them. For the plan."""
BEGINNING = timedelta(days=3)
"""So far back the first list goes: figures of the newest filings may appear a little later than the filing."""
HOLES = timedelta(days=92)
"""Days that were never read are asked for as far back; further only from the day read last on, or when wanted."""
ALL = "all"
FRIDAY = 4
NUMBER_LENGTH = 14
CORP_CODE_LENGTH = 8
DECISION = "decision"
"""Member of a row that goes to ``corporate_actions``."""


@dataclass
class Filings(Loader):
    """Loader of the filings.

    Attributes:
        client: DART.
        now: the clock's reading.
        calendar: the sessions: on each of them somebody files.
        known: what the ledger has.
        first: read from this day on, stored days aside.
    """

    client: Dart
    now: datetime
    calendar: Calendar
    known: Mapping[str, Entry]
    first: date | None = None
    data_set = DATASET
    source_id = dart.SOURCE_ID

    @property
    def since(self) -> date:
        """Return the first day that may be wanted: no day since the day read last is left out, however long ago."""
        today = self.now.date()
        # Revisions before 0029 called their only unit "all".
        read = sorted(
            date.fromisoformat(key) for key, one in self.known.items() if key != ALL and one.status != "failed"
        )
        start = min(read[-1], max(read[0], today - HOLES)) if read else today - BEGINNING
        return min(start, self.first or start, today)

    @property
    def failed(self) -> set[date]:
        """Return the days that were asked for in vain, however long ago: the first day of all may be one."""
        return {date.fromisoformat(key) for key, one in self.known.items() if key != ALL and one.status == "failed"}

    def units(self) -> list[Unit]:
        """Return the business days, the newest first where history is asked for, else the oldest."""
        days = sorted({*business_days(self.since, self.now.date()), *self.failed})
        return [self.unit(f"{day}", f"공시 {day}", PAGES) for day in (reversed(days) if self.first else days)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the day was read after it was over."""
        return entry.status != "failed" and entry.asked_at.date() > unit.day

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether the day went on since, or has ended meanwhile."""
        return since.date() <= unit.day and since.date() < self.now.date()

    def ask(self, unit: Unit) -> list[dart.Record]:
        return self.client.filings(days_off_before(unit.day), min(unit.day, self.now.date()))

    def parse(self, answer: Answer) -> Parsed:
        """Return the filings of companies that have or had a share.

        Raises:
            BadPayload: a field is missing, a day cannot be read or is another one, or a session is over without any.
        """
        records: Sequence[Mapping[str, Any]] = answer.payload
        unit = answer.unit
        try:
            found = [(clock.day_of(record["rcept_dt"]), record) for record in records]
            rows = [_row(record, day) for day, record in found if record["stock_code"].strip()]
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            raise BadPayload(f"{unit.label}: 목록에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        if any(not days_off_before(unit.day) <= day <= unit.day for day, _ in found):
            raise BadPayload(f"{unit.label}: 다른 날의 공시가 있습니다.")
        if any(len(row["corp_code"]) != CORP_CODE_LENGTH for row in rows):
            raise BadPayload(f"{unit.label}: 고유번호가 여덟 자리가 아닌 회사가 있습니다.")
        if not records and answer.asked_at.date() > unit.day and self.calendar.is_session(unit.day):
            raise BadPayload(f"{unit.label}: 거래일이 끝났는데 공시가 하나도 없습니다. 없을 수 없습니다.")
        return Parsed(rows, parts={DECISION: corporate_actions.name}) if rows else Parsed([], "no_data")

    def check(self, row: Row) -> str | None:
        if len(row["rcept_no"]) != NUMBER_LENGTH or not row["rcept_no"].isdecimal():
            return "접수번호가 열네 자리 숫자가 아닙니다"
        return None if filed_decisions.TICKER.fullmatch(row["ticker"]) else "종목코드가 여섯 자리가 아닙니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the filings, and the decisions among them."""
        filed = [{name: value for name, value in row.items() if name != DECISION} for row in parsed.rows]
        decided = [one for row in parsed.rows for one in row[DECISION]]
        counts = upsert(connection, dart_filing, filed, provenance)
        if not decided:
            return counts
        return counts + upsert(connection, corporate_actions, decided, provenance).of(corporate_actions)


def _row(record: Mapping[str, Any], day: date) -> Row:
    name, decision = record["report_nm"].strip(), filed_decisions.row_of(record)
    return {
        "rcept_no": record["rcept_no"],
        "corp_code": record["corp_code"].strip(),
        "ticker": record["stock_code"].strip(),
        "report_nm": name,
        "rcept_dt": day,
        "rm": (record.get("rm") or "").strip() or None,
        "corp_cls": record["corp_cls"].strip() or None,
        "corp_name": record["corp_name"].strip() or None,
        "flr_nm": record["flr_nm"].strip() or None,
        "filing_type": filing_types.code_of(name),
        DECISION: [] if decision is None else [decision],
    }


def business_days(first: date, last: date) -> list[date]:
    """Return the units of a span, Mondays to Fridays; what is filed on a day off counts as of the Monday after it."""
    first = unit_day(first)
    span = range((last - first).days + 1)
    return [day for day in (first + timedelta(days=n) for n in span) if day.weekday() <= FRIDAY]


def unit_day(day: date) -> date:
    """Return the business day of whose unit ``day`` is."""
    return day + timedelta(days=max(7 - day.weekday(), 0)) if day.weekday() > FRIDAY else day


def days_off_before(day: date) -> date:
    """Return the first of the days that are read with the business day ``day``."""
    return day - timedelta(days=2) if day.weekday() == 0 else day
