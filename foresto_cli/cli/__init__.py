"""The command line: one Typer app per group. Commands read options, call one function, print, choose the exit code.

These modules import nothing heavy at the top, so that ``--help`` stays fast.
"""

from typing import Annotated

import typer

from foresto_cli.cli import db, demo, doctor, listing, prices, runs, sandbox, status, verify
from foresto_cli.cli._run import Globals

app = typer.Typer(
    name="foresto",
    help="한국 시장의 모든 자료를 내 PostgreSQL 에: 받고, 검증하고, 점수를 매깁니다.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def begin(
    ctx: typer.Context,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="실제 서버 대신 모의 시장을 쓰고, 따로 둔 데이터베이스에 저장합니다.")
    ] = False,
    version: Annotated[bool, typer.Option("--version", help="판 번호를 보여 주고 끝냅니다.")] = False,
) -> None:
    """Read what holds for every command."""
    if version:
        from foresto_cli import __version__
        from foresto_cli.console import Console

        Console().line(f"foresto {__version__}")
        raise typer.Exit
    ctx.obj = Globals(sandbox=sandbox)


app.add_typer(listing.app, name="listing")
app.add_typer(prices.app, name="prices")
app.add_typer(verify.app, name="verify")
app.add_typer(runs.app, name="runs")
app.add_typer(db.app, name="db")
app.add_typer(sandbox.app, name="sandbox")
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)
