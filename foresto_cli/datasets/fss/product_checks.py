"""Checks of the financial products: as many as the disclosure had, what vanished, what has lost its other half."""

from datetime import timedelta

from foresto_cli.collecting.checks import MONTHLY, WARNING, Rows, Scope, check
from foresto_cli.datasets.fss.groups_to_ask import groups_of
from foresto_cli.datasets.fss.kinds import KINDS, Kind
from foresto_cli.store.fragments import Fragment, fragment, joined, sql

MONTH = timedelta(days=31)
CHANGED_SHARE = 0.2
FEW = 2
"""So many products more or less say nothing of a small group."""
BARE_SHARE = 0.05
"""Recorded disclosures have no product without options; companies that are late with them are few."""
HIGHEST_RATE = 20
"""Percent: the legal maximum of loans (이자제한법), and far above any saving rate."""
ADJUSTMENT = "D"
"""The part of a credit loan's rate that may be negative (가감조정금리)."""


@check(
    "fss.counts",
    "금융상품 수",
    WARNING,
    "*_products",
    "권역마다 상품 수가 한 달 전과 20% 넘게 다르지 않다",
    level=MONTHLY,
    units=groups_of,
)
def changed_counts(scope: Scope) -> Rows:
    """Find groups whose number of products differs by more than a fifth from a month ago."""
    return [row for row in _counts(scope) if _is_much(abs(row["지금"] - row["한_달_전"]), row["한_달_전"])]


@check(
    "fss.vanished",
    "사라진 금융상품",
    WARNING,
    "*_products",
    "권역마다 한 달 사이에 사라진 상품이 20% 이하",
    level=MONTHLY,
    units=groups_of,
)
def vanished(scope: Scope) -> Rows:
    """Find groups of whose products more than a fifth vanished within a month."""
    return [row for row in _counts(scope) if _is_much(row["사라짐"], row["한_달_전"])]


@check(
    "fss.stored",
    "저장된 금융상품",
    WARNING,
    "*_products",
    "권역마다 마지막 공시의 상품이 모두 공시 중으로 저장되어 있다",
    units=groups_of,
)
def lost_products(scope: Scope) -> Rows:
    """Find groups with other numbers of open products than their newest answer had.

    One that was left out of an answer stays as it was, open or not.
    """
    return [
        row
        for kind in KINDS
        for row in scope.rows(
            sql(
                "SELECT CAST(:kind AS text) AS kind, u.unit AS top_fin_grp_no, u.row_count AS 공시, p.n AS 저장됨"
                " FROM unit_ledger u CROSS JOIN LATERAL (SELECT count(*) AS n FROM {products}"
                " WHERE is_active AND top_fin_grp_no = u.unit) p WHERE u.dataset = :dataset"
                " AND u.status IN ('done', 'no_data') AND (p.n < u.row_count OR (p.n > u.row_count"
                " AND u.reason NOT LIKE '%뺐습니다%') OR (p.n > u.row_count AND u.reason IS NULL)) ORDER BY 2",
                products=kind.products.name,
            ),
            kind=kind.name,
            dataset=kind.dataset,
        )
    ]


@check(
    "fss.orphans",
    "상품 없는 옵션",
    WARNING,
    "*_options",
    "옵션마다 상품이 있고, 공시 중인 상품의 95%에 옵션이 있다",
    units=groups_of,
)
def orphans(scope: Scope) -> Rows:
    """Find options whose product is not there, and groups in which too many products have none."""
    return [row for kind in KINDS for row in (*_without_product(scope, kind), *_without_options(scope, kind))]


def _without_product(scope: Scope, kind: Kind) -> Rows:
    return scope.rows(
        sql(
            "SELECT CAST(:kind AS text) AS kind, {key}, count(*) AS 옵션 FROM {options} o"
            " WHERE NOT EXISTS (SELECT 1 FROM {products} p WHERE {same}) GROUP BY {key} ORDER BY {key}",
            key=kind.product_key,
            options=kind.options.name,
            products=kind.products.name,
            same=_same(kind),
        ),
        kind=kind.name,
    )


def _without_options(scope: Scope, kind: Kind) -> Rows:
    return scope.rows(
        sql(
            "SELECT CAST(:kind AS text) AS kind, top_fin_grp_no, count(*) FILTER (WHERE is_bare) AS 옵션_없음,"
            " count(*) AS 상품 FROM (SELECT top_fin_grp_no,"
            " NOT EXISTS (SELECT 1 FROM {options} o WHERE {same}) AS is_bare"
            " FROM {products} p WHERE is_active) AS open GROUP BY 2"
            " HAVING count(*) FILTER (WHERE is_bare) > greatest({few}, {share} * count(*)) ORDER BY 2",
            options=kind.options.name,
            products=kind.products.name,
            same=_same(kind),
            few=FEW,
            share=BARE_SHARE,
        ),
        kind=kind.name,
    )


def _same(kind: Kind) -> Fragment:
    return joined(" AND ", (fragment("p.{name} = o.{name}", name=name) for name in kind.product_key))


@check(
    "fss.rates",
    "금융상품 금리",
    WARNING,
    "*_options",
    "예금, 적금, 대출의 금리가 0~20% 안에 있다",
    units=groups_of,
)
def odd_rates(scope: Scope) -> Rows:
    """Find rates of open products below 0 or above 20 percent; returns of annuities are no rates in this sense."""
    return [
        row
        for kind in KINDS
        if kind.option_rates
        for row in scope.rows(
            sql(
                "SELECT CAST(:kind AS text) AS kind, p.top_fin_grp_no, p.fin_co_no, p.fin_prdt_cd, p.name,"
                " r.key AS 금리, r.value AS 값"
                " FROM {options} o JOIN {products} p USING ({key}) CROSS JOIN LATERAL jsonb_each(to_jsonb(o)) r"
                " WHERE p.is_active AND r.key = ANY(:rates) AND jsonb_typeof(r.value) = 'number'"
                " AND (r.value::numeric > :highest OR r.value::numeric < {lowest}) ORDER BY 3, 4, 6",
                options=kind.options.name,
                products=kind.products.name,
                key=kind.product_key,
                lowest=_lowest(kind),
            ),
            kind=kind.name,
            rates=list(kind.option_rates),
            highest=HIGHEST_RATE,
        )
    ]


def _lowest(kind: Kind) -> Fragment:
    if "crdt_lend_rate_type" not in kind.option_key:
        return Fragment("0")
    return fragment(
        "CASE o.crdt_lend_rate_type WHEN '{adjustment}' THEN -{highest} ELSE 0 END",
        adjustment=Fragment(ADJUSTMENT),
        highest=HIGHEST_RATE,
    )


def _counts(scope: Scope) -> Rows:
    """Return products by kind and group: now, a month ago, and how many of those have vanished since."""
    then = scope.now.replace(tzinfo=None) - MONTH
    return [
        row
        for kind in KINDS
        for row in scope.rows(
            sql(
                "SELECT CAST(:kind AS text) AS kind, top_fin_grp_no, count(*) FILTER (WHERE is_active) AS 지금,"
                " count(*) FILTER (WHERE {was_open}) AS 한_달_전,"
                " count(*) FILTER (WHERE NOT is_active AND {was_open}) AS 사라짐"
                " FROM {products} GROUP BY 2 ORDER BY 2",
                was_open=_WAS_OPEN,
                products=kind.products.name,
            ),
            kind=kind.name,
            then=then,
        )
    ]


_WAS_OPEN = Fragment("created_at <= :then AND (closed_on IS NULL OR closed_on > CAST(:then AS date))")


def _is_much(count: int, of: int) -> bool:
    return of > 0 and count > FEW and count > CHANGED_SHARE * of
