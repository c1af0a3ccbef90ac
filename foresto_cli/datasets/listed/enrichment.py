"""English names and Yahoo's sectors of stocks: best effort, for the new and the stale, so many a run.

Nothing here is ever taken away: a part that Yahoo does not give keeps its value, and a stock it does not know is asked
about again when it is stale.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream import yahoo, yahoo_profile
from foresto_cli.upstream.yahoo import Yahoo
from foresto_cli.upstream.yahoo_profile import Profile, UnknownSymbol

DATASET = DataSet(
    name="stocks.yahoo",
    label="영문 이름과 Yahoo 업종",
    table="stocks",
    command="stocks load --enrich",
    clients=("yahoo",),
)
NAME = DATASET.name
STALE = timedelta(days=90)
MOST = 200
"""Stocks a run: one request each, a second apart."""

WANTED = text(
    "SELECT s.ticker, s.market FROM stocks s LEFT JOIN unit_ledger u ON u.dataset = :name AND u.unit = s.ticker"
    " WHERE s.is_active AND s.market = ANY(:markets)"
    " AND (u.unit IS NULL OR u.status NOT IN ('done', 'no_data') OR u.asked_at NOT BETWEEN :stale AND :believable)"
    " ORDER BY CASE WHEN u.asked_at <= :believable THEN u.asked_at END NULLS FIRST,"
    " s.market_cap DESC NULLS LAST, s.ticker"
)
UPDATE = text(
    "WITH old AS (SELECT ticker, english_name, yahoo_sector FROM stocks WHERE ticker = :ticker)"
    " UPDATE stocks s SET english_name = coalesce(:english_name, s.english_name),"
    " yahoo_sector = coalesce(:yahoo_sector, s.yahoo_sector), enriched_at = :updated_at FROM old"
    " WHERE s.ticker = old.ticker"
    " RETURNING (old.english_name, old.yahoo_sector) IS DISTINCT FROM (s.english_name, s.yahoo_sector)"
)

Wanted = Callable[[], Sequence[tuple[str, str]]]
"""Returns (ticker, market) of the stocks that are new or stale, the most wanted first."""


@dataclass
class Enrichment(Loader):
    """Loader of Yahoo's profiles; a unit is one stock.

    Attributes:
        client: Yahoo.
        wanted: who is to be asked about, looked up when the stocks are there.
        best_effort: what it does not get is a note and no failure.
    """

    client: Yahoo
    wanted: Wanted
    best_effort = True
    _markets: dict[str, str] = field(default_factory=dict, init=False)
    data_set = DATASET
    source_id = yahoo.SOURCE_ID

    def units(self) -> list[Unit]:
        """Return the stocks of this run."""
        self._markets = dict(self.wanted()[:MOST])
        return [Unit(ticker, f"{self.label} {ticker}", upstream=yahoo.POLICY.name) for ticker in self._markets]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say no: only those that are wanted are units."""
        return False

    def ask(self, unit: Unit) -> Profile | None:
        try:
            return self.client.profile(unit.key, self._markets[unit.key])
        except UnknownSymbol:
            return None

    def parse(self, answer: Answer) -> Parsed:
        """Return what is known of the stock; nothing when Yahoo does not know it."""
        if answer.payload is None:
            return Parsed(status="no_data", reason=f"{yahoo_profile.LABEL}에 없음")
        found = answer.payload
        row = {"ticker": answer.unit.key, "english_name": found.english_name, "yahoo_sector": found.sector}
        if not (row["english_name"] or row["yahoo_sector"]):
            return Parsed(status="no_data", reason="이름도 업종도 없음")
        return Parsed([row])

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write what Yahoo gave; what it did not give stays."""
        counts = Counts()
        for row in parsed.rows:
            changed = connection.scalar(UPDATE, {**row, "updated_at": provenance["updated_at"]})
            counts += Counts(changed=1) if changed else Counts(unchanged=1)
        return counts


def wanted(connection: Connection) -> list[tuple[str, str]]:
    """Return (ticker, market) of the listed stocks that Yahoo has not told about for :data:`STALE`."""
    parameters = {"name": NAME, "markets": list(yahoo.SUFFIXES), "stale": clock.wall() - STALE}
    parameters["believable"] = clock.believable()
    return [(row.ticker, row.market) for row in connection.execute(WANTED, parameters)]
