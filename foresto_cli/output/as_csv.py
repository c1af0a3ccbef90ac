"""CSV in UTF-8 as PostgreSQL's COPY writes it: NULL is an empty field, an empty text is ``""``."""

import re
from collections.abc import Iterator

from foresto_cli.output import plain
from foresto_cli.output.rows import Kind, Rows, blocks

BOM = "\ufeff"
"""Without it, spreadsheets read Korean in another character set."""
_SPECIAL = re.compile(r'[",\r\n]|^\s|\s$|^$|^\\\.$')
"""Texts that have to be quoted."""
_FORMULA = re.compile("[-=+@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""First characters of a text that spreadsheets take for a formula (as in ``store/copying.py`` for exports)."""
_BLOCK_ROWS = 1_000
_QUOTES = '""'


def pieces(rows: Rows, *, spreadsheet_safe: bool) -> Iterator[tuple[int, str]]:
    """Yield the file in pieces, header first, each with its number of rows.

    Args:
        rows: the result.
        spreadsheet_safe: begin with a byte order mark, and put an apostrophe before each text that a spreadsheet would
            take for a formula. Values other than texts (negative numbers) are unchanged.
    """
    is_text = [spreadsheet_safe and column.kind is Kind.TEXT for column in rows.columns]
    names = (_cell(column.name, is_text=spreadsheet_safe) for column in rows.columns)
    yield 0, f"{BOM if spreadsheet_safe else ''}{','.join(names)}\n"
    alone = len(rows.columns) == 1
    for block in blocks(rows.rows, _BLOCK_ROWS):
        lines = [",".join(map(_field, row, is_text)) for row in block]
        # Most readers skip an empty line, which a NULL in the only column would be.
        yield len(block), "".join([f"{line or ('' if not alone else _QUOTES)}\n" for line in lines])


def _field(value: object, is_text: bool) -> str:  # noqa: FBT001  # as map() hands it over
    return "" if value is None else _cell(plain.text(value), is_text=is_text)


def _cell(written: str, *, is_text: bool) -> str:
    if is_text and _FORMULA.match(written):
        written = f"'{written}"
    return '"' + written.replace('"', '""') + '"' if _SPECIAL.search(written) else written
