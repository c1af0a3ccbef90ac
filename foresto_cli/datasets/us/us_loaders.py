"""US stocks and ETFs through 25 requests a day: the oldest first, and the next day goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, text

from foresto_cli import clock
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.datasets.us import us_figures
from foresto_cli.datasets.us.us_tables import (
    alpha_vantage_etfs,
    alpha_vantage_financials,
    alpha_vantage_stocks,
    alpha_vantage_timeseries,
)
from foresto_cli.errors import BadPayload
from foresto_cli.store import ledger
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import alphavantage
from foresto_cli.upstream.alphavantage import AlphaVantage

UNKNOWN = "Alpha Vantage가 모르는 종목입니다"
ALL = "all"


@dataclass(frozen=True)
class Kind:
    """One data set of Alpha Vantage.

    Attributes:
        name: in the ledger.
        label: what the operator calls it.
        table: where its rows go.
        requests: of one unit.
        fresh: how long an answer is good for.
        ask: puts the questions of one unit.
        read: turns the payload of one unit into rows; none means that the symbol is unknown.
        command: what brings it up to date.
    """

    name: str
    label: str
    table: Table
    requests: int
    fresh: timedelta
    ask: Callable[[AlphaVantage, str], Any]
    read: Callable[[str, Any], list[Row]]
    command: str = "us load"

    @property
    def data_set(self) -> DataSet:
        """Return the data set; no job of the timetable loads it."""
        return DataSet(
            name=self.name,
            label=self.label,
            table=self.table.name,
            command=self.command,
            clients=("alphavantage",),
            batch="US",
        )


def _statements(client: AlphaVantage, symbol: str) -> dict[str, object]:
    return {function: client.reports(function, symbol) for function in us_figures.STATEMENTS}


OVERVIEWS = Kind(
    "us.overviews",
    "미국 기업 개요",
    alpha_vantage_stocks,
    1,
    timedelta(days=30),
    lambda client, symbol: client.overview(symbol),
    lambda symbol, record: [us_figures.company(symbol, record)] if record else [],
)
STATEMENTS = Kind(
    "us.statements",
    "미국 재무제표",
    alpha_vantage_financials,
    3,
    timedelta(days=90),
    _statements,
    lambda symbol, answers: us_figures.statements(symbol, answers) if any(answers.values()) else [],
)
PRICES = Kind(
    "us.prices",
    "미국 일별 시세",
    alpha_vantage_timeseries,
    1,
    timedelta(hours=18),
    lambda client, symbol: client.daily(symbol),
    us_figures.prices,
    "us prices",
)
FUNDS = Kind(
    "us.funds",
    "미국 ETF",
    alpha_vantage_etfs,
    1,
    timedelta(days=30),
    lambda client, _: client.listings(),
    lambda _, rows: [us_figures.fund(row) for row in rows if row["assetType"] == "ETF"],
)
DATASETS = tuple(kind.data_set for kind in (FUNDS, OVERVIEWS, STATEMENTS, PRICES))


@dataclass
class UsData(Loader):
    """Loader of one kind; a unit is a symbol, or the one list of all funds.

    Attributes:
        client: Alpha Vantage.
        kind: which data set.
        symbols: wanted; of funds, those that are kept.
        now: the clock's reading.
        known: the ledger, to ask for what was never asked for first.
    """

    client: AlphaVantage
    kind: Kind
    symbols: Sequence[str]
    now: datetime
    known: Mapping[str, Entry] = field(default_factory=dict)
    source_id = alphavantage.SOURCE_ID

    def __post_init__(self) -> None:
        """Be the data set of the kind."""
        self.data_set = self.kind.data_set

    def units(self) -> list[Unit]:
        """Return one unit a symbol, those never asked for first, then the oldest."""
        keys = [ALL] if self.kind is FUNDS else list(self.symbols)

        def asked(key: str) -> datetime:
            return self.known[key].asked_at if key in self.known else ledger.NEVER

        upstream = alphavantage.POLICY.name
        return [
            Unit(key, self.label if key == ALL else f"{self.label} {key}", self.kind.requests, upstream)
            for key in sorted(keys, key=asked)
        ]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the answer is fresh enough."""
        asked = entry.asked_at.replace(tzinfo=clock.KST)
        return entry.status in {"done", "no_data"} and self.now - asked < self.kind.fresh

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether a stored answer would be too old by now."""
        return self.now - since.replace(tzinfo=clock.KST) >= self.kind.fresh

    def ask(self, unit: Unit) -> object:
        return self.kind.ask(self.client, unit.key)

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows; an unknown symbol has none.

        Raises:
            BadPayload: not what was asked for, or the list of all funds has none of the wanted.
        """
        rows = self.kind.read(answer.unit.key, answer.payload)
        if self.kind is FUNDS:
            rows = [row for row in rows if row["symbol"] in set(self.symbols)]
            if self.symbols and not rows:
                raise BadPayload("Alpha Vantage의 상장 목록에 찾는 ETF가 하나도 없습니다.")
        return Parsed(rows) if rows else Parsed(status="no_data", reason=UNKNOWN)

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        if "close" in row and (not row["close"] or row["close"] <= 0 or row["volume"] is None):
            return "종가나 거래량이 없습니다"
        return None

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the rows; prices are shown with the stock or fund too."""
        counts = upsert(connection, self.kind.table, parsed.rows, provenance)
        if self.kind is PRICES and parsed.rows:
            _show_newest(connection, answer.unit.key, provenance)
        return counts


SHOW_NEWEST = """
WITH two AS (
    SELECT date, close, volume, lead(close) OVER (ORDER BY date DESC) AS before
    FROM alpha_vantage_timeseries WHERE symbol = :symbol ORDER BY date DESC LIMIT 1
)
UPDATE {table} t
SET current_price = two.close, previous_close = two.before, volume = two.volume, price_date = two.date,
    change_percent = round((two.close / two.before - 1) * 100, 4), batch_id = :batch_id, updated_at = :updated_at
FROM two
WHERE t.symbol = :symbol
  AND (t.current_price, t.previous_close, t.volume, t.price_date)
      IS DISTINCT FROM (two.close, two.before, two.volume, two.date)
"""


def _show_newest(connection: Connection, symbol: str, provenance: Row) -> None:
    values = {"symbol": symbol, "batch_id": provenance["batch_id"], "updated_at": provenance["updated_at"]}
    for table in (alpha_vantage_stocks, alpha_vantage_etfs):
        connection.execute(text(SHOW_NEWEST.format(table=table.name)), values)
