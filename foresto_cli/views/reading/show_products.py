"""``foresto fss show``: every product of a kind with all its options."""

from dataclasses import dataclass

from sqlalchemy import Connection

from foresto_cli.app import App
from foresto_cli.datasets.fss.kinds import BY_NAME, Kind
from foresto_cli.errors import UsageError
from foresto_cli.store.fragments import Fragment, fragment, sql
from foresto_cli.views.reading.reading import Field, Reading, Row, percent, require, rows
from foresto_cli.views.reading.show_columns import PROVENANCE, field_of

RATES = {
    "deposits": (("intr_rate", "기본(%)"), ("intr_rate2", "최고(%)")),
    "savings": (("intr_rate", "기본(%)"), ("intr_rate2", "최고(%)")),
    "annuity": (("dcls_rate", "공시(%)"), ("avg_prft_rate", "평균(%)")),
    "mortgage": (("lend_rate_min", "최저(%)"), ("lend_rate_avg", "평균(%)")),
    "rent-house": (("lend_rate_min", "최저(%)"), ("lend_rate_avg", "평균(%)")),
    "credit": (("crdt_grad_1", "900점 초과"), ("crdt_grad_avg", "평균(%)")),
}
"""The rates of a kind that fit on a terminal; files have all."""
SAID = {
    "deposits": (("save_trm", "개월"), ("intr_rate_type_nm", "이자")),
    "savings": (("save_trm", "개월"), ("intr_rate_type_nm", "이자"), ("rsrv_type_nm", "적립")),
    "annuity": (("prdt_type_nm", "종류"),),
    "mortgage": (("mrtg_type_nm", "담보"), ("lend_rate_type_nm", "금리"), ("rpay_type_nm", "상환")),
    "rent-house": (("lend_rate_type_nm", "금리"), ("rpay_type_nm", "상환")),
    "credit": (("crdt_lend_rate_type_nm", "금리 구분"),),
}
"""What tells the options of a kind apart, in few words."""


@dataclass(frozen=True)
class Wish:
    """Which products somebody wants to see.

    Attributes:
        kind: word of the kind.
        text: part of the name of the company or the product; empty for all.
        closed: those that left the disclosure too.
        limit: at most so many rows.
    """

    kind: str
    text: str = ""
    closed: bool = False
    limit: int = 20


def show(app: App, wish: Wish) -> Reading:
    """Return the products of a kind, one row an option.

    Raises:
        UsageError: there is no such kind.
        ConfigError: none is stored.
    """
    kind = kind_called(wish.kind)
    fields = _fields(kind)
    with app.engine.connect() as connection:
        require(connection, kind.products.name, kind.label, f"fss {kind.name}")
        total, found = _found(connection, kind, fields, wish)
    more = [f"{total:,}행 가운데 {len(found):,}행입니다. 더 보려면 --limit."] if total > len(found) else []
    return Reading(
        title=f"{kind.label} {len(found):,}행",
        fields=fields,
        rows=found,
        notes=[*more, f"금리 순서로 보려면 foresto fss show {kind.name} --best"] if kind.name != "annuity" else more,
        nothing="조건에 맞는 상품이 없습니다.",
        facts={"kind": kind.name, "total": total},
    )


def kind_called(name: str) -> Kind:
    """Return the kind of product with that word.

    Raises:
        UsageError: there is none.
    """
    if name not in BY_NAME:
        raise UsageError(f"{name}: 그런 종류는 없습니다. {', '.join(BY_NAME)} 가운데 고르세요.")
    return BY_NAME[name]


def company_column(kind: Kind) -> str:
    """Return the column of a kind's products that has the company's name."""
    return "bank" if "bank" in kind.products.columns else "company"


def _found(connection: Connection, kind: Kind, fields: list[Field], wish: Wish) -> tuple[int, list[Row]]:
    of_product = {column.name for column in kind.products.columns}
    names = [fragment("{table}.{name}", table="p" if field.name in of_product else "o", name=field.name)
             for field in fields]  # fmt: skip
    company = company_column(kind)
    own = fragment("coalesce(p.{company}, '') || p.name", company=company)
    where = fragment(
        "{active} AND (:part = '' OR strpos(lower(replace({own}, ' ', '')), :part) > 0)",
        active=Fragment("true") if wish.closed else Fragment("p.is_active"),
        own=own,
    )
    joint = fragment(
        "FROM {products} p LEFT JOIN {options} o USING ({key}) WHERE {where}",
        products=kind.products.name,
        options=kind.options.name,
        key=kind.product_key,
        where=where,
    )
    asked = {"part": "".join(wish.text.split()).lower()}
    total = connection.scalar(sql("SELECT count(*) {joint}", joint=joint), asked)
    query = sql(
        "SELECT {names} {joint} ORDER BY p.{company}, p.name, {key} LIMIT :limit",
        names=names,
        joint=joint,
        company=company,
        key=[fragment("o.{name}", name=name) for name in kind.option_key],
    )
    return int(total or 0), rows(connection, query, **asked, limit=wish.limit)


def _fields(kind: Kind) -> list[Field]:
    """Return the columns of products and options; on a terminal few of them."""
    heads = {
        "bank": "금융회사",
        "company": "금융회사",
        "name": "상품",
        **dict(SAID[kind.name]),
        **dict(RATES[kind.name]),
    }
    columns = {column.name: column for table in (kind.products, kind.options) for column in table.columns}
    order = [*heads, *(name for name in columns if name not in heads and name not in PROVENANCE)]
    rates = {name for name, _ in RATES[kind.name]}
    return [
        field_of(columns[name], heads.get(name, ""), percent if name in rates else None)
        for name in order
        if name in columns
    ]
