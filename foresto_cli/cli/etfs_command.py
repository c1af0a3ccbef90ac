"""``foresto etfs``: which ETFs there are, and one of them."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command, new_group
from foresto_cli.cli._words import Limit, Text

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form

group = new_group()


@command(group, output=True, name="list")
def every(
    app: "App",
    form: "Form",
    text: Text = "",
    sort: Annotated[
        str, typer.Option("--sort", help="aum 순자산, fee 보수, new 상장일, name 이름 순서.", metavar="순서")
    ] = "aum",
    gone: Annotated[bool, typer.Option("--gone", help="목록에서 빠진 것도.")] = False,
    limit: Limit = 20,
) -> Shown:
    """ETF를 이름, 기초지수, 운용사, 분류로 찾아 순자산이 큰 것부터 보여 줍니다."""
    from foresto_cli.views.reading import show_etfs
    from foresto_cli.views.reading.reading import given

    return Shown(given(app.console, show_etfs.every(app, text, sort, gone=gone, limit=limit), form))


@command(group, output=True)
def show(
    app: "App",
    form: "Form",
    etf: Annotated[str, typer.Argument(help="종목코드나 이름(069500).", metavar="ETF")],
) -> Shown:
    """한 ETF의 기초지수, 운용사, 보수, 순자산과 최근 시세를 보여 줍니다."""
    from foresto_cli.views.reading import show_etfs
    from foresto_cli.views.reading.reading import given, only_shown

    card, days = show_etfs.show(app, etf)
    told = given(app.console, card, form)
    only_shown(app.console, days)
    return Shown(told)
