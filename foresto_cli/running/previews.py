"""What a command would ask for (``--dry-run``): how many questions, how long, how many days of budget."""

import math
from collections import Counter
from collections.abc import Sequence

from foresto_cli.app import App
from foresto_cli.collecting.collect import plan
from foresto_cli.collecting.loader import Loader, Unit
from foresto_cli.running.results import Plan, Result, Units

SECONDS_A_REQUEST = 0.5
"""What a question takes at least, for the estimate of a plan."""


def preview(app: App, command: str, loaders: Sequence[Loader], *, again: bool = False, afresh: bool = False) -> Result:
    """Return what would be asked (``--dry-run``), asking nothing."""
    todos = [plan(app.engine, loader, again=again, afresh=afresh)[0] for loader in loaders]
    units = [unit for todo in todos for unit in todo]
    seconds = sum(_expected_seconds(loader, todo) for loader, todo in zip(loaders, todos, strict=True))
    return Result(
        command,
        units=Units(planned=len(units), pending=len(units)),
        plan=Plan(
            units=len(units),
            requests=sum(unit.requests for unit in units),
            first=units[0].label if units else None,
            last=units[-1].label if units else None,
            budget_days=max(
                (_budget_days(loader, todo) for loader, todo in zip(loaders, todos, strict=True)), default=0
            ),
            seconds=round(seconds, 1),
        ),
    )


def _budget_days(loader: Loader, todo: Sequence[Unit]) -> int:
    """Return how many days of budget ``todo`` takes, each unit counted at the upstream it will be asked from."""
    requests: Counter[str] = Counter()
    for unit in todo:
        requests[unit.upstream] += unit.requests
    budgets = {session.policy.name: session.policy.daily_budget for session in loader.sessions}
    return max((math.ceil(count / budgets[name]) for name, count in requests.items() if name in budgets), default=0)


def _expected_seconds(loader: Loader, todo: Sequence[Unit]) -> float:
    paces = {session.policy.name: session.policy.pace for session in loader.sessions}
    return sum(unit.requests * max(paces.get(unit.upstream, 0), SECONDS_A_REQUEST) for unit in todo)
