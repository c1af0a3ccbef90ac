"""JSON for the ``--json`` object: text that every JSON parser reads and that is safe to print on a terminal."""

import json
import math
import re

_ESCAPED = re.compile(
    r"[\x7f-\x9f\ud800-\udfff\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Characters that JSON allows and that control, reverse or hide text on a terminal, and unpaired surrogates."""


def written(found: object, *, ascii_only: bool = False) -> str:
    """Return ``found`` as JSON without NaN and without characters that control a terminal; ``ascii_only``: in ASCII."""
    try:
        text = json.dumps(found, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(found), ensure_ascii=False, default=str)
    if ascii_only:
        return in_ascii(text)
    return harmless(text)


def harmless(text: str) -> str:
    """Return JSON in which characters that control, reverse or hide text on a terminal are escaped."""
    return _ESCAPED.sub(lambda found: json.dumps(found[0])[1:-1], text)


def in_ascii(text: str) -> str:
    """Return JSON with every other character escaped; outside of strings JSON is ASCII anyway."""
    return "".join(letter if letter.isascii() else json.dumps(letter)[1:-1] for letter in text)


def _finite(found: object) -> object:
    """Return ``found`` with None in place of NaN and infinite numbers."""
    if isinstance(found, dict):
        return {name: _finite(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [_finite(value) for value in found]
    return None if isinstance(found, float) and not math.isfinite(found) else found
