"""``foresto db shell|up|down|status``: the database as a server for other programs."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command

if TYPE_CHECKING:
    from foresto_cli.app import App

USUAL_HOURS, MOST_HOURS = 8, 24 * 30


def add(group: typer.Typer) -> None:
    """Add the commands to ``group``."""
    command(group)(shell)
    command(group)(up)
    command(group, opens=False)(down)
    command(group, opens=False)(status)


def shell(
    app: "App",
    arguments: Annotated[
        list[str] | None, typer.Argument(help="psql에 줄 것. 앞에 --를 적습니다.", metavar="-- 인수")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="쓸 수 있게 엽니다. 없으면 읽기만 합니다.")] = False,
) -> Shown:
    """psql을 엽니다. 내장 서버는 그동안 켜져 있습니다."""
    from foresto_cli.views import database

    return Shown({}, database.shell(app, arguments or [], write=write))


def up(
    app: "App",
    hours: Annotated[
        float,
        typer.Option("--hours", min=0.01, max=MOST_HOURS, help="아무도 쓰지 않으면 끌 때까지의 시간.", metavar="N"),
    ] = USUAL_HOURS,
) -> Shown:
    """내장 서버를 계속 켜 둡니다: 노트북과 psql을 위해. 아무도 쓰지 않으면 스스로 꺼집니다."""
    from foresto_cli.views import database

    return Shown(database.up(app, hours))


def down(app: "App") -> Shown:
    """켜 둔 내장 서버를 끕니다. 다른 명령이 쓰고 있으면 그 명령이 끝날 때 꺼집니다."""
    from foresto_cli.views import database

    return Shown(database.down(app))


def status(app: "App") -> Shown:
    """내장 서버가 켜져 있는지, 언제까지인지, 몇이 접속했는지 보여 줍니다."""
    from foresto_cli.views import database

    return Shown(database.status(app))
