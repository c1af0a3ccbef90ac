"""``foresto status``: the state at a glance."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._run import Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App


def status(
    ctx: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", help="Ctrl-C 를 누를 때까지 새로 그립니다.")] = False,
    every: Annotated[float, typer.Option(help="--watch 의 간격.", min=0.5, metavar="초")] = 2.0,
    as_json: Json = False,
) -> None:
    """Print the state, once or again and again."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import state

        if watch:
            return state.watch(found, every)
        result = state.status(found)
        state.show(found.console, result)
        return result

    perform(ctx, "status", work, as_json=as_json, shown=False)
