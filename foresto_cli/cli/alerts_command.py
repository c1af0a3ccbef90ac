"""``foresto alerts``: what is wrong, and who is told."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command, new_group
from foresto_cli.errors import ConfigError

if TYPE_CHECKING:
    from foresto_cli.app import App

group = new_group()


@command(group, name="list")
def list_alerts(
    app: "App",
    limit: Annotated[int, typer.Option(help="해결된 것을 몇 개까지 보여 줄지.", min=0, metavar="N")] = 10,
) -> Shown:
    """열린 알림과 최근에 해결된 알림을 보여 줍니다."""
    from foresto_cli.telling import alarm

    return Shown({"alerts": alarm.show_list(app, limit)})


@command(group)
def ack(app: "App", number: Annotated[int, typer.Argument(help="알림 번호.", metavar="번호")]) -> Shown:
    """알았다고 적습니다. 해결될 때까지 날마다 다시 알리지 않습니다."""
    from foresto_cli.telling import alarm

    return Shown(alarm.acknowledge(app, number))


@command(group, name="test")
def send_test(app: "App") -> Shown:
    """설정된 모든 곳(Slack, 메일, Apprise)으로 시험 알림을 보냅니다."""
    from foresto_cli.telling import alarm

    outcome = alarm.send_test(app)
    return Shown({"channels": outcome}, ConfigError.exit_code if any(outcome.values()) else 0)
