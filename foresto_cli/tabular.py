"""Tables for a terminal of any width, by the cells of their letters.

What is read exactly (numbers, days, codes, commands) is shown whole or not at all: when a table is too wide, sentences
are wrapped at words, names are cut with an ellipsis, and then columns are left out, the last first.
"""

import re
from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from foresto_cli import wide

BETWEEN = "  "
RULE = "─"
_LONG, _SEVERAL = 32, 3
"""Cells and blanks from which on a text is a sentence and no name."""
_NARROW_SENTENCE, _NARROW_NAME, _NARROWEST_NAME = 24, 12, 8
"""Cells to which a column of each may shrink; the last before a table is given up."""
_EXACT = re.compile(
    r"[^\s가-힣]+(?: [^\s가-힣]+)?"  # a number, a code, a day and an hour
    r"|[+−-]?[\d,.]+ ?[가-힣]{1,4}(?: [\d,.]+ ?[가-힣]{1,4})*(?: [전뒤])?"  # 12.3조원, 3분 5초, 2일 뒤
    r"|foresto .*"
)
"""What is read exactly."""

NUMBER = re.compile(r"[+−-]?(?:\d{1,3}(?:,\d{3})+|[1-9]\d*|0)(?:\.\d+)?(?:%|배|초|원|억원|조원| [KMGT]?B)?|-|")
"""What stands to the right; a code that begins with a nought is none."""


def are_numbers(cells: Sequence[str]) -> bool:
    """Say whether a column is one of numbers."""
    return any(cell not in {"", "-"} for cell in cells) and all(NUMBER.fullmatch(cell) for cell in cells)


class Table(NamedTuple):
    """A table as it is printed.

    Attributes:
        lines: with colours.
        left_out: heads of the columns for which there was no room.
    """

    lines: list[str]
    left_out: list[str]


class Places(NamedTuple):
    """Which columns are special.

    Attributes:
        right: those whose cells stand to the right.
        spare: those that are left out before all others, the first first.
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
    """Return a table of at most ``width`` cells, where its exact columns leave it room.

    Args:
        heads: of the columns.
        rows: cells, each one line.
        width: cells of the terminal.
        places: of columns that are special.
        tone: colours ``text``, the padded cell that stands below a head.
    """
    columns = [_column(place, head, [row[place] for row in rows]) for place, head in enumerate(heads)]
    kept, widths = _fitted(columns, width, places.spare)
    lines = [BETWEEN.join(_put(one.head, widths[one.place], one.place in places.right) for one in kept).rstrip()]
    lines.append(RULE * (sum(widths[one.place] for one in kept) + len(BETWEEN) * (len(kept) - 1)))
    for row in rows:
        pieces = {one.place: _pieces(one, row[one.place], widths[one.place]) for one in kept}
        for number in range(max(map(len, pieces.values()))):
            cells = []
            for one in kept:
                text = pieces[one.place][number] if number < len(pieces[one.place]) else ""
                padded = _put(text, widths[one.place], one.place in places.right)
                cells.append(tone(one.head, row[one.place], padded))
            lines.append(BETWEEN.join(cells).rstrip())
    return Table(lines, [one.head for one in columns if one not in kept])


def least_width(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the cells that a table needs to show every column."""
    columns = [_column(place, head, [row[place] for row in rows]) for place, head in enumerate(heads)]
    return _total(columns, [one.least for one in columns])


def _column(place: int, head: str, cells: Sequence[str]) -> _Column:
    natural = max([wide.cells(head), *map(wide.cells, cells)])
    exact = max([wide.cells(head), *(wide.cells(cell) for cell in cells if _EXACT.fullmatch(cell))])
    is_sentence = any(wide.cells(cell) >= _LONG and cell.count(" ") >= _SEVERAL for cell in cells)
    least = _NARROW_SENTENCE if is_sentence else _NARROW_NAME
    return _Column(place, head, natural, min(natural, max(least, exact)), is_sentence=is_sentence)


def _fitted(columns: Sequence[_Column], width: int, spare: Sequence[int]) -> tuple[list[_Column], dict[int, int]]:
    """Return the columns that have room and how many cells each gets."""
    kept, first_out = list(columns), [*spare]
    while len(kept) > 1 and _total(kept, [one.least for one in kept]) > width:
        out = first_out.pop(0) if first_out else kept[-1].place
        kept = [one for one in kept if one.place != out]
    if len(kept) < len(columns) and len(kept) == 1:
        # Better a short name beside one number than the name alone.
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


def _put(text: str, width: int, is_right: bool) -> str:  # noqa: FBT001  # as the place says
    return wide.right(text, width) if is_right else wide.left(text, width)
