"""``foresto status``: the state at a glance."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command

if TYPE_CHECKING:
    from foresto_cli.app import App


@command()
def status(
    app: "App",
    watch: Annotated[bool, typer.Option("--watch", help="Ctrl-C를 누를 때까지 새로 그립니다.")] = False,
    every: Annotated[float, typer.Option(help="--watch의 간격.", min=0.5, metavar="초")] = 2.0,
) -> Shown:
    """Print the state, once or again and again."""
    from foresto_cli.views import state

    if watch:
        return Shown(state.watch(app, every))
    found = state.status(app)
    state.show(app.console, found)
    return Shown(found)
