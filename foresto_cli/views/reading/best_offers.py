"""``foresto fss show --best``: the ranking of ``foresto fss best`` as rows."""

from dataclasses import asdict

from foresto_cli.app import App
from foresto_cli.datasets.fss.kinds import BY_NAME
from foresto_cli.loading.load_products import wanted_groups
from foresto_cli.output.rows import Kind
from foresto_cli.views import best_products
from foresto_cli.views.reading.reading import Field, Reading, percent


def show(app: App, kind: str, limit: int) -> Reading:
    """Return the best products of a kind and the better of their rates; deposits and savings of twelve months.

    Raises:
        UsageError: the kind is not ranked.
        ConfigError: nothing is stored.
    """
    found = best_products.best(app, best_products.Wish(kind=kind, groups=wanted_groups(None), top=limit))
    best, other = best_products.RANKINGS[found.kind].columns
    fields = (
        Field("rank", "순위", Kind.WHOLE, "순위", str),
        Field("company", "금융회사", Kind.TEXT, "금융회사"),
        Field("name", "상품", Kind.TEXT, "상품"),
        Field("sort", "종류", Kind.TEXT, "종류", lambda sort: best_products.SORT_WORDS.sub("", sort)),
        Field("best", best, Kind.NUMBER, best, percent),
        Field("other", other, Kind.NUMBER, other, percent),
    )
    months = f" {found.term}개월" if found.term is not None else ""
    return Reading(
        title=f"{BY_NAME[found.kind].label}{months} 상위 {len(found.products)} · {found.as_of} 확인",
        fields=fields,
        rows=[asdict(offer) for offer in found.products],
        nothing="조건에 맞는 상품이 없습니다.",
        facts={"kind": found.kind, "term": found.term, "as_of": found.as_of},
    )
