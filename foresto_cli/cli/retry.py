"""``foresto retry``: asks again for what failed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_duration
from foresto_cli.cli._run import DryRun, Json, Wait, Workers, perform

if TYPE_CHECKING:
    from foresto_cli.app import App


def retry(
    ctx: typer.Context,
    data: Annotated[
        str | None, typer.Option("--data", help="이 자료만(dart, dart.statements, prices, bonds …).", metavar="자료")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="같은 응답을 두 번 이해하지 못해 그만둔 것(읽을 수 없음)도 다시 요청합니다.")
    ] = False,
    workers: Workers = 4,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """실패한 것만 다시 요청합니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import retry as doing
        from foresto_cli.running import job

        options = job.Options(workers=workers, dry_run=dry_run, wait=parse_duration(wait), again=again)
        return doing.retry(found, data, options)

    perform(ctx, "retry", work, as_json=as_json)
