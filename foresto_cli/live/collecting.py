"""수집: the state of collection, as in the file that ``foresto dashboard`` writes.

On this page alerts can also be acknowledged, and the history of runs can be filtered.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from foresto_cli.app import App
from foresto_cli.errors import UsageError
from foresto_cli.running import runs
from foresto_cli.running.runs import Wanted
from foresto_cli.views.page import page_facts, view
from foresto_cli.views.pages.page import Answer, Asked, Page

PageOfApp = Callable[[App, Asked, str], Answer]
"""A page's function that needs the application; the application's engine can only read.

The last argument is the secret that forms have to send.
"""
LIMITS = (20, 50, 200)
"""The choices for how many runs are shown; steps are not counted, only chains and single commands."""


def page(app: App, asked: Asked, form: str) -> Page:
    """Return the state of collection, with the runs that the query string selects.

    Raises:
        UsageError: ``since`` is not a date.
    """
    wanted = _wanted(asked)
    found = page_facts.gathered(app)
    with app.engine.connect() as connection:
        shown, jobs = runs.recent(connection, wanted), runs.jobs(connection)
    found = replace(found, runs=shown, happening=replace(found.happening, form=form))
    chosen = {
        "jobs": jobs,
        "job": wanted.job,
        "since": wanted.since or "",
        "failed": wanted.failed,
        "steps": wanted.steps,
        "limit": wanted.limit,
    }
    return Page("수집", "collecting.html", {"page": {**view.page(found), "filter": chosen if jobs else None}})


def _wanted(asked: Asked) -> Wanted:
    limit = asked.get("limit", "")
    return Wanted(
        limit=int(limit) if limit in {f"{one}" for one in LIMITS} else LIMITS[0],
        job=asked.get("job") or None,
        failed=bool(asked.get("failed")),
        since=_day(asked.get("since", "")),
        steps=bool(asked.get("steps")),
    )


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise UsageError(f"{given}: 날짜가 아닙니다. 2026-11-20처럼 적으세요.") from None
