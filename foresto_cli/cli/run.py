"""``foresto run``: chains of commands in the right order."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_duration
from foresto_cli.cli._run import HELP, Json, Wait, Workers, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)

IfDue = Annotated[
    bool,
    typer.Option("--if-due", help="시간표의 마지막 시각 뒤에 이미 돌았으면 아무것도 하지 않습니다(스케줄러가 씁니다)."),
]


@app.callback(invoke_without_command=True)
def group(
    ctx: typer.Context,
    due: Annotated[
        bool,
        typer.Option(
            "--due", help="때가 지났는데 끝나지 않은 작업을 다시 실행합니다. 없으면 바로 끝납니다(스케줄러가 씁니다)."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Run what is due, or hand over to the chain that is named."""
    if ctx.invoked_subcommand is not None:
        if due or as_json:
            raise typer.BadParameter("--due와 --json은 작업 이름 없이, 또는 --json은 작업 이름 뒤에 씁니다.")
        return
    if not due:
        raise typer.BadParameter("작업 이름이나 --due가 필요합니다: foresto run --help")
    _run_due(ctx, as_json=as_json)


def _run_due(ctx: typer.Context, *, as_json: bool) -> None:
    from foresto_cli.settings import paths
    from foresto_cli.telling import due_stamp

    if not ctx.obj.sandbox and not as_json and due_stamp.is_quiet(paths()):
        return

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.chains import due as doing

        return doing.sweep(found)

    # Seventy times a day nothing is due: then it tells nobody anything either.
    perform(ctx, "run --due", work, as_json=as_json, shown=False, attended=False)


@app.command()
def initial(ctx: typer.Context, workers: Workers = 4, wait: Wait = "0s", as_json: Json = False) -> None:
    """처음 한 번: 상장 목록 → 5년 시세 → 지수 → 종목 → ETF → 재무제표 → 점수 → 검증. 끊겨도 이어집니다."""
    _run(ctx, "initial", workers=workers, wait=wait, as_json=as_json)


@app.command()
def morning(
    ctx: typer.Context, workers: Workers = 4, if_due: IfDue = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """평일 08:10: 지난 거래일의 공식 시세, ETF, 지수 → 종목 → 새 공시와 재무제표 → 점수 → 검증."""
    _run(ctx, "morning", workers=workers, wait=wait, as_json=as_json, if_due=if_due)


@app.command()
def close(
    ctx: typer.Context, workers: Workers = 4, if_due: IfDue = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """평일 15:45: 애프터마켓이 시작되기 전에 정규장 종가를 한 번 받습니다(KRX_ID, KRX_PW가 있을 때)."""
    _run(ctx, "close", workers=workers, wait=wait, as_json=as_json, if_due=if_due)


@app.command()
def weekday(
    ctx: typer.Context, workers: Workers = 4, if_due: IfDue = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """평일 16:30: 상장 목록 → 빠진 시세 → 지수 → ETF → 종목 → 점수 → 검증. 쉰 날이 있으면 모두 채웁니다."""
    _run(ctx, "weekday", workers=workers, wait=wait, as_json=as_json, if_due=if_due)


@app.command("weekday_final")
def weekday_final(
    ctx: typer.Context, workers: Workers = 4, if_due: IfDue = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """평일 20:20: 같은 순서로 한 번 더. 빠졌거나 잠정이던 것과 애프터마켓을 받고, 바뀐 점수를 고칩니다."""
    _run(ctx, "weekday_final", workers=workers, wait=wait, as_json=as_json, if_due=if_due)


@app.command()
def weekly(
    ctx: typer.Context, workers: Workers = 4, if_due: IfDue = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """토요일 10:00: 상장 목록 → 종목 → ETF → 재무제표 → 점수 → 주간 검증(50종목은 다른 출처와 견줌)."""
    _run(ctx, "weekly", workers=workers, wait=wait, as_json=as_json, if_due=if_due)


@app.command()
def monthly(
    ctx: typer.Context, workers: Workers = 4, if_due: IfDue = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """매달 1일 13:00: 채권 → 금융상품 → 월간 검증."""
    _run(ctx, "monthly", workers=workers, wait=wait, as_json=as_json, if_due=if_due)


@app.command()
def quarterly(
    ctx: typer.Context, workers: Workers = 4, if_due: IfDue = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """2·5·8·11월 1일 14:00: 자본 변동 결정 → 배당(금융위원회) → 배당(DART)."""
    _run(ctx, "quarterly", workers=workers, wait=wait, as_json=as_json, if_due=if_due)


def _run(ctx: typer.Context, name: str, *, workers: int, wait: str, as_json: bool, if_due: bool = False) -> None:
    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.chains import chain as chains
        from foresto_cli.chains import chain_results, due
        from foresto_cli.running import job

        options = job.Options(workers=workers, wait=parse_duration(wait))
        if if_due:
            return due.run_if_due(found, name, options)
        result = chains.run_chain(found, name, options)
        chain_results.show_summary(found, result)
        return result

    perform(ctx, f"run {name}", work, as_json=as_json, shown=False)
