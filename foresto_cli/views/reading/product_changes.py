"""``foresto fss show --changes``: how the rates of known products changed, as they were seen."""

from foresto_cli.app import App
from foresto_cli.output.rows import Kind
from foresto_cli.store.fragments import fragment, sql
from foresto_cli.views.reading.reading import Field, Reading, percent, require, rows
from foresto_cli.views.reading.show_products import company_column, kind_called

FIELDS = (
    Field("changed_at", "바뀐 것을 본 시각", Kind.MOMENT, "본 날", lambda value: f"{value:%Y-%m-%d}"),
    Field("bank", "금융회사", Kind.TEXT, "금융회사"),
    Field("name", "상품", Kind.TEXT, "상품"),
    Field("option_codes", "조건 코드", Kind.TEXT, "조건"),
    Field("rate_name", "금리의 열 이름"),
    Field("rate", "금리", Kind.TEXT, "금리"),
    Field("old_rate", "전(%)", Kind.NUMBER, "전(%)", percent),
    Field("new_rate", "뒤(%)", Kind.NUMBER, "뒤(%)", percent),
    Field("fin_co_no", "금융회사 코드"),
    Field("fin_prdt_cd", "상품 코드"),
)
RATES = {
    "intr_rate": "기본",
    "intr_rate2": "최고",
    "lend_rate_min": "최저",
    "lend_rate_max": "최고",
    "lend_rate_avg": "평균",
    "dcls_rate": "공시이율",
    "avg_prft_rate": "평균 수익률",
    "crdt_grad_avg": "평균",
}


def show(app: App, kind_name: str, text: str, limit: int) -> Reading:
    """Return the changes of one kind's rates, the newest first.

    Args:
        app: what the command works with.
        kind_name: word of the kind.
        text: part of the name of the company or the product; empty for all.
        limit: at most so many.

    Raises:
        UsageError: there is no such kind.
        ConfigError: none of its products is stored.
    """
    kind = kind_called(kind_name)
    keys = [name for name in kind.product_key if name != "top_fin_grp_no"]
    query = sql(
        "SELECT h.*, p.bank, p.name FROM product_rate_history h LEFT JOIN LATERAL (SELECT {company} AS bank, name"
        " FROM {products} p WHERE {same} ORDER BY is_active DESC LIMIT 1) p ON true WHERE h.kind = :kind"
        " AND (:part = '' OR strpos(lower(replace(coalesce(p.bank, '') || coalesce(p.name, ''), ' ', '')), :part) > 0)"
        " ORDER BY h.changed_at DESC, p.bank, p.name, h.option_codes, h.rate_name LIMIT :limit",
        products=kind.products.name,
        company=company_column(kind),
        same=fragment("({theirs}) = ({ours})", theirs=[f"p.{key}" for key in keys], ours=[f"h.{key}" for key in keys]),
    )
    with app.engine.connect() as connection:
        require(connection, kind.products.name, kind.label, f"fss {kind.name}")
        found = rows(connection, query, kind=kind.name, part="".join(text.split()).lower(), limit=limit)
    for row in found:
        row["rate"] = RATES.get(row["rate_name"], row["rate_name"])
    return Reading(
        title=f"{kind.label} 금리 변동 {len(found):,}건",
        fields=FIELDS,
        rows=found,
        nothing="처음 받은 뒤로 바뀐 금리가 없습니다.",
        facts={"kind": kind.name},
    )
