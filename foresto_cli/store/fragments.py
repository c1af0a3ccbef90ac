"""SQL put together of pieces, none of which can come from outside.

A template holds ``{name}`` for each piece: a name of ours, which is checked, or a :class:`Fragment`, which only our own
code makes. Values are bind parameters (``:day``), never pieces.
"""

import re
from collections.abc import Iterable
from typing import LiteralString

from sqlalchemy import Connection, TextClause, func, select, table, text

NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?")
"""A table, a column, a data set, with what it belongs to in front at most."""


class Fragment(str):
    """SQL that our own code wrote."""

    __slots__ = ()


Piece = str | Fragment | int | float | Iterable[str]
"""A name, SQL, a number, or several names or SQL, which stand in SQL with commas between them."""


def sql(template: LiteralString | Fragment, **pieces: Piece) -> TextClause:
    """Return the statement that ``template`` and its ``pieces`` make.

    Raises:
        ValueError: a piece is neither a plain name nor a :class:`Fragment`.
    """
    return text(fragment(template, **pieces))


def fragment(template: LiteralString | Fragment, **pieces: Piece) -> Fragment:
    """Return the SQL that ``template`` and its ``pieces`` make, to be a piece of other SQL.

    Raises:
        ValueError: a piece is neither a plain name nor a :class:`Fragment`.
    """
    return Fragment(template.format_map({name: _checked(piece) for name, piece in pieces.items()}))


def joined(separator: LiteralString, pieces: Iterable[str]) -> Fragment:
    """Return ``pieces`` with ``separator`` between them.

    Raises:
        ValueError: a piece is neither a plain name nor a :class:`Fragment`.
    """
    return Fragment(separator.join(_checked(piece) for piece in pieces))


def count_rows(connection: Connection, name: str) -> int:
    """Return how many rows the table ``name`` has."""
    return connection.execute(select(func.count()).select_from(table(name))).scalar_one()


def _checked(piece: Piece) -> str:
    if isinstance(piece, Fragment):
        return piece
    if isinstance(piece, int | float):
        return f"{piece}"
    if not isinstance(piece, str):
        return joined(", ", piece)
    if not NAME.fullmatch(piece):
        raise ValueError(f"neither a name nor SQL of ours: {piece!r}")
    return piece
