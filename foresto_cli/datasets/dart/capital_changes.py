"""``corporate_actions``: ratio of splits, which have no fields of their own at DART.

The exchange's notice tells only that there will be one. What came of it stands in the capital changes (``irdsSttus``)
of the next periodic report: day and number of shares; the shares listed the session before make a ratio of it. A
consolidation is no kind of theirs: ``action_links`` knows its ratio.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.datasets.dart import capital_kinds, decision_kinds
from foresto_cli.datasets.dart.expected_reports import closing_month, due
from foresto_cli.datasets.dart.per_company import PerCompany
from foresto_cli.datasets.dart.reports import QUARTERS, Report
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream.dart import Dart, Record

DATASET = DataSet(
    name="dart.capital",
    label="분할 비율",
    table="corporate_actions",
    command="dart corporate-actions",
    clients=("dart",),
    batch="ACTION",
)
ENDPOINT = "irdsSttus"
NEAR = timedelta(days=40)
"""The day in the report is that of the register or of the listing: near the restated price, seldom the same."""
LATE = timedelta(days=5)
LARGEST_RATIO = 1_000

# Only who is listed files reports; the shares before are those of the last stored session before the event.
EXECUTED = text(
    "WITH split AS MATERIALIZED (SELECT a.rcept_no, a.corp_code, a.ticker, a.price_event_date, l.settle_month"
    " FROM corporate_actions a JOIN fdr_stock_listing l ON l.ticker = a.ticker AND l.is_listed"
    " WHERE a.action_type = :split AND a.corrected_by IS NULL AND NOT a.is_withdrawn"
    " AND (a.ratio IS NULL OR a.rcept_no = ANY(:again)) AND a.price_event_date IS NOT NULL),"
    " before AS MATERIALIZED (SELECT s.rcept_no, p.shares_outstanding FROM split s CROSS JOIN LATERAL"
    " (SELECT DISTINCT ON (ticker) ticker, shares_outstanding FROM stock_price_daily WHERE ticker = s.ticker"
    "  AND trade_date < s.price_event_date ORDER BY ticker, trade_date DESC) p)"
    " SELECT s.*, b.shares_outstanding AS shares_before FROM split s LEFT JOIN before b USING (rcept_no)"
    " ORDER BY s.rcept_no DESC"
)
FILL = text(
    "UPDATE corporate_actions SET ratio = :ratio, effective_date = :effective_date, shares_before = :shares_before,"
    " shares_after = :shares_after, new_shares = :new_shares, batch_id = :batch_id, updated_at = :updated_at"
    " WHERE rcept_no = :rcept_no"
)


@dataclass(frozen=True)
class Executed:
    """A split that the price shows.

    Attributes:
        rcept_no: the notice.
        corp_code: whose.
        ticker: its stock.
        day: of the restated price.
        month: in which its fiscal year ends.
        shares_before: listed the session before, if known.
    """

    rcept_no: str
    corp_code: str
    ticker: str
    day: date
    month: int
    shares_before: int | None

    @property
    def report(self) -> Report:
        """Return the first periodic report whose period ends after the event."""
        years = range(self.day.year, self.day.year + 2)
        reports = [Report(year, code) for year in years for code in QUARTERS]
        return min(
            (report for report in reports if report.period_end(self.month) >= self.day),
            key=lambda report: report.period_end(self.month),
        )


def read(connection: Connection, again: Sequence[str] = ()) -> list[Executed]:
    """Return the splits that were carried out and whose ratio is not known, or is asked for ``again``, by notice."""
    return [
        Executed(
            row.rcept_no,
            row.corp_code,
            row.ticker,
            row.price_event_date,
            closing_month(row.settle_month),
            row.shares_before,
        )
        for row in connection.execute(EXECUTED, {"split": decision_kinds.SPLIT, "again": list(again)})
    ]


@dataclass
class Capital(PerCompany[Executed]):
    """Those ratios; a unit is a notice of a split.

    Attributes:
        client: DART.
        now: the clock's reading.
        facts: reads what is to be found out, at the moment it is called.
    """

    client: Dart
    now: datetime
    facts: Callable[[], Sequence[Executed]]
    data_set = DATASET

    def questions(self) -> Iterator[tuple[str, str, Executed]]:
        """Yield the notices whose report is due."""
        for one in self.facts():
            if due(one.report, one.month) + LATE <= self.now.date():
                yield one.rcept_no, f"{one.ticker} {capital_kinds.SPLIT}", one

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the report was read, or asked for in vain today."""
        one = self.subjects[unit.key]
        asked = entry.asked_at.date()
        long_after = asked > due(one.report, one.month) + 3 * NEAR
        return entry.status != "failed" and (entry.status == "done" or asked == self.now.date() or long_after)

    def ask(self, unit: Unit) -> list[Record]:
        """Ask for the capital changes in the report after the event."""
        one = self.subjects[unit.key]
        report = one.report
        return self.client.rows(ENDPOINT, corp_code=one.corp_code, bsns_year=f"{report.year}", reprt_code=report.code)

    def parse(self, answer: Answer) -> Parsed:
        """Return the ratio; ``no_data`` without a report, ``provisional`` where it tells of no such event."""
        one = self.subjects[answer.unit.key]
        if not answer.payload:
            return Parsed(status="no_data", reason="다음 정기보고서가 아직 없습니다.")
        told = [
            change
            for change in capital_kinds.changes_of(answer.payload, one.corp_code, self.now.date())
            if change.kind == capital_kinds.SPLIT and change.is_common and abs(change.day - one.day) <= NEAR
        ]
        if len(told) != 1 or not one.shares_before:
            return Parsed(status="provisional", reason="정기보고서의 자본 변동만으로는 비율을 알 수 없습니다.")
        (change,) = told
        after = one.shares_before + change.shares
        row = {
            "rcept_no": one.rcept_no,
            "ratio": Decimal(after) / Decimal(one.shares_before),
            "effective_date": change.day,
            "shares_before": one.shares_before,
            "shares_after": after,
            "new_shares": change.shares,
        }
        return Parsed([row])

    def check(self, row: Row) -> str | None:
        return None if 1 / LARGEST_RATIO < row["ratio"] < LARGEST_RATIO else f"비율이 {row['ratio']}입니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the ratio into the notice."""
        for row in parsed.rows:
            connection.execute(FILL, {**provenance, **row})
        return Counts(changed=len(parsed.rows))
