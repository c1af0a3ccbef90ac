"""``foresto stocks``: the stocks as they are now."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_duration
from foresto_cli.cli._run import HELP, Afresh, DryRun, Json, Wait, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """Make it a group, however many commands it has."""


@app.command()
def load(
    ctx: typer.Context,
    enrich: Annotated[
        bool,
        typer.Option("--enrich", help="Yahoo 에 영문 이름과 업종도 묻습니다(새 종목과 90일 지난 종목, 한 번에 200개)."),
    ] = False,
    again: Afresh = False,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """상장 목록과 저장된 시세로 stocks 와 stock_history 를 최신으로 만듭니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import listed as roster
        from foresto_cli.running import job

        return roster.load_stocks(
            found, job.Options(afresh=again, dry_run=dry_run, wait=parse_duration(wait)), enrich=enrich
        )

    perform(ctx, "stocks load", work, as_json=as_json)


@app.command()
def show(
    ctx: typer.Context,
    stock: Annotated[str, typer.Argument(help="종목코드나 이름(005930, 가상전자).", metavar="종목")],
    as_json: Json = False,
) -> None:
    """한 종목의 신상, 이력, 최근 시세, 기준가 사건을 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import stock_card

        result = stock_card.card(found, stock)
        stock_card.show(found.console, result)
        return result

    perform(ctx, "stocks show", work, as_json=as_json, shown=False)


@app.command()
def etfs(
    ctx: typer.Context, again: Afresh = False, dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """ETF 목록과 마지막 거래일의 ETF 시세를 받습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import listed as roster
        from foresto_cli.running import job

        return roster.load_etfs(found, job.Options(afresh=again, dry_run=dry_run, wait=parse_duration(wait)))

    perform(ctx, "stocks etfs", work, as_json=as_json)


@app.command()
def dividends(
    ctx: typer.Context, again: Afresh = False, dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """배당 전체(1985년부터)를 받아 dividend_history 에 저장하고 stocks 의 배당수익률을 고칩니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import open_data as securities
        from foresto_cli.running import job

        return securities.load_dividends(found, job.Options(afresh=again, dry_run=dry_run, wait=parse_duration(wait)))

    perform(ctx, "stocks dividends", work, as_json=as_json)
