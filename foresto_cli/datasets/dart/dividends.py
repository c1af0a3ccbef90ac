"""DART's part of ``dividend_history``: cash dividends of a business year from annual reports, by class of shares.

One company a question. Who has not filed yet is asked again until well after the day by which annual reports are due;
who has, when a correction is on the list of filings. A correction that says the same keeps the day on which it was
first known.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet, last_asked
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.datasets.dart import payouts
from foresto_cli.datasets.dart.expected_reports import closing_month
from foresto_cli.datasets.dart.payouts import Payer
from foresto_cli.datasets.dart.per_company import PerCompany
from foresto_cli.datasets.open_data.dividend_tables import dividend_history
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream.dart import Dart, Record

DATASET = DataSet(
    name="dart.dividends",
    label="배당(DART)",
    table="dividend_history",
    command="dart dividends",
    clients=("dart",),
    batch="DIVIDEND",
    jobs=("quarterly",),
    newest=last_asked("dart.dividends"),
)
ENDPOINT, ANNUAL = "alotMatter", "11011"
DUE = timedelta(days=90)
LATECOMERS = timedelta(days=120)
"""So long after the due day nobody is expected to file any more."""
FIGURES_FOLLOW = timedelta(days=3)
MOST_WON = 10_000_000
"""More per share than any Korean company has paid, a hundred times over."""
ONLY_NEWS = (
    "(old.stck_genr_dvdn_amt, old.stck_dvdn_rcd_nm, old.ticker, old.corp_code, old.fiscal_year, old.stck_par_prc,"
    " old.scrs_itms_kcd_nm, old.is_outlier) IS DISTINCT FROM (excluded.stck_genr_dvdn_amt, excluded.stck_dvdn_rcd_nm,"
    " excluded.ticker, excluded.corp_code, excluded.fiscal_year, excluded.stck_par_prc, excluded.scrs_itms_kcd_nm,"
    " false)"
    " OR old.rcept_no > excluded.rcept_no OR to_char(old.rcept_dt, 'YYYYMMDD') <> left(old.rcept_no, 8)"
)

PAYERS = text(
    "SELECT c.corp_code, c.ticker, l.settle_month,"
    " array_remove(array_agg(p.ticker ORDER BY p.ticker), NULL) AS preferred"
    " FROM dart_company c JOIN fdr_stock_listing l ON l.ticker = c.ticker AND l.is_listed"
    " LEFT JOIN fdr_stock_listing p ON p.is_listed AND left(p.ticker, 5) = left(c.ticker, 5) AND p.ticker <> c.ticker"
    " WHERE c.hundred IS NOT NULL GROUP BY c.corp_code, c.ticker, l.settle_month ORDER BY c.corp_code"
)
FILED = text(
    "SELECT corp_code, CAST(substring(report_nm FROM '\\((\\d{4})\\.') AS int) AS year, max(rcept_dt) AS newest"
    " FROM dart_filing WHERE filing_type = 'periodic' AND report_nm LIKE '%사업보고서%' GROUP BY 1, 2"
)
SHORTER = text(
    "SELECT EXISTS (SELECT 1 FROM dividend_history WHERE source_id = 'DART' AND corp_code = :corp_code"
    " AND scrs_itms_kcd = ''"
    " AND dvdn_bas_dt < :end AND dvdn_bas_dt > CAST(:end AS date) - 360) AS found"
)


@dataclass(frozen=True)
class Facts:
    """What the database knows: who may pay, and the newest annual report, or correction, by company and year."""

    payers: Sequence[Payer]
    filed: Mapping[tuple[str, int], date]


def read(connection: Connection) -> Facts:
    """Return the facts of the moment."""
    payers = [
        Payer(row.corp_code, row.ticker, closing_month(row.settle_month), tuple(row.preferred))
        for row in connection.execute(PAYERS)
    ]
    found = connection.execute(FILED)
    return Facts(payers, {(row.corp_code, row.year): row.newest for row in found if row.year})


@dataclass
class Dividends(PerCompany[tuple[Payer, date]]):
    """Dividends of a business year; a unit is a company, its subject who pays and when the fiscal year ends.

    Attributes:
        client: DART.
        year: in which the fiscal year ends; None is each company's newest whose report is due.
        now: the clock's reading.
        facts: reads what is known, at the moment it is called.
    """

    client: Dart
    year: int | None
    now: datetime
    facts: Callable[[], Facts]
    data_set = DATASET

    def questions(self) -> Iterator[tuple[str, str, tuple[Payer, date]]]:
        """Yield every listed company whose year is over, the newest filings first."""
        self._known = self.facts()
        years = [(payer, self._year_end(payer)) for payer in self._known.payers]
        ended = [(payer, end) for payer, end in years if end < self.now.date()]
        ended.sort(key=lambda one: self._filed(*one) or date.min, reverse=True)
        for payer, end in ended:
            yield f"{end.year}/{payer.corp_code}", f"{end.year}년 배당 {payer.ticker}", (payer, end)

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the report was read and not filed anew, or nobody expects it any more."""
        _, end = self.subjects[unit.key]
        today, asked = self.now.date(), entry.asked_at.date()
        filed = self._filed(*self.subjects[unit.key])
        is_news = filed is not None and (asked < filed or asked <= filed + FIGURES_FOLLOW < today)
        if entry.status == "failed" or is_news:
            return False
        return entry.status == "done" or asked == today or asked > end + DUE + LATECOMERS

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether the company filed its report, or a correction, since."""
        filed = self._filed(*self.subjects[unit.key])
        return filed is not None and since.date() < filed

    def ask(self, unit: Unit) -> list[Record]:
        payer, end = self.subjects[unit.key]
        return self.client.rows(ENDPOINT, corp_code=payer.corp_code, bsns_year=f"{end.year}", reprt_code=ANNUAL)

    def parse(self, answer: Answer) -> Parsed:
        if not answer.payload:
            return Parsed(status="no_data", reason="이 해의 사업보고서가 없습니다.")
        asked = self.subjects[answer.unit.key]
        return Parsed([*payouts.rows_of(answer.payload, *asked), *payouts.afterwards(answer.payload, *asked)])

    def check(self, row: Row) -> str | None:
        if not 0 <= row["stck_genr_dvdn_amt"] <= MOST_WON:
            return f"주당 배당금이 {row['stck_genr_dvdn_amt']:,}원입니다"
        if row["stck_par_prc"] is not None and row["stck_par_prc"] <= 0:
            return "액면가가 0원 이하입니다"
        return None if row["rcept_dt"] > row["dvdn_bas_dt"] else "결산일보다 먼저 접수되었습니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the dividends; what a later report says of a year stands beside what its own report said.

        Not of a company whose fiscal years are shorter: the year before is then another than a year ago.
        """
        payer, end = self.subjects[answer.unit.key]
        is_short = connection.execute(SHORTER, {"corp_code": payer.corp_code, "end": end}).one().found
        rows = [row for row in parsed.rows if not is_short or row["scrs_itms_kcd"] != payouts.AFTERWARDS]
        return upsert(connection, dividend_history, rows, provenance, only_over=ONLY_NEWS)

    def _filed(self, payer: Payer, end: date) -> date | None:
        return self._known.filed.get((payer.corp_code, end.year))

    def _year_end(self, payer: Payer) -> date:
        if self.year is not None:
            return _closes(self.year, payer.month)
        years = (self.now.year, self.now.year - 1, self.now.year - 2)
        return next(end for year in years if (end := _closes(year, payer.month)) + DUE <= self.now.date())


def _closes(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
