"""``foresto fss``: financial products of the FSS."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_duration
from foresto_cli.cli._run import HELP, Afresh, DryRun, Json, Wait, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)

KINDS = {
    "deposits": "정기예금을",
    "savings": "적금을",
    "annuity": "연금저축을",
    "mortgage": "주택담보대출을",
    "rent-house": "전세자금대출을",
    "credit": "개인신용대출을",
    "all": "여섯 종류의 금융상품을 모두",
}
Group = Annotated[
    str | None,
    typer.Option(
        help="권역 번호만(020000 은행, 030200 여신전문, 030300 저축은행, 050000 보험, 060000 금융투자). 쉼표로 여럿.",
        metavar="번호",
    ),
]


@app.callback()
def group() -> None:
    """Make it a group, however many commands it has."""


def _loading(kind: str) -> Callable[..., None]:
    def command(
        ctx: typer.Context,
        group: Group = None,
        again: Afresh = False,
        dry_run: DryRun = False,
        wait: Wait = "0s",
        as_json: Json = False,
    ) -> None:
        def work(found: "App") -> dict[str, Any]:
            from foresto_cli.loading import products
            from foresto_cli.running import job

            options = job.Options(afresh=again, dry_run=dry_run, wait=parse_duration(wait))
            return products.load_products(found, kind, group, options)

        perform(ctx, f"fss {kind}", work, as_json=as_json)

    return command


for _kind, _words in KINDS.items():
    app.command(_kind, help=f"{_words} 권역마다 빠짐없이 받습니다.")(_loading(_kind))


@app.command()
def best(
    ctx: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            help="deposits 예금, savings 적금, mortgage 주택담보, rent-house 전세자금, credit 신용대출.", metavar="종류"
        ),
    ],
    term: Annotated[int | None, typer.Option(help="예금과 적금의 기간(12).", metavar="개월")] = None,
    top: Annotated[int, typer.Option(help="몇 개까지.", metavar="N")] = 20,
    group: Group = None,
    base: Annotated[bool, typer.Option("--base", help="우대 없는 기본 금리의 순서로.")] = False,
    as_json: Json = False,
) -> None:
    """금리가 좋은 상품부터 보여 줍니다. 예금과 적금은 높은 것, 대출은 낮은 것이 먼저입니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import products
        from foresto_cli.views import best_products

        groups = products.wanted_groups(group)
        result = best_products.best(found, best_products.Wish(kind=kind, groups=groups, term=term, top=top, base=base))
        best_products.show(found.console, result)
        return result

    perform(ctx, "fss best", work, as_json=as_json, shown=False)
