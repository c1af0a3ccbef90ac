"""``financial_report`` completed from whole statements: cash flows, owners' shares, earnings per share.

One company and report a question: first what the scores of today are made of, then the rest, each with the newest
filings first, so that a budget or a share of it that runs out leaves the oldest for tomorrow. Whose main accounts are
stored is asked for, and again when a newer version is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.datasets.dart import filed_reports
from foresto_cli.datasets.dart.filed_reports import WHOLE, Question
from foresto_cli.datasets.dart.per_company import PerCompany
from foresto_cli.datasets.dart.periods import Period
from foresto_cli.datasets.dart.reports import ANNUAL, QUARTERS, Report, impossible, whole_rows
from foresto_cli.store import ledger
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart

DATASET = DataSet(
    name="dart.details",
    label="재무제표 전체",
    table="financial_report",
    command="dart financials --full",
    clients=("dart",),
    batch="FINANCIAL",
)
CODES = {quarter: code for code, quarter in QUARTERS.items()}

# DART answers with the newest version only, so older ones are not asked for.
NEWEST = text(
    "SELECT DISTINCT ON (corp_code, fiscal_year, fiscal_quarter, period_end) corp_code, ticker, fiscal_quarter, fs_div,"
    " rcept_no, period_end, period_start, period_months, has_details FROM financial_report"
    " WHERE CAST(:ticker AS text) IS NULL OR ticker = :ticker"
    " ORDER BY corp_code, fiscal_year, fiscal_quarter, period_end, rcept_no DESC, fs_div"
)


@dataclass(frozen=True)
class Filed:
    """The newest version that is stored of one company's report.

    Attributes:
        corp_code: the company.
        ticker: its ticker.
        report: which report.
        fs_div: consolidated if there is such, else separate.
        rcept_no: the version.
        period_end: the end of its period.
        has_details: whether the whole statements were read.
        period: what it runs over, where that is known.
    """

    corp_code: str
    ticker: str
    report: Report
    fs_div: str
    rcept_no: str
    period_end: date
    has_details: bool
    period: Period | None = None


def read(connection: Connection, ticker: str | None) -> list[Filed]:
    """Return the newest stored versions, the newest filing first."""
    found = [
        Filed(
            row.corp_code,
            row.ticker,
            Report(row.period_end.year, CODES[row.fiscal_quarter]),
            row.fs_div,
            row.rcept_no,
            row.period_end,
            row.has_details,
            Period(row.period_start, row.period_end, row.period_months),
        )
        for row in connection.execute(NEWEST, {"ticker": ticker})
    ]
    return sorted(found, key=lambda filed: filed.rcept_no, reverse=True)


def scored(stored: Iterable[Filed]) -> set[tuple[str, Report]]:
    """Return of which reports a score of today takes the cash flow.

    Those that make the newest twelve months of each company: its newest report, and where that is an interim one the
    annual report before it and the same one of the year before.
    """
    by_company: dict[str, list[Filed]] = {}
    for filed in stored:
        by_company.setdefault(filed.corp_code, []).append(filed)
    return {(company, report) for company, filed in by_company.items() for report in _twelve_months(filed)}


def _twelve_months(filed: Sequence[Filed]) -> Iterator[Report]:
    newest = max(filed, key=lambda one: one.period_end)
    yield newest.report
    if newest.report.code == ANNUAL:
        return
    yield Report(newest.report.year - 1, newest.report.code)
    annual = [one for one in filed if one.report.code == ANNUAL]
    if annual:
        yield max(annual, key=lambda one: one.period_end).report


@dataclass(frozen=True, kw_only=True)
class Share:
    """How much of the whole statements one run reads.

    Attributes:
        most: so many reports at most, said when they are about to be asked for; None is as far as the budget goes.
        scored_only: only what the scores of today are made of.
    """

    most: Callable[[], int] | None = None
    scored_only: bool = False


ALL = Share()


@dataclass
class Details(PerCompany[Filed]):
    """Whole statements; a unit is the newest version of one company's report.

    Attributes:
        client: DART.
        facts: reads what is stored, at the moment it is called.
        reports: only these, if any are named.
        is_again: also those that were read before.
        share: how much of that in one run.
    """

    client: Dart
    facts: Callable[[], Sequence[Filed]]
    reports: tuple[Report, ...] = ()
    is_again: bool = False
    share: Share = ALL
    data_set = DATASET

    @property
    def most(self) -> int | None:
        return None if self.share.most is None else self.share.most()

    def questions(self) -> Iterator[tuple[str, str, Filed]]:
        """Yield every company's report of which only the main accounts are stored: the scored ones, the newest first.

        One answer holds the reports of both half-years of a company that closes twice a year: they are one unit.
        """
        stored = self.facts()
        self._periods: dict[tuple[str, Report], dict[str, Period]] = {}
        for filed in stored:
            if filed.period is not None:
                self._periods.setdefault((filed.corp_code, filed.report), {})[filed.rcept_no] = filed.period
        newest: dict[tuple[str, Report], Filed] = {}
        for filed in stored:
            if (self.is_again or not filed.has_details) and (not self.reports or filed.report in self.reports):
                newest.setdefault((filed.corp_code, filed.report), filed)
        wanted = scored(stored)
        found = [filed for place, filed in newest.items() if place in wanted]
        if not self.share.scored_only:
            found += [filed for place, filed in newest.items() if place not in wanted]
        for filed in found:
            key = f"{filed.report.year}/{filed.report.code}/{filed.corp_code}/{filed.rcept_no}"
            yield key, f"{filed.report.label} {filed.ticker}", filed

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        return entry.status != "failed"

    def ask(self, unit: Unit) -> tuple[str, bytes]:
        """Ask for the consolidated statements, and for the separate ones where there are none."""
        filed = self.subjects[unit.key]
        body, fs_div = b"", ""
        for fs_div in ("CFS", "OFS") if filed.fs_div == "CFS" else ("OFS",):
            body = self.client.body(
                WHOLE,
                corp_code=filed.corp_code,
                bsns_year=f"{filed.report.year}",
                reprt_code=filed.report.code,
                fs_div=fs_div,
            )
            if dart.rows_of(dart.read(body)):
                break
        return fs_div, body

    def parse(self, answer: Answer) -> Parsed:
        """Return the row of the version that came."""
        filed = self.subjects[answer.unit.key]
        fs_div, body = answer.payload
        company = {
            "ticker": filed.ticker,
            "corp_code": filed.corp_code,
            "fs_div": fs_div,
            "period_end": filed.period_end,
            "periods": self._periods.get((filed.corp_code, filed.report), {}),
        }
        records = dart.rows_of(dart.read(body))
        if not records:
            return Parsed([], "no_data", "전체 재무제표가 없습니다")
        return Parsed(whole_rows(records, filed.report, company), parts=filed_reports.PARTS)

    def check(self, row: Row) -> str | None:
        return impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Keep the answer and complete the version."""
        filed = self.subjects[answer.unit.key]
        fs_div, body = answer.payload
        if parsed.rows:
            question = Question(
                endpoint=WHOLE,
                subject=filed.corp_code,
                report=filed.report,
                fs_div=fs_div,
                period_end=filed.period_end,
            )
            filed_reports.keep(connection, question, body, answer.asked_at)
        # The versions before this one are answered with it.
        ledger.forget(connection, self.name, (), answer.unit.key.removesuffix(filed.rcept_no), answer.unit.key)
        return filed_reports.write(connection, parsed.rows, provenance)
