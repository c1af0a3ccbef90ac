"""``foresto doctor``: is everything ready, and if not, what to do."""

from typing import Annotated

import typer

from foresto_cli.cli._command import Globals, Json


def doctor(
    ctx: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="데이터 출처에는 요청하지 않습니다.")] = False,
    as_json: Json = False,
) -> None:
    """Look at everything a run needs."""
    from foresto_cli.console import Console
    from foresto_cli.running import stop
    from foresto_cli.telling.diagnosis import gravest
    from foresto_cli.views import doctor as examination

    stop.listen()
    globals_: Globals = ctx.obj
    console = Console(as_json=as_json)
    found = examination.examine(console, sandboxed=globals_.sandbox, ask_upstreams=not offline)
    examination.show(console, found)
    console.result(examination.as_result(found))
    raise typer.Exit(console.exit_code(gravest(found)))
