"""``valuation_daily`` beside the plain read of the same price rows: of one stock over all days, of all on one day.

Usage: .venv/bin/python benchmarks/valuation.py [RUNS [SESSIONS [STOCKS]]]
"""

import re
import statistics
import sys
import time
from typing import NamedTuple

import _market
from _measure import Headline, headline, machine, own_folder, table
from sqlalchemy import Connection, text

from foresto_cli.datasets.dart import valuations
from foresto_cli.store import embedded
from foresto_cli.store.engine import connected

RUNS, SESSIONS, STOCKS = (list(map(int, sys.argv[1:4])) + [15, 1_250, 2_886][len(sys.argv) - 1 :])[:3]
YEARS = 6
MOST_OF_ONE, MOST_OF_A_DAY = 5.0, 3.0
PLAIN = "SELECT * FROM stock_price_daily WHERE {where}"
VALUED = "SELECT * FROM valuation_daily WHERE {where}"
LISTED = """
INSERT INTO stocks (ticker, name, market, sector, is_active, batch_id, updated_at, created_at)
SELECT ticker, max(name), max(market), '기타', true, 1, now(), now() FROM stock_price_daily GROUP BY 1
"""


def main() -> None:
    """Fill a database, ask both ways, print."""
    print(f"valuation: {STOCKS:,} stocks x {SESSIONS:,} sessions, {RUNS} runs; {machine()}\n")
    with (
        own_folder() as folder,
        embedded.running(folder / "db") as url,
        connected(url, sandbox=True, own=True) as engine,
    ):
        market = _market.made(STOCKS, SESSIONS)
        _market.stored(engine, market, YEARS)
        with engine.begin() as connection:
            connection.execute(text(LISTED))
            started = time.perf_counter()
            written = valuations.write(connection, _market.PROVENANCE).changed
            first = time.perf_counter() - started
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
            started = time.perf_counter()
            valuations.write(connection, _market.PROVENANCE)
            again = time.perf_counter() - started
            places = {
                "one stock, all days": (f"ticker = '{market.tickers[10]}'", MOST_OF_ONE),
                "a preferred share, all days": (f"ticker = '{market.tickers[40]}'", MOST_OF_ONE),
                "all stocks, one day": (f"trade_date = DATE '{market.sessions[SESSIONS // 2]}'", MOST_OF_A_DAY),
            }
            rows = [_compared(connection, name, *place) for name, place in places.items()]
    table(
        ("", "rows", "plain ms", "valued ms", "times", "plain blocks", "valued blocks", "times"),
        [one.row() for one in rows],
    )
    print(f"\n{written:,} rows of valuation_known in {first:.1f} s; again, with nothing new, {again:.2f} s")
    for one in rows:
        most = f"at most {places[one.name][1]:g} x, in blocks too ({one.blocks[1] / one.blocks[0]:.1f} x)"
        headline(
            Headline(f"valuation_daily: {one.name}", RUNS, one.valued, "the plain read", one.plain, None, None, most)
        )


class _Compared(NamedTuple):
    name: str
    rows: int
    plain: float
    valued: float
    blocks: tuple[int, int]

    def row(self) -> list[str]:
        plain, valued = self.blocks
        times = (f"{1000 * self.plain:.1f}", f"{1000 * self.valued:.1f}", f"{self.valued / self.plain:.1f}")
        return [self.name, f"{self.rows:,}", *times, f"{plain:,}", f"{valued:,}", f"{valued / plain:.1f}"]


def _compared(connection: Connection, name: str, where: str, _: float) -> _Compared:
    queries = [query.format(where=where) for query in (PLAIN, VALUED)]
    plain_blocks, valued_blocks = (_blocks(connection, query) for query in queries)
    rows = len(connection.execute(text(queries[0])).all())
    # One after the other, so that whatever else the machine does meets both.
    pairs = [[_seconds(connection, query) for query in queries] for _ in range(RUNS)]
    plain, valued = (statistics.median(pair[place] for pair in pairs) for place in (0, 1))
    return _Compared(name, rows, plain, valued, (plain_blocks, valued_blocks))


def _seconds(connection: Connection, query: str) -> float:
    started = time.perf_counter()
    connection.execute(text(query)).all()
    return time.perf_counter() - started


def _blocks(connection: Connection, query: str) -> int:
    """Return how many blocks the server looks at."""
    plan = connection.execute(text(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) {query}")).scalars().all()
    found = re.search(r"Buffers: shared(.*)", "\n".join(plan))
    return sum(map(int, re.findall(r"(?:hit|read)=(\d+)", found[1] if found else "")))


if __name__ == "__main__":
    main()
