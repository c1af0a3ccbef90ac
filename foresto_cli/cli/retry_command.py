"""``foresto retry``: asks again for what failed."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import DRY_RUN, WAIT, WORKERS, command

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result


@command(None, WORKERS, DRY_RUN, WAIT)
def retry(
    app: "App",
    options: "Options",
    data: Annotated[
        str | None, typer.Option("--data", help="이 자료만(dart, dart.statements, prices, bonds …).", metavar="자료")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="같은 응답을 두 번 이해하지 못해 그만둔 것(읽을 수 없음)도 다시 요청합니다.")
    ] = False,
    units: Annotated[
        list[str] | None,
        typer.Option("--unit", help="이 단위를, 실패하지 않았어도, 다시 요청합니다(--data와 함께).", metavar="단위"),
    ] = None,
) -> "Result":
    """실패한 것만 다시 요청합니다."""
    from foresto_cli.loading import retrying as doing

    if units:
        return doing.units_again(app, data, units, options)
    return doing.retry(app, data, replace(options, again=again))
