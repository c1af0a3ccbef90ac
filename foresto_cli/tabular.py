"""Lays out tables for a terminal of any width, counting Korean letters as two cells.

When a table is too wide, sentences are wrapped at words and names are cut with an ellipsis. If that is not enough,
columns are left out, the last first. Numbers, days, codes and commands are never wrapped or cut.
"""

import re
from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from foresto_cli import wide

BETWEEN = "  "
RULE = "─"
_LONG, _SEVERAL = 32, 3
"""A text with at least so many cells and spaces is a sentence; others are names."""
_NARROW_SENTENCE, _NARROW_NAME, _NARROWEST_NAME = 24, 12, 8
"""Minimum width of a column of sentences, of names, and of names when only one other column is left."""
_EXACT = re.compile(
    r"[^\s가-힣]+(?: [^\s가-힣]+)?"  # a number, a code, a day and an hour
    r"|[+−-]?[\d,.]+ ?[가-힣]{1,4}(?: [\d,.]+ ?[가-힣]{1,4})*(?: [전뒤])?"  # 12.3조원, 3분 5초, 2일 뒤
    r"|foresto .*"
)
"""Cells that are never wrapped or cut."""

NUMBER = re.compile(r"[+−-]?(?:\d{1,3}(?:,\d{3})+|[1-9]\d*|0)(?:\.\d+)?(?:%|배|초|원|억원|조원| [KMGT]?B)?|-|")
"""Cells that are aligned to the right; a code such as 005930 is not a number."""


def are_numbers(cells: Sequence[str]) -> bool:
    """Return whether all cells of a column are numbers; at least one has to be."""
    return any(cell not in {"", "-"} for cell in cells) and all(NUMBER.fullmatch(cell) for cell in cells)


class Table(NamedTuple):
    """A table as it is printed.

    Attributes:
        lines: with colour codes.
        left_out: headings of the columns for which there was no room.
    """

    lines: list[str]
    left_out: list[str]


class Places(NamedTuple):
    """Indexes of columns that are treated differently.

    Attributes:
        right: columns aligned to the right.
        spare: columns to leave out before all others, in this order.
    """

    right: Container[int] = ()
    spare: Sequence[int] = ()


class _Column(NamedTuple):
    place: int
    head: str
    natural: int
    least: int
    is_sentence: bool


def laid_out(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    places: Places,
    tone: Callable[[str, str, str], str],
) -> Table:
    """Return a table of at most ``width`` cells, unless its first column alone is wider.

    Args:
        heads: headings of the columns.
        rows: cells, each a single line.
        width: of the terminal, in cells.
        places: columns that are treated differently.
        tone: takes a heading, a cell below it and the cell's padded text; returns that text in colour.
    """
    columns = [_column(place, head, [row[place] for row in rows]) for place, head in enumerate(heads)]
    kept, widths = _fitted(columns, width, places.spare)
    heads_put = [_put(one.head, widths[one.place], is_right=one.place in places.right) for one in kept]
    lines = [BETWEEN.join(heads_put).rstrip()]
    lines.append(RULE * (sum(widths[one.place] for one in kept) + len(BETWEEN) * (len(kept) - 1)))
    for row in rows:
        pieces = {one.place: _pieces(one, row[one.place], widths[one.place]) for one in kept}
        for number in range(max(map(len, pieces.values()))):
            cells = []
            for one in kept:
                text = pieces[one.place][number] if number < len(pieces[one.place]) else ""
                padded = _put(text, widths[one.place], is_right=one.place in places.right)
                cells.append(tone(one.head, row[one.place], padded))
            lines.append(BETWEEN.join(cells).rstrip())
    return Table(lines, [one.head for one in columns if one not in kept])


def least_width(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the minimum width of a table with all its columns."""
    columns = [_column(place, head, [row[place] for row in rows]) for place, head in enumerate(heads)]
    return _total(columns, [one.least for one in columns])


def _column(place: int, head: str, cells: Sequence[str]) -> _Column:
    natural = max([wide.cells(head), *map(wide.cells, cells)])
    exact = max([wide.cells(head), *(wide.cells(cell) for cell in cells if _EXACT.fullmatch(cell))])
    is_sentence = any(wide.cells(cell) >= _LONG and cell.count(" ") >= _SEVERAL for cell in cells)
    least = _NARROW_SENTENCE if is_sentence else _NARROW_NAME
    return _Column(place, head, natural, min(natural, max(least, exact)), is_sentence=is_sentence)


def _fitted(columns: Sequence[_Column], width: int, spare: Sequence[int]) -> tuple[list[_Column], dict[int, int]]:
    """Return the columns for which there is room, and the width of each."""
    kept, first_out = list(columns), [*spare]
    while len(kept) > 1 and _total(kept, [one.least for one in kept]) > width:
        out = first_out.pop(0) if first_out else kept[-1].place
        kept = [one for one in kept if one.place != out]
    if len(kept) < len(columns) and len(kept) == 1:
        # A shorter name beside one number says more than the name alone.
        first = kept[0]._replace(least=min(kept[0].least, _NARROWEST_NAME))
        if _total([first, columns[1]], [first.least, columns[1].least]) <= width:
            kept = [first, columns[1]]
    widths = {one.place: one.natural for one in kept}
    while (over := _total(kept, list(widths.values())) - width) > 0:
        widest = max(kept, key=lambda one: (widths[one.place] > one.least, one.is_sentence, widths[one.place]))
        room = widths[widest.place] - widest.least
        if room <= 0:
            break
        widths[widest.place] -= min(room, over)
    return kept, widths


def _total(columns: Sequence[_Column], widths: Sequence[int]) -> int:
    return sum(widths) + len(BETWEEN) * (len(columns) - 1)


def _pieces(column: _Column, cell: str, width: int) -> list[str]:
    if column.is_sentence:
        return wide.wrap(cell, width)
    return [cell if width >= column.natural else wide.cut(cell, width)]


def _put(text: str, width: int, *, is_right: bool) -> str:
    return wide.right(text, width) if is_right else wide.left(text, width)
