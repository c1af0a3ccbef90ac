"""What a command would ask for (``--dry-run``): how many questions, how long, how many days of budget."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from foresto_cli.app import App
from foresto_cli.collecting.collect import plan
from foresto_cli.collecting.loader import Loader, Unit
from foresto_cli.running.results import Plan, PlannedUpstream, Result, Units
from foresto_cli.store import limits
from foresto_cli.upstream.policy import Policy

SECONDS_A_REQUEST = 0.5
"""What a question takes at least, for the estimate of a plan."""


def preview(app: App, command: str, loaders: Sequence[Loader], *, again: bool = False, afresh: bool = False) -> Result:
    """Return what would be asked (``--dry-run``), asking nothing.

    Requests of all loaders to one upstream come out of one budget, of which today's requests are gone, and every day
    that asks it begins with its login.
    """
    todos = [plan(app.engine, loader, again=again, afresh=afresh)[0] for loader in loaders]
    units = [unit for todo in todos for unit in todo]
    seconds = sum(_expected_seconds(loader, todo) for loader, todo in zip(loaders, todos, strict=True))
    policies = [session.policy for loader in loaders for session in loader.sessions]
    upstreams = _upstreams(app, units, policies)
    known = sum(unit.requests for unit in units if unit.upstream not in upstreams)
    return Result(
        command,
        units=Units(planned=len(units), pending=len(units)),
        plan=Plan(
            units=len(units),
            requests=known + sum(upstream.requests for upstream in upstreams.values()),
            first=units[0].label if units else None,
            last=units[-1].label if units else None,
            budget_days=max((upstream.days for upstream in upstreams.values()), default=0),
            seconds=round(seconds, 1),
            upstreams=upstreams,
        ),
    )


def _upstreams(app: App, units: Sequence[Unit], policies: Sequence[Policy]) -> dict[str, PlannedUpstream]:
    """Return what each budget is asked for, by its name; units that ask nobody are in none."""
    budgets = {policy.counter: policy.daily_budget for policy in policies}
    paces = {policy.counter: policy.pace for policy in policies}
    openings: Counter[str] = Counter()
    for policy in policies:
        openings[policy.counter] = max(openings[policy.counter], policy.opening)
    requests: Counter[str] = Counter()
    for unit in units:
        requests[unit.upstream] += unit.requests
    remaining = left_today(app, budgets)
    found = {}
    for name in sorted(name for name, count in requests.items() if count and name in budgets):
        days = _days(requests[name], openings[name], remaining[name], budgets[name])
        count = requests[name] + openings[name] * days
        found[name] = PlannedUpstream(count, remaining[name], days, round(count * _seconds(paces[name]), 1))
    return found


def left_today(app: App, budgets: Mapping[str, int]) -> dict[str, int]:
    """Return the number of requests that are left today of each of ``budgets``."""
    with app.engine.connect() as connection:
        used, spent = dict(limits.budgets(connection)), limits.exhausted(connection)
    return {name: 0 if name in spent else max(budget - used.get(name, 0), 0) for name, budget in budgets.items()}


def days_of(requests: int, left: int, budget: int) -> int:
    """Return the number of days that ``requests`` take, with ``left`` today and ``budget`` on each other day."""
    return _days(requests, 0, left, budget)


def _seconds(pace: float) -> float:
    return max(pace, SECONDS_A_REQUEST)


def _days(requests: int, opening: int, left: int, budget: int) -> int:
    """Return on how many days something is asked, today among them when enough is left of its budget."""
    today = max(left - opening, 0)
    later = math.ceil(max(requests - today, 0) / max(budget - opening, 1))
    return later + (1 if today else 0)


def _expected_seconds(loader: Loader, todo: Sequence[Unit]) -> float:
    paces = {session.policy.counter: session.policy.pace for session in loader.sessions}
    return sum(unit.requests * _seconds(paces.get(unit.upstream, 0)) for unit in todo)
