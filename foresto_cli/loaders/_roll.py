"""Who reports, what was filed lately, and which reports can be new: the facts behind the units of DART's loaders."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from foresto_cli.loaders._reports import ANNUAL, DECEMBER, QUARTERS, Report, reports_named
from foresto_cli.store import ledger

ANNUAL_DUE, INTERIM_DUE = timedelta(days=90), timedelta(days=45)
"""Days after the end of the period by which a report is due (Capital Markets Act)."""
LATECOMERS = timedelta(days=30)
"""So long after the due day a report is still asked for as a whole."""
FIGURES_FOLLOW = timedelta(days=3)
"""A filing's figures can be asked for this long after the filing at the latest."""

ODD_YEARS = 1_000
"""Hundreds of companies whose fiscal year does not end in December are numbered from here."""


@dataclass(frozen=True)
class Company:
    """One listed company: its number, ticker and hundred, and its fiscal year's last month."""

    corp_code: str
    ticker: str
    hundred: int
    month: int


@dataclass(frozen=True)
class Fresh:
    """A filing whose figures are not stored: by whom, of which reports it may be, and its day of receipt."""

    corp_code: str
    reports: frozenset[Report]
    rcept_dt: date


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
            "SELECT c.corp_code, c.ticker, c.hundred, l.settle_month, date_part('month', r.period_end) AS closed_in"
            " FROM dart_company c JOIN fdr_stock_listing l ON l.ticker = c.ticker AND l.is_listed"
            " LEFT JOIN LATERAL (SELECT period_end FROM financial_report WHERE ticker = c.ticker AND fiscal_quarter = 4"
            " ORDER BY period_end DESC LIMIT 1) r ON true"
            " WHERE c.hundred IS NOT NULL ORDER BY c.corp_code"
        )
    )
    companies = {
        row.corp_code: Company(
            row.corp_code, row.ticker, row.hundred, int(row.closed_in or 0) or closing_month(row.settle_month)
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
            "SELECT f.corp_code, f.report_nm, f.rcept_dt FROM dart_filing f"
            " WHERE NOT EXISTS (SELECT FROM financial_report r WHERE r.rcept_no = f.rcept_no)"
            # A correction of attachments has no figures of its own.
            " AND f.report_nm NOT LIKE '[첨부%'"
        )
    )
    fresh = [
        Fresh(row.corp_code, frozenset(reports_named(row.report_nm, companies[row.corp_code].month)), row.rcept_dt)
        for row in filings
        if row.corp_code in companies
    ]
    return Roll(companies, sizes, fresh, frozenset(ledger.entries(connection, dataset)))


def due(report: Report, month: int) -> date:
    """Return the day by which ``report`` is due for a fiscal year that ends in ``month``."""
    return report.period_end(month) + (ANNUAL_DUE if report.code == ANNUAL else INTERIM_DUE)


def in_season(months: Iterable[int], today: date) -> set[Report]:
    """Return the reports that companies with these last months are filing now, and the newest that all should have."""
    found = set()
    for month in months:
        ended = sorted(
            (
                report
                for year in range(today.year - 2, today.year + 1)
                for report in (Report(year, code) for code in QUARTERS)
                if report.period_end(month) < today
            ),
            key=lambda report: report.period_end(month),
            reverse=True,
        )
        found |= {report for report in ended if today <= due(report, month) + LATECOMERS}
        found.add(next(report for report in ended if due(report, month) < today))
    return found


def closing_month(settle_month: str | None) -> int:
    """Return the month in "12월", December where the listing has none: nearly everybody closes then."""
    digits = (settle_month or "").removesuffix("월")
    return int(digits) if digits.isdecimal() and 1 <= int(digits) <= DECEMBER else DECEMBER
