"""What tests of the score share: the size of their market, what is stored of it, and how a panel's rows come."""

import numpy as np
from sqlalchemy import text

from benchmarks import _market
from foresto_cli.score import panel
from foresto_cli.score.panel import RECORD

STOCKS, SESSIONS = 147, 310
LAST = _market.LAST
TABLES = (
    "compass_score_history",
    "compass_score_earlier",
    "compass_score_component",
    "compass_score_run",
    "compass_score_track",
)


def rows(app, query, **parameters):
    with app.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), parameters)]


def everything(app):
    """All that a batch stores, as bytes."""
    tables = {table: rows(app, f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}
    return repr((tables, rows(app, "SELECT * FROM stocks ORDER BY ticker"))).encode()


def records_of(found):
    """A panel's records, a block a day."""
    codes = np.char.ljust(found.tickers, panel.CODE_WIDTH).astype(f"S{panel.CODE_WIDTH}").view(">i8")
    blocks = []
    for row in range(len(found.days)):
        there = ~np.isnan(found.close[row])
        block = np.zeros(int(there.sum()), RECORD)
        block["ticker"] = codes[there]
        for name in panel.AMOUNTS:
            block[name] = np.nan_to_num(getattr(found, name)[row, there], nan=panel.UNKNOWN)
        block["market"], block["quality"] = found.market[row, there], found.quality[row, there]
        blocks.append(block)
    return blocks
