"""What tables and columns say about themselves."""

from foresto_cli.declared.said import (
    BATCH,
    CHANGED,
    CREATED,
    SOURCE,
    provenance,
    said,
    source,
    span,
    table_said,
    ticker,
    trade_date,
)

__all__ = [
    "BATCH",
    "CHANGED",
    "CREATED",
    "SOURCE",
    "provenance",
    "said",
    "source",
    "span",
    "table_said",
    "ticker",
    "trade_date",
]
