"""``foresto indices``: which indices there are, and the days of one of them."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command, new_group
from foresto_cli.cli._dates import date_or_none
from foresto_cli.cli._words import From, Text, To

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form

group = new_group()


@command(group, output=True, name="list")
def every(app: "App", form: "Form", text: Text = "") -> Shown:
    """지수의 코드와 이름(코스닥 150, 업종, 밸류업 …), 저장된 기간을 보여 줍니다."""
    from foresto_cli.views.reading import show_indices
    from foresto_cli.views.reading.reading import given

    return Shown(given(app.console, show_indices.every(app, text), form))


@command(group, output=True)
def show(
    app: "App",
    form: "Form",
    index: Annotated[str, typer.Argument(help="지수 코드나 이름(KOSPI, 코스닥 150).", metavar="지수")],
    start: From = None,
    end: To = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="최근 이만큼만(기간이 없으면 20).", metavar="N")
    ] = None,
) -> Shown:
    """한 지수의 일별 값을 보여 줍니다."""
    from foresto_cli.views.reading import show_prices
    from foresto_cli.views.reading.reading import given

    wish = show_prices.Wish(
        given=[index], start=date_or_none(start), end=date_or_none(end), limit=limit, kinds=("index",)
    )
    (found,) = show_prices.show(app, wish)
    return Shown(given(app.console, found, form))
