"""Colours of the terminal: red for rises and errors, blue for falls, as is usual in Korean markets.

``NO_COLOR`` (no-color.org) switches them off, ``FORCE_COLOR`` on, also in a pipe.
"""

import os
import re
from collections.abc import Mapping

BOLD, RED, GREEN, YELLOW, BLUE = "1", "31", "32", "33", "34"
_MARKS = {"✓": GREEN, "✗": RED, "!": YELLOW, "⚠": YELLOW, "⛔": RED}
_CHANGES = re.compile(r"등락|수익률|변화|괴리율|연초 대비")
"""Headings of columns whose numbers are changes, except those that match :data:`_NO_CHANGE` (dividend yields)."""
_NO_CHANGE = re.compile(r"배당")
_SIGNED = re.compile(r"([+−-]?)[\d,]+(?:\.\d+)?%?")


def are_wanted(*, is_terminal: bool, variables: Mapping[str, str] = os.environ) -> bool:
    """Return whether output to a stream is coloured."""
    if variables.get("NO_COLOR"):
        return False
    if variables.get("FORCE_COLOR"):
        return True
    return is_terminal and variables.get("TERM") != "dumb"


def painted(text: str, tone: str | None) -> str:
    """Return ``text`` in ``tone``, or as it is without one."""
    return text if tone is None or not text else f"\x1b[{tone}m{text}\x1b[0m"


def line(text: str) -> str:
    """Return a line with its first mark (✓, ✗, !) coloured."""
    mark = text.lstrip()[:1]
    tone = _MARKS.get(mark)
    return text if tone is None else text.replace(mark, painted(mark, tone), 1)


def of_cell(head: str, cell: str) -> str | None:
    """Return the colour of a cell below ``head``: by its sign when the column has changes, else None."""
    if not _CHANGES.search(head) or _NO_CHANGE.search(head):
        return None
    found = _SIGNED.fullmatch(cell.strip())
    if found is None or not cell.strip("+−-0.,% "):
        return None
    return BLUE if found[1] in {"−", "-"} else RED
