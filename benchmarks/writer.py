"""The one writer against two usual ways: 100,000 rows of daily prices, written first and written again unchanged.

Usage: .venv/bin/python benchmarks/writer.py [RUNS]
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from _measure import machine, own_folder, table
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.dialects.postgresql import insert

from foresto_cli.store import embedded
from foresto_cli.store.addresses import psycopg_url
from foresto_cli.store.engine import connected
from foresto_cli.store.tables import stock_price_daily
from foresto_cli.store.upsert import upsert

RUNS = 3
TICKERS = 2_500
DAYS = 40
TARGET = 2.0
"""The writer ought to be at least so many times as fast as SQLAlchemy's executemany."""
KEY = ("ticker", "trade_date")
FIRST_DAY = date(2026, 1, 2)
NOW = datetime(2026, 11, 20, 19, 0)
PROVENANCE = {"batch_id": 1, "created_at": NOW, "updated_at": NOW}

Rows = list[dict[str, Any]]
Write = Callable[[Connection, Rows], None]


def made() -> Rows:
    """Return the rows: every column that a market day fills."""
    return [_row(stock, FIRST_DAY + timedelta(days=day)) for day in range(DAYS) for stock in range(TICKERS)]


def _row(stock: int, day: date) -> dict[str, Any]:
    close = 5_000 + 37 * stock + 10 * (day.toordinal() % 90)
    return {
        "ticker": f"{stock:06}",
        "trade_date": day,
        "name": f"종목 {stock}",
        "market": "KOSPI" if stock % 3 else "KOSDAQ",
        "open_price": close - 40,
        "high_price": close + 120,
        "low_price": close - 90,
        "close_price": close,
        "price_change": 30,
        "change_rate": Decimal("0.42"),
        "volume": 10_000 + stock,
        "trading_value": close * (10_000 + stock),
        "market_cap": close * 1_000_000,
        "shares_outstanding": 1_000_000,
        "prev_close": close - 30,
        "is_halted": False,
        "quality_flag": "NORMAL",
        "source_id": "KRX",
    }


def by_foresto(connection: Connection, rows: Rows) -> None:
    """Write by COPY and one merge, as every loader does."""
    upsert(connection, stock_price_daily, rows, PROVENANCE)


def by_sqlalchemy(connection: Connection, rows: Rows) -> None:
    """Write by executemany of SQLAlchemy's ``insert … on conflict do update``."""
    statement = insert(stock_price_daily)
    names = [name for name in (*rows[0], *PROVENANCE) if name not in KEY]
    updated = {name: statement.excluded[name] for name in names}
    connection.execute(
        statement.on_conflict_do_update(index_elements=KEY, set_=updated), [r | PROVENANCE for r in rows]
    )


def by_psycopg(connection: Connection, rows: Rows) -> None:
    """Write by psycopg's executemany of the same statement."""
    names = [*rows[0], *PROVENANCE]
    assignments = ", ".join(f"{name} = excluded.{name}" for name in names if name not in KEY)
    values = ", ".join(f"%({name})s" for name in names)
    statement = (
        f"INSERT INTO stock_price_daily ({', '.join(names)}) VALUES ({values})"  # noqa: S608  # our own names
        f" ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {assignments}"
    )
    cursor = connection.connection.cursor()
    cursor.executemany(statement, [row | PROVENANCE for row in rows])


WAYS: dict[str, Write] = {
    "SQLAlchemy executemany": by_sqlalchemy,
    "psycopg executemany": by_psycopg,
    "foresto upsert": by_foresto,
}


def timed(engine: Engine, write: Write, rows: Rows) -> float:
    """Return the seconds of one write, commit included."""
    started = time.perf_counter()
    with engine.begin() as connection:
        write(connection, rows)
    return time.perf_counter() - started


def measured(engine: Engine, write: Write, rows: Rows) -> tuple[float, float]:
    """Return the seconds of a first and of an identical second write into an empty table."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE stock_price_daily"))
    return timed(engine, write, rows), timed(engine, write, rows)


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    rows = made()
    print(f"writer: {len(rows):,} rows into stock_price_daily, median of {runs} runs; {machine()}\n")
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    with own_folder() as folder, embedded.running(folder) as url, connected(url, sandbox=True) as own:
        # foresto prepares no statements, for the sake of poolers; executemany is twice as fast with them.
        usual = create_engine(psycopg_url(url))
        for _ in range(runs):
            for name, write in WAYS.items():
                times[name].append(measured(own if write is by_foresto else usual, write, rows))
        usual.dispose()
    first = {name: len(rows) / statistics.median(f for f, _ in found) for name, found in times.items()}
    again = {name: len(rows) / statistics.median(s for _, s in found) for name, found in times.items()}
    base = next(iter(WAYS))
    last = list(WAYS)[-1]
    table(
        ["", "first, rows/s", "ratio", "again, rows/s", "ratio", "target"],
        [
            [
                name,
                f"{first[name]:,.0f}",
                f"{first[name] / first[base]:.2f}",
                f"{again[name]:,.0f}",
                f"{again[name] / again[base]:.2f}",
                f">= {TARGET} first and again" if name == last else "",
            ]
            for name in WAYS
        ],
    )


if __name__ == "__main__":
    main()
