"""The question that people ask: who pays most, who lends cheapest. From what is stored; nobody is asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.datasets.fss.kinds import BY_NAME, Kind
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.store.fragments import Fragment, fragment, joined, sql

SORT_WORDS = re.compile("금리|상환방식|적립식|대출")
"""What every option of a kind says; left out where room is short."""
ALL = Fragment("true")
TERM = 12
"""Months, unless others are asked for."""


@dataclass(frozen=True)
class Ranking:
    """How the options of one kind are compared.

    Attributes:
        best: SQL for the rate that decides.
        other: SQL for the rate beside it.
        columns: what the two are called.
        sort: SQL for what sort of option it is, in few words.
        falling: whether the highest is the best.
        only: SQL condition on the option.
    """

    best: Fragment
    other: Fragment
    columns: tuple[str, str]
    sort: Fragment
    falling: bool = False
    only: Fragment = ALL


_LENT = Ranking(
    Fragment("o.lend_rate_min"),
    Fragment("o.lend_rate_avg"),
    ("최저(%)", "평균(%)"),
    Fragment("concat_ws(' ', nullif(o.lend_rate_type_nm, ''), nullif(o.rpay_type_nm, ''))"),
)
_SAVED = Ranking(
    Fragment("coalesce(o.intr_rate2, o.intr_rate)"),
    Fragment("o.intr_rate"),
    ("최고(%)", "기본(%)"),
    Fragment("o.intr_rate_type_nm"),
    falling=True,
)
RANKINGS = {
    "deposits": _SAVED,
    "savings": replace(_SAVED, sort=Fragment("concat_ws(' ', o.intr_rate_type_nm, o.rsrv_type_nm)")),
    "mortgage": replace(_LENT, sort=fragment("concat_ws(' ', o.mrtg_type_nm, {sort})", sort=_LENT.sort)),
    "rent-house": _LENT,
    "credit": Ranking(
        Fragment("o.crdt_grad_avg"),
        Fragment("o.crdt_grad_1"),
        ("평균(%)", "900점 초과(%)"),
        Fragment("p.crdt_prdt_type_nm"),
        only=Fragment("o.crdt_lend_rate_type = 'A'"),
    ),
}
"""By kind; annuities have returns of the past and no rate to go by."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody is looking for.

    Attributes:
        kind: name of a kind in :data:`RANKINGS`.
        groups: financial groups that are wanted.
        term: months of a deposit or of savings (:data:`TERM` without it).
        top: how many.
        base: rank deposits and savings by the rate without preferences.
    """

    kind: str
    groups: Sequence[str]
    term: int | None = None
    top: int = 20
    base: bool = False


@dataclass(frozen=True)
class Offer:
    """One product and its best option: two rates in percent, and what sort of option it is."""

    rank: int
    company: str
    name: str
    sort: str | None
    best: float
    other: float | None


@dataclass(frozen=True)
class Best:
    """The best products of a kind, as they were on the day ``as_of``; ``term`` is None where there is none."""

    kind: str
    term: int | None
    as_of: str
    products: list[Offer]


def best(app: App, wish: Wish) -> Best:
    """Return the best products of one kind (``--json`` of ``foresto fss best``).

    Raises:
        UsageError: the kind is not ranked, or an option does not fit it.
        ConfigError: nothing is stored.
    """
    ranking = RANKINGS.get(wish.kind)
    if ranking is None:
        raise UsageError(f"{wish.kind}: 순위를 낼 수 있는 것은 {', '.join(RANKINGS)}입니다.")
    if wish.top < 1:
        raise UsageError("--limit은 1 이상이어야 합니다.")
    if not ranking.falling and (wish.term is not None or wish.base):
        raise UsageError("--term과 --base는 예금과 적금에만 씁니다.")
    kind = BY_NAME[wish.kind]
    months = (TERM if wish.term is None else wish.term) if ranking.falling else None
    with app.engine.connect() as connection:
        as_of = _asked(connection, kind)
        rows = _rows(connection, kind, wish, months)
    return Best(kind.name, months, as_of, rows)


def _asked(connection: Connection, kind: Kind) -> str:
    asked = connection.scalar(
        text(
            "SELECT max(asked_at)::date FROM unit_ledger WHERE dataset = :name AND status = 'done'"
            " AND asked_at <= :believable"
        ),
        {"name": kind.dataset, "believable": clock.believable()},
    )
    if asked is None:
        raise ConfigError(f"저장된 {kind.label} 상품이 없습니다. 먼저 foresto fss {kind.name}을 실행하세요.")
    return f"{asked}"


def _rows(connection: Connection, kind: Kind, wish: Wish, months: int | None) -> list[Offer]:
    ranking = RANKINGS[kind.name]
    decides = ranking.other if wish.base else ranking.best
    asked: dict[str, object] = {"top": wish.top, "groups": list(wish.groups)}
    conditions = [
        "p.is_active",
        fragment("{decides} IS NOT NULL", decides=decides),
        Fragment("p.top_fin_grp_no = ANY(:groups)"),
        ranking.only,
    ]
    if months is not None:
        conditions.append(Fragment("o.save_trm = :months"))
        asked["months"] = months
    order = fragment(
        "{decides} {falling}, {other} {falling} NULLS LAST",
        decides=decides,
        other=ranking.other,
        falling=Fragment("DESC" if ranking.falling else "ASC"),
    )
    # Of each product its best option.
    query = sql(
        "SELECT company, name, sort, best, other FROM (SELECT p.bank AS company, p.name, {sort} AS sort,"
        " {best} AS best, {other} AS other, rank() OVER (ORDER BY {order}) AS place,"
        " row_number() OVER (PARTITION BY {key} ORDER BY {order}, {sort}) AS nth"
        " FROM {options} o JOIN {products} p USING ({key})"
        " WHERE {conditions}) options WHERE nth = 1 ORDER BY place, 1, 2 LIMIT :top",
        sort=ranking.sort,
        best=ranking.best,
        other=ranking.other,
        order=order,
        key=kind.product_key,
        options=kind.options.name,
        products=kind.products.name,
        conditions=joined(" AND ", conditions),
    )
    return [
        Offer(rank, company, name, sort, float(rate), None if other is None else float(other))
        for rank, (company, name, sort, rate, other) in enumerate(connection.execute(query, asked), 1)
    ]


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.2f}"


def show(console: Console, found: Best) -> None:
    """Print the ranking for a person, in 80 columns."""
    kind, ranking = BY_NAME[found.kind], RANKINGS[found.kind]
    months = f" {found.term}개월" if found.term is not None else ""
    if not found.products:
        console.line(f"조건에 맞는 {kind.label}{months} 상품이 없습니다({found.as_of} 확인).")
        return
    rows = [
        (
            one.rank,
            one.company,
            one.name,
            SORT_WORDS.sub("", one.sort or ""),
            _percent(one.best),
            _percent(one.other),
        )
        for one in found.products
    ]
    title = f"{kind.label}{months} 상위 {len(rows)} · {found.as_of} 확인"
    console.table(title, ("순위", "금융회사", "상품", "종류", *ranking.columns), rows)
