"""Excel files: texts are written as texts (005930, ``=A1``), days as days, numbers as numbers; never a formula."""

import math
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from foresto_cli.errors import UsageError
from foresto_cli.output import plain
from foresto_cli.output.rows import Column, Kind, Rows

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""Excel's maximum for a sheet, without its header."""
MOST_LETTERS = 32_767
"""Excel's maximum for a cell."""
MOST_COLUMNS = 16_384
_EXACT = 2**53
"""Larger whole numbers lose digits in Excel, so they are written as texts."""
_FIRST_DAY = date(1900, 3, 1)
"""Earlier days are written as texts, because Excel counts 1900-02-29, which did not exist."""
_WIDTHS = {Kind.TEXT: 14, Kind.WHOLE: 16, Kind.NUMBER: 14, Kind.DAY: 11, Kind.MOMENT: 19, Kind.TRUTH: 8}


def write(rows: Rows, target: BinaryIO) -> int:
    """Write ``rows`` to ``target`` as one sheet with the labels as header; return the number of rows.

    Raises:
        UsageError: there are more rows, columns or letters than Excel takes.
    """
    from xlsxwriter import Workbook

    if len(rows.columns) > MOST_COLUMNS:
        raise UsageError(f"엑셀 파일에는 {MOST_COLUMNS:,}열까지만 들어갑니다. --csv로 쓰세요.")
    with tempfile.TemporaryDirectory(prefix="foresto-") as folder:
        # xlsxwriter keeps one row in memory and the others in that folder.
        book = Workbook(target, {"constant_memory": True, "tmpdir": folder})
        sheet = book.add_worksheet("foresto")
        try:
            count = _fill(book, sheet, rows)
        except BaseException:
            # The file is discarded, so xlsxwriter must not finish it when the workbook is collected.
            sheet.row_data_fh.close()
            book.fileclosed = True
            raise
        book.close()
    return count


def _fill(book: "Workbook", sheet: "Worksheet", rows: Rows) -> int:
    formats = {
        Kind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
        Kind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    _begin(sheet, rows.columns, book.add_format({"bold": True}))
    count = 0
    for count, row in enumerate(_fitting(rows.rows), start=1):
        for place, (column, value) in enumerate(zip(rows.columns, row, strict=True)):
            _put(sheet, count, place, value, formats.get(column.kind))
    sheet.autofilter(0, 0, count, max(len(rows.columns) - 1, 0))
    return count


def _fitting(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise UsageError(f"엑셀 파일에는 {MOST_ROWS:,}행까지만 들어갑니다. --csv나 --parquet로 쓰세요.")
        yield row


def _begin(sheet: "Worksheet", columns: tuple[Column, ...], bold: "Format") -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, max(_WIDTHS[column.kind], min(len(column.label) + 2, 30)))
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.label, bold)


def _put(sheet: "Worksheet", row: int, place: int, value: object, made: "Format | None") -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, date):
        moment = plain.korean(value) if isinstance(value, datetime) else value
        if date(moment.year, moment.month, moment.day) < _FIRST_DAY:
            _text(sheet, row, place, plain.text(value))
        else:
            sheet.write_datetime(row, place, moment, made)
    elif isinstance(value, int | float | Decimal) and _is_number(value):
        sheet.write_number(row, place, value)
    else:
        _text(sheet, row, place, plain.text(value))


def _is_number(value: float | Decimal) -> bool:
    """Return whether Excel can hold this number exactly."""
    if isinstance(value, int):
        return abs(value) <= _EXACT
    return math.isfinite(value)


def _text(sheet: "Worksheet", row: int, place: int, text: str) -> None:
    if len(text) > MOST_LETTERS:
        raise UsageError(f"엑셀 칸에는 {MOST_LETTERS:,}자까지만 들어갑니다({row:,}행). --csv나 --json으로 쓰세요.")
    sheet.write_string(row, place, text)
