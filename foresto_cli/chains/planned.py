"""The plan of a chain (``foresto run CHAIN --dry-run``): its requests and minutes, by step and by key."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import text

from foresto_cli.app import App
from foresto_cli.chains import steps
from foresto_cli.chains.chain import FIRST_LOAD
from foresto_cli.chains.chain_results import ChainResult
from foresto_cli.chains.steps import COMPANIES, PRICES, Step
from foresto_cli.console import Console
from foresto_cli.errors import ConfigError
from foresto_cli.running.job import Options
from foresto_cli.running.previews import SECONDS_A_REQUEST, days_of, left_today
from foresto_cli.running.results import Plan, PlannedUpstream, Result, Units
from foresto_cli.settings import keys
from foresto_cli.store import limits

HAS_LISTING = text("SELECT EXISTS (SELECT 1 FROM fdr_stock_listing WHERE is_listed)")
UPSTREAMS = {"dart_api_key": "dart", "fsc_api_key": "fsc", "fss_api_key": "finlife", None: "naver"}
"""The upstream of a step that can only be estimated, by the key that the step needs."""
MINUTE, HOUR = 60, 3_600


def plan(app: App, name: str, options: Options) -> ChainResult:
    """Return what the chain ``name`` would request, without sending a request or storing anything.

    A step that depends on the result of an earlier one is estimated for the whole market, and marked as an estimate.

    Raises:
        UsageError: ``--workers`` is out of range.
    """
    found = [_planned(app, step, options) for step in steps.of(app, name)]
    plans = [result.plan for result in found if result.plan is not None]
    return ChainResult(
        f"run {name}",
        units=sum((result.units for result in found), Units()),
        notes=list(keys.told_missing(app.settings)) if name == FIRST_LOAD else [],
        plan=_total(app, plans),
        steps=found,
    )


def _planned(app: App, step: Step, options: Options) -> Result:
    if step.key is not None and getattr(app.settings, step.key) is None:
        return Result(step.name, notes=[f"{step.key.upper()} 없음"])
    if not step.has_preview:
        return _estimated(app, step, step.asks)
    try:
        result = step.work(app, replace(options, dry_run=True))
    except ConfigError:
        return _estimated(app, step, step.asks)
    has_days = any(key.is_set(app.settings) for key in keys.OF_PAST_PRICES)
    if step.name == PRICES.name and not has_days and not _has_listing(app):
        # Prices are loaded stock by stock, and the list of stocks is not loaded yet.
        return _estimated(app, step, COMPANIES)
    return result


def _has_listing(app: App) -> bool:
    with app.engine.connect() as connection:
        return bool(connection.scalar(HAS_LISTING))


def _estimated(app: App, step: Step, requests: int | None) -> Result:
    """Return the estimated plan of a step for the whole market; a result without a plan when it is unknown."""
    if not requests:
        return Result(step.name)
    name = UPSTREAMS[step.key]
    upstream = _upstream(app, name, requests, requests * SECONDS_A_REQUEST)
    given = Plan(requests, requests, None, None, upstream.days, upstream.seconds, {name: upstream}, is_estimate=True)
    return Result(step.name, units=Units(planned=requests, pending=requests), plan=given)


def _upstream(app: App, name: str, requests: int, seconds: float) -> PlannedUpstream:
    budget = app.daily_budgets.get(name, requests)
    left = left_today(app, {name: budget})[name]
    return PlannedUpstream(requests, left, days_of(requests, left, budget), round(seconds, 1))


def _total(app: App, plans: Sequence[Plan]) -> Plan:
    """Return the sum of all plans; steps with the same upstream share its budget."""
    by_name: dict[str, list[PlannedUpstream]] = defaultdict(list)
    for one in plans:
        for name, upstream in one.upstreams.items():
            by_name[name].append(upstream)
    upstreams = {
        name: _upstream(app, name, sum(one.requests for one in found), sum(one.seconds for one in found))
        for name, found in by_name.items()
    }
    return Plan(
        units=sum(one.units for one in plans),
        requests=sum(one.requests for one in plans),
        first=None,
        last=None,
        budget_days=max((one.days for one in upstreams.values()), default=0),
        seconds=round(sum(one.seconds for one in plans), 1),
        upstreams=upstreams,
        is_estimate=any(one.is_estimate for one in plans),
    )


def show(console: Console, found: ChainResult) -> None:
    """Print a plan: its steps, its keys, and the total."""
    total = found.plan
    if total is None:
        return
    console.table(f"{found.command}: 요청할 것", ("단계", "요청", "시간", "출처"), [_row(step) for step in found.steps])
    for name, upstream in total.upstreams.items():
        console.line(f"· {_whose(name)}: {upstream.requests:,}번, {about(upstream.seconds)}{_days(upstream)}")
    for note in found.notes:
        console.line(f"· {note}")
    told = "어림잡아 " if total.is_estimate else ""
    days = f" 하루 한도 때문에 {total.budget_days}일에 나누어 받습니다." if total.budget_days > 1 else ""
    console.strong(f"모두 {told}{total.requests:,}번, {about(total.seconds)}. 아직 요청하지 않았습니다.{days}")


def _row(step: Result) -> tuple[str, str, str, str]:
    if step.plan is None:
        return step.command, "–", "–", step.notes[0] if step.notes else ""
    mark = "약 " if step.plan.is_estimate else ""
    sources = ", ".join(limits.label(name) for name in step.plan.upstreams)
    return step.command, f"{mark}{step.plan.requests:,}", about(step.plan.seconds), sources


def _whose(name: str) -> str:
    key = keys.of_upstream(name)
    return f"{limits.label(name)}({key.label})" if key else f"{limits.label(name)}(키 없이)"


def _days(upstream: PlannedUpstream) -> str:
    if upstream.requests <= upstream.left:
        return ""
    return f" (오늘은 {upstream.left:,}번 남아 {upstream.days}일에 나누어 받습니다)"


def about(seconds: float) -> str:
    """Return a rounded duration: ``1분 미만``, ``약 31분``, ``약 1시간 40분``."""
    if seconds < MINUTE:
        return "1분 미만" if seconds else "–"
    if seconds < HOUR:
        return f"약 {math.ceil(seconds / MINUTE)}분"
    return f"약 {seconds // HOUR:.0f}시간 {seconds % HOUR // MINUTE:.0f}분"
