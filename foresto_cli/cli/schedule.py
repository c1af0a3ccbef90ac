"""``foresto schedule``: who starts the chains, and when."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._run import HELP, Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)

Which = Annotated[
    str | None,
    typer.Option("--scheduler", help="launchd, systemd, cron 가운데 하나(기본: 이 컴퓨터에 맞는 것).", metavar="이름"),
]


@app.command()
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """시간표를 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.schedule import installing as schedule

        return schedule.show(found.console)

    perform(ctx, "schedule show", work, as_json=as_json, shown=False)


@app.command("next")
def upcoming(ctx: typer.Context, as_json: Json = False) -> None:
    """다음에 시작할 작업들을 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.schedule import installing as schedule

        return schedule.upcoming(found.console)

    perform(ctx, "schedule next", work, as_json=as_json, shown=False)


@app.command()
def install(
    ctx: typer.Context,
    scheduler: Which = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="넣지 않고, 무엇을 넣을지만 보여 줍니다.")] = False,
    as_json: Json = False,
) -> None:
    """시간표를 launchd, systemd, cron 에 넣습니다. 다시 하면 바꿔 넣습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.schedule import installing as schedule

        return schedule.install(found, scheduler, dry_run=dry_run)

    perform(ctx, "schedule install", work, as_json=as_json, shown=False)


@app.command()
def uninstall(ctx: typer.Context, scheduler: Which = None, as_json: Json = False) -> None:
    """Foresto 가 넣은 것을 모두 뺍니다. 다른 것은 건드리지 않습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.schedule import installing as schedule

        return schedule.uninstall(found, scheduler)

    perform(ctx, "schedule uninstall", work, as_json=as_json, shown=False)


@app.command()
def status(ctx: typer.Context, scheduler: Which = None, as_json: Json = False) -> None:
    """무엇이 들어 있고, 마지막으로 언제 돌았고, 다음은 언제인지 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.schedule import installing as schedule

        return schedule.status(found, scheduler)

    perform(ctx, "schedule status", work, as_json=as_json, shown=False)
