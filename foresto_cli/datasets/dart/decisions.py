"""``corporate_actions`` completed from the fields of each decision: ratio, dates, counts of shares.

One decision a question, the newest first. DART finds a decision by the day of its **first** filing and answers with
its newest version, whose receipt number tells which correction belongs to which decision; the list does not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.datasets.dart import decision_kinds, free_text
from foresto_cli.datasets.dart.action_tables import corporate_actions
from foresto_cli.datasets.dart.filings import NUMBER_LENGTH
from foresto_cli.datasets.dart.per_company import PerCompany
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart

DATASET = DataSet(
    name="dart.decisions",
    label="자본 변동 내용",
    table="corporate_actions",
    command="dart corporate-actions",
    clients=("dart",),
    batch="ACTION",
)
FIELDS_FOLLOW = timedelta(days=7)
"""So long after a filing its fields may still appear."""
LONG_BEFORE = timedelta(days=365)
"""A correction whose first filing is not known corrects one of the year before it."""
LARGEST_RATIO = 1_000

FILINGS = text(
    "SELECT rcept_no, corp_code, ticker, action_type, report_name, rcept_dt, remark, is_correction, is_withdrawn"
    " FROM corporate_actions WHERE action_type = ANY(:actions) ORDER BY rcept_no"
)
SUPERSEDE = text(
    "UPDATE corporate_actions SET corrected_by = :newest WHERE rcept_no = ANY(:numbers) AND rcept_no <> :newest"
    " AND corrected_by IS DISTINCT FROM :newest"
)

Filing = Mapping[str, Any]
"""The columns of ``corporate_actions`` that the list of filings fills."""


@dataclass(frozen=True)
class Decision:
    """One decision with all filings that can be about it.

    Attributes:
        filings: its first filing (or a correction whose first is not known), then the corrections after it.
        others: receipt numbers of the same company's other decisions of the kind.
    """

    filings: Sequence[Filing]
    others: frozenset[str]

    @property
    def first(self) -> Filing:
        """Return the first filing that is known."""
        return self.filings[0]

    @property
    def newest_day(self) -> date:
        """Return the day of the newest filing."""
        day: date = self.filings[-1]["rcept_dt"]
        return day

    @property
    def numbers(self) -> list[str]:
        """Return the receipt numbers."""
        return [filing["rcept_no"] for filing in self.filings]

    @property
    def begins(self) -> date:
        """Return the first day on which the first filing may have been received."""
        day: date = self.first["rcept_dt"]
        return day - LONG_BEFORE if self.first["is_correction"] else day


def read(connection: Connection) -> list[Decision]:
    """Return the decisions that have fields, the newest first; a correction goes with the last first filing before."""
    found = [dict(row) for row in connection.execute(FILINGS, {"actions": list(decision_kinds.ENDPOINTS)}).mappings()]
    chains: dict[tuple[str, str], list[list[Filing]]] = defaultdict(list)
    for filing in found:
        known = chains[filing["corp_code"], filing["action_type"]]
        if filing["is_correction"] and known:
            known[-1].append(filing)
        else:
            known.append([filing])
    decisions = []
    for known in chains.values():
        numbers = [{filing["rcept_no"] for filing in chain} for chain in known]
        everything = set().union(*numbers)
        decisions += [Decision(chain, frozenset(everything - own)) for chain, own in zip(known, numbers, strict=True)]
    return sorted(decisions, key=lambda decision: decision.first["rcept_no"], reverse=True)


@dataclass
class Decisions(PerCompany[Decision]):
    """What decisions say; a unit is a decision, named by its first filing.

    Attributes:
        client: DART.
        now: the clock's reading.
        start: only decisions first filed on this day or later.
        end: and on this day or earlier.
        facts: reads the decisions, at the moment it is called.
    """

    client: Dart
    now: datetime
    start: date
    end: date
    facts: Callable[[], Sequence[Decision]]
    data_set = DATASET

    def questions(self) -> Iterator[tuple[str, str, Decision]]:
        for one in self.facts():
            if one.newest_day >= self.start and one.first["rcept_dt"] <= self.end:
                yield one.first["rcept_no"], f"{one.first['ticker']} {one.first['report_name']}", one

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the newest version was read, or its fields are not expected any more."""
        newest, asked = self.subjects[unit.key].newest_day, entry.asked_at.date()
        if entry.status == "failed":
            return False
        # Later that day a correction may have come, and fields may follow the filing.
        waited = asked > newest if entry.status == "done" else asked > newest + FIELDS_FOLLOW
        return waited or asked == self.now.date()

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether a correction was filed since."""
        return since.date() < self.subjects[unit.key].newest_day

    def ask(self, unit: Unit) -> list[dart.Record]:
        """Ask for the company's decisions of the kind that were first filed that day."""
        one = self.subjects[unit.key]
        return self.client.rows(
            decision_kinds.ENDPOINTS[one.first["action_type"]],
            corp_code=one.first["corp_code"],
            bgn_de=f"{one.begins:%Y%m%d}",
            end_de=f"{one.first['rcept_dt']:%Y%m%d}",
        )

    def parse(self, answer: Answer) -> Parsed:
        """Return the newest version of the decision; none where DART has no fields of it (013)."""
        if not answer.payload:
            return Parsed(status="no_data", reason="DART에 이 결정의 항목이 없습니다.")
        one = self.subjects[answer.unit.key]
        try:
            record = _its_own(answer.payload, one)
            number, received = record["rcept_no"], free_text.day(record["rcept_no"][:8])
        except (KeyError, TypeError, ValueError) as error:
            raise BadPayload(f"{answer.unit.label}에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        if received is None:
            raise BadPayload(f"{answer.unit.label}의 접수번호에 날짜가 없습니다.")
        known = next((filing for filing in one.filings if filing["rcept_no"] == number), None)
        listed = known or _unlisted(one.first, number, received)
        details, notes = decision_kinds.details_of(listed["action_type"], record, listed["rcept_dt"])
        reason = f"읽을 수 없어 비워 둔 값: {', '.join(notes)}" if notes else None
        return Parsed([{**listed, **details, "source_id": dart.SOURCE_ID}], reason=reason)

    def check(self, row: Row) -> str | None:
        if row["ratio"] is not None and not 0 < row["ratio"] < LARGEST_RATIO:
            return f"비율이 {row['ratio']}입니다"
        if any(row[name] is not None and row[name] <= 0 for name in ("shares_before", "shares_after")):
            return "주식수가 0 이하입니다"
        # A merger with a wholly owned subsidiary issues none.
        return "신주 수가 음수입니다" if row["new_shares"] is not None and row["new_shares"] < 0 else None

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the newest version, and into the earlier ones which one that is."""
        counts = upsert(connection, corporate_actions, parsed.rows, provenance)
        for row in parsed.rows:
            earlier = [number for number in self.subjects[answer.unit.key].numbers if number <= row["rcept_no"]]
            connection.execute(SUPERSEDE, {"newest": row["rcept_no"], "numbers": earlier})
        return counts


def _its_own(records: Sequence[Mapping[str, Any]], one: Decision) -> Mapping[str, Any]:
    """Return the record of this decision among those of its company and day.

    Raises:
        BadPayload: another company's, or not exactly one that it may be.
    """
    if {record["corp_code"] for record in records} != {one.first["corp_code"]}:
        raise BadPayload(f"{one.first['ticker']}의 결정을 요청했는데 다른 회사의 것이 왔습니다.")
    numbers = [record["rcept_no"] for record in records]
    if not all(isinstance(number, str) and len(number) == NUMBER_LENGTH and number.isdecimal() for number in numbers):
        raise BadPayload(f"{one.first['ticker']} 결정의 접수번호가 열네 자리 숫자가 아닙니다.")
    own = [record for record in records if record["rcept_no"] in one.numbers]
    # A correction that the list has not shown yet.
    fresh = [record for record in records if record["rcept_no"] not in one.others | set(one.numbers)]
    found = own or fresh
    newest = {record["rcept_no"] for record in found}
    if len(newest) != 1 or len(found) != 1:
        raise BadPayload(f"{one.first['ticker']}의 결정 {len(records)}건 가운데 어느 것인지 알 수 없습니다.")
    return found[0]


def _unlisted(first: Filing, number: str, received: date) -> Filing:
    """Return what the list would say of a correction that it has not shown yet."""
    return {**first, "rcept_no": number, "rcept_dt": received, "report_name": None, "remark": None,
            "is_correction": True}  # fmt: skip
