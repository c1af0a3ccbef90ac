"""``foresto run``: chains of commands in the right order."""

from typing import TYPE_CHECKING, Any

import typer

from foresto_cli.cli._run import HELP, Json, Wait, Workers, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(help="여러 단계를 순서대로.", no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """여러 단계를 순서대로."""


@app.command()
def initial(ctx: typer.Context, workers: Workers = 4, wait: Wait = "0s", as_json: Json = False) -> None:
    """처음 한 번: 상장 목록 → 5년 시세 → 지수 → 종목 → ETF → 검증. 끊겨도 다시 실행하면 이어집니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.ops import chains, job

        options = job.Options(workers=workers, wait=job.duration(wait))
        result = chains.run(found, "initial", chains.INITIAL, options)
        chains.show_summary(found, result)
        return result

    perform(ctx, "run initial", work, as_json=as_json, shown=False)
