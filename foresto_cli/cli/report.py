"""``foresto report``: letters about the market."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._run import HELP, Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """Make it a group, however many commands it has."""


@app.command("market-email")
def market_email(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Option("--preview", help="보내지 않고 이 파일에 HTML 로, 옆에 글(.txt)로 씁니다.", metavar="파일"),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="이 주소로만 시험 삼아 보냅니다. 하루 한 번에 들지 않습니다.", metavar="주소"),
    ] = None,
    as_json: Json = False,
) -> None:
    """마지막 거래일의 시장을 메일로 알립니다. 거래일마다 한 번, 두 번 실행해도 한 번만 보냅니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import market_mail

        if file:
            result = market_mail.preview(found, file)
        else:
            result = market_mail.send_to(found, to) if to else market_mail.send(found)
        market_mail.show(found.console, result)
        return result

    perform(ctx, "report market-email", work, as_json=as_json, shown=False)
