"""``foresto demo``: the whole system in less than a minute."""

import typer


def demo() -> None:
    """Run the demonstration."""
    from foresto_cli import demo as demonstration
    from foresto_cli.console import Console
    from foresto_cli.errors import ForestoError, exit_code_of
    from foresto_cli.running import stop

    stop.listen()
    console = Console()
    try:
        demonstration.show(console)
    except ForestoError as error:
        console.complain(f"✗ {error}")
        raise typer.Exit(exit_code_of(error)) from None
