"""``foresto listing``: who is listed and who was."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_date, parse_duration
from foresto_cli.cli._run import HELP, Afresh, DryRun, Json, Wait, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """Make it a group, however many commands it has."""


@app.command()
def load(
    ctx: typer.Context, again: Afresh = False, dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """상장 종목, 종목 설명, 상장폐지 목록을 받아 fdr_stock_listing 에 저장합니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import listed as roster
        from foresto_cli.running import job

        return roster.load_listing(found, job.Options(afresh=again, dry_run=dry_run, wait=parse_duration(wait)))

    perform(ctx, "listing load", work, as_json=as_json)


@app.command()
def delisted(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option(help="이 날부터(기본: 전부).", metavar="날짜")] = None,
    as_json: Json = False,
) -> None:
    """상장폐지된 종목을 새것부터 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import stock_card

        result = stock_card.delisted(found, parse_date(since) if since else None)
        stock_card.show_delisted(found.console, result)
        return result

    perform(ctx, "listing delisted", work, as_json=as_json, shown=False)
