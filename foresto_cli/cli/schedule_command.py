"""``foresto schedule``: who starts the chains, and when."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command, new_group

if TYPE_CHECKING:
    from foresto_cli.app import App

group = new_group()

Which = Annotated[
    str | None,
    typer.Option("--scheduler", help="launchd, systemd, cron 가운데 하나(기본: 이 컴퓨터에 맞는 것).", metavar="이름"),
]


@command(group)
def show(app: "App") -> Shown:
    """시간표를 보여 줍니다."""
    from foresto_cli.schedule import installing

    return Shown(installing.show(app.console))


@command(group, name="next")
def upcoming(app: "App") -> Shown:
    """다음에 시작할 작업들을 보여 줍니다."""
    from foresto_cli.schedule import installing

    return Shown(installing.upcoming(app.console))


@command(group)
def install(
    app: "App",
    scheduler: Which = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="넣지 않고, 무엇을 넣을지만 보여 줍니다.")] = False,
) -> Shown:
    """시간표를 launchd, systemd, cron에 넣습니다. 다시 하면 바꿔 넣습니다."""
    from foresto_cli.schedule import installing

    return Shown(installing.install(app, scheduler, dry_run=dry_run))


@command(group)
def uninstall(app: "App", scheduler: Which = None) -> Shown:
    """Foresto가 넣은 것을 모두 뺍니다. 다른 것은 건드리지 않습니다."""
    from foresto_cli.schedule import installing

    return Shown(installing.uninstall(app, scheduler))


@command(group)
def status(app: "App", scheduler: Which = None) -> Shown:
    """무엇이 들어 있고, 마지막으로 언제 돌았고, 다음은 언제인지 보여 줍니다."""
    from foresto_cli.schedule import installing

    return Shown(installing.status(app, scheduler))
