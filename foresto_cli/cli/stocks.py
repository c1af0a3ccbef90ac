"""``foresto stocks``: the stocks as they are now."""

from typing import TYPE_CHECKING, Any

import typer

from foresto_cli.cli._run import HELP, DryRun, Json, Wait, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(help="종목: 지금의 이름, 업종, 가격과 그 이력.", no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """종목: 지금의 이름, 업종, 가격과 그 이력."""


@app.command()
def load(ctx: typer.Context, dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False) -> None:
    """상장 목록과 저장된 시세로 stocks 와 stock_history 를 최신으로 만듭니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.ops import job, loads

        return loads.load_stocks(found, job.Options(dry_run=dry_run, wait=job.duration(wait)))

    perform(ctx, "stocks load", work, as_json=as_json)
