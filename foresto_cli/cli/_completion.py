"""Completion of commands, options, stocks, indices, tables and jobs in a shell.

``foresto completion SHELL`` prints a script for the shell, which calls ``foresto --complete SHELL WORDS… =BEGUN`` at
every tab. The database is not opened: words from it are read from a file (:mod:`foresto_cli.known_words`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from foresto_cli import known_words
from foresto_cli.cli import _help, _shells

MOST = 60
"""Maximum number of words offered."""
FEW = 20
"""Maximum number of words from the database while nothing has been typed."""


class Offer(NamedTuple):
    """A word to offer, and a short description of it."""

    word: str
    said: str = ""


def answer(shell: str, words: Sequence[str], tree: Callable[[str], TyperGroup], state: Callable[[], Path]) -> str:
    """Return the offers as lines in the form that the shell expects.

    Args:
        shell: one of :data:`foresto_cli.cli._shells.SCRIPTS`.
        words: the words after ``foresto``; the last is ``=`` and the beginning that was typed.
        tree: returns the command tree with the given top-level command loaded.
        state: returns the state folder.
    """
    *before, begun = (_shells.plain(word) for word in words)
    found = offers(before, begun.removeprefix("="), tree, state)
    return "\n".join(_shells.written(shell, one.word, one.said) for one in islice(found, MOST))


def offers(
    before: Sequence[str], begun: str, tree: Callable[[str], TyperGroup], state: Callable[[], Path]
) -> Iterator[Offer]:
    """Yield the words that complete ``begun`` after the words ``before``."""
    words = [word for word in before if word != "--sandbox"]
    helps = words[:1] == ["help"]
    there = _reached(tree, words[helps:])
    if there is None:
        return
    folder = state() / "sandbox" if "--sandbox" in before else state()
    if there.awaited is not None:
        yield from _values(there.awaited, begun, folder)
    elif begun.startswith("-"):
        yield from _names(there.node, begun, words)
    elif isinstance(there.node, TyperGroup):
        shown = {name: one for name, one in there.node.commands.items() if not one.hidden}
        yield from _begun((Offer(name, _said(one.help)) for name, one in shown.items()), begun)
    elif not helps:
        arguments = [item for item in there.node.params if isinstance(item, TyperArgument)]
        if arguments and (there.place < len(arguments) or arguments[-1].nargs != 1):
            yield from _values(arguments[min(there.place, len(arguments) - 1)], begun, folder)


class _Place(NamedTuple):
    """The position on the command line: the command, the option that awaits a value, the index of the argument."""

    node: TyperCommand | TyperGroup
    awaited: TyperOption | None
    place: int


def _reached(tree: Callable[[str], TyperGroup], words: Sequence[str]) -> _Place | None:
    node: TyperCommand | TyperGroup = tree(next((word for word in words if not word.startswith("-")), ""))
    awaited, place = None, 0
    for word in words:
        if awaited is not None:
            awaited = None
        elif word.startswith("-"):
            awaited = next((one for one in _options(node) if word in one.opts and not one.is_flag), None)
        elif isinstance(node, TyperGroup):
            found = node.commands.get(word)
            if not isinstance(found, TyperCommand | TyperGroup):
                return None
            node = found
        else:
            place += 1
    return _Place(node, awaited, place)


def _options(node: TyperCommand | TyperGroup) -> list[TyperOption]:
    return [item for item in node.params if isinstance(item, TyperOption) and not item.hidden]


def _names(node: TyperCommand | TyperGroup, begun: str, words: Sequence[str]) -> Iterator[Offer]:
    known = [
        Offer(name, _said(one.help))
        for one in _options(node)
        if one.multiple or not set(one.opts) & set(words)
        for name in [*_help.spellings(one), *one.secondary_opts]
    ]
    yield from _begun([*known, Offer(*_help.SANDBOX), Offer("--help", _help.HELP_SAID)], begun)


def _begun(found: Iterable[Offer], begun: str) -> Iterator[Offer]:
    return (one for one in found if one.word.startswith(begun))


def _said(text: str | None) -> str:
    return (text or "").partition(". ")[0].removesuffix(".")


def _values(item: TyperArgument | TyperOption, begun: str, state: Path) -> Iterator[Offer]:
    word = (item.metavar or "").strip("[]")
    if word in _FIXED:
        yield from _begun(_FIXED[word](), begun)
    kinds = _KNOWN.get(word, ())
    if not kinds:
        return
    words = [one for one in known_words.read(state) if one.kind in kinds]
    if not begun:
        yield from (Offer(one.word, one.said) for one in words[:FEW])
        return
    upper = begun.upper()
    yield from (Offer(one.word, one.said) for one in words if one.word.upper().startswith(upper))
    named = (one for one in words if one.kind in _NAMED and one.said.upper().startswith(upper))
    yield from (Offer(one.said, one.word) for one in named)


def _jobs() -> Iterator[Offer]:
    from foresto_cli.timetable import JOBS

    return (Offer(" ".join(job.command[:2]), job.label) for job in JOBS)


def _all(*words: str) -> Callable[[], Iterable[Offer]]:
    return lambda: map(Offer, words)


_FIXED: dict[str, Callable[[], Iterable[Offer]]] = {
    "작업": _jobs,
    "셸": _all(*_shells.SCRIPTS),
    "시장": _all("KOSPI", "KOSDAQ", "KONEX"),
    "축": _all("total", "financial", "valuation", "technical", "risk"),
    "종류": _all("deposits", "savings", "annuity", "mortgage", "rent-house", "credit"),
    "보고서": _all("annual", "half", "q1", "q3"),
}
"""Fixed values, by their placeholder in help."""
_KNOWN = {
    "종목": (known_words.STOCK, known_words.ETF),
    "ETF": (known_words.ETF,),
    "지수": (known_words.INDEX,),
    "표": (known_words.TABLE,),
    "조건|이름": (known_words.SCREEN,),
}
"""Kinds of words from the database, by their placeholder in help."""
_NAMED = {known_words.STOCK, known_words.ETF, known_words.INDEX}
"""Kinds for which the name can be typed in place of the code."""
