"""``foresto watchlist``: stocks whose score is watched."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command, new_group

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.results import Result

group = new_group()

Given = Annotated[list[str], typer.Argument(help="종목코드나 종목명, 여럿이면 띄어서.", metavar="종목...")]


@command(group)
def add(app: "App", stocks: Given) -> Shown:
    """종목을 관심 종목에 추가합니다. 지금 점수와 지정이 기준이 됩니다."""
    from foresto_cli.views import watchlist

    return Shown(watchlist.add(app, stocks))


@command(group)
def remove(app: "App", stocks: Given) -> Shown:
    """종목을 더 지켜보지 않습니다."""
    from foresto_cli.views import watchlist

    return Shown(watchlist.remove(app, stocks))


@command(group, name="list")
def list_watched(app: "App") -> Shown:
    """지켜보는 종목과 지금 점수, 마지막으로 알린 점수를 보여 줍니다."""
    from foresto_cli.views import watchlist

    return Shown(watchlist.show(app))


@command(group)
def notify(app: "App") -> "Result":
    """움직인 점수와 지정, 새 공시, 지켜보는 조건에 들어오거나 나간 종목을 한 번 알립니다(Slack, 메일, Apprise)."""
    from foresto_cli.chains import other_jobs
    from foresto_cli.screens import watched_screens
    from foresto_cli.views import watchlist_news

    result = other_jobs.watched(app, "watchlist_alerts", watched_screens.notify_moves)
    watchlist_news.show_told(app, result)
    return result
