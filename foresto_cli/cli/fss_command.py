"""``foresto fss``: financial products of the FSS."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import AFRESH, DRY_RUN, WAIT, Shown, command, new_group

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()

KINDS = {
    "deposits": "정기예금을",
    "savings": "적금을",
    "annuity": "연금저축을",
    "mortgage": "주택담보대출을",
    "rent-house": "전세자금대출을",
    "credit": "개인신용대출을",
    "all": "여섯 종류의 금융상품을 모두",
}
Areas = Annotated[
    str | None,
    typer.Option(
        "--group",
        help="권역 번호만(020000 은행, 030200 여신전문, 030300 저축은행, 050000 보험, 060000 금융투자). 쉼표로 여럿.",
        metavar="번호",
    ),
]


def _loading(kind: str, words: str) -> None:
    @command(group, AFRESH, DRY_RUN, WAIT, name=kind, said=f"{words} 권역마다 빠짐없이 받습니다.")
    def load(app: "App", options: "Options", areas: Areas = None) -> "Result":
        from foresto_cli.loading import load_products

        return load_products.load_products(app, kind, areas, options)


for _kind, _words in KINDS.items():
    _loading(_kind, _words)


@command(group)
def best(
    app: "App",
    kind: Annotated[
        str,
        typer.Argument(
            help="deposits 예금, savings 적금, mortgage 주택담보, rent-house 전세자금, credit 신용대출.", metavar="종류"
        ),
    ],
    term: Annotated[int | None, typer.Option(help="예금과 적금의 기간(12).", metavar="개월")] = None,
    top: Annotated[int, typer.Option("--limit", "--top", help="몇 개까지.", metavar="N")] = 20,
    areas: Areas = None,
    base: Annotated[bool, typer.Option("--base", help="우대 없는 기본 금리의 순서로.")] = False,
) -> Shown:
    """금리가 좋은 상품부터 보여 줍니다. 예금과 적금은 높은 것, 대출은 낮은 것이 먼저입니다."""
    from foresto_cli.loading import load_products
    from foresto_cli.running.results import plain_fields
    from foresto_cli.views import best_products

    wish = best_products.Wish(kind=kind, groups=load_products.wanted_groups(areas), term=term, top=top, base=base)
    found = best_products.best(app, wish)
    best_products.show(app.console, found)
    return Shown(plain_fields(found))


@command(group, output=True)
def show(
    app: "App",
    form: "Form",
    kind: Annotated[
        str,
        typer.Argument(
            help="deposits 예금, savings 적금, annuity 연금저축, mortgage 주택담보, rent-house 전세자금,"
            " credit 신용대출.",
            metavar="종류",
        ),
    ],
    text: Annotated[str, typer.Argument(help="금융회사나 상품 이름의 일부. 없으면 전부.", metavar="글")] = "",
    is_best: Annotated[bool, typer.Option("--best", help="금리가 좋은 순서로(foresto fss best와 같음).")] = False,
    has_changed: Annotated[bool, typer.Option("--changes", help="상품 대신 금리가 바뀐 기록.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="공시에서 빠진 상품도.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="많아야 이만큼.", metavar="N")] = 20,
) -> Shown:
    """저장된 금융상품을 회사와 조건별로 보여 줍니다."""
    from foresto_cli.errors import UsageError
    from foresto_cli.views.reading import best_offers, product_changes, show_products
    from foresto_cli.views.reading.reading import given

    if is_best and has_changed:
        raise UsageError("--best와 --changes 가운데 하나만 적으세요.")
    if is_best:
        found = best_offers.show(app, kind, limit)
    elif has_changed:
        found = product_changes.show(app, kind, text, limit)
    else:
        found = show_products.show(app, show_products.Wish(kind, text, closed, limit))
    return Shown(given(app.console, found, form))
