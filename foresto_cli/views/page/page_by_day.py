"""Statistics of collecting by day: rows stored, requests sent, seconds run, and the size of the database."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

from foresto_cli.views import words
from foresto_cli.views.page.page_daily import DAYS, Daily, daily

# A chain's record repeats the rows and the time of its steps: rows are summed without chains, seconds without steps.
RUNS = text(
    "SELECT CAST(started_at AS date) AS day,"
    " sum(CAST(detail -> 'rows' ->> 'added' AS numeric) + CAST(detail -> 'rows' ->> 'changed' AS numeric))"
    " FILTER (WHERE detail -> 'steps' IS NULL) AS rows,"
    " sum(duration_seconds) FILTER (WHERE chain_id IS NULL) AS seconds,"
    " max(CAST(detail ->> 'database_bytes' AS numeric)) AS bytes"
    " FROM data_collection_log WHERE started_at >= :since GROUP BY 1"
)
REQUESTS = text(
    "SELECT usage_date AS day, sum(used) AS requests FROM upstream_usage WHERE usage_date >= :since GROUP BY 1"
)

ByDay = dict[date, float]


@dataclass(frozen=True)
class History:
    """Numbers by day; a day without any is not in it."""

    rows: ByDay
    requests: ByDay
    seconds: ByDay
    sizes: ByDay


def history(connection: Connection, today: date, size: int) -> History:
    """Return the numbers of the last :data:`DAYS` days; ``size`` is the present size of the database in bytes.

    Earlier sizes are those that chains recorded at their end.
    """
    since = {"since": today - timedelta(days=DAYS - 1)}
    runs = connection.execute(RUNS, since).all()
    return History(
        rows={row.day: float(row.rows) for row in runs if row.rows},
        requests={row.day: float(row.requests) for row in connection.execute(REQUESTS, since)},
        seconds={row.day: row.seconds for row in runs if row.seconds},
        sizes={row.day: float(row.bytes) for row in runs if row.bytes} | {today: float(size)},
    )


def pictures(found: History, today: date) -> list[Daily]:
    """Return a picture of each kind of number that has any."""
    made = (
        daily("추가·변경한 행", found.rows, today, lambda number: f"{number:,.0f}행"),
        daily("보낸 요청", found.requests, today, lambda number: f"{number:,.0f}번"),
        daily("실행한 시간", found.seconds, today, words.span),
        # One day alone says nothing about growth.
        daily("데이터베이스 크기", found.sizes, today, lambda number: words.size(int(number)))
        if len(found.sizes) > 1
        else None,
    )
    return [one for one in made if one is not None]
