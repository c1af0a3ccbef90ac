"""Colours of the terminal: red for what rose and what went wrong, blue for what fell, as Korean markets have them.

``NO_COLOR`` (no-color.org) switches them off, ``FORCE_COLOR`` on, also in a pipe.
"""

import os
import re
from collections.abc import Mapping

BOLD, RED, GREEN, YELLOW, BLUE = "1", "31", "32", "33", "34"
_MARKS = {"✓": GREEN, "✗": RED, "!": YELLOW, "⚠": YELLOW, "⛔": RED}
_CHANGES = re.compile(r"등락|수익률|변화|괴리율|연초 대비")
"""Heads of columns whose sign says whether something rose or fell; a dividend's yield is no change."""
_NO_CHANGE = re.compile(r"배당")
_SIGNED = re.compile(r"([+−-]?)[\d,]+(?:\.\d+)?%?")


def are_wanted(*, is_terminal: bool, variables: Mapping[str, str] = os.environ) -> bool:
    """Say whether to colour what goes to a stream."""
    if variables.get("NO_COLOR"):
        return False
    if variables.get("FORCE_COLOR"):
        return True
    return is_terminal and variables.get("TERM") != "dumb"


def painted(text: str, tone: str | None) -> str:
    """Return ``text`` in ``tone``, or as it is without one."""
    return text if tone is None or not text else f"\x1b[{tone}m{text}\x1b[0m"


def line(text: str) -> str:
    """Return a line whose mark (✓, ✗, !) is in its colour."""
    mark = text.lstrip()[:1]
    tone = _MARKS.get(mark)
    return text if tone is None else text.replace(mark, painted(mark, tone), 1)


def of_cell(head: str, cell: str) -> str | None:
    """Return the colour of a cell below ``head``: of a change, by its sign."""
    if not _CHANGES.search(head) or _NO_CHANGE.search(head):
        return None
    found = _SIGNED.fullmatch(cell.strip())
    if found is None or not cell.strip("+−-0.,% "):
        return None
    return BLUE if found[1] in {"−", "-"} else RED
