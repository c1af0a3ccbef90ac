"""The jobs of the timetable as cards: when each runs, how its newest run ended, when it runs next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from foresto_cli.schedule.installing import Planned
from foresto_cli.timetable import JOBS, Job
from foresto_cli.views import words
from foresto_cli.views.page import page_charts
from foresto_cli.views.page.page_charts import Box
from foresto_cli.views.page.page_facts import Facts
from foresto_cli.views.page.page_tones import NOTE, TONES, WARN, Pill, of_outcome


@dataclass(frozen=True)
class Card:
    """One job of the timetable: when it runs, how its newest run ended, when it runs next."""

    label: str
    command: str
    when: str
    pill: Pill
    last: str | None
    took: str | None
    next: str
    why: str | None
    trend: list[Box]
    trend_width: int


def _card(job: Job, plan: Planned, found: Sequence[RowMapping], now: datetime) -> Card:
    last = found[0] if found else None
    pill = Pill(NOTE, "아직 없음") if last is None else of_outcome(last["status"])
    missed = len(plan["missed"])
    durations = [
        (
            run["duration_seconds"] or 0.0,
            TONES.get(run["status"], NOTE),
            f"{words.moment(run['started_at'])} {words.span(run['duration_seconds'])} {words.outcome(run['status'])}",
        )
        for run in reversed(found)
    ]
    return Card(
        label=job.label,
        command=" ".join(job.command[:2]),
        when=job.when,
        pill=Pill(WARN, f"{missed}번 놓침") if missed else pill,
        last=f"{words.moment(last['started_at'])} · {words.away(last['started_at'])}" if last else None,
        took=words.span(last["duration_seconds"]) if last else None,
        next=words.moment(job.following(now)),
        why=last["error_message"] if last else None,
        trend=page_charts.trend(durations) if len(durations) > 1 else [],
        trend_width=len(durations) * (page_charts.BAR + page_charts.BAR_GAP) - page_charts.BAR_GAP,
    )


def cards(facts: Facts) -> list[Card]:
    """Return a card for each job, in the order of the timetable."""
    plans = {plan["job"]: plan for plan in facts.state["jobs"]}
    return [_card(job, plans[job.name], facts.jobs.get(" ".join(job.command[:2]), []), facts.now) for job in JOBS]
