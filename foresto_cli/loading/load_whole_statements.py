"""How the whole statements are spread over days: what a job reads of them, and until when the rest comes."""

from collections.abc import Iterator
from datetime import date, timedelta

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.collect import plan
from foresto_cli.datasets.dart.details import Details, Share
from foresto_cli.datasets.dart.statements import Wanted
from foresto_cli.loading import load_statements
from foresto_cli.running.results import Result
from foresto_cli.store import limits
from foresto_cli.upstream import dart

MORNING, SATURDAY, EVENING = 0.05, 0.3, 0.02
"""Of a day's budget of DART. Who has no consolidated statements is asked for twice: with those too a Saturday stays
below a third."""
FIVE = 5
"""Weekday of Saturday."""


def of_a_morning(app: App) -> Share:
    """Return what a morning reads: what was filed since, then what is missing."""
    return Share(most=lambda: _part(app, MORNING))


def of_an_evening(app: App) -> Share:
    """Return what an evening reads: of what was filed since, what the scores of the day are made of."""
    return Share(most=lambda: _part(app, EVENING), scored_only=True)


def of_a_saturday(app: App) -> Share:
    """Return what a Saturday reads: its part of a day's budget, less what the same job has asked for before."""
    before = _used(app)
    return Share(most=lambda: max(_part(app, SATURDAY) - (_used(app) - before), 0))


def told(app: App, result: Result) -> Result:
    """Return the result with a sentence of what is still to come, and until when."""
    if result.plan is None:
        result.notes += _rest(app)
    return result


def _rest(app: App) -> Iterator[str]:
    client = load_statements.client_of(app)
    of_scores, every = (
        len(plan(app.engine, Details(client, lambda: load_statements.filed(app, Wanted()), share=share))[0])
        for share in (Share(scored_only=True), Share())
    )
    if not every:
        return
    morning, saturday = _part(app, MORNING), _part(app, SATURDAY)
    until = finished(every, morning, saturday, clock.today())
    moves = (
        f"이 가운데 점수에 쓰는 것이 {of_scores:,}건이라 그때까지 점수가 움직입니다."
        if of_scores
        else "점수에 쓰는 것은 모두 받았고, 남은 것은 지난 기간의 것입니다."
    )
    yield (
        f"전체 재무제표 {every:,}건은 시간표의 작업이 매일 조금씩(평일 아침 {morning:,}건, 토요일 {saturday:,}건)"
        f" 받아 {until}쯤 모두 채웁니다. {moves}"
    )


def finished(count: int, morning: int, saturday: int, today: date) -> date:
    """Return the day on which the jobs of the timetable have read ``count`` reports, from tomorrow on."""
    if morning + saturday < 1:
        return date.max
    while count > 0:
        today += timedelta(days=1)
        count -= saturday if today.weekday() == FIVE else morning if today.weekday() < FIVE else 0
    return today


def _part(app: App, share: float) -> int:
    return int(share * app.settings.foresto_dart_daily_budget)


def _used(app: App) -> int:
    with app.engine.connect() as connection:
        return dict(limits.budgets(connection)).get(dart.POLICY.name, 0)
