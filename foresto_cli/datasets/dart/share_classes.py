"""Whose a line of ``alotMatter`` is: the class column (``stock_knd``) is empty on every line of every eighth report.

Filers word it freely, misspell it or leave it out. A line is the common share's only where no other line can be:
different amounts for outsiders and large holders (차등배당), two parts of a year that are both paid, and two different
amounts without class are left as they are.
"""

import re
from collections.abc import Sequence

from foresto_cli.datasets.dart import free_text

COMMON, PREFERRED, UNNAMED = "보통주", "우선주", "구분없음"
_FOOTNOTE = re.compile(r"(\((주|\*)?\d*\)|\(\*+\d*\)|주\d+\)|[*※]+\d*\)?)+$")
_COMMON = re.compile(
    r"(기명식?)?(의결권(이)?있는)?(보통주?|일반주)(식(수)?|주권)?|(기명식?)?의결권(이)?있는(주식?|주식수)"
)
_PREFERRED = re.compile(r"(기명식?)?우선주?(식(수)?)?")
_NEVER_COMMON = re.compile(r"우선|종류|상환|전환|의결권(이)?없는|무의결권|^기타주식?$")
"""Words of classes beside which a line without class can only be the common share's."""

_HOLDERS = re.compile(r"(보통주?식?)?\(?(대주주|최대주주|소액주주|기타주주|일반주주)(등)?\)?")
_PARTS = re.compile(r"\(?(중간|분기|중간[,·/]?분기|기말|결산)배당금?\)?")
"""Words that name no class: who is paid, or when."""

Line = tuple[str, str]
"""A class, and an amount as filed."""


def class_of(worded: str | None) -> str:
    """Return the class of shares in one wording: 보통주, 우선주, else as filed without blanks; nothing for none."""
    plain = "".join((worded or "").split())
    if plain in free_text.BLANK or not plain.strip("-"):
        return ""
    bare = _FOOTNOTE.sub("", plain)
    for name, words in ((COMMON, _COMMON), (PREFERRED, _PREFERRED)):
        if words.fullmatch(bare) or _is_slip(bare, name):
            return name
    return plain


def named(lines: Sequence[Line]) -> list[tuple[str, str, bool]]:
    """Return (class, amount, is it certain which class) of the lines that say something.

    Of the common share's lines the one with an amount counts; lines without class that are empty say nothing beside
    it. The lone amount without class is the common share's.
    """
    alike = [line for line in lines if line[0] == COMMON]
    nameless = [line for line in lines if not line[0]]
    others = [line for line in lines if line[0] and line[0] != COMMON]
    mine, rest = alike, nameless
    if not alike and all(_is_blank(value) or _NEVER_COMMON.search(kind) for kind, value in others):
        mine, rest = nameless, []
    if not mine and not rest and (told := _without_class(others)):
        mine, others = told, [line for line in others if line not in told]
    found = [(COMMON, value, True) for value in _one_of(mine)]
    if mine and not found:
        found = [(kind or UNNAMED, value, False) for kind, value in mine if not _is_blank(value)]
    found += [(UNNAMED, value, False) for _, value in rest if not _is_blank(value)]
    for kind in dict.fromkeys(kind for kind, _ in others):
        same = [line for line in others if line[0] == kind]
        single = _one_of(same)
        found += [(kind, value, True) for value in single] or [(kind, value, False) for _, value in same]
    return found


def _one_of(lines: Sequence[Line]) -> list[str]:
    """Return the one value that all of ``lines`` can mean, "-" aside; nothing where two differ."""
    values = [value for _, value in lines if value.strip()]
    amounts = [value for value in values if not _is_blank(value)]
    if len({free_text.number(value) for value in amounts}) > 1:
        return []
    return (amounts or values)[:1]


def _without_class(lines: Sequence[Line]) -> list[Line]:
    """Return the lines that say when or to whom and not on which class, if they have one amount for all."""
    paid = [line for line in lines if not _is_blank(line[1])]
    holders = [line for line in lines if _HOLDERS.fullmatch(line[0])]
    parts = [line for line in lines if _PARTS.fullmatch(line[0])]
    for told, most in ((holders, len(holders)), (parts, 1)):
        mine = [line for line in paid if line in told]
        beside = [line for line in paid if line not in told and not _NEVER_COMMON.search(line[0])]
        if len(told) > 1 and len({line[0] for line in told}) > 1 and not beside and 0 < len(mine) <= most:
            return told if _one_of(told) and (told is parts or len(mine) == len(told)) else []
    return []


def _is_blank(value: str) -> bool:
    return free_text.is_blank(value)


def _is_slip(word: str, name: str) -> bool:
    """Say whether one letter is wrong (보퉁주, 보동주, 보통투, 우선준)."""
    return len(word) == len(name) and sum(a != b for a, b in zip(word, name, strict=True)) == 1
