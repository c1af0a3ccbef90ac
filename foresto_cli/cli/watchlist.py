"""``foresto watchlist``: stocks whose score is watched."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._run import HELP, Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)

Given = Annotated[list[str], typer.Argument(help="종목코드나 종목명, 여럿이면 띄어서.", metavar="종목...")]


@app.command()
def add(ctx: typer.Context, stocks: Given, as_json: Json = False) -> None:
    """종목을 관심 종목에 추가합니다. 지금 점수와 지정이 기준이 됩니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import watchlist

        return watchlist.add(found, stocks)

    perform(ctx, "watchlist add", work, as_json=as_json, shown=False)


@app.command()
def remove(ctx: typer.Context, stocks: Given, as_json: Json = False) -> None:
    """종목을 더 지켜보지 않습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import watchlist

        return watchlist.remove(found, stocks)

    perform(ctx, "watchlist remove", work, as_json=as_json, shown=False)


@app.command("list")
def list_watched(ctx: typer.Context, as_json: Json = False) -> None:
    """지켜보는 종목과 지금 점수, 마지막으로 알린 점수를 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import watchlist

        return watchlist.show(found)

    perform(ctx, "watchlist list", work, as_json=as_json, shown=False)


@app.command()
def notify(ctx: typer.Context, as_json: Json = False) -> None:
    """마지막으로 알린 뒤 5점 넘게 움직였거나 등급이 바뀐 종목을 한 번 알립니다(Slack, 메일, Apprise)."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import watchlist

        result = watchlist.notify_moves(found)
        watchlist.show_told(found, result)
        return result

    perform(ctx, "watchlist notify", work, as_json=as_json, shown=False)
