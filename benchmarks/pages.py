"""Pages of the live dashboard on a full-size database: the whole answer beside its queries alone.

A page is read and printed as the server does it; then the same statements are sent by psycopg and their rows fetched,
and nothing is made of them. One after the other, so that whatever else the machine does meets both.

Usage: .venv/bin/python benchmarks/pages.py [RUNS [SESSIONS [STOCKS]]]
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import _market
from _measure import Headline, headline, machine, own_folder, table
from sqlalchemy import Connection, Engine, event, text

from foresto_cli import clock
from foresto_cli.live.answers import Site
from foresto_cli.score import compute, load, score_rows, store, track
from foresto_cli.screens import find_page
from foresto_cli.store import embedded
from foresto_cli.store.engine import connected, unit_transaction
from foresto_cli.store.tables import compass_score_track
from foresto_cli.store.upsert import upsert
from foresto_cli.views.pages import market_page, scores_page, stock_page, tables_page
from foresto_cli.views.pages import table as table_page
from foresto_cli.views.templating import filled

if TYPE_CHECKING:
    import psycopg

    from foresto_cli.views.pages.page import Page

RUNS, SESSIONS, STOCKS = (list(map(int, sys.argv[1:4])) + [15, 1_250, 2_886][len(sys.argv) - 1 :])[:3]
YEARS, TRACKED, TARGET = 6, 12, 2.0
STOCKS_LISTED = (
    "INSERT INTO stocks (ticker, name, market, sector, is_active, batch_id, updated_at, created_at)"
    " SELECT ticker, max(name), max(market), '기타', true, 1, now(), now() FROM stock_price_daily GROUP BY 1"
)
LISTING = (
    "INSERT INTO fdr_stock_listing (ticker, name, market, is_listed, as_of_date, source_id, batch_id, created_at,"
    " updated_at) SELECT ticker, name, market, true, CURRENT_DATE, 'FDR', 1, now(), now() FROM stocks"
)
LEVELS = (
    "INSERT INTO index_price_daily (index_code, trade_date, close_price, change_rate, source_id, batch_id, created_at,"
    " updated_at) SELECT code, d, 2000, 0.1, 'FDR', 1, now(), now() FROM unnest(ARRAY['KOSPI', 'KOSDAQ', 'KS200',"
    " 'KQ150']) code, (SELECT DISTINCT trade_date AS d FROM stock_price_daily) days"
)
SITE = Site(
    (("/", "수집"), ("/market", "시장"), ("/scores", "점수"), ("/data", "데이터")),
    "/market",
    "",
    is_sandbox=False,
    version="0",
)
FOUND = "score >= 50 and return_3m > 0"
Statement = tuple[str, Mapping[str, Any]]


class Compared(NamedTuple):
    """Seconds of a page, of its queries alone, and how many those are."""

    name: str
    page: float
    queries: float
    count: int
    kilobytes: float


def main() -> None:
    """Fill a database, ask both ways, print."""
    print(f"pages: {STOCKS:,} stocks x {SESSIONS:,} sessions, {RUNS} runs; {machine()}\n")
    with (
        own_folder() as folder,
        embedded.running(folder / "db") as url,
        connected(url, sandbox=True, own=True) as engine,
    ):
        made = _market.made(STOCKS, SESSIONS)
        _market.stored(engine, made, YEARS)
        clock.pretend(_market.NOW.replace(tzinfo=clock.KST))
        _scored(engine, made)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
        pages: dict[str, tuple[Callable[..., object], dict[str, str]]] = {
            "/market": (market_page.page, {}),
            "/scores": (scores_page.page, {}),
            "/stocks/ONE (1 year)": (stock_page.page, {"ticker": made.tickers[10]}),
            "/stocks/ONE?range=all": (stock_page.page, {"ticker": made.tickers[10], "range": "all"}),
            "/find, two conditions": (find_page.page, {"condition": FOUND}),
            "/data": (tables_page.page, {}),
            "/data/stock_price_daily": (table_page.page, {"table": "stock_price_daily"}),
        }
        with engine.connect() as connection:
            found = [_compared(connection, name, *page) for name, page in pages.items()]
    table(
        ("", "queries", "KB", "queries alone, ms", "page, ms", "ratio", "target"),
        [
            [one.name, f"{one.count}", f"{one.kilobytes:.0f}", f"{1000 * one.queries:.1f}", f"{1000 * one.page:.1f}",
             f"{one.page / one.queries:.2f}", f"≤ {TARGET:g}"]
            for one in found
        ],
    )  # fmt: skip
    for one in found:
        headline(
            Headline(f"page {one.name}", RUNS, one.page, "its queries", one.queries, None, None, f"≤ {TARGET:g} x")
        )


def _scored(engine: Engine, made: _market.Market) -> None:
    """Store scores of the last session of some months, as they were given then, and of the last two sessions."""
    with engine.begin() as connection:
        for query in (STOCKS_LISTED, LISTING, LEVELS):
            connection.execute(text(query))
    ends = [day for day, after in zip(made.sessions, made.sessions[1:], strict=False) if day.month != after.month]
    days = sorted({*ends[-TRACKED:], *made.sessions[-2:]})
    for number, day in enumerate(days, 1):
        with engine.connect() as connection:
            inputs = load.inputs(connection, day)
        at = _market.NOW.replace(year=day.year, month=day.month, day=day.day)
        facts = score_rows.RunFacts(number, "0", at, at + timedelta(minutes=1))
        with unit_transaction(engine) as connection:
            store.write(connection, compute.scored(inputs, day), inputs, facts, replace=True)
    with unit_transaction(engine) as connection:
        provenance = {"run_id": 1, "created_at": _market.NOW, "updated_at": _market.NOW}
        upsert(connection, compass_score_track, track.rows_of(connection), provenance)


def _compared(connection: Connection, name: str, page_of: Callable[..., object], asked: Mapping[str, str]) -> Compared:
    with _recorded(connection) as statements:
        html = _answer(connection, page_of, asked)
    cursor = cast("psycopg.Cursor[Any]", connection.connection.cursor())
    pairs = []
    for _ in range(RUNS):
        started = time.perf_counter()
        for query, given in statements:
            cursor.execute(query.encode(), given)
            if cursor.description is not None:  # a savepoint gives no rows
                cursor.fetchall()
        between = time.perf_counter()
        _answer(connection, page_of, asked)
        pairs.append((between - started, time.perf_counter() - between))
    queries, page = (statistics.median(pair[place] for pair in pairs) for place in (0, 1))
    return Compared(name, page, queries, len(statements), len(html.encode()) / 1024)


def _answer(connection: Connection, page_of: Callable[..., object], asked: Mapping[str, str]) -> str:
    page = cast("Page", page_of(connection, asked, clock.today()))
    return filled(f"pages/{page.template}", title=page.title, site=SITE, **page.values)


@contextmanager
def _recorded(connection: Connection) -> Iterator[list[Statement]]:
    """Yield the statements that are executed inside, with their values."""
    found: list[Statement] = []

    def note(*told: Any) -> None:
        _, _, query, given, _, _ = told
        found.append((query, given))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
