"""``foresto runs``: what was done when, and what came of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import DRY_RUN, Shown, command, new_group
from foresto_cli.cli._dates import date_or_none

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()


@command(group, name="list")
def list_runs(
    app: "App",
    limit: Annotated[int, typer.Option(help="보여 줄 개수.", min=1, metavar="N")] = 20,
    job: Annotated[
        str | None,
        typer.Option(help="이 작업만('run weekday', 'verify daily' …). 단계로 돈 것도 보여 줍니다.", metavar="작업"),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="온전히 끝나지 않은 것만.")] = False,
    since: Annotated[
        str | None, typer.Option("--from", "--since", help="이 날부터 시작한 것만.", metavar="날짜")
    ] = None,
    steps: Annotated[bool, typer.Option("--steps", help="여러 단계로 된 작업의 단계도 그 아래에 보여 줍니다.")] = False,
) -> Shown:
    """최근 실행을 새것부터 보여 줍니다. 여러 단계로 된 작업의 단계는 --steps를 붙일 때만 보입니다."""
    from foresto_cli.running import runs
    from foresto_cli.views import history

    wanted = runs.Wanted(limit=limit, job=job, failed=failed, since=date_or_none(since), steps=steps)
    return Shown(history.show_list(app, wanted))


@command(group)
def show(app: "App", run_id: Annotated[int, typer.Argument(help="실행 번호.", metavar="번호")]) -> Shown:
    """실행 하나의 자세한 결과를 보여 줍니다."""
    from foresto_cli.views import history

    return Shown(history.show_one(app, run_id))


@command(group, DRY_RUN, closes=False)
def prune(
    app: "App",
    options: "Options",
    days: Annotated[
        int, typer.Option("--days", help="실행 기록, 끝난 알림, 요청 수를 남겨 둘 날수.", metavar="일")
    ] = 365,
    finding_days: Annotated[int, typer.Option("--finding-days", help="검증 결과를 남겨 둘 날수.", metavar="일")] = 90,
) -> "Result":
    """오래된 실행 기록을 지웁니다. 받은 자료는 지우지 않습니다. foresto run weekly도 기본값으로 지웁니다."""
    from foresto_cli.running import prune as doing

    result = doing.prune(app, days, finding_days, dry_run=options.dry_run)
    for note in result.notes:
        app.console.line(note)
    return result
