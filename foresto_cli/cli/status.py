"""``foresto status``: the state at a glance."""

from typing import TYPE_CHECKING, Any

import typer

from foresto_cli.cli._run import Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """실행 중인 작업, 자료의 나이, 열린 경보, 한도, 차단을 한눈에 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.ops import state

        result = state.status(found)
        state.show(found.console, result)
        return result

    perform(ctx, "status", work, as_json=as_json, shown=False)
