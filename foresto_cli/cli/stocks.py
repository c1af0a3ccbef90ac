"""``foresto stocks``: the roster of what can be bought."""

from typing import TYPE_CHECKING, Any

import typer

from foresto_cli.cli._run import HELP, DryRun, Json, Wait, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(help="종목과 ETF.", no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """종목과 ETF."""


@app.command()
def etfs(ctx: typer.Context, dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False) -> None:
    """ETF 목록과 마지막 거래일의 ETF 시세를 받습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.ops import job, loads

        return loads.load_etfs(found, job.Options(dry_run=dry_run, wait=job.duration(wait)))

    perform(ctx, "stocks etfs", work, as_json=as_json)
