"""The one gate to the tables: whether a value is what its column holds.

Nothing is mended here: a name with half a character in it, or a count that no type holds, is no fact with a small fault
but a row that cannot be believed, and is left out with a reason. Blank edges, commas and words for nothing are the
loaders' to read; what comes out of them passes here.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
)

from foresto_cli import harmless
from foresto_cli.errors import BadPayload

Row = Mapping[str, Any]

LONGEST_TEXT = 100_000
"""Characters of a free text; the longest real ones, terms of products, have some thousands."""
LONGEST_INDEXED = 500
"""Characters of a text without a limit of its own that stands in an index: an entry may take 2,704 bytes."""
LARGEST = 10**30
"""No amount, count or rate is so large."""
MOST_DIGITS = 80
"""Characters of a number written out: more is no measurement."""
WHOLE_NUMBERS = {SmallInteger: 2**15, Integer: 2**31, BigInteger: 2**63}
FIRST_YEAR = 1900
SHORT_BITS = 128
NAMED = 40
"""Characters of a value or a key that a reason quotes."""

Why = Callable[[Any], str | None]
"""Says what is wrong with one value, or None."""
AllFit = Callable[[list[Any], frozenset[type]], bool]
"""Says at one glance whether all values, none of them None, fit; those it is not sure of are looked at one by one."""


@dataclass(frozen=True)
class _Check:
    """How one column is checked."""

    nullable: bool
    all_fit: AllFit
    why: Why

    def problem(self, value: object) -> str | None:
        if value is None:
            return None if self.nullable else "값이 없습니다"
        return self.why(value)


class Fit(list[Row]):
    """Rows that have passed the gate to ``table``; the writer does not look at them again."""

    def __init__(self, table: Table, rows: Sequence[Row]) -> None:
        """Take rows of which :func:`unfit` says nothing."""
        super().__init__(rows)
        self.table = table


def unfit(table: Table, rows: Sequence[Row]) -> dict[int, str]:
    """Return the position of every row with a value that its column cannot hold, and what is wrong with it.

    A member that is no column of ``table`` is not stored, and only has to be text that can be.
    """
    found: dict[int, str] = {}
    checks = _checks(table)
    for name in rows[0] if rows else ():
        check = checks.get(name, _NO_COLUMN)
        values = [row.get(name) for row in rows]
        given = values if check.nullable is False else [value for value in values if value is not None]
        if check.all_fit(given, frozenset(map(type, given))):
            continue
        for position, value in enumerate(values):
            reason = check.problem(value)
            if reason is not None:
                found.setdefault(position, f"{name}: {reason}")
    return found


def unfit_parts(parts: Mapping[str, Table], row: Row) -> str | None:
    """Return what is wrong with the members of ``row`` that are rows of other tables themselves, or None."""
    for name, table in parts.items():
        inner = row[name]
        found = unfit(table, [inner] if isinstance(inner, Mapping) else inner)
        if found:
            return next(iter(found.values()))
    return None


def refuse_unfit(table: Table, rows: Sequence[Row]) -> None:
    """Let pass rows that all fit into ``table``.

    Raises:
        BadPayload: one does not; it is named.
    """
    if isinstance(rows, Fit) and rows.table is table:
        return
    for position, reason in unfit(table, rows).items():
        raise BadPayload(f"{table.name} 표에 {named(rows[position])} 행을 쓸 수 없습니다({reason}).")


def named(row: Row) -> str:
    """Return what tells ``row`` from others, its first value, in a form that can be shown."""
    return harmless.line(f"{next(iter(row.values()), '')}", NAMED)


@cache
def _checks(table: Table) -> dict[str, _Check]:
    indexed = {column.name for index in table.indexes for column in index.columns}
    return {column.name: _check(column, is_indexed=column.name in indexed) for column in table.columns}


def _check(column: Column[Any], *, is_indexed: bool) -> _Check:
    kind = column.type
    is_nullable = bool(column.nullable)
    if isinstance(kind, String):
        is_prose = isinstance(kind, Text) and not is_indexed
        longest = kind.length or (LONGEST_TEXT if is_prose else LONGEST_INDEXED)
        why = partial(_wrong_text, longest=longest, is_prose=is_prose, is_key=column.primary_key)
        return _Check(is_nullable, partial(_texts_fit, longest=longest), why)
    if isinstance(kind, Integer):
        limit = next(limit for type_, limit in WHOLE_NUMBERS.items() if type(kind) is type_)
        return _Check(is_nullable, partial(_whole_fit, limit=limit), partial(_wrong_whole, limit=limit))
    if isinstance(kind, Numeric | Float):
        return _Check(is_nullable, _numbers_fit, _wrong_number)
    for type_, meant, wrong in TYPES:
        if isinstance(kind, type_):
            return _Check(is_nullable, partial(_are, meant=meant), wrong)
    # Documents and bytes of our own making.
    return _Check(is_nullable, lambda _, __: True, lambda _: None)


def _texts_fit(values: list[Any], kinds: frozenset[type], *, longest: int) -> bool:
    return not values or (kinds == {str} and max(map(len, values)) <= longest and "".join(values).isprintable())


def _wrong_text(value: object, *, longest: int, is_prose: bool, is_key: bool) -> str | None:
    if not isinstance(value, str):
        return f"글자가 아닌 값입니다({type(value).__name__})"
    if len(value) > longest:
        return f"{len(value):,}자로 너무 깁니다(character varying({longest}))"
    if value.isprintable():
        return None
    bad = harmless.unstorable(value, allow_breaks=is_prose, allow_invisible=not is_key)
    return None if bad is None else f"글자가 아닌 것({bad})이 들어 있습니다"


def _whole_fit(values: list[Any], kinds: frozenset[type], *, limit: int) -> bool:
    return not values or (kinds == {int} and -limit <= min(values) and max(values) < limit)


def _wrong_whole(value: object, *, limit: int) -> str | None:
    if reason := _wrong_number(value):
        return reason
    if not isinstance(value, int | Decimal) or (isinstance(value, Decimal) and value.as_tuple().exponent != 0):
        return f"정수가 아닙니다({value})"
    return None if -limit <= int(value) < limit else f"수가 너무 큽니다({_short(value)})"


def _numbers_fit(values: list[Any], kinds: frozenset[type]) -> bool:
    if not values or not kinds <= {int, Decimal}:
        return not values
    exact = [value for value in values if type(value) is Decimal]
    if exact and not (
        all(map(Decimal.is_finite, exact))
        and min(map(Decimal.adjusted, exact)) >= -MOST_DIGITS
        and max(map(len, map(str, exact))) <= MOST_DIGITS
    ):
        return False
    return bool(min(values) > -LARGEST and max(values) < LARGEST)


def _wrong_number(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return f"수가 아닌 값입니다({_quoted(value)})"
    # Compared first: a number of thousands of digits takes its time to be written.
    if isinstance(value, int):
        return None if -LARGEST < value < LARGEST else f"수가 너무 큽니다({_short(value)})"
    if not _is_finite(value) or not -LARGEST < value < LARGEST:
        return f"수가 너무 크거나 수가 아닙니다({_short(value)})"
    if isinstance(value, Decimal) and (value.adjusted() < -MOST_DIGITS or len(f"{value}") > MOST_DIGITS):
        return "수의 자릿수가 너무 많습니다"
    return None


def _are(values: list[Any], kinds: frozenset[type], *, meant: type) -> bool:
    return kinds <= {meant} and (meant is bool or not values or min(values).year >= FIRST_YEAR)


def _wrong_day(value: object) -> str | None:
    if isinstance(value, datetime) or not isinstance(value, date):
        return f"날짜가 아닌 값입니다({_quoted(value)})"
    return None if value.year >= FIRST_YEAR else f"날짜일 수 없습니다({value})"


def _wrong_moment(value: object) -> str | None:
    if not isinstance(value, datetime):
        return f"시각이 아닌 값입니다({_quoted(value)})"
    return None if value.year >= FIRST_YEAR else f"시각일 수 없습니다({value})"


def _wrong_flag(value: object) -> str | None:
    return None if isinstance(value, bool) else f"예나 아니오가 아닌 값입니다({_quoted(value)})"


def _is_finite(value: float | Decimal) -> bool:
    # Not math.isfinite for both: a signalling NaN raises there.
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)


def _quoted(value: object) -> str:
    # Python does not write numbers of thousands of digits.
    return _short(value) if isinstance(value, int) else harmless.line(f"{value}", NAMED)


def _short(value: float | Decimal) -> str:
    if isinstance(value, int):
        return f"{value}" if value.bit_length() <= SHORT_BITS else f"약 2의 {value.bit_length()}제곱"
    return f"{value:.3e}" if _is_finite(value) else f"{value}"


TYPES: tuple[tuple[type, type, Why], ...] = (
    (DateTime, datetime, _wrong_moment),
    (Date, date, _wrong_day),
    (Boolean, bool, _wrong_flag),
)

_NO_COLUMN = _Check(
    nullable=True,
    all_fit=lambda values, kinds: str not in kinds or _texts_fit(values, kinds, longest=LONGEST_TEXT),
    why=lambda value: (
        _wrong_text(value, longest=LONGEST_TEXT, is_prose=True, is_key=False) if isinstance(value, str) else None
    ),
)
