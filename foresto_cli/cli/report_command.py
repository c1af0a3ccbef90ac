"""``foresto report``: letters about the market."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import command, new_group

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.results import Result

group = new_group()


@command(group, name="market-email")
def market_email(
    app: "App",
    file: Annotated[
        Path | None,
        typer.Option("--preview", help="보내지 않고 이 파일에 HTML로, 옆에 글(.txt)로 씁니다.", metavar="파일"),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="이 주소로만 시험 삼아 보냅니다. 하루 한 번에 들지 않습니다.", metavar="주소"),
    ] = None,
) -> "Result":
    """마지막 거래일의 시장을 메일로 알립니다. 거래일마다 한 번, 두 번 실행해도 한 번만 보냅니다."""
    from foresto_cli.chains import other_jobs
    from foresto_cli.views import market_mail

    if file:
        result = market_mail.preview(app, file)
    elif to:
        result = market_mail.send_to(app, to)
    else:
        result = other_jobs.watched(app, "market_email", market_mail.send)
    market_mail.show(app.console, result)
    return result
