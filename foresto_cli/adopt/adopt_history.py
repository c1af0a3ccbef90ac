"""Sources, past runs and watched stocks.

Moments stay as they were written: some columns held Korean time, some UTC, and which one a row has depends on the
server of the day. Nothing is converted. Batches, alerts and the mail log stay behind whole: foresto's have other keys.
"""

from foresto_cli.adopt.moves import TICKER, Move
from foresto_cli.store import tables

UNKNOWN = "unknown"
"""Outcome of a run whose end was never written down."""
ENDED = {"completed": "done", "failed": "failed"}
NEVER_CLOSED = "옛 시스템이 끝을 기록하지 못한 실행입니다. 결과를 알 수 없습니다."
WORDS = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in ENDED.items())
IS_KNOWN = f"o.status IN ({', '.join(repr(word) for word in ENDED)})"

SOURCES = Move("data_source", tables.data_source, "o.source_id")
RUNS = Move(
    "data_collection_log",
    tables.data_collection_log,
    "o.id",
    {
        "status": f"CASE o.status {WORDS} ELSE '{UNKNOWN}' END",
        "heartbeat_at": "coalesce(CAST(o.completed_at AS timestamp), CAST(o.started_at AS timestamp))",
        "success_count": "coalesce(o.success_count, 0)",
        "failed_count": "coalesce(o.failed_count, 0)",
        "total_count": "coalesce(o.total_count, 0)",
        "host": "'-'",
        "process_id": "0",
        "detail": "jsonb_strip_nulls(jsonb_build_object('adopted', true, 'status', o.status, 'detail',"
        " CAST(o.detail AS jsonb), 'validation_status', o.validation_status, 'validation_detail',"
        " CAST(o.validation_detail AS jsonb)))",
        "error_message": f"CASE WHEN {IS_KNOWN} THEN o.error_message"
        f" ELSE coalesce(o.error_message, '{NEVER_CLOSED}') END",
    },
)
WATCHED = Move(
    "watchlist",
    tables.watchlist,
    "o.created_at",
    rules={"종목코드가 아님": f"o.ticker ~ {TICKER}"},
    # Told on the old scale; null lets the first new score be told as it should.
    left=frozenset({"last_notified_score", "last_notified_grade"}),
)

MOVES = (SOURCES, WATCHED)
