"""Lists of FSC's open data: every row as of a base date, in as many pages as it takes, all of them or nothing."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from foresto_cli.calendar import Calendar
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.readers import day as read_day
from foresto_cli.collecting.whole_answers import refuse_half, refuse_twice
from foresto_cli.errors import BadPayload, Transient
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fsc
from foresto_cli.upstream.fsc import Fsc, Record

STEPS_BACK = 5
"""So many sessions without an answer are no longer a matter of time."""
BASE_DATE = "basDt"


@dataclass
class OpenDataList(Loader):
    """Loader of one list; its only unit is the list of the base date that is wanted.

    Attributes:
        client: FSC's open data.
        calendar: the sessions.
        now: the clock's reading.
        so_far: how many rows there ought to be at least, by what is stored, to notice half a list.
        pages: how many requests a list is expected to cost.
        least_share: a list with fewer rows than this share of ``so_far`` is half a list.
        key: the column by which rows are told apart.
        measured: how the names of fields end that are read as numbers or days.
    """

    client: Fsc
    calendar: Calendar
    now: datetime
    so_far: int
    source_id = fsc.SOURCE_ID
    pages = 1
    least_share = 0.8
    key = "isin_cd"
    measured: ClassVar[tuple[str, ...]] = ()
    _unreadable: dict[str, str] = field(default_factory=dict, init=False)

    def wanted(self) -> date:
        """Return the base date whose list is wanted: the newest that should be published."""
        return self.calendar.latest_in_open_data(self.now)

    def units(self) -> list[Unit]:
        day = self.wanted()
        return [self.unit(f"{day}", f"{self.label} {day}", self.pages)]

    @abstractmethod
    def row(self, record: Mapping[str, Any]) -> Row:
        """Return one record as a row.

        Raises:
            KeyError: a field is missing.
            ValueError: a number or a day is neither.
        """

    def newest(self, ask: Callable[[date], list[Record]], unit: Unit) -> list[Record]:
        """Return the list of the unit's base date, or the newest one before it when it is not published yet.

        Raises:
            Transient: there was nothing for several sessions.
            ForestoError: as ``ask``.
        """
        day = day_of(unit)
        for _ in range(STEPS_BACK):
            records = ask(day)
            if records:
                return records
            day = self.calendar.previous(day)
        raise Transient(f"{unit.label}: {STEPS_BACK}거래일을 거슬러 요청해도 자료가 비어 있습니다.")

    def parse(self, answer: Answer) -> Parsed:
        label = answer.unit.label
        refuse_half(label, len(answer.payload), self.so_far, self.least_share)
        try:
            rows = [self._read(record) for record in answer.payload]
            used = base_date(answer)
        except (KeyError, ValueError) as error:
            raise BadPayload(f"{label}: 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        return self.believed(rows, used, answer.unit)

    def believed(self, rows: list[Row], used: date, unit: Unit) -> Parsed:
        """Return the rows of the list of ``used``: provisional when it stands in for a newer one.

        Raises:
            BadPayload: together they cannot be the whole list.
        """
        refuse_twice(unit.label, map(self.key_of, rows))
        return Parsed(rows, "provisional", f"{used}의 목록") if used < day_of(unit) else Parsed(rows)

    def key_of(self, row: Row) -> object:
        """Return what tells a row apart."""
        return row[self.key]

    def check(self, row: Row) -> str | None:
        return self._unreadable.get(row[self.key])

    def _read(self, record: Mapping[str, Any]) -> Row:
        try:
            return self.row(record)
        except ValueError as error:
            # Read without what may be unreadable, so that it is counted and named when it is left out.
            risky = [name for name in record if name.endswith(self.measured) and name != BASE_DATE]
            row = self.row({**record, **dict.fromkeys(risky, "")})
            self._unreadable[row[self.key]] = f"읽을 수 없는 값이 있습니다({error})"
            return row


def day_of(unit: Unit) -> date:
    """Return the base date with which the key of a unit begins."""
    return date.fromisoformat(unit.key.partition(":")[0])


def base_date(answer: Answer) -> date:
    """Return the base date of the list that came.

    Raises:
        KeyError, ValueError: it says none.
    """
    found = read_day(answer.payload[0][BASE_DATE])
    if found is None:
        raise ValueError(BASE_DATE)
    return found
