"""``financial_report`` from DART's main accounts: one hundred companies of one report a question.

Consolidated and separate figures come together. A unit is asked for again only when one of its companies filed
something whose figures are not stored, or joined the hundred since.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.datasets.dart import expected_reports, filed_reports, reports
from foresto_cli.datasets.dart.expected_reports import ODD_YEARS, Company, Roll
from foresto_cli.datasets.dart.filed_reports import MAIN, Question
from foresto_cli.datasets.dart.reports import Report
from foresto_cli.errors import UsageError
from foresto_cli.store import ledger
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart
from foresto_cli.upstream.http import UpstreamSession

NAME = "dart.statements"


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
class Statements(Loader):
    """Loader of main accounts.

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
    name: str = NAME
    label: str = "재무제표 주요계정"
    batch_type: str = "FINANCIAL"
    table: str = "financial_report"
    _subjects: dict[str, _Subject] = field(default_factory=dict)
    _roll: Roll | None = None

    @property
    def sessions(self) -> Sequence[UpstreamSession]:
        """Return DART's session."""
        return self.client.sessions

    def units(self) -> list[Unit]:
        """Return every hundred of every report that is wanted, the newest report first.

        Raises:
            UsageError: DART knows nobody by the given ticker.
        """
        self._roll = self.facts()
        self._subjects = {key: subject for subject in self._wanted(self._roll) for key in [_key(subject)]}
        return [
            Unit(key, f"{subject.report.label} {subject.label}", upstream=dart.POLICY.name)
            for key, subject in sorted(
                self._subjects.items(),
                key=lambda item: (-item[1].report.year, -reports.QUARTERS[item[1].report.code], item[1].name),
            )
        ]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether nothing can have come since it was asked for."""
        subject = self._subjects[unit.key]
        if entry.status == "failed" or self._roll is None:
            return False
        return not self._roll.is_news(subject.companies, subject.report, entry.asked_at)

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether one of the companies filed something since."""
        subject = self._subjects[unit.key]
        return self._roll is not None and self._roll.is_news(subject.companies, subject.report, since)

    def fetch(self, unit: Unit) -> Answer:
        """Ask for one hundred companies.

        Raises:
            ForestoError: as :mod:`foresto_cli.upstream.dart`.
        """
        subject = self._subjects[unit.key]
        asked_at = clock.wall()
        body = self.client.body(
            MAIN,
            corp_code=",".join(company.corp_code for company in subject.companies),
            bsns_year=f"{subject.report.year}",
            reprt_code=subject.report.code,
        )
        return Answer(unit, dart.SOURCE_ID, body, asked_at)

    def parse(self, answer: Answer) -> Parsed:
        """Return a row for each company, basis and version; who has not filed is not in the answer.

        Raises:
            BadPayload: as :func:`foresto_cli.datasets.dart.reports.main_rows`.
        """
        subject = self._subjects[answer.unit.key]
        tickers = {company.corp_code: company.ticker for company in subject.companies}
        rows = reports.main_rows(dart.rows_of(dart.read(answer.payload)), subject.report, tickers)
        return Parsed(rows, parts=filed_reports.PARTS) if rows else Parsed([], "no_data", "아직 낸 회사가 없습니다")

    def check(self, row: Row) -> str | None:
        """Say what makes a report impossible."""
        return reports.impossible(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Keep the answer and write the versions."""
        subject = self._subjects[answer.unit.key]
        if parsed.rows:
            question = Question(endpoint=MAIN, subject=subject.name, report=subject.report)
            filed_reports.keep(connection, question, answer.payload, answer.asked_at)
        # The hundred when it was smaller, and its companies asked for one by one, are answered with it.
        report = f"{subject.report.year}/{subject.report.code}"
        singles = [f"{report}/{company.corp_code}" for company in subject.companies]
        ledger.forget(connection, NAME, singles, f"{report}/{subject.name.split('+')[0]}+", answer.unit.key)
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


def _key(subject: _Subject) -> str:
    return f"{subject.report.year}/{subject.report.code}/{subject.name}"


def _places(number: int, size: int) -> str:
    """Return which companies a hundred holds, counted as an operator counts."""
    kind, first = ("12월 결산이 아닌 ", number - ODD_YEARS) if number >= ODD_YEARS else ("", number)
    first = first * dart.MOST_COMPANIES + 1
    return f"{kind}{first}번째 회사" if size == 1 else f"{kind}{first}~{first + size - 1}번째 회사"
