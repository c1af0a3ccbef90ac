"""``foresto verify``: is what is stored what it should be."""

from typing import TYPE_CHECKING, Any

import typer

from foresto_cli.cli._run import HELP, Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(help="저장된 자료의 검증.", no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """저장된 자료의 검증."""


@app.command()
def daily(ctx: typer.Context, as_json: Json = False) -> None:
    """마지막 거래일이 온전한지, 최근 30거래일이 앞뒤가 맞는지 살핍니다. 심각한 것이 있으면 65로 끝납니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.ops import verification

        result = verification.verify_daily(found)
        verification.show(found.console, result)
        return result

    perform(ctx, "verify daily", work, as_json=as_json, shown=False)
