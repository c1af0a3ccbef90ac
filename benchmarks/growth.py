"""What commands read of a history of twenty years: blocks and rows of the price table, beside one plain read of it.

Usage: .venv/bin/python benchmarks/growth.py [STOCKS [SESSIONS]] [--write]   --write puts the table into RESULTS.md
"""

import os
import shutil
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from _grown import grow
from _measure import FORESTO, GROWTH, machine, own_folder, run, table
from _reading import Counted, Read
from sqlalchemy import text

from foresto_cli import opening
from foresto_cli.adjustment import pending
from foresto_cli.adjustment.apply import settle
from foresto_cli.app import App
from foresto_cli.archive.export import export
from foresto_cli.console import Console
from foresto_cli.datasets.prices import gaps, spans
from foresto_cli.loading import load_listed
from foresto_cli.running import job
from foresto_cli.score import batch
from foresto_cli.store import upkeep
from foresto_cli.verify import verification
from foresto_cli.views import score_card, state
from foresto_cli.views.page import page_facts

GIVEN = [int(word) for word in sys.argv[1:] if word.isdecimal()]
STOCKS, SESSIONS = GIVEN + [2_100, 5_000][len(GIVEN) :]
RESULTS = Path(__file__).with_name("RESULTS.md")
HEADER = ("", "seconds", "blocks", "rows", "of", "passes", "target")
LOADED = 25
"""Sessions that the sandbox has by itself: enough for what looks at the newest ones."""
FIRST_LIFE = (("listing", "load"), ("prices", "incremental"), ("prices", "index"))


@dataclass(frozen=True)
class Line:
    """A command, what it read, the rows that its target speaks of, and how often it may read them."""

    what: str
    read: Read
    base: int
    target: float | None = None


def main() -> None:
    """Load a small life, make it old, and count what each command reads."""
    with own_folder() as folder:
        settings = {
            "FORESTO_HOME": f"{folder}",
            "FORESTO_SANDBOX_STOCKS": f"{STOCKS}",
            "FORESTO_SANDBOX_SESSIONS": f"{LOADED}",
        }
        for command in FIRST_LIFE:
            run([*FORESTO, "--sandbox", *command], **settings)
        os.environ.update(settings)
        with opening.opened(Console(as_json=True), sandboxed=True) as app:
            started = time.perf_counter()
            rows = grow(app.engine, SESSIONS)
            print(f"{rows:,} rows of {SESSIONS:,} sessions made in {time.perf_counter() - started:.0f} s", flush=True)
            load_listed.derive_stocks(app, job.Options())
            # Without statements half of the axes are missing, which the gate would refuse.
            batch.score_batch(app, batch.Options(force=True))
            lines = list(_measured(app, rows, folder))
        print(machine())
        cells = [_cells(one) for one in lines]
        table(HEADER, cells)
        if "--write" in sys.argv:
            _write(rows, cells)


def _write(rows: int, cells: Sequence[Sequence[str]]) -> None:
    """Put the table at the end of RESULTS.md, in place of the one before."""
    before = RESULTS.read_text(encoding="utf-8").partition(GROWTH)[0].rstrip()
    lines = [" | ".join(line) for line in (HEADER, ["---"] * len(HEADER), *cells)]
    told = f"{rows:,} rows of {SESSIONS:,} sessions, `benchmarks/growth.py`. {machine()}."
    shown = "\n".join(f"| {line} |" for line in lines)
    RESULTS.write_text(f"{before}\n\n{GROWTH}\n\n{told}\n\n{shown}\n", encoding="utf-8")


def _cells(one: Line) -> Sequence[str]:
    passes = one.read.rows / one.base
    met = "" if one.target is None else f"<= {one.target:g}{'' if passes <= one.target else ': missed'}"
    return (
        one.what, f"{one.read.seconds:.1f}", f"{one.read.blocks:,}", f"{one.read.rows:,}", f"{one.base:,}",
        f"{passes:.2f}", met,
    )  # fmt: skip


def _measured(app: App, rows: int, folder: Path) -> Iterator[Line]:
    counted = Counted(app.engine)
    ticker, own = _stock(app)

    def plain() -> None:
        with app.engine.connect() as connection:
            connection.execute(text("SELECT sum(close_price), sum(volume) FROM stock_price_daily"))

    def copied() -> None:
        with app.engine.connect() as connection:
            cursor = connection.connection.cursor()
            with cursor.copy("COPY stock_price_daily TO STDOUT") as copy:
                deque(copy, maxlen=0)

    yield Line("one plain read", counted.of(plain), rows)
    yield Line("a plain COPY", counted.of(copied), rows)
    yield Line("verify daily", counted.of(lambda: verification.verify_daily(app)), rows)
    yield Line("verify weekly", counted.of(lambda: verification.verify_weekly(app)), rows)
    yield Line("verify monthly", counted.of(lambda: verification.verify_monthly(app)), rows, 3)
    yield Line("prices gaps", counted.of(lambda: gaps.by_session(app, spans.searched_since(app, None))), rows, 0.05)
    yield Line("status", counted.of(lambda: state.status(app)), rows, 0.01)
    yield Line("dashboard", counted.of(lambda: page_facts.gathered(app)), rows, 0.05)
    yield Line("db size", counted.of(lambda: _sizes(app)), rows, 0.01)
    yield Line("score show", counted.of(lambda: score_card.explained(app, ticker, None)), own, 2)
    day = counted.of(lambda: _settled(app))
    yield Line("settlement of a day", day, rows, 0.05)
    event = counted.of(lambda: _settled(app, ticker))
    more = Read(event.seconds, event.blocks - day.blocks, event.rows - day.rows)
    yield Line("one event more in it", more, own, 1.2)
    yield Line("db backup (Parquet)", counted.of(lambda: _exported(app, folder)), rows)


def _stock(app: App) -> tuple[str, int]:
    with app.engine.connect() as connection:
        row = connection.execute(
            text("SELECT ticker, count(*) FROM stock_price_daily GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1")
        ).one()
    return row[0], row[1]


def _sizes(app: App) -> None:
    with app.engine.connect() as connection:
        upkeep.sizes(connection)


def _settled(app: App, ticker: str | None = None) -> None:
    """Look at the newest session again, and let the operator decide that ``ticker`` was split on it."""
    with app.engine.begin() as connection:
        day = connection.execute(text("SELECT max(trade_date) FROM price_sessions")).scalar_one()
        if ticker is not None:
            connection.execute(
                text(
                    "INSERT INTO adjustment_override (ticker, trade_date, factor, event)"
                    " VALUES (:ticker, :day, 0.5, 'SPLIT')"
                ),
                {"ticker": ticker, "day": day},
            )
        pending.note_pending(connection, day)
    settle(app.engine, app.calendar)


def _exported(app: App, folder: Path) -> None:
    place = folder / "export"
    export(app.engine, place, "parquet", tables=["stock_price_daily"], advance=lambda *_: None)
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
