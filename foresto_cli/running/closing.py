"""The closing lines of a loading command."""

from foresto_cli.collecting.checks import RETRY
from foresto_cli.console import Console
from foresto_cli.running.results import Plan, Result
from foresto_cli.store import limits

SHOWN_REASONS = 3
OUTCOMES = {
    "done": "완료",
    "nothing_to_do": "할 일이 없습니다",
    "partial": "일부 실패했습니다",
    "quota": "한도 때문에 멈췄습니다",
    "blocked": "차단되어 멈췄습니다",
    "failed": "실패했습니다",
    "interrupted": "중단했습니다",
}


def closing_lines(console: Console, result: Result) -> None:
    """Say in a few lines what a loading command did."""
    if result.plan is not None:
        _say_plan(console, result.plan)
        return
    for reason in result.reasons[:SHOWN_REASONS]:
        console.complain(f"! {reason}")
    if len(result.reasons) > SHOWN_REASONS:
        console.complain(f"! 외 {len(result.reasons) - SHOWN_REASONS}건 (foresto runs show {result.run_id})")
    for source, reason in result.passed_over.items():
        console.complain(f"! {source} 대신 다른 곳에서 받았습니다: {reason}")
    if result.rejected:
        console.complain(f"! 있을 수 없는 행 {len(result.rejected)}개를 뺐습니다(예: {result.rejected[0]})")
    for note in result.notes:
        console.line(f"· {note}")
    if result.adjusted and result.adjusted.events:
        console.line(f"· 가격 조정 사건 {result.adjusted.events:,}건 (foresto prices events)")
    rows, units = result.rows, result.units
    mark = "✓" if result.exit_code == 0 else "✗"
    console.strong(f"{mark} {OUTCOMES[result.outcome]} ({result.seconds:.1f}초)")
    console.line(
        f"  요청 {result.requests['total']:,} · 추가 {rows.added:,} · 변경 {rows.changed:,}"
        f" · 그대로 {rows.unchanged:,} · 자료 없음 {units.no_data:,} · 실패 {units.failed:,}"
        + (f" · 남음 {units.pending:,}" if units.pending else "")
    )
    if units.failed and result.command != "retry":
        console.line(f"  실패한 것만 다시 요청하려면: {RETRY}")


def _say_plan(console: Console, plan: Plan) -> None:
    if not plan.units:
        console.line("요청할 것이 없습니다. 모두 받았습니다.")
        return
    span = plan.first if plan.units == 1 else f"{plan.first} … {plan.last}"
    console.line(f"{plan.units:,}건({span})을 {plan.requests:,}번의 요청으로 받습니다. 아직 요청하지 않았습니다.")
    minutes = plan.seconds / 60
    time = f"약 {plan.seconds:.0f}초" if minutes < 1 else f"약 {minutes:,.0f}분"
    days = f" 하루 한도 때문에 {plan.budget_days}일에 나누어 받습니다." if plan.budget_days > 1 else ""
    console.line(f"걸리는 시간: {time}.{days}")
    for name, upstream in plan.upstreams.items():
        if upstream.requests > upstream.left:
            console.line(f"{limits.label(name)}: 오늘은 {upstream.left:,}번 남았습니다.")
