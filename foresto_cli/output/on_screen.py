"""Prints rows: on a terminal as a table, or record by record when that is too wide; in a pipe as fields with tabs."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice

from foresto_cli import tabular
from foresto_cli.console import Console
from foresto_cli.output import plain
from foresto_cli.output.rows import Column, Kind, Rows, blocks

MOST_ROWS = 1_000
"""Maximum on a terminal without ``--all``."""
_TRUTH = {True: "예", False: "아니오"}
_NUMBERS = {Kind.WHOLE, Kind.NUMBER}


def show(console: Console, title: str, rows: Rows, *, everything: bool, whole: bool = True) -> int:
    """Print ``rows`` and return their number; a terminal gets :data:`MOST_ROWS` at most, unless ``everything``.

    A pipe gets all rows, because nobody would notice there that some are missing. When a table is too wide for the
    terminal, ``whole`` prints each row as a record with all columns; otherwise the last columns are left out.
    """
    found = iter(rows.rows)
    if everything or not console.is_terminal:
        first = next(found, None)
        shown = 0
        for block in blocks(chain([] if first is None else [first], found), MOST_ROWS):
            _print(console, "" if shown else title, rows.columns, block, whole=whole)
            shown += len(block)
        if first is None:
            _print(console, title, rows.columns, [], whole=whole)
        return shown
    block = list(islice(found, MOST_ROWS))
    _print(console, title, rows.columns, block, whole=whole)
    if next(found, None) is not None:
        console.complain(f"! 앞의 {MOST_ROWS:,}행만 보였습니다. 모두 보려면 --all, 파일로 쓰려면 --csv 파일.")
    return len(block)


def _print(
    console: Console, title: str, columns: Sequence[Column], block: Sequence[tuple[object, ...]], *, whole: bool
) -> None:
    labels = tuple(column.label for column in columns)
    if not console.is_terminal:
        fields = [tuple(None if value is None else _field(value) for value in row) for row in block]
        console.table(title, labels, fields)
        return
    cells = [tuple(_cell(column, value) for column, value in zip(columns, row, strict=True)) for row in block]
    if whole and cells and tabular.least_width(labels, cells) > console.width:
        for number, row in enumerate(cells, start=1):
            console.table(f"{title} {number:,}".strip(), ("열", "값"), tuple(zip(labels, row, strict=True)), right=())
        return
    right = frozenset(place for place, column in enumerate(columns) if column.kind in _NUMBERS)
    console.table(title, labels, cells, right=right)


def _field(value: object) -> str:
    return _TRUTH[value] if isinstance(value, bool) else plain.text(value)


def _cell(column: Column, value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return _TRUTH[value]
    if column.said is not None and isinstance(value, int | float | Decimal):
        return column.said(float(value))
    if isinstance(value, int) and column.grouped:
        return f"{value:,}"
    if isinstance(value, datetime):
        return plain.text(value.replace(microsecond=0))
    return plain.text(value)
