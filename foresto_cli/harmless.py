r"""Text from outside made harmless: nothing in it clears a terminal, turns its letters round or forges a line.

What cannot be shown is not dropped but spelled out (``\x1b``, ``\u202e``), so that the operator sees what was there.
"""

import re
from functools import cache

LONGEST_LINE = 2_000
"""Characters of one line that is told; no sentence of ours comes near."""
_CONTROLS = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # commands to terminals, of both sets
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the reading direction round
    r"\ufff9-\ufffb\U000e0000-\U000e007f"  # a second text below the first
    r"\u2028\u2029"  # lines where nobody expects them
    r"\ud800-\udfff"  # half a character: no encoding has it
)
_BREAKS = r"\t\n\r"
_INVISIBLE = r"\u00ad\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\ufeff"
_NOT_SHOWN = re.compile(f"[{_CONTROLS}{_INVISIBLE}]")
_BREAK = re.compile(f"[{_BREAKS}]+")


def lines(text: str) -> str:
    r"""Return ``text`` with what is no visible character spelled out; line breaks (``\n``) and tabs stay."""
    # Most text is fine, and then this costs next to nothing.
    if text.isprintable():
        return text
    return _NOT_SHOWN.sub(_spelled, text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """Return ``text`` as one line of at most ``longest`` characters, with what is no visible character spelled out."""
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    return lines(_BREAK.sub(" ", text))


def unstorable(text: str, *, allow_breaks: bool, allow_invisible: bool) -> str | None:
    """Return, spelled out, the first character of ``text`` that is none and is not stored, or None.

    Args:
        text: what came.
        allow_breaks: whether it is prose, in which lines may break.
        allow_invisible: whether blanks without width and the like may stay: some sources have them in their texts.
    """
    found = _not_stored(breaks=allow_breaks, invisible=allow_invisible).search(text)
    return None if found is None else _spelled(found)


@cache
def _not_stored(*, breaks: bool, invisible: bool) -> re.Pattern[str]:
    return re.compile(f"[{_CONTROLS}{'' if breaks else _BREAKS}{'' if invisible else _INVISIBLE}]")


def _spelled(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]
