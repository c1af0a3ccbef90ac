"""How an answer of finlife becomes products with their options. Pure: no network, no database."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, Numeric, Table

from foresto_cli import clock, harmless
from foresto_cli.datasets.fss.kinds import Kind, wired
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import finlife
from foresto_cli.upstream.finlife import Record

Key = tuple[Any, ...]

NO_VALUE = frozenset(("", "-"))
NO_DAY = frozenset(("", "99991231"))
"""Nothing, or "for ever"."""
SHOWN_MONTHS = 12
COMPANY = re.compile("[0-9]{7}")
MONTH = re.compile("[0-9]{4}(0[1-9]|1[0-2])")
NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?")
LARGEST = Decimal(10) ** 15
LONGEST_CODE = 100
LARGEST_RATE = 1_000
"""Percent; beyond it a number is no rate."""
LONGEST_TERM = 1_200
"""Months."""
LONGEST_TERM_TOLD = 120
"""Months: no saving product that is disclosed runs longer than ten years."""


def products(kind: Kind, group: str, answer: finlife.Products) -> tuple[list[Row], int]:
    """Return (one row per product, options that belong to no product).

    A row has the members ``product`` (columns of the product's table), ``options`` (list of those of its options) and
    ``problem`` (why it cannot be believed, or None). Options are joined by company and code after the last page; of
    credit loans by the kind of loan too.

    Raises:
        KeyError, ValueError: a field that everything hangs on is missing, or no text.
    """
    by_product: dict[Key, list[Record]] = defaultdict(list)
    for record in answer.options:
        by_product[key_of(kind, record)].append(record)
    rows = [_row(kind, group, record, by_product.pop(key_of(kind, record), [])) for record in answer.base]
    return rows, sum(map(len, by_product.values()))


def key_of(kind: Kind, record: Record) -> Key:
    """Return what tells the product that ``record`` is about from every other.

    Raises:
        KeyError, ValueError: a part of it is missing, or no text.
    """
    return tuple(_words(record[name]) for name in kind.product_key)


def is_key(key: Key) -> bool:
    """Say whether ``key`` can be a product's."""
    return bool(COMPANY.fullmatch(key[0])) and all(0 < len(part) <= LONGEST_CODE and part.isprintable() for part in key)


def _row(kind: Kind, group: str, record: Record, options: Sequence[Record]) -> Row:
    problems: list[str] = []
    product = _read(kind.products, record, kind.product_rates, problems)
    read = [_read(kind.options, option, kind.option_rates, problems) for option in options]
    # The same row twice says nothing new; two that differ contradict each other.
    distinct = list({tuple(option.items()): option for option in read}.values())
    if not problems:
        problems += _contradictions(kind, product, distinct)
    product |= {"top_fin_grp_no": group, "is_active": True, "closed_on": None, "source_id": finlife.SOURCE_ID}
    if kind.shown:
        product["interest_rate"] = None if problems else shown_rate(kind, distinct)
    name = f"{product.get('bank', product.get('company'))} {product['name']}"
    return {"label": name, "product": product, "options": distinct, "problem": next(iter(problems), None)}


def _contradictions(kind: Kind, product: Row, options: Sequence[Row]) -> Iterator[str]:
    if len({tuple(option[name] for name in kind.option_key) for option in options}) != len(options):
        yield "같은 조건의 금리가 서로 다르게 두 번 있습니다"
    if not COMPANY.fullmatch(product["fin_co_no"]) or not product["fin_prdt_cd"]:
        yield "금융회사 번호나 상품 코드가 아닙니다"
    if not product["name"]:
        yield "이름이 없습니다"
    if not MONTH.fullmatch(product["dcls_month"]):
        yield f"공시월 {product['dcls_month']}을 읽을 수 없습니다"


def _read(table: Table, record: Record, rates: Sequence[str], problems: list[str]) -> dict[str, object]:
    """Return the columns of ``table``: keys, names and rates have to be there and legible, the rest is null otherwise.

    Raises:
        KeyError: one of those is missing.
    """
    found = {}
    for column, name in wired(table):
        needed = not column.nullable or column.name in rates
        given = record[name] if needed else record.get(name)
        try:
            value = _converted(column, given)
        except ValueError:
            value = None
            if needed:
                problems.append(f"{name}의 값 {str(given)[:20]!r}을 읽을 수 없습니다")
        if column.name in rates and isinstance(value, Decimal) and abs(value) > LARGEST_RATE:
            problems.append(f"{name}이 금리일 수 없는 값입니다")
            value = None
        found[column.name] = value
    return found


def _converted(column: Column[Any], given: object) -> object:
    kind = next((kind for kind in CONVERTERS if isinstance(column.type, kind)), None)
    if kind is not None:
        return CONVERTERS[kind](given)
    words = _words(given)
    longest = getattr(column.type, "length", None)
    if longest is not None and len(words) > longest:
        raise ValueError(words)
    if harmless.unstorable(words, allow_breaks=True, allow_invisible=True):
        raise ValueError(words)
    if column.name in {"name", "bank", "company"}:
        words = " ".join(words.split())
    return words if words or not column.nullable else None


def _words(given: object) -> str:
    if given is None:
        return ""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError(given)
    return str(given).strip()


def _number(given: object) -> Decimal | None:
    words = _words(given).replace(",", "")
    if words in NO_VALUE:
        return None
    value = Decimal(words) if NUMBER.fullmatch(words) else None
    if value is None or abs(value) > LARGEST:
        raise ValueError(words)
    return value


def _months(given: object) -> int:
    """Return a term in months; 0 stands for one that is not stated."""
    words = _words(given)
    months = int(words) if words else 0
    if not 0 <= months <= LONGEST_TERM:
        raise ValueError(words)
    return months


def _day(given: object) -> date | None:
    words = _words(given)
    return None if words in NO_DAY else _moment(f"{words}0000").date()


def _moment(given: object) -> datetime:
    return clock.wall_of(_words(given), "%Y%m%d%H%M")


CONVERTERS: Mapping[type, Callable[[Any], Any]] = {Numeric: _number, Integer: _months, DateTime: _moment, Date: _day}


def shown_rate(kind: Kind, options: Sequence[Mapping[str, Any]]) -> Decimal | None:
    """Return the base rate of the option nearest to twelve months of the usual sort."""

    def distance(option: Mapping[str, Any]) -> tuple[object, ...]:
        unlike = [option[name] != wanted for name, wanted in kind.shown]
        return abs(option["save_trm"] - SHOWN_MONTHS), *unlike, option["save_trm"]

    stated = [option for option in options if option["intr_rate"] is not None]
    return min(stated, key=distance)["intr_rate"] if stated else None
