"""``corporate_actions`` from the list of filings: which decisions about shares were filed, month by month.

Major reports (주요사항보고서, type B) and the exchange's notices (수시공시, I001), which alone tell of splits and
consolidations. A month is read again until three months after it: corrections and withdrawals are marked on the old
entries. What a decision says is asked for by :mod:`foresto_cli.datasets.dart.decisions`.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from foresto_cli.collecting.data_set import DataSet, last_asked
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.datasets.dart import filed_decisions, free_text
from foresto_cli.datasets.dart.filings import CORP_CODE_LENGTH
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DATASET = DataSet(
    name="dart.actions",
    label="자본 변동",
    table="corporate_actions",
    command="dart corporate-actions",
    clients=("dart",),
    batch="ACTION",
    jobs=("morning", "quarterly"),
    newest=last_asked("dart.actions"),
)
MAJOR = {"pblntf_ty": "B"}
NOTICES = {"pblntf_ty": "I", "pblntf_detail_ty": "I001"}
REQUESTS = 40
"""Pages of an ordinary month: about 400 major reports and 3,500 notices. For the plan; few in the sandbox."""
SETTLES = timedelta(days=92)
NUMBER = re.compile(r"[0-9]{14}")


@dataclass
class Actions(Loader):
    """Loader of the decisions that were filed; a unit is a month.

    Attributes:
        client: DART.
        start: the first day wanted; its whole month is read.
        end: the last day wanted.
        now: the clock's reading.
    """

    client: Dart
    start: date
    end: date
    now: datetime
    data_set = DATASET
    source_id = dart.SOURCE_ID
    label = "자본 변동 공시 목록"

    def units(self) -> list[Unit]:
        """Return the months, the newest first."""
        months = range(self.start.year * 12 + self.start.month - 1, self.end.year * 12 + self.end.month)
        keys = [f"{month // 12}-{month % 12 + 1:02d}" for month in reversed(months)]
        return [self.unit(key, f"자본 변동 공시 {key}", REQUESTS) for key in keys]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the month was read today, or long enough after its end."""
        asked = entry.asked_at.date()
        return entry.status != "failed" and (asked == self.now.date() or asked > span(unit.key)[1] + SETTLES)

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether the month can have got more filings, or marks on old ones, on another day."""
        return since.date() < self.now.date() and since.date() <= span(unit.key)[1] + SETTLES

    def ask(self, unit: Unit) -> list[dart.Record]:
        start, end = span(unit.key)
        end = min(end, self.now.date())
        return self.client.filings(start, end, **MAJOR) + self.client.filings(start, end, **NOTICES)

    def parse(self, answer: Answer) -> Parsed:
        """Return the decisions of companies with a ticker; corrections of mere attachments are none.

        Raises:
            BadPayload: a field is missing, or a day cannot be read or lies outside the month.
        """
        records: Sequence[Mapping[str, Any]] = answer.payload
        start, end = span(answer.unit.key)
        try:
            rows = [row for record in records if (row := filed_decisions.row_of(record)) is not None]
            days = [free_text.day(record["rcept_dt"]) for record in records]
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            raise BadPayload(f"{answer.unit.label}에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        if any(day is None or not start <= day <= end for day in days):
            raise BadPayload(f"{answer.unit.label}에 그 달의 것이 아닌 공시가 있습니다.")
        wrong = next((f"{record['rcept_no']}" for record in records if not NUMBER.fullmatch(record["rcept_no"])), None)
        if wrong is not None:
            raise BadPayload(f"{answer.unit.label}의 접수번호가 열네 자리 숫자가 아닙니다({wrong[:20]}).")
        if not records and end < self.now.date():
            raise BadPayload(f"{answer.unit.label}이 비어 있습니다. 한 달 내내 공시가 없을 수는 없습니다.")
        return Parsed(rows, "done" if records else "no_data")

    def check(self, row: Row) -> str | None:
        return (
            None
            if len(row["corp_code"]) == CORP_CODE_LENGTH and row["corp_code"].isdecimal()
            else "고유번호가 아닙니다"
        )


def span(key: str) -> tuple[date, date]:
    """Return the first and the last day of the month in a unit's key."""
    year, month = map(int, key.split("-"))
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])
