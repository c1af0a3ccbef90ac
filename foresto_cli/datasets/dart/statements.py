"""``financial_report`` from DART's main accounts: one hundred companies of one report a question.

Consolidated and separate figures come together. A unit is asked for again only when one of its companies filed
something whose figures are not stored, or joined the hundred since.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from foresto_cli.collecting.data_set import DAILY, DataSet, last_asked
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.datasets.dart import expected_reports, filed_reports
from foresto_cli.datasets.dart.expected_reports import ODD_YEARS, Company, Roll
from foresto_cli.datasets.dart.filed_reports import MAIN, Question
from foresto_cli.datasets.dart.per_company import PerCompany
from foresto_cli.datasets.dart.reports import QUARTERS, Report, impossible, main_rows
from foresto_cli.errors import UsageError
from foresto_cli.store import ledger
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart

DATASET = DataSet(
    name="dart.statements",
    label="재무제표",
    table="financial_report",
    command="dart financials",
    clients=("dart",),
    batch="FINANCIAL",
    jobs=(*DAILY, "weekly"),
    # As old as the list of filings: main accounts are asked for only when something was filed.
    newest=last_asked("dart.filings"),
)


@dataclass(frozen=True)
class Wanted:
    """Which reports: given ones, else those that can be new now; of one company, else of all.

    Attributes:
        reports: the given ones.
        ticker: whose.
    """

    reports: tuple[Report, ...] = ()
    ticker: str | None = None


@dataclass(frozen=True)
class _Subject:
    """Whom a unit is about, what the operator calls them, and which report it is."""

    name: str
    label: str
    companies: tuple[Company, ...]
    report: Report


@dataclass
class Statements(PerCompany[_Subject]):
    """Main accounts; a unit is one report of a hundred companies, or of the one that is wanted.

    Attributes:
        client: DART.
        now: the clock's reading.
        facts: reads who reports and what was filed, at the moment it is called.
        wanted: which reports.
    """

    client: Dart
    now: datetime
    facts: Callable[[], Roll]
    wanted: Wanted
    data_set = DATASET
    label = "재무제표 주요계정"

    def questions(self) -> Iterator[tuple[str, str, _Subject]]:
        """Yield every hundred of every report that is wanted, the newest report first.

        Raises:
            UsageError: DART knows nobody by the given ticker.
        """
        self._roll = self.facts()
        found = sorted(
            self._wanted(self._roll), key=lambda one: (-one.report.year, -QUARTERS[one.report.code], one.name)
        )
        for one in found:
            yield f"{one.report.year}/{one.report.code}/{one.name}", f"{one.report.label} {one.label}", one

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        return entry.status != "failed" and not self.has_news(unit, entry.asked_at)

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether one of the companies filed something since."""
        subject = self.subjects[unit.key]
        return self._roll.is_news(subject.companies, subject.report, since)

    def ask(self, unit: Unit) -> bytes:
        subject = self.subjects[unit.key]
        return self.client.body(
            MAIN,
            corp_code=",".join(company.corp_code for company in subject.companies),
            bsns_year=f"{subject.report.year}",
            reprt_code=subject.report.code,
        )

    def parse(self, answer: Answer) -> Parsed:
        """Return a row for each company, basis and version; who has not filed is not in the answer."""
        subject = self.subjects[answer.unit.key]
        tickers = {company.corp_code: company.ticker for company in subject.companies}
        rows = main_rows(dart.rows_of(dart.read(answer.payload)), subject.report, tickers)
        return Parsed(rows, parts=filed_reports.PARTS) if rows else Parsed([], "no_data", "아직 낸 회사가 없습니다")

    def check(self, row: Row) -> str | None:
        return impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Keep the answer and write the versions."""
        subject = self.subjects[answer.unit.key]
        if parsed.rows:
            question = Question(endpoint=MAIN, subject=subject.name, report=subject.report)
            filed_reports.keep(connection, question, answer.payload, answer.asked_at)
        # The hundred when it was smaller, and its companies asked for one by one, are answered with it.
        report = f"{subject.report.year}/{subject.report.code}"
        singles = [f"{report}/{company.corp_code}" for company in subject.companies]
        ledger.forget(connection, self.name, singles, f"{report}/{subject.name.split('+')[0]}+", answer.unit.key)
        return filed_reports.write(connection, parsed.rows, provenance)

    def _wanted(self, roll: Roll) -> Iterable[_Subject]:
        today = self.now.date()
        if self.wanted.ticker is not None:
            company = next((found for found in roll.companies.values() if found.ticker == self.wanted.ticker), None)
            if company is None:
                raise UsageError(
                    f"{self.wanted.ticker}: DART 고유번호 목록에 없는 회사입니다. 보통주의 종목코드를 적으세요."
                )
            for report in self.wanted.reports or sorted(_expected(roll, [company], today)):
                yield _Subject(company.corp_code, company.ticker, (company,), report)
            return
        for number, companies in roll.hundreds().items():
            # Another name when somebody joins: then the whole hundred is asked for again.
            name = f"h{number}+{roll.sizes[number]}"
            months = {month for company in companies for month in company.closes}
            filed = expected_reports.filed_lately(roll, companies, today)
            for report in self.wanted.reports or _expected(roll, companies, today) | asked_before(roll, number):
                if report in filed or any(report.period_end(month) < today for month in months):
                    yield _Subject(name, _places(number, roll.sizes[number]), tuple(companies), report)


def _expected(roll: Roll, companies: Sequence[Company], today: date) -> set[Report]:
    """Return the reports that can be new: in season by the calendar, or filed lately."""
    lately = expected_reports.filed_lately(roll, companies, today)
    in_season = expected_reports.in_season({company.month for company in companies}, today)
    return in_season | expected_reports.short_years(companies, today) | lately


def asked_before(roll: Roll, number: int) -> set[Report]:
    """Return the reports that the ledger has of a hundred: corrections of them can come at any time."""
    parts = (key.split("/") for key in roll.asked)
    return {Report(int(year), code) for year, code, subject in parts if subject.startswith(f"h{number}+")}


def _places(number: int, size: int) -> str:
    """Return which companies a hundred holds, counted as an operator counts."""
    kind, first = ("12월 결산이 아닌 ", number - ODD_YEARS) if number >= ODD_YEARS else ("", number)
    first = first * dart.MOST_COMPANIES + 1
    return f"{kind}{first}번째 회사" if size == 1 else f"{kind}{first}~{first + size - 1}번째 회사"
