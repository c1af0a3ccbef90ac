"""What a piece of work reads of the price table, by the counters of PostgreSQL."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, text

COUNTED = (
    "SELECT coalesce(sum(s.heap_blks_read + s.heap_blks_hit), 0) AS blocks,"
    " coalesce(sum(t.seq_tup_read + coalesce(t.idx_tup_fetch, 0)), 0) AS rows"
    " FROM pg_statio_user_tables s JOIN pg_stat_user_tables t USING (relid) WHERE s.relname = 'stock_price_daily'"
)


@dataclass(frozen=True)
class Read:
    """What was read of the price table."""

    seconds: float
    blocks: int
    rows: int


class Counted:
    """Counts what a piece of work reads of the price table."""

    def __init__(self, engine: Engine) -> None:
        """Count on ``engine``."""
        self._engine = engine

    def of(self, work: Callable[[], object]) -> Read:
        """Do ``work`` and return what it read."""
        before, started = self._now(), time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        after = self._now()
        return Read(seconds, after[0] - before[0], after[1] - before[1])

    def _now(self) -> tuple[int, int]:
        """Return blocks and rows read so far; a connection tells them when it ends."""
        self._engine.dispose()
        time.sleep(0.5)
        with self._engine.connect() as connection:
            row = connection.execute(text(COUNTED)).one()
        return int(row.blocks), int(row.rows)
