"""Bonds (채권 기본정보) from FSC's open data: every bond of a base date, all pages or nothing, one row per ISIN.

Nothing is ever deleted: a redeemed bond, and one that the list no longer has, stays and is marked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DataSet, last_asked
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.datasets.open_data.bond_rows import bond_row
from foresto_cli.datasets.open_data.bond_tables import bonds
from foresto_cli.datasets.open_data.pages import Records, is_isin, newest_published
from foresto_cli.datasets.open_data.ratings import WORST_TAKEN, passes
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import fsc
from foresto_cli.upstream.fsc import Fsc

DATASET = DataSet(
    name="bonds",
    label="채권",
    table="bonds",
    command="bonds load",
    clients=("fsc",),
    batch="BOND",
    jobs=("monthly",),
    newest="SELECT max(bas_dt) FROM bonds",
    asked=last_asked("bonds"),
)
ALL = "all"
QUALITIES = tuple(WORST_TAKEN)
LEAST_SHARE = 0.8
"""A list with fewer bonds than this share of the outstanding ones is half a list."""
EXPECTED_PAGES = 21
"""Of some 19,000 bonds, the first page once more included."""

SEEN = text(
    "UPDATE bonds SET bas_dt = :day, remaining_days = greatest(bond_expr_dt - :day, 0)"
    " WHERE isin_cd = ANY(:isins) AND (bas_dt IS NULL OR :is_newest)"
    " AND (bas_dt, remaining_days) IS DISTINCT FROM (CAST(:day AS date), greatest(bond_expr_dt - :day, 0))"
)
GONE = text(
    "UPDATE bonds SET is_active = false, inactive_since = :day, batch_id = :batch_id, updated_at = :updated_at"
    " WHERE is_active AND bas_dt < :day AND isin_cd <> ALL(:isins)"
)


@dataclass
class Bonds(Loader):
    """Loader of the bonds; a unit is the base date of one list.

    Attributes:
        client: FSC's open data.
        calendar: the sessions.
        now: the clock's reading.
        quality: which bonds are taken in, one of :data:`QUALITIES`; stored ones are kept up
            to date whatever their rating becomes.
        as_of: base date wanted; the newest published one when None.
        active: how many bonds are outstanding so far, to notice half a list.
    """

    client: Fsc
    calendar: Calendar
    now: datetime
    quality: str
    as_of: date | None
    active: int
    data_set = DATASET
    source_id = fsc.SOURCE_ID
    _unreadable: dict[str, str] = field(default_factory=dict)

    def units(self) -> list[Unit]:
        """Return the base date: the last business day that should be published, or the last one up to ``as_of``."""
        day = self.calendar.latest_in_open_data(self.now)
        if self.as_of is not None and self.as_of < day:
            day = self.as_of if self.calendar.is_session(self.as_of) else self.calendar.previous(self.as_of)
        key = f"{day}" if self.quality == ALL else f"{day}:{self.quality}"
        return [Unit(key, f"채권 {day}", EXPECTED_PAGES, fsc.POLICY.name)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the list of that very day was read: an older one that stood in is asked for again."""
        return entry.status == "done"

    def ask(self, unit: Unit) -> Records:
        """Ask for all pages; of the newest list before it when the day's is not published yet."""
        return newest_published(self.client.bonds, _day_of(unit), self.calendar, unit.label)

    def parse(self, answer: Answer) -> Parsed:
        """Return one row a bond, provisional when an older list stands in for the one that was wanted.

        Raises:
            BadPayload: half a list, an ISIN twice, or a field missing.
        """
        records: Sequence[Mapping[str, Any]] = answer.payload
        if len(records) < LEAST_SHARE * self.active:
            raise BadPayload(f"채권이 {len(records):,}개뿐입니다(지금까지 {self.active:,}개). 일부만 온 목록입니다.")
        isins = [str(record.get("isinCd", "")) for record in records]
        if len(set(isins)) != len(isins):
            twice = Counter(isins).most_common(1)[0][0]
            raise BadPayload(f"{answer.unit.label} 목록에 같은 종목({twice})이 두 번 있습니다.")
        rows = [self._row(record, answer) for record in records]
        used = _base_date(answer)
        late = used < _day_of(answer.unit)
        return Parsed(rows, "provisional" if late else "done", f"{used}의 목록" if late else None)

    def _row(self, record: Mapping[str, Any], answer: Answer) -> Row:
        try:
            return bond_row(record)
        except KeyError as error:
            raise BadPayload(f"{answer.unit.label} 목록에 있어야 할 항목 {error}가 없습니다.") from None
        except ValueError as error:
            # Given without what may be unreadable, so that it is counted and named when it is left out.
            self._unreadable[str(record["isinCd"])] = f"읽을 수 없는 값이 있습니다({error})"
            return bond_row({**record, **dict.fromkeys(_risky(record), "")})

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        if not is_isin(row["isin_cd"]):
            return "ISIN이 아닙니다"
        if not row["name"]:
            return "이름이 없습니다"
        return self._unreadable.get(row["isin_cd"])

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the bonds that are stored or pass the filter, and mark those that the list no longer has.

        A list older than what is stored adds what is missing and changes nothing else.
        """
        day = _base_date(answer)
        stored = set(connection.scalars(text("SELECT isin_cd FROM bonds")))
        newest = connection.scalar(text("SELECT max(bas_dt) FROM bonds"))
        is_newest = newest is None or day >= newest
        rows = [row for row in parsed.rows if row["isin_cd"] in stored or passes(row["credit_rating"], self.quality)]
        counts = upsert(connection, bonds, rows, provenance, only_over="TRUE" if is_newest else "FALSE")
        connection.execute(SEEN, {"day": day, "isins": [row["isin_cd"] for row in rows], "is_newest": is_newest})
        if not is_newest:
            return counts
        listed = parsed.everybody("isin_cd", is_isin)
        if listed is None:
            return counts
        gone = connection.execute(GONE, {**provenance, "day": day, "isins": listed}).rowcount
        return counts + Counts(changed=gone)


def _day_of(unit: Unit) -> date:
    return date.fromisoformat(unit.key.partition(":")[0])


def _base_date(answer: Answer) -> date:
    return datetime.strptime(answer.payload[0]["basDt"], "%Y%m%d").date()  # noqa: DTZ007  # a date has no zone


def _risky(record: Mapping[str, Any]) -> list[str]:
    """Return the fields of a record that are read as numbers or dates."""
    return [name for name in record if name.endswith(("Dt", "Amt", "Bal", "Inrt")) and name != "basDt"]
