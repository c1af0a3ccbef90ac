"""Who reports, what was filed lately, and which reports can be new: the facts behind the units of DART's loaders."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from foresto_cli.datasets.dart import filing_types
from foresto_cli.datasets.dart.reports import ANNUAL, DECEMBER, QUARTERS, Report, reports_named
from foresto_cli.store import ledger

ANNUAL_DUE, INTERIM_DUE = timedelta(days=90), timedelta(days=45)
"""Days after the end of the period by which a report is due (Capital Markets Act)."""
LATECOMERS = timedelta(days=30)
"""So long after the due day a report is still asked for as a whole."""
FIGURES_FOLLOW = timedelta(days=3)
"""A filing's figures can be asked for this long after the filing at the latest."""

SHORT_YEARS = (3, 6)
"""Months of fiscal years that come more than once in twelve months, as those of REITs do."""

ODD_YEARS = 1_000
"""Hundreds of companies whose fiscal year does not end in December are numbered from here."""


@dataclass(frozen=True)
class Company:
    """One listed company: its number, ticker and hundred, its fiscal year's last month, and how many months it has."""

    corp_code: str
    ticker: str
    hundred: int
    month: int
    span: int = DECEMBER

    @property
    def closes(self) -> tuple[int, ...]:
        """Return every month in which a fiscal year ends: June and December of a half-year company."""
        return closing_months(self.month, self.span)


@dataclass(frozen=True)
class Fresh:
    """A filing whose figures are not stored: by whom, of which reports it may be, its day of receipt; no correction?"""

    corp_code: str
    reports: frozenset[Report]
    rcept_dt: date
    is_first: bool


@dataclass(frozen=True)
class Roll:
    """The facts of the moment.

    Attributes:
        companies: listed companies by number.
        sizes: how many companies were ever put into each hundred.
        fresh: filings without figures.
        asked: units of the main accounts that the ledger has.
    """

    companies: Mapping[str, Company]
    sizes: Mapping[int, int]
    fresh: Sequence[Fresh]
    asked: frozenset[str]

    def hundreds(self) -> dict[int, list[Company]]:
        """Return the companies of each hundred."""
        found: dict[int, list[Company]] = {}
        for company in self.companies.values():
            found.setdefault(company.hundred, []).append(company)
        return dict(sorted(found.items()))

    def is_news(self, companies: Iterable[Company], report: Report, asked_at: datetime) -> bool:
        """Say whether ``report`` of any of ``companies`` can say something that it did not say at ``asked_at``."""
        codes = {company.corp_code for company in companies}
        return any(
            filing.corp_code in codes
            and report in filing.reports
            and asked_at.date() <= filing.rcept_dt + FIGURES_FOLLOW
            for filing in self.fresh
        )


def read(connection: Connection, dataset: str) -> Roll:
    """Return the facts; ``dataset`` names the main accounts in the ledger."""
    rows = connection.execute(
        text(
            "SELECT c.corp_code, c.ticker, c.hundred, l.settle_month, r.ends, r.lengths"
            " FROM dart_company c JOIN fdr_stock_listing l ON l.ticker = c.ticker AND l.is_listed"
            " LEFT JOIN LATERAL (SELECT array_agg(period_end ORDER BY period_end DESC) AS ends,"
            " array_agg(period_months ORDER BY period_end DESC) AS lengths FROM ("
            " SELECT DISTINCT ON (period_end) period_end, period_months FROM financial_report"
            " WHERE ticker = c.ticker AND fiscal_quarter = 4 ORDER BY period_end DESC, rcept_no DESC LIMIT 2) a"
            ") r ON true"
            " WHERE c.hundred IS NOT NULL ORDER BY c.corp_code"
        )
    )
    companies = {
        row.corp_code: Company(
            row.corp_code, row.ticker, row.hundred, *year_of(row.ends or (), row.lengths or (), row.settle_month)
        )
        for row in rows
    }
    sizes = {
        row.hundred: row.size
        for row in connection.execute(
            text("SELECT hundred, count(*) AS size FROM dart_company WHERE hundred IS NOT NULL GROUP BY 1")
        )
    }
    filings = connection.execute(
        text(
            "SELECT f.corp_code, f.report_nm, f.rcept_dt FROM dart_filing f WHERE f.filing_type = :periodic"
            " AND NOT EXISTS (SELECT 1 FROM financial_report r WHERE r.rcept_no = f.rcept_no)"
            # A correction of attachments has no figures of its own.
            " AND f.report_nm NOT LIKE '[첨부%'"
        ),
        {"periodic": filing_types.PERIODIC},
    )
    fresh = [
        Fresh(
            row.corp_code,
            frozenset(reports_named(row.report_nm, *companies[row.corp_code].closes)),
            row.rcept_dt,
            not row.report_nm.startswith("["),
        )
        for row in filings
        if row.corp_code in companies
    ]
    return Roll(companies, sizes, fresh, frozenset(ledger.entries(connection, dataset)))


def due(report: Report, month: int) -> date:
    """Return the day by which ``report`` is due for a fiscal year that ends in ``month``."""
    return report.period_end(month) + (ANNUAL_DUE if report.code == ANNUAL else INTERIM_DUE)


def in_season(months: Iterable[int], today: date) -> set[Report]:
    """Return the reports that companies with these last months are filing now, and the newest that all should have."""
    return {report for month in months for report in _season([(code, month) for code in QUARTERS], today)}


def _season(kinds: Sequence[tuple[str, int]], today: date) -> set[Report]:
    """Return the reports of one company, given its kinds and the last month of their fiscal year."""
    ended = sorted(
        (
            (report.period_end(month), due(report, month), report)
            for year in range(today.year - 2, today.year + 1)
            for code, month in kinds
            for report in [Report(year, code)]
            if report.period_end(month) < today
        ),
        reverse=True,
    )
    newest = next(report for _, until, report in ended if until < today)
    return {report for _, until, report in ended if today <= until + LATECOMERS} | {newest}


def short_years(companies: Iterable[Company], today: date) -> set[Report]:
    """Return the annual reports in season of companies that close more than once in twelve months.

    DART keeps the reports of both half-years as the annual report of one year: June's can be there half a year before
    December's. Their interim reports end in other months than those of anybody else, and come by :func:`filed_lately`.
    """
    found: set[Report] = set()
    for company in companies:
        if company.span in SHORT_YEARS:
            found |= _season([(ANNUAL, month) for month in company.closes], today)
    return found


def filed_lately(roll: Roll, companies: Iterable[Company], today: date) -> set[Report]:
    """Return which reports ``companies`` have filed lately, whatever the calendar expects of them.

    Corrections of older reports are left out: nobody asks for a year that is not stored because of one.
    """
    codes = {company.corp_code for company in companies}
    return {
        report
        for filing in roll.fresh
        if filing.corp_code in codes and filing.is_first and filing.rcept_dt >= today - ANNUAL_DUE
        for report in filing.reports
    }


def closing_months(month: int, span: int) -> tuple[int, ...]:
    """Return the months in which fiscal years of ``span`` months end, one of them in ``month``."""
    steps = DECEMBER // span if span in SHORT_YEARS else 1
    return tuple(sorted((month + span * step - 1) % DECEMBER + 1 for step in range(steps)))


def year_of(ends: Sequence[date], lengths: Sequence[int | None], settle_month: str | None) -> tuple[int, int]:
    """Return the month in which a fiscal year ends, and its months, from the two newest annual reports.

    Which of two half-years was read last must change neither. One short year after a whole one is that of a company
    which moved its year's end.
    """
    if not ends:
        return closing_month(settle_month), DECEMBER
    span = lengths[0] or DECEMBER
    if span not in SHORT_YEARS or any(length != span for length in lengths):
        return ends[0].month, DECEMBER
    return closing_months(ends[0].month, span)[-1], span


def closing_month(settle_month: str | None) -> int:
    """Return the month in "12월", December where the listing has none: nearly everybody closes then."""
    digits = (settle_month or "").removesuffix("월")
    return int(digits) if digits.isdecimal() and 1 <= int(digits) <= DECEMBER else DECEMBER
