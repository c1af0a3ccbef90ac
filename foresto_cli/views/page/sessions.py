"""A year of sessions on the dashboard: the state of each, and the newest sessions with missing data."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from foresto_cli.datasets.prices.gaps import ABSENT, CLOSED, GAPS, LABELS, Day
from foresto_cli.views import words
from foresto_cli.views.page import page_charts
from foresto_cli.views.page.page_charts import Month

SHOWN_GAPS = 4


@dataclass(frozen=True)
class Calendar:
    """A year of sessions, their states, and the newest sessions with missing data."""

    months: list[Month]
    legend: list[tuple[str, str, int]]
    share: str
    gaps: list[dict[str, str]]
    more: int


def calendar(days: Sequence[Day]) -> Calendar | None:
    """Return the calendar of ``days``; None when there are none."""
    if not days:
        return None
    counts = Counter(day.state for day in days)
    gaps = [day for day in reversed(days) if day.state in GAPS or day.state == ABSENT]
    sessions = len(days) - counts[CLOSED]
    return Calendar(
        months=page_charts.months(days),
        legend=[(state, LABELS[state], counts[state]) for state in LABELS if counts[state]],
        share=f"{100 * (sessions - len(gaps)) / sessions:.1f}" if sessions else "0",
        gaps=[
            {"day": words.day(day.day), "state": LABELS[day.state], "reason": day.reason or ""}
            for day in gaps[:SHOWN_GAPS]
        ],
        more=max(0, len(gaps) - SHOWN_GAPS),
    )
