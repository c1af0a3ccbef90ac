"""``foresto run``: chains of commands in the right order."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import DRY_RUN, WAIT, Json, Workers, command, new_group

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()

CHAINS = {
    "morning": "평일 08:10: 지난 거래일의 공식 시세, ETF, 지수 → 종목 → 새 공시와 재무제표 → 점수 → 검증.",
    "close": "평일 15:45: 애프터마켓이 시작되기 전에 정규장 종가를 한 번 받습니다(KRX_ID, KRX_PW가 있을 때).",
    "weekday": "평일 16:30: 상장 목록 → 빠진 시세 → 지수 → ETF → 종목 → 점수 → 검증. 쉰 날이 있으면 모두 채웁니다.",
    "weekday_final": "평일 20:20: 같은 순서로 한 번 더. 빠졌거나 잠정이던 것과 애프터마켓을 받고,"
    " 바뀐 점수를 고칩니다.",
    "weekly": "토요일 10:00: 상장 목록 → 종목 → ETF → 재무제표 → 점수 → 주간 검증(종목의 13분의 1은 다른 출처와 견줌).",
    "monthly": "매달 1일 13:00: 채권 → 금융상품 → 월간 검증.",
    "quarterly": "2·5·8·11월 1일 14:00: 증자·감자·합병 등 주요사항 → 배당(금융위원회) → 배당(DART).",
}
"""Chains of the timetable, and what their help says."""


@group.callback(invoke_without_command=True)
def due_or_named(
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
    from foresto_cli.settings import paths
    from foresto_cli.telling import due_stamp

    if ctx.obj.sandbox or as_json or not due_stamp.is_quiet(paths()):
        _sweep(ctx, as_json=as_json)


# Seventy times a day nothing is due: then it tells nobody anything either.
@command(called="run --due", attended=False)
def _sweep(app: "App") -> "Result":
    from foresto_cli.chains import due

    return due.sweep(app)


@command(group, DRY_RUN, WAIT, closes=False)
def initial(app: "App", options: "Options", workers: Workers = 4) -> "Result":
    """처음 한 번: 상장 목록 → 5년 시세 → 지수 → 종목 → ETF → 재무제표 → 점수 → 검증. 끊겨도 이어집니다."""
    return _run(app, "initial", replace(options, workers=workers))


def _scheduled(name: str, said: str) -> None:
    @command(group, DRY_RUN, WAIT, name=name, said=said, closes=False)
    def run(
        app: "App",
        options: "Options",
        workers: Workers = 4,
        if_due: Annotated[
            bool,
            typer.Option(
                "--if-due", help="시간표의 마지막 시각 뒤에 이미 돌았으면 아무것도 하지 않습니다(스케줄러가 씁니다)."
            ),
        ] = False,
    ) -> "Result":
        options = replace(options, workers=workers)
        if options.dry_run or not if_due:
            return _run(app, name, options)
        from foresto_cli.chains import due

        return due.run_if_due(app, name, options)


for _name, _said in CHAINS.items():
    _scheduled(_name, _said)


def _run(app: "App", name: str, options: "Options") -> "Result":
    from foresto_cli.chains import chain, chain_results, next_steps, planned

    if options.dry_run:
        plan = planned.plan(app, name, options)
        planned.show(app.console, plan)
        return plan
    result = chain.run_chain(app, name, options)
    chain_results.show_summary(app, result)
    if name == chain.FIRST_LOAD and result.exit_code in chain_results.GOOD_ENOUGH:
        next_steps.show(app)
    return result
