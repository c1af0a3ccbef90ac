"""Checks of what financial products say: rates in order and at a level that can be, codes, days, what stands for it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from sqlalchemy import Numeric, String, Table, Text

from foresto_cli.collecting.checks import WARNING, Rows, Scope, check
from foresto_cli.datasets.fss.groups_to_ask import groups_of
from foresto_cli.datasets.fss.kinds import KINDS, SAVING_RATES, Kind
from foresto_cli.datasets.fss.product_rows import COMPANY, LONGEST_TERM_TOLD, MONTH, Key, shown_rate
from foresto_cli.store.fragments import sql
from foresto_cli.upstream.finlife import GROUPS

LEVELS = {"intr_rate": (0.1, 8), "lend_rate_min": (0.5, 12), "crdt_grad_avg": (0, 15)}
"""Percent: between these half of all rates of a kind have lain since 2001."""
TIMES_THE_MEDIAN, HIGH_RATE = 3, 8
"""A base rate is odd when it is so many times the median of its kind, and higher than this percentage."""
ENOUGH = 10
"""So many options of a group are not all silent about a rate by chance; of loans made last month they may be."""
MAY_BE_SILENT = ("lend_rate_avg",)
OLDEST_DISCLOSURE = 3
"""Months: the FSS collects every month, and somebody always has something new."""

Row = dict[str, Any]


@check(
    "fss.values",
    "금융상품의 값",
    WARNING,
    "*_products",
    "상품마다 이름·공시월·날짜가 있을 수 있는 값이고, 기본 금리 ≤ 최고 금리이며, 대표 금리는 옵션의 것이다",
    units=groups_of,
)
def impossible_values(scope: Scope) -> Rows:
    """Find open products with a value that cannot be, or that their options or their whole kind contradict."""
    return [row for kind in KINDS for row in _of_kind(scope, kind)]


@check(
    "fss.level",
    "금융상품의 금리 수준",
    WARNING,
    "*_options",
    "종류마다 금리의 가운데 값이 시장 수준이고, 권역마다 금리가 적혀 있으며, 공시월이 요즘 것이다",
    units=groups_of,
)
def impossible_level(scope: Scope) -> Rows:
    """Find kinds whose rates together are in another unit, groups without any, and disclosures of long ago."""
    return [row for kind in KINDS for row in _level(scope, kind)]


def _open(scope: Scope, kind: Kind) -> tuple[Rows, dict[Key, Rows]]:
    products = scope.rows(sql("SELECT * FROM {table} WHERE is_active", table=kind.products.name))
    options: dict[Key, Rows] = defaultdict(list)
    for option in scope.rows(sql("SELECT * FROM {table}", table=kind.options.name)):
        options[_key(kind, option)].append(option)
    return products, options


def _key(kind: Kind, row: Mapping[str, Any]) -> Key:
    return tuple(row[name] for name in kind.product_key)


def _of_kind(scope: Scope, kind: Kind) -> Iterator[Row]:
    products, options = _open(scope, kind)
    base = [one["intr_rate"] for rows in options.values() for one in rows if one.get("intr_rate") is not None]
    most = max(HIGH_RATE, TIMES_THE_MEDIAN * median(base)) if base else HIGH_RATE
    month, today = f"{scope.now:%Y%m}", scope.now.date()
    for product in products:
        mine = options.get(_key(kind, product), [])
        problems = [*_of_product(kind, product, month, today), *_of_options(kind, product, mine, most)]
        if problems:
            yield {
                "kind": kind.name,
                "top_fin_grp_no": product["top_fin_grp_no"],
                **{name: product[name] for name in kind.product_key},
                "name": product["name"],
                "어긋남": ", ".join(dict.fromkeys(problems)),
            }


def _of_product(kind: Kind, product: Row, month: str, today: object) -> Iterator[str]:
    company = product["company" if "company" in product else "bank"]
    if not (COMPANY.fullmatch(product["fin_co_no"]) and product["fin_prdt_cd"] and product["name"] and company):
        yield "이름·회사·상품 코드"
    if product["top_fin_grp_no"] not in GROUPS:
        yield "권역"
    if not MONTH.fullmatch(product["dcls_month"]) or product["dcls_month"] > month:
        yield "공시월"
    first, last, submitted = (product[name] for name in ("dcls_strt_day", "dcls_end_day", "fin_co_subm_day"))
    sold = product.get("sale_strt_day")
    if (first and last and last < first) or any(day and day > today for day in (submitted and submitted.date(), sold)):
        yield "공시일"
    if _has_empty(kind.products, product):
        yield "빈 글"
    if (product.get("max_limit") or 1) <= 0 or product.get("join_deny") not in {None, "1", "2", "3"}:
        yield "가입 제한·최고 한도"


def _of_options(kind: Kind, product: Row, options: Sequence[Row], most: float) -> Iterator[str]:
    for option in options:
        low, high = (option.get(name) for name in _ends(kind))
        if low is not None and high is not None and low > high:
            yield "낮은 금리 > 높은 금리"
        if (option.get("intr_rate") or 0) > most:
            yield "다른 상품보다 너무 높은 금리"
        if option.get("save_trm", 0) > LONGEST_TERM_TOLD:
            yield "기간"
        if _has_empty(kind.options, option):
            yield "빈 글"
    if kind.shown and product["interest_rate"] != shown_rate(kind, options):
        yield "대표 금리"


def _ends(kind: Kind) -> tuple[str, str]:
    return SAVING_RATES if kind.shown else ("lend_rate_min", "lend_rate_max")


def _has_empty(table: Table, row: Row) -> bool:
    """Say whether a text that may be missing is stored as an empty one."""
    return any(row[c.name] == "" for c in table.columns if c.nullable and isinstance(c.type, String | Text))


def _level(scope: Scope, kind: Kind) -> Iterator[Row]:
    products, options = _open(scope, kind)
    rows: dict[str, Rows] = {group: [] for group in GROUPS}
    for product in products:
        rows.setdefault(product["top_fin_grp_no"], []).extend(options.get(_key(kind, product), []))
    every = [option for found in rows.values() for option in found]
    for name, (lowest, highest) in LEVELS.items():
        values = [float(one[name]) for one in every if one.get(name) is not None and _is_whole(one)]
        if values and not lowest <= median(values) <= highest:
            yield {"kind": kind.name, "어긋남": f"{name} 가운데 값", "값": median(values)}
    for group, found in rows.items():
        for name in _rates(kind.options, kind.option_rates):
            if len(found) >= ENOUGH and all(one[name] is None for one in found):
                yield {"kind": kind.name, "top_fin_grp_no": group, "어긋남": f"{name} 없음", "값": len(found)}
    for name in kind.product_rates:
        if len(products) >= ENOUGH and all(product[name] is None for product in products):
            yield {"kind": kind.name, "어긋남": f"{name} 없음", "값": len(products)}
    newest = max((product["dcls_month"] for product in products), default=None)
    if newest is not None and newest < _oldest(scope, kind):
        yield {"kind": kind.name, "어긋남": "공시월", "값": newest}


def _is_whole(option: Row) -> bool:
    """Say whether a rate is a whole one, and no part or adjustment of a credit loan's."""
    return str(option.get("crdt_lend_rate_type", "A")) == "A"


def _rates(table: Table, names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in MAY_BE_SILENT and isinstance(table.c[name].type, Numeric)]


def _oldest(scope: Scope, kind: Kind) -> str:
    """Return the month before which no kind's newest disclosure was when it was asked for last."""
    asked = scope.rows(
        sql(
            "SELECT to_char(max(asked_at) - make_interval(months => {months}), 'YYYYMM') AS month FROM unit_ledger"
            " WHERE dataset = :dataset AND status = 'done' AND asked_at <= :now",
            months=OLDEST_DISCLOSURE,
        ),
        dataset=kind.dataset,
        now=scope.now.replace(tzinfo=None),
    )
    return str(asked[0]["month"] or "")
