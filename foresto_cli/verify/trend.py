"""Against earlier runs: tables of data grow; one that shrank has lost something."""

from sqlalchemy import Connection, text

from foresto_cli.collecting.checks import WARNING, Check, Rows, Scope
from foresto_cli.store import price_sessions
from foresto_cli.store.fragments import count_rows
from foresto_cli.store.tables import metadata

SHRUNK = 0.02
PRICES = "stock_price_daily"
EARLIER_RUNS = 4
DATA_TABLES = sorted(table.name for table in metadata.tables.values() if "batch_id" in table.c)
"""Rows of these name the batch that wrote them."""


def measure(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table of data."""
    counts = {name: count_rows(connection, name) for name in DATA_TABLES if name not in {PRICES, "data_load_batch"}}
    # Their days are counted by the pass over prices, and compared with what is kept.
    return {**counts, PRICES: price_sessions.total(connection)}


def shrunken(command: str) -> Check:
    """Return the check that compares with the newest runs of ``command``."""
    return Check(
        "trend.shrunk",
        "줄어든 표",
        WARNING,
        "data_collection_log",
        f"표의 행이 앞선 검증 때보다 {SHRUNK:.0%} 넘게 줄지 않았다",
        "지운 것이 아니라면 foresto db backup으로 둔 것에서 되살리거나 다시 받으세요",
        lambda scope: _find(scope, command),
    )


def _find(scope: Scope, command: str) -> Rows:
    earlier = scope.connection.execute(
        text(
            "SELECT detail->'measures' AS measures FROM data_collection_log"
            " WHERE job_name = :command AND detail ? 'measures' ORDER BY id DESC LIMIT :runs"
        ),
        {"command": command, "runs": EARLIER_RUNS},
    ).scalars()
    most: dict[str, int] = {}
    for measures in earlier:
        for name, count in measures.items():
            most[name] = max(most.get(name, 0), count)
    now = measure(scope.connection)
    return [
        {"표": name, "행": count, "앞서": most[name]}
        for name, count in now.items()
        if name in most and count < (1 - SHRUNK) * most[name]
    ]
