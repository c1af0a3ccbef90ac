"""``foresto alerts``: what is wrong, and who is told."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._run import HELP, Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)


@app.command("list")
def list_alerts(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(help="해결된 것을 몇 개까지 보여 줄지.", min=0, metavar="N")] = 10,
    as_json: Json = False,
) -> None:
    """열린 경보와 최근에 해결된 경보를 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.telling import alarm

        return alarm.show_list(found, limit)

    perform(ctx, "alerts list", work, as_json=as_json, shown=False)


@app.command()
def ack(
    ctx: typer.Context, number: Annotated[int, typer.Argument(help="경보 번호.", metavar="번호")], as_json: Json = False
) -> None:
    """알았다고 적습니다. 해결될 때까지 날마다 다시 알리지 않습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.telling import alarm

        return alarm.acknowledge(found, number)

    perform(ctx, "alerts ack", work, as_json=as_json, shown=False)


@app.command("test")
def send_test(ctx: typer.Context, as_json: Json = False) -> None:
    """설정된 모든 곳(Slack, 메일, Apprise)으로 시험 알림을 보냅니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.telling import alarm

        return alarm.send_test(found)

    perform(ctx, "alerts test", work, as_json=as_json, shown=False)
