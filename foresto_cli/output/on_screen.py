"""Rows for people: a table on the terminal, one record below the other when it is too wide, lines in a pipe."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import chain, islice

from foresto_cli.console import Console
from foresto_cli.output import plain
from foresto_cli.output.rows import Column, Kind, Rows, blocks

MOST_ROWS = 1_000
"""On a terminal, without ``--all``."""
_NARROWEST = 12
"""Cells to which a column of texts may be folded; numbers and days are never folded."""
_BETWEEN = 2
"""Cells between two columns, as rich draws them; the table has one more on either side."""
_NUMBERS = {Kind.WHOLE, Kind.NUMBER}


def show(console: Console, title: str, rows: Rows, *, everything: bool) -> int:
    """Print ``rows`` and return how many; of more than :data:`MOST_ROWS` the first, unless ``everything``.

    In a pipe all are printed: nobody sees there that some are missing.
    """
    found = iter(rows.rows)
    if everything or not console.is_terminal:
        first = next(found, None)
        shown = 0
        for block in blocks(chain([] if first is None else [first], found), MOST_ROWS):
            _print(console, "" if shown else title, rows.columns, block)
            shown += len(block)
        if first is None:
            _print(console, title, rows.columns, [])
        return shown
    block = list(islice(found, MOST_ROWS))
    _print(console, title, rows.columns, block)
    if next(found, None) is not None:
        console.complain(f"! 앞의 {MOST_ROWS:,}행만 보였습니다. 모두 보려면 --all, 파일로 쓰려면 --csv 파일.")
    return len(block)


def _print(console: Console, title: str, columns: Sequence[Column], block: Sequence[tuple[object, ...]]) -> None:
    cells = [tuple(_cell(column, value) for column, value in zip(columns, row, strict=True)) for row in block]
    labels = tuple(column.label for column in columns)
    if console.is_terminal and cells and _least_width(columns, cells) > console.width:
        for number, row in enumerate(cells, start=1):
            console.table(f"{title} {number:,}".strip(), ("열", "값"), tuple(zip(labels, row, strict=True)))
        return
    right = frozenset(place for place, column in enumerate(columns) if column.kind in _NUMBERS)
    kept = frozenset(place for place, column in enumerate(columns) if column.kind is not Kind.TEXT)
    console.table(title, labels, cells, right=right, kept=kept)


def _cell(column: Column, value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "예" if value else "아니오"
    if isinstance(value, int) and column.grouped:
        return f"{value:,}"
    if isinstance(value, datetime):
        return plain.text(value.replace(microsecond=0))
    return plain.text(value)


def _least_width(columns: Sequence[Column], cells: Sequence[tuple[str, ...]]) -> int:
    widths = (max(_width(column.label), *(_width(row[place]) for row in cells)) for place, column in enumerate(columns))
    folded = (
        min(width, max(_NARROWEST, _width(column.label))) if column.kind is Kind.TEXT else width
        for column, width in zip(columns, widths, strict=True)
    )
    return sum(folded) + _BETWEEN * (len(columns) - 1) + 2


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
