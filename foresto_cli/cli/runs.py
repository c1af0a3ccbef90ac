"""``foresto runs``: what was done when, and what came of it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._run import HELP, Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)


@app.command("list")
def list_runs(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(help="보여 줄 개수.", min=1, metavar="N")] = 20,
    as_json: Json = False,
) -> None:
    """최근 실행을 새것부터 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.ops import history

        return history.show_list(found, limit)

    perform(ctx, "runs list", work, as_json=as_json, shown=False)


@app.command()
def show(
    ctx: typer.Context, run_id: Annotated[int, typer.Argument(help="실행 번호.", metavar="번호")], as_json: Json = False
) -> None:
    """실행 하나의 자세한 결과를 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.ops import history

        return history.show_one(found, run_id)

    perform(ctx, "runs show", work, as_json=as_json, shown=False)
