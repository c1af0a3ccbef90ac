"""``foresto dart``: what companies file with the supervisor."""

from typing import TYPE_CHECKING, Any

import typer

from foresto_cli.cli._run import HELP, DryRun, Json, Wait, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(help="DART 공시: 회사 고유번호와 재무제표.", no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """DART 공시: 회사 고유번호와 재무제표."""


@app.command("corp-codes")
def corp_codes(ctx: typer.Context, dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False) -> None:
    """DART 고유번호를 하루에 한 번 받아 종목과 잇습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.ops import job, statements

        return statements.load_companies(found, job.Options(dry_run=dry_run, wait=job.duration(wait)))

    perform(ctx, "dart corp-codes", work, as_json=as_json)
