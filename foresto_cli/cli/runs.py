"""``foresto runs``: what was done when, and what came of it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_date
from foresto_cli.cli._run import HELP, DryRun, Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)


@app.command("list")
def list_runs(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(help="보여 줄 개수.", min=1, metavar="N")] = 20,
    job: Annotated[
        str | None,
        typer.Option(help="이 작업만('run weekday', 'verify daily' …). 단계로 돈 것도 보여 줍니다.", metavar="작업"),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="온전히 끝나지 않은 것만.")] = False,
    since: Annotated[str | None, typer.Option(help="이 날부터 시작한 것만.", metavar="날짜")] = None,
    steps: Annotated[bool, typer.Option("--steps", help="묶음의 단계도 그 아래에 보여 줍니다.")] = False,
    as_json: Json = False,
) -> None:
    """최근 실행을 새것부터 보여 줍니다. 묶음의 단계는 --steps를 붙일 때만 보입니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.running import runs
        from foresto_cli.views import history

        first = parse_date(since) if since else None
        return history.show_list(found, runs.Wanted(limit=limit, job=job, failed=failed, since=first, steps=steps))

    perform(ctx, "runs list", work, as_json=as_json, shown=False)


@app.command()
def show(
    ctx: typer.Context, run_id: Annotated[int, typer.Argument(help="실행 번호.", metavar="번호")], as_json: Json = False
) -> None:
    """실행 하나의 자세한 결과를 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import history

        return history.show_one(found, run_id)

    perform(ctx, "runs show", work, as_json=as_json, shown=False)


@app.command()
def prune(
    ctx: typer.Context,
    days: Annotated[
        int, typer.Option("--days", help="실행 기록, 끝난 경보, 요청 수를 남겨 둘 날수.", metavar="일")
    ] = 365,
    finding_days: Annotated[int, typer.Option("--finding-days", help="검증 결과를 남겨 둘 날수.", metavar="일")] = 90,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """오래된 실행 기록을 지웁니다. 받은 자료는 지우지 않습니다. foresto run weekly도 기본값으로 지웁니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.running import prune as doing

        result = doing.prune(found, days, finding_days, dry_run=dry_run)
        for note in result["notes"]:
            found.console.line(note)
        return result

    perform(ctx, "runs prune", work, as_json=as_json, shown=False)
