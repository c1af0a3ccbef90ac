"""Measures, pads, cuts and wraps text by terminal cells: a Korean letter takes two.

Help, messages and tables all use it. It imports the standard library only, so that ``--help`` stays fast.
"""

import re
import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"
TIE = "\0"
"""Printed as a space; lines are not broken at it."""
_NO_CELL = {"Mn", "Me", "Cf"}
"""Unicode categories of characters that are drawn over the letter before them, or not at all."""
_JAMO_TAILS = range(0x1160, 0x1200)
"""Vowels and final consonants of a decomposed syllable: drawn into the cells of its first consonant."""
_ARGUMENT = r"""(?:"[^"]*"|'[^']*'|--?[\w-]+(?:[ =][\w./:-]+)?|[A-Za-z0-9_./:@+-]+)"""
_COMMAND = re.compile(rf"foresto(?: {_ARGUMENT})+[^ ]*")
_LEAD = re.compile(r"\s*(?:[✓✗!·•–-] |\d+\. )?")


def cells(text: str) -> int:
    """Return how many cells ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(letter) for letter in text)


def _cells_of(letter: str) -> int:
    if unicodedata.category(letter) in _NO_CELL or ord(letter) in _JAMO_TAILS:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def cut(text: str, width: int) -> str:
    """Return ``text`` if it fits into ``width`` cells, else its beginning and an ellipsis."""
    if cells(text) <= width:
        return text
    taken, room = [], width - cells(ELLIPSIS)
    for letter in text:
        room -= _cells_of(letter)
        if room < 0:
            break
        taken.append(letter)
    return "".join(taken).rstrip() + ELLIPSIS


def left(text: str, width: int) -> str:
    """Return ``text`` padded with spaces on the right to ``width`` cells."""
    return text + " " * (width - cells(text))


def right(text: str, width: int) -> str:
    """Return ``text`` padded with spaces on the left to ``width`` cells."""
    return " " * (width - cells(text)) + text


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` as lines of at most ``width`` cells, broken between words only.

    A command (``foresto prices repair --from 2026-11-01``) is kept on one line, so that it can be copied. A command or
    word that is longer than ``width`` gets a line of its own, which is then too long. Lines after the first are
    indented to the column where the text of the first begins, after its mark.
    """
    if cells(text) <= width:
        return [text.replace(TIE, " ")]
    lead = _LEAD.match(text)
    first = lead[0] if lead else ""
    lines, line, is_begun = [], first, False
    for piece in _pieces(text[len(first) :]):
        joined = f"{line} {piece}" if is_begun else line + piece
        if is_begun and cells(joined) > width:
            lines.append(line)
            joined = " " * cells(first) + piece
        line, is_begun = joined, True
    return [*lines, line]


def _pieces(text: str) -> Iterator[str]:
    """Yield the pieces that are not broken: words, and commands with their arguments."""
    tied = _COMMAND.sub(lambda found: found[0].replace(" ", TIE), text)
    for word in tied.split():
        yield word.replace(TIE, " ")
