"""``foresto dividends``: what stocks paid, and whose dividends come when."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command, new_group
from foresto_cli.cli._words import Stock

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form

group = new_group()


@command(group, output=True)
def show(app: "App", form: "Form", stock: Stock) -> Shown:
    """한 종목의 배당: 배당락일, 기준일, 지급일, 주당 금액, 수익률, 근거."""
    from foresto_cli.views.reading import show_dividends
    from foresto_cli.views.reading.reading import given

    return Shown(given(app.console, show_dividends.show(app, stock), form))


@command(group, output=True)
def calendar(
    app: "App",
    form: "Form",
    month: Annotated[str | None, typer.Option("--month", help="달(2026-12). 없으면 이번 달.", metavar="연-월")] = None,
    ticker: Annotated[
        str | None,
        typer.Option("--ticker", help="한 종목만(종목코드나 이름). 달이 없으면 오늘부터 모두.", metavar="종목"),
    ] = None,
) -> Shown:
    """배당락일, 배당기준일, 지급일이 그 달에 있는 배당을 날짜순으로 보여 줍니다."""
    from foresto_cli.views.reading import show_dividends
    from foresto_cli.views.reading.reading import given

    return Shown(given(app.console, show_dividends.calendar(app, month, ticker), form))
