"""Credit ratings (신용등급) of bonds: four agencies' words, one scale.

Rules, applied to KIS, KBP, NICE and FN alike:

1. The agency's word is the name beside its code (``AAA``, ``A0``, ``BBB-``): the codes are documented for one value
   only (110 is AAA), so any other code without a name is unknown, never guessed.
2. ``A0`` is ``A``: agencies write the middle of a grade with and without the zero.
3. Empty and ``NULL`` mean that nothing is recorded: no rating is known, which does not say that the bond is unrated.
4. A word that is not on the scale is unknown; it is kept as it came, and never taken for "none".
5. A bond's rating is the lowest that its agencies give it: who filters by grade wants all of them to agree.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from foresto_cli.datasets.open_data.pages import text_of

AGENCIES = ("kis", "kbp", "nice", "fn")
SCALE = (
    "AAA", "AA+", "AA", "AA-", "A+", "A", "A-", "BBB+", "BBB", "BBB-",
    "BB+", "BB", "BB-", "B+", "B", "B-", "CCC+", "CCC", "CCC-", "CC", "C", "D",
)  # fmt: skip
"""Best first."""
DOCUMENTED_CODES = {"110": "AAA"}
RATED, UNKNOWN, NONE = "RATED", "UNKNOWN", "NONE"
WORST_TAKEN = {"all": None, "investment_grade": "BBB-", "high_quality": "A-"}
"""Quality filters, and the worst rating that each lets pass; the narrower ones want a known rating."""


class Rating(NamedTuple):
    """What is known of a bond's rating: a grade of :data:`SCALE` if ``status`` is RATED."""

    grade: str | None
    status: str


def word_of(record: Mapping[str, Any], agency: str) -> str | None:
    """Return an agency's word, on the scale where it can be read, else as it came; None when nothing is recorded."""
    code = text_of(record, f"{agency}ScrsItmsKcd")
    word = text_of(record, f"{agency}ScrsItmsKcdNm") or DOCUMENTED_CODES.get(code or "", code)
    if word is None:
        return None
    grade = word.upper().replace(" ", "").removesuffix("0")
    return grade if grade in SCALE else word


def combined(words: Sequence[str | None]) -> Rating:
    """Return a bond's rating from its agencies' words."""
    known = [word for word in words if word in SCALE]
    if known:
        return Rating(max(known, key=SCALE.index), RATED)
    return Rating(None, UNKNOWN if any(words) else NONE)


def passes(grade: str | None, quality: str) -> bool:
    """Say whether a bond of ``grade`` is taken in under the filter ``quality``."""
    worst = WORST_TAKEN[quality]
    return worst is None or (grade is not None and SCALE.index(grade) <= SCALE.index(worst))
