"""What a verification reads: blocks of the price table at each level, beside one plain read of the same sessions.

Usage: .venv/bin/python benchmarks/growth.py [STOCKS [SESSIONS]]
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial

from _measure import FORESTO, machine, own_folder, run, table
from sqlalchemy import Engine, text

from foresto_cli import app as application
from foresto_cli.console import Console
from foresto_cli.verify import verification

STOCKS, SESSIONS = (list(map(int, sys.argv[1:3])) + [150, 300][len(sys.argv) - 1 :])[:2]
MOST_PASSES = 3
BLOCKS = (
    "SELECT heap_blks_read + heap_blks_hit FROM pg_statio_user_tables"
    " WHERE relname = 'stock_price_daily' AND schemaname = current_schema()"
)
PLAIN = "SELECT sum(close_price), sum(volume) FROM stock_price_daily WHERE trade_date BETWEEN :first AND :last"


def main() -> None:
    """Load a market once, and count what each verification reads."""
    with own_folder() as folder:
        settings = {
            "FORESTO_HOME": f"{folder}",
            "FORESTO_SANDBOX_STOCKS": f"{STOCKS}",
            "FORESTO_SANDBOX_SESSIONS": f"{SESSIONS}",
        }
        for chain in ("initial", "monthly"):
            run([*FORESTO, "--sandbox", "run", chain], **settings)
        os.environ.update(settings)
        _measured()


def _measured() -> None:
    rows = []
    with application.opened(Console(as_json=True), sandboxed=True) as app:

        def blocks_of(work: Callable[[], object]) -> tuple[int, float]:
            before, started = _blocks(app.engine), time.perf_counter()
            work()
            seconds = time.perf_counter() - started
            return _blocks(app.engine) - before, seconds

        def plain(first: date, last: date) -> None:
            with app.engine.connect() as connection:
                connection.execute(text("SET LOCAL enable_indexscan = off"))
                connection.execute(text(PLAIN), {"first": first, "last": last})

        with app.engine.connect() as connection:
            days = list(connection.scalars(text("SELECT DISTINCT trade_date FROM stock_price_daily ORDER BY 1")))
        levels = (
            ("daily", verification.verify_daily, 30),
            ("weekly", verification.verify_weekly, 250),
            ("monthly", verification.verify_monthly, len(days)),
        )
        for name, verify, sessions in levels:
            first, last = days[-min(sessions, len(days))], days[-1]
            once, _ = blocks_of(partial(plain, first, last))
            read, seconds = blocks_of(partial(verify, app))
            rows.append((f"verify {name}", f"{seconds:.2f}", f"{read:,}", f"{once:,}", f"{read / once:.1f}"))
    print(machine())
    table(("", "seconds", "blocks", "one plain read", f"passes (target <= {MOST_PASSES})"), rows)


def _blocks(engine: Engine) -> int:
    """Return the blocks of the price table that were asked for so far; a connection tells them when it ends."""
    engine.dispose()
    time.sleep(0.5)
    with engine.connect() as connection:
        return int(connection.scalar(text(BLOCKS)) or 0)


if __name__ == "__main__":
    main()
