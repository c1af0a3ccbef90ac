"""``foresto completion``: what a shell needs to complete commands, options, stocks and tables."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command

if TYPE_CHECKING:
    from foresto_cli.app import App


@command(opens=False, attended=False)
def completion(
    app: "App",
    shell: Annotated[str, typer.Argument(help="bash, zsh, fish, powershell 가운데 하나.", metavar="셸")],
) -> Shown:
    """탭으로 명령, 옵션, 종목, 지수, 표를 채우게 하는 스크립트를 씁니다: eval "$(foresto completion zsh)"."""
    from foresto_cli.cli import _shells

    script = _shells.script(shell)
    if not app.console.as_json:
        typer.echo(script)
    return Shown({"shell": shell, "script": script})
