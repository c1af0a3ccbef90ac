"""``foresto statements``: what companies reported."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command, new_group
from foresto_cli.cli._dates import date_or_none
from foresto_cli.cli._words import Stock

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form

group = new_group()


@command(group, output=True)
def show(
    app: "App",
    form: "Form",
    stock: Stock,
    quarter: Annotated[bool, typer.Option("--quarter", help="분기마다 석 달의 금액(기본).")] = False,
    ttm: Annotated[bool, typer.Option("--ttm", help="최근 12개월의 금액.")] = False,
    annual: Annotated[bool, typer.Option("--annual", help="사업연도의 금액.")] = False,
    versions: Annotated[bool, typer.Option("--versions", help="보고서의 모든 정정본, 누적 금액.")] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", help="그날까지 접수된 보고서로만.", metavar="날짜")] = None,
    years: Annotated[
        int | None,
        typer.Option("--years", min=1, help="최근 몇 해(기본: 사업연도 5, 다른 것 2).", metavar="N"),
    ] = None,
) -> Shown:
    """한 회사의 재무제표를 오래된 기간부터, 접수일과 접수번호와 함께 보여 줍니다."""
    from foresto_cli.errors import UsageError
    from foresto_cli.views.reading import show_statements
    from foresto_cli.views.reading.reading import given

    asked = {
        show_statements.QUARTER: quarter,
        show_statements.TTM: ttm,
        show_statements.ANNUAL: annual,
        show_statements.VERSIONS: versions,
    }
    chosen = [name for name, is_asked in asked.items() if is_asked] or [show_statements.QUARTER]
    if len(chosen) > 1:
        raise UsageError(f"{' '.join(f'--{name}' for name in chosen)}: 하나만 적으세요.")
    wish = show_statements.Wish(given=stock, form=chosen[0], as_of=date_or_none(as_of), years=years)
    return Shown(given(app.console, show_statements.show(app, wish), form))
