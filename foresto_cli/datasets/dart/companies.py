"""``dart_company``: DART's own number of every company that has or had a ticker, once a day at most.

Matched to stocks by ticker and never by name (names repeat); preferred shares, which DART does not list, have their
issuer's number. Listed companies are put into groups of one hundred, the most that one question may name; who is in a
group stays there, so that the ledger's units keep their meaning.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.whole_answers import refuse_half, refuse_twice
from foresto_cli.datasets.dart import issuers
from foresto_cli.datasets.dart.expected_reports import ODD_YEARS
from foresto_cli.datasets.dart.filing_tables import dart_company
from foresto_cli.datasets.dart.filings import CORP_CODE_LENGTH
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart

DATASET = DataSet(
    name="dart.companies", label="DART 고유번호", table="dart_company", command="dart corp-codes", clients=("dart",)
)
UNIT = "all"
TICKER_LENGTH = 6
LEAST_SHARE = 0.8
"""A list with fewer of the listed common shares than this is half a list."""

UNGROUPED = text(
    "SELECT DISTINCT ON (c.ticker) c.corp_code, l.settle_month IS NULL OR l.settle_month = '12월' AS is_december"
    " FROM dart_company c JOIN fdr_stock_listing l ON l.ticker = c.ticker AND l.is_listed"
    " WHERE c.hundred IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM dart_company o WHERE o.ticker = c.ticker AND o.hundred IS NOT NULL)"
    " ORDER BY c.ticker, c.modify_date DESC NULLS LAST, c.corp_code DESC"
)
GROUP = text(
    "UPDATE dart_company c SET hundred = g.hundred"
    " FROM unnest(CAST(:codes AS text[]), CAST(:hundreds AS int[])) AS g (corp_code, hundred)"
    " WHERE g.corp_code = c.corp_code"
)


@dataclass
class Companies(Loader):
    """Loader of DART's companies; its only unit is the list of the day.

    Attributes:
        client: DART.
        now: the clock's reading.
        common: how many common shares are listed, to notice half a list.
    """

    client: Dart
    now: datetime
    common: int
    data_set = DATASET
    source_id = dart.SOURCE_ID

    def units(self) -> list[Unit]:
        return [self.unit(UNIT, f"{self.label} {self.now:%Y-%m-%d}")]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        return entry.status == "done" and entry.asked_at.date() == self.now.date()

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether another day has begun: its list is another."""
        return since.date() < self.now.date()

    def ask(self, unit: Unit) -> list[dict[str, str]]:
        return self.client.companies()

    def parse(self, answer: Answer) -> Parsed:
        """Return the companies.

        Raises:
            BadPayload: half a list, a company twice, or a field missing.
        """
        records: Sequence[dict[str, str]] = answer.payload
        refuse_half(self.label, len(records), self.common, LEAST_SHARE)
        try:
            rows = [
                {
                    "corp_code": record["corp_code"],
                    "ticker": record["stock_code"],
                    "name": record["corp_name"],
                    "modify_date": _day(record["modify_date"]),
                }
                for record in records
            ]
        except (KeyError, ValueError) as error:
            raise BadPayload(f"DART 고유번호 목록에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        refuse_twice(self.label, (row["corp_code"] for row in rows))
        return Parsed(rows)

    def check(self, row: Row) -> str | None:
        """Say what makes a company impossible; tickers may hold letters."""
        if not _is_code(row["corp_code"], CORP_CODE_LENGTH) or not row["corp_code"].isdecimal():
            return "고유번호가 여덟 자리 숫자가 아닙니다"
        if not _is_code(row["ticker"], TICKER_LENGTH):
            return "종목코드가 여섯 자리가 아닙니다"
        return None if row["name"] else "이름이 없습니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the companies, give stocks their number, and newcomers a group."""
        counts = upsert(connection, dart_company, parsed.rows, provenance)
        issuers.match(connection)
        group(connection)
        return counts


def group(connection: Connection) -> None:
    """Put every listed company that is in no hundred yet into one, also those listed since the companies were read."""
    found = connection.execute(UNGROUPED).all()
    sizes: Counter[int] = Counter(
        {
            row.hundred: row.size
            for row in connection.execute(
                text("SELECT hundred, count(*) AS size FROM dart_company WHERE hundred IS NOT NULL GROUP BY 1")
            )
        }
    )
    places = {True: _places(sizes, 0), False: _places(sizes, ODD_YEARS)}
    hundreds = [next(places[row.is_december]) for row in found]
    connection.execute(GROUP, {"codes": [row.corp_code for row in found], "hundreds": hundreds})


def _places(sizes: Counter[int], first: int) -> Iterator[int]:
    """Yield the group of each further company: the newest of its kind until it is full, then the next."""
    number = max((hundred for hundred in sizes if (hundred < ODD_YEARS) == (first < ODD_YEARS)), default=first)
    while True:
        if sizes[number] >= dart.MOST_COMPANIES:
            number += 1
        sizes[number] += 1
        yield number


def _is_code(given: str, length: int) -> bool:
    return len(given) == length and given.isascii() and given.isalnum() and given == given.upper()


def _day(given: str) -> date | None:
    return clock.day_of(given) if given else None
