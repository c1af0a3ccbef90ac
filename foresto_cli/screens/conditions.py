"""Conditions as people write them (``per < 10 and score > 70 and not designated``), and the SQL that they mean.

The text is read by Python's own parser and only what stands in :func:`_meaning` is taken out of it; values travel as
parameters. A comparison with something unknown is not fulfilled, and neither is its opposite.
"""

import ast
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import LiteralString, NamedTuple

from foresto_cli.errors import UsageError
from foresto_cli.store.fragments import Fragment, fragment, joined

LONGEST, MOST_PARTS = 2_000, 300
"""Characters of a condition; parts that its tree may have."""


class Kind(Enum):
    """What a value is; only values of one kind are compared."""

    NUMBER = "수"
    TEXT = "글자"
    TRUTH = "참·거짓"
    DAY = "날짜"


class Field(NamedTuple):
    """What a condition can speak of.

    Attributes:
        name: in conditions and files.
        label: what people read above it, and what conditions may call it too (up to its unit).
        kind: of its values.
        sql: its value for a stock.
        part: the relation that has to be joined for it.
    """

    name: str
    label: str
    kind: Kind
    sql: Fragment
    part: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """Return what it is called in conditions: its name, and its Korean one without unit and spaces."""
        return self.name, _called(self.label)


@dataclass
class Condition:
    """One condition of several that all have to be fulfilled.

    Attributes:
        said: as it was written.
        sql: what it means.
        parameters: what ``:names`` in ``sql`` stand for.
        used: names of the fields in it.
    """

    said: str
    sql: Fragment = field(default=Fragment())
    parameters: dict[str, object] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


class _Value(NamedTuple):
    sql: Fragment
    kind: Kind


WORDS = {"and": "and", "or": "or", "not": "not", "그리고": "and", "또는": "or", "아닌": "not"}
_AMOUNTS = {"만": 10**4, "억": 10**8, "조": 10**12}
_QUOTED = re.compile(r"""("[^"]*"|'[^']*')""")
_PLAIN = re.compile(
    r"(?P<amount>(?<![\w.])\d+(?:\.\d+)?)\s*(?P<unit>[만억조])|(?P<percent>(?<=\d)\s*%)"
    r"|(?P<word>[^\W\d]\w*)|(?P<sign><>|≥|≤|≠|[<>=!]=|(?<![<>=!])=(?!=))"
)
_SIGNS = {"<>": "!=", "≠": "!=", "≥": ">=", "≤": "<=", "=": "=="}
_COMPARED: dict[type[ast.cmpop], LiteralString] = {
    ast.Lt: "{left} < {right}",
    ast.LtE: "{left} <= {right}",
    ast.Gt: "{left} > {right}",
    ast.GtE: "{left} >= {right}",
    ast.Eq: "{left} = {right}",
    ast.NotEq: "{left} <> {right}",
}
# numeric, since a product of two bigint columns may be too large for one, and a quotient loses its fraction.
_COUNTED: dict[type[ast.operator], LiteralString] = {
    ast.Add: "(CAST({left} AS numeric) + {right})",
    ast.Sub: "(CAST({left} AS numeric) - {right})",
    ast.Mult: "(CAST({left} AS numeric) * {right})",
    ast.Div: "(CAST({left} AS numeric) / nullif({right}, 0))",
}


def conditions(given: str, fields: Sequence[Field]) -> list[Condition]:
    """Return the conditions of ``given`` that all have to be fulfilled, one for each part between ``and``.

    Raises:
        UsageError: it cannot be understood; the message says where and what is known.
    """
    if not given.strip():
        raise UsageError('조건을 적으세요(예: "per < 10 and score > 70 and not designated").')
    if "\0" in given:
        raise UsageError("조건에 쓸 수 없는 글자가 있습니다.")
    if len(given) > LONGEST:
        raise UsageError(f"조건이 너무 깁니다({len(given):,}자). {LONGEST:,}자까지 적을 수 있습니다.")
    put_in: dict[str, str] = {}

    def python(found: re.Match[str]) -> str:
        put = _python(found)
        put_in[put] = found[0]
        return put

    written = "".join(
        part if number % 2 else _PLAIN.sub(python, part) for number, part in enumerate(_QUOTED.split(given.strip()))
    )
    try:
        tree = ast.parse(written, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = getattr(error, "offset", None) or 1
        raise UsageError(
            f"조건을 알아볼 수 없습니다: {written[: place - 1]}▶{written[place - 1 :]}. ▶ 앞뒤를 살펴보세요."
        ) from None
    if sum(1 for _ in ast.walk(tree)) > MOST_PARTS:
        raise UsageError("조건이 너무 복잡합니다. 여럿으로 나누어 적으세요.")
    known = {name.casefold(): one for one in fields for name in one.names}
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    found = [_condition(part, written, known, f"v{number}") for number, part in enumerate(parts)]
    for one in found:
        one.said = _as_written(one.said, put_in)
    return found


def _as_written(said: str, put_in: Mapping[str, str]) -> str:
    """Return ``said`` with the operator's own amounts and signs, outside quotes."""
    pieces = _QUOTED.split(said)
    for put, original in put_in.items():
        if not put.isidentifier() and put:
            pieces[::2] = [piece.replace(put, original) for piece in pieces[::2]]
    return "".join(pieces)


def _called(label: str) -> str:
    return "".join(label.partition("(")[0].split())


def _python(found: re.Match[str]) -> str:
    if found["amount"]:
        return f"{Decimal(found['amount']) * _AMOUNTS[found['unit']]:f}"
    if found["percent"]:
        return ""
    if found["word"]:
        return WORDS.get(found["word"].lower(), found["word"])
    return _SIGNS.get(found["sign"], found["sign"])


def _condition(tree: ast.expr, written: str, known: Mapping[str, Field], prefix: str) -> Condition:
    condition = Condition(ast.get_source_segment(written, tree) or written)

    def bound(value: object) -> Fragment:
        name = f"{prefix}_{len(condition.parameters)}"
        condition.parameters[name] = value
        return Fragment(f":{name}")

    def named(name: str) -> _Value:
        one = known.get(name.casefold())
        if one is None:
            raise UsageError(_unknown(name, known))
        condition.used.add(one.name)
        return _Value(one.sql, one.kind)

    meant = _Meaning(bound, named, condition.said).of(tree)
    if meant.kind is not Kind.TRUTH:
        raise UsageError(f"{condition.said}: 조건이 아닙니다({meant.kind.value}). 무엇과 비교할지 적으세요.")
    condition.sql = meant.sql
    return condition


def _unknown(name: str, known: Mapping[str, Field]) -> str:
    alike = difflib.get_close_matches(name.casefold(), known, 3, 0.5)
    hint = f"혹시 {', '.join(alike)}입니까? " if alike else ""
    return f"{name}: 모르는 이름입니다. {hint}foresto screen --fields로 쓸 수 있는 이름을 보세요."


class _Meaning:
    """What the parts of one condition mean."""

    def __init__(self, bound: Callable[[object], Fragment], named: Callable[[str], _Value], said: str) -> None:
        self._bound, self._named, self._said = bound, named, said

    def of(self, tree: ast.expr) -> _Value:  # noqa: PLR0911  # one for each thing that can be written
        match tree:
            case ast.BoolOp(op=op, values=values):
                word: LiteralString = " AND " if isinstance(op, ast.And) else " OR "
                return _Value(Fragment(f"({joined(word, [self._truth(one) for one in values])})"), Kind.TRUTH)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _Value(fragment("NOT {one}", one=self._truth(operand)), Kind.TRUTH)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _Value(fragment("(- {one})", one=self._number(operand)), Kind.NUMBER)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _COUNTED:
                sums = fragment(_COUNTED[type(op)], left=self._number(left), right=self._number(right))
                return _Value(sums, Kind.NUMBER)
            case ast.Compare(left=left, ops=ops, comparators=others):
                pairs = zip([left, *others[:-1]], ops, others, strict=True)
                return _Value(Fragment(f"({joined(' AND ', [self._compared(*pair) for pair in pairs])})"), Kind.TRUTH)
            case ast.Name(id=name):
                return self._named(name)
            case ast.Constant(value=bool() as value):
                return _Value(Fragment("true" if value else "false"), Kind.TRUTH)
            case ast.Constant(value=int() | float() as value):
                return _Value(fragment("CAST({value} AS numeric)", value=self._bound(str(value))), Kind.NUMBER)
            case ast.Constant(value=str() as value):
                return _Value(fragment("CAST({value} AS text)", value=self._bound(value)), Kind.TEXT)
        raise UsageError(
            f"{self._said}: 비교(< <= > >= = !=), and, or, not, in, 괄호, 더하기·빼기·곱하기·나누기만 쓸 수 있습니다."
        )

    def _compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Fragment:
        if isinstance(op, ast.In | ast.NotIn):
            found = self._contained(left, right)
            return fragment("NOT {one}", one=found) if isinstance(op, ast.NotIn) else found
        if type(op) not in _COMPARED:
            raise UsageError(f"{self._said}: is는 쓸 수 없습니다. = 로 비교하세요.")
        one, other = self.of(left), self.of(right)
        one, other = self._as_day(one, other, left), self._as_day(other, one, right)
        if one.kind is not other.kind:
            raise UsageError(f"{self._said}: 서로 다른 것은 비교할 수 없습니다({one.kind.value}, {other.kind.value}).")
        return fragment(_COMPARED[type(op)], left=one.sql, right=other.sql)

    def _contained(self, left: ast.expr, right: ast.expr) -> Fragment:
        one = self.of(left)
        if isinstance(right, ast.List | ast.Tuple | ast.Set) and right.elts:
            equal = [self._compared(left, ast.Eq(), element) for element in right.elts]
            return Fragment(f"({joined(' OR ', equal)})")
        other = self.of(right)
        if one.kind is not Kind.TEXT or other.kind is not Kind.TEXT:
            raise UsageError(f'{self._said}: in은 "반도체" in sector나 market in ["KOSPI", "KOSDAQ"]처럼 씁니다.')
        return fragment("(position({one} IN {other}) > 0)", one=one.sql, other=other.sql)

    def _as_day(self, value: _Value, beside: _Value, tree: ast.expr) -> _Value:
        """Return a text beside a day as a day."""
        if not (value.kind is Kind.TEXT and beside.kind is Kind.DAY and isinstance(tree, ast.Constant)):
            return value
        try:
            day = date.fromisoformat(str(tree.value))
            return _Value(fragment("CAST({day} AS date)", day=self._bound(day)), Kind.DAY)
        except ValueError:
            raise UsageError(f"{self._said}: 날짜는 '2026-11-20'처럼 적으세요.") from None

    def _truth(self, tree: ast.expr) -> Fragment:
        return self._of_kind(tree, Kind.TRUTH)

    def _number(self, tree: ast.expr) -> Fragment:
        return self._of_kind(tree, Kind.NUMBER)

    def _of_kind(self, tree: ast.expr, kind: Kind) -> Fragment:
        found = self.of(tree)
        if found.kind is not kind:
            said = ast.unparse(tree)
            raise UsageError(f"{said}: 여기에 쓸 수 없습니다({found.kind.value}). 쓸 수 있는 것: {kind.value}.")
        return found.sql
