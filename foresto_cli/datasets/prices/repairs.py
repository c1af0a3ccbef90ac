"""What asks once more for the market days of a finding: commands, and which days those are."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from foresto_cli.collecting.checks import DAY_COLUMNS, LONGEST_REPAIR, Rows, Scope, Units
from foresto_cli.datasets.prices import day_sums

LONGEST_STRETCH = 30
"""Sessions between two contradictions of one stock that are asked for again together: a stretch that was shifted or
multiplied contradicts the others at its two ends alone."""


def prices_again(rows: Rows) -> str:
    """Return the command that asks once more for the market days of ``rows``."""
    days = sorted({f"{row[name]}" for row in rows for name in DAY_COLUMNS if name in row})
    command = f"foresto prices repair --on {','.join(days)}"
    if len(command) <= LONGEST_REPAIR:
        return command
    return f"foresto prices load --from {days[0]} --to {days[-1]} --again"


def stretches(scope: Scope, rows: Rows) -> list[str]:
    """Return the sessions of ``rows``, those before them, and those between two near ones of one stock."""
    by_ticker: defaultdict[str, list[date]] = defaultdict(list)
    for row in rows:
        by_ticker[row["ticker"]].append(row["trade_date"])
    days = {day for own in by_ticker.values() for day in _stretch(scope.sessions, sorted(own))}
    return [f"{day}" for day in sorted(days)]


def _stretch(sessions: Sequence[date], days: Sequence[date]) -> Iterator[date]:
    places = [bisect_left(sessions, day) for day in days]
    for place in places:
        yield from sessions[max(place - 1, 0) : place + 1]
    for first, last in pairwise(places):
        if last - first <= LONGEST_STRETCH:
            yield from sessions[first:last]


def whole_history(scope: Scope, rows: Rows) -> Units:
    """Return all sessions up to the newest of ``rows``, when the span has them: a stock is wrong from its first day on.

    To mend the newest part alone would hide the rest.
    """
    oldest = [row["trade_date"] for row in scope.once(day_sums.oldest)]
    newest = max(row["trade_date"] for row in rows)
    if not oldest or scope.sessions[0] > oldest[0]:
        return {}
    return {"prices.day": [f"{day}" for day in scope.sessions if day <= newest]}
