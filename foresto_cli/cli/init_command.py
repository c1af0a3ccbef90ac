"""``foresto init``: settings, database, timetable and the first load, one question at a time."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from foresto_cli.cli._command import Globals


def init(
    ctx: typer.Context,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="모든 질문을 건너뜁니다: 지금 있는 설정을 확인하고 데이터베이스를 만듭니다."),
    ] = False,
) -> None:
    """Ask for everything that a first run needs."""
    from foresto_cli.console import Console
    from foresto_cli.errors import ForestoError, exit_code_of
    from foresto_cli.running import stop
    from foresto_cli.setting_up import flow

    stop.listen()
    common: Globals = ctx.obj
    console = Console()
    try:
        code = flow.begin(console, sandboxed=common.sandbox, is_silent=yes)
    except ForestoError as error:
        console.complain(f"✗ {error}")
        raise typer.Exit(exit_code_of(error)) from None
    raise typer.Exit(code)
