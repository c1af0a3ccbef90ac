"""``foresto sandbox``: the stand-in for the upstreams, for fire drills and for developers."""

from typing import Annotated

import typer

from foresto_cli.cli import _help
from foresto_cli.cli._command import Json, new_group

group = new_group()


@group.command(cls=_help.Command)
def serve(port: Annotated[int, typer.Option(help="포트. 0이면 빈 포트.", min=0, max=65535)] = 0) -> None:
    """모의 시장을 켜 두고, 다른 프로그램이 쓰는 환경 변수를 보여 줍니다. Ctrl-C로 끕니다."""
    from foresto_cli import drill

    raise typer.Exit(drill.serve(port))


@group.command(cls=_help.Command)
def faults(
    add: Annotated[str | None, typer.Option(help="더할 장애(예: block@data.krx.co.kr*1+20).", metavar="장애")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="걸어 둔 장애를 모두 치웁니다.")] = False,
) -> None:
    """다음 --sandbox 명령들이 겪을 장애를 보거나, 더하거나, 치웁니다."""
    from foresto_cli import drill

    raise typer.Exit(drill.faults(add, clear=clear))


@group.command(cls=_help.Command)
def sent(
    clear: Annotated[bool, typer.Option("--clear", help="모아 둔 것을 모두 버립니다.")] = False,
    as_json: Json = False,
) -> None:
    """--sandbox 명령들이 보낸 메일, Slack 알림, 핑을 보여 줍니다. 밖으로 나간 것은 없습니다."""
    from foresto_cli import drill

    raise typer.Exit(drill.sent(clear=clear, as_json=as_json))
