"""``foresto listing``: who is listed and who was."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import AFRESH, DRY_RUN, WAIT, Shown, command, new_group
from foresto_cli.cli._dates import date_or_none

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()


@command(group, AFRESH, DRY_RUN, WAIT)
def load(app: "App", options: "Options") -> "Result":
    """상장 종목, 종목 설명, 상장폐지 목록을 받아 fdr_stock_listing에 저장합니다."""
    from foresto_cli.loading import load_listed

    return load_listed.load_listing(app, options)


@command(group)
def delisted(
    app: "App",
    since: Annotated[
        str | None, typer.Option("--from", "--since", help="이 날부터(기본: 전부).", metavar="날짜")
    ] = None,
) -> Shown:
    """상장폐지된 종목을 새것부터 보여 줍니다."""
    from foresto_cli.views import stock_card

    found = stock_card.delisted(app, date_or_none(since))
    stock_card.show_delisted(app.console, found)
    return Shown(found)
