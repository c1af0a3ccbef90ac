"""CSV in UTF-8 as PostgreSQL's COPY writes it: NULL is nothing, an empty text is ``""``."""

import re
from collections.abc import Iterator

from foresto_cli.output import plain
from foresto_cli.output.rows import Kind, Rows, blocks

BOM = "\ufeff"
"""Without it spreadsheets take Korean for another character set."""
_SPECIAL = re.compile(r'[",\r\n]|^\s|\s$|^$|^\\\.$')
"""What stands between quotation marks: it would be read otherwise."""
_FORMULA = re.compile("[-=+@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""With what a text begins that spreadsheets compute (as ``store/copying.py`` has it for exports)."""
_BLOCK_ROWS = 1_000


def pieces(rows: Rows, *, spreadsheet_safe: bool) -> Iterator[tuple[int, str]]:
    """Yield the file piece by piece, header first, each with the number of its rows.

    Args:
        rows: the result.
        spreadsheet_safe: begin with the mark that spreadsheets want, and put an apostrophe before each text that they
            would compute. What is no text (negative numbers) stays as it is.
    """
    is_text = [spreadsheet_safe and column.kind is Kind.TEXT for column in rows.columns]
    names = (_cell(column.name, is_text=spreadsheet_safe) for column in rows.columns)
    yield 0, f"{BOM if spreadsheet_safe else ''}{','.join(names)}\n"
    alone = len(rows.columns) == 1
    for block in blocks(rows.rows, _BLOCK_ROWS):
        lines = [",".join(map(_field, row, is_text)) for row in block]
        # An empty line is no row to most readers.
        yield len(block), "".join([f"{line or ('' if not alone else QUOTES)}\n" for line in lines])


QUOTES = '""'


def _field(value: object, is_text: bool) -> str:  # noqa: FBT001  # as map() hands it over
    return "" if value is None else _cell(plain.text(value), is_text=is_text)


def _cell(written: str, *, is_text: bool) -> str:
    if is_text and _FORMULA.match(written):
        written = f"'{written}"
    return '"' + written.replace('"', '""') + '"' if _SPECIAL.search(written) else written
