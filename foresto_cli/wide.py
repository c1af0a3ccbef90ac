"""Text by the cells it takes on a terminal: Korean letters take two, and what has to stay in one piece does.

Everything that is laid out for people measures here: help, messages, tables. Standard library alone, so that ``--help``
stays fast.
"""

import re
import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"
TIE = "\0"
"""A blank at which no line is broken."""
_NO_CELL = {"Mn", "Me", "Cf"}
"""Categories of what is drawn over the letter before it, or not at all."""
_JAMO_TAILS = range(0x1160, 0x1200)
"""Vowels and final consonants of a syllable in pieces: drawn into the cells of its first consonant."""
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
    """Return ``text`` with blanks behind it up to ``width`` cells."""
    return text + " " * (width - cells(text))


def right(text: str, width: int) -> str:
    """Return ``text`` with blanks before it up to ``width`` cells."""
    return " " * (width - cells(text)) + text


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` as lines of at most ``width`` cells, broken between words only.

    A command (``foresto prices repair --from 2026-11-01``) stays on one line, so that it can be copied; it, and a word
    that is longer than a line, gets a line of its own and passes the edge. Lines after the first are indented to where
    the text of the first begins.
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
    """Yield what is not broken: words, and commands with all that belongs to them."""
    tied = _COMMAND.sub(lambda found: found[0].replace(" ", TIE), text)
    for word in tied.split():
        yield word.replace(TIE, " ")
