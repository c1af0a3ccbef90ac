"""What the dashboard shows, read from the database: every query of the page is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.datasets.listed import designations
from foresto_cli.datasets.listed.designations import Designation
from foresto_cli.datasets.prices import gaps
from foresto_cli.datasets.prices.gaps import Day
from foresto_cli.running import runs
from foresto_cli.store import upkeep
from foresto_cli.store.fragments import Fragment, fragment
from foresto_cli.store.upkeep import Size
from foresto_cli.views import state, top_scores
from foresto_cli.views.page import page_by_day
from foresto_cli.views.page.first_step import KeyLine, opened_by
from foresto_cli.views.page.happening import Happening, happening, with_outage
from foresto_cli.views.page.page_by_day import History
from foresto_cli.views.state import State
from foresto_cli.views.top_scores import Top

CALENDAR_MONTHS = 12
RUNS = 20
TREND = 16
"""Newest runs of a job whose durations are drawn."""

TOP = 10
"""Best scores shown."""
BINS = 20
"""Columns in which scores are counted."""


@dataclass(frozen=True)
class Verification:
    """A run of a verification and what it found."""

    run: RowMapping
    findings: Sequence[RowMapping]


@dataclass(frozen=True)
class Scoring:
    """A scoring run: stocks by column of the histogram, by grade, and without a score by reason."""

    run: RowMapping
    bins: Sequence[int]
    grades: Mapping[str, int]
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class Facts:
    """The data of the page.

    Attributes:
        now: KST.
        is_sandbox: the numbers are synthetic.
        state: what ``foresto status`` knows.
        happening: runs under way and open alerts.
        jobs: newest runs of each job, newest first, by its name; jobs in the order of their newest run.
        runs: the newest runs of all, newest first.
        days: the weekdays of a year with their state.
        verifications: the newest verification of each kind, newest first.
        limits: requests allowed a day, by upstream.
        scores: the newest scoring run; None before the first.
        top: its best stocks, without designated and suspended ones; None before the first.
        designated: (name, ticker, designation) of the designated stocks, the newest designation first.
        sizes: every table, largest first.
        database_size: bytes of the whole database.
        history: rows, requests, seconds and sizes by day.
        keys: which of the upstreams' keys are set.
    """

    now: datetime
    is_sandbox: bool
    state: State
    happening: Happening
    jobs: Mapping[str, Sequence[RowMapping]]
    runs: Sequence[RowMapping]
    days: Sequence[Day]
    verifications: Sequence[Verification]
    limits: Mapping[str, int]
    scores: Scoring | None
    top: Top | None
    designated: Sequence[tuple[str, str, Designation]]
    sizes: Sequence[Size]
    database_size: int
    history: History
    keys: Sequence[KeyLine]


def gathered(app: App) -> Facts:
    """Read everything."""
    now, found = clock.now(), state.status(app)
    with app.engine.connect() as connection:
        size = upkeep.database_size(connection)
        return Facts(
            now=now,
            is_sandbox=app.sandbox is not None,
            state=found,
            happening=with_outage(happening(connection), found["alerts"]),
            jobs=_jobs(connection),
            runs=runs.newest(connection, RUNS),
            days=_days(app, connection, now.date()),
            verifications=_verifications(connection),
            limits=app.daily_budgets,
            scores=_scores(connection),
            top=top_scores.best(connection, top_scores.Wanted(top=TOP)),
            designated=_designated(connection),
            sizes=upkeep.sizes(connection),
            database_size=size,
            history=page_by_day.history(connection, now.date(), size),
            keys=opened_by(app.settings),
        )


def _rows(connection: Connection, query: str, **parameters: object) -> Sequence[RowMapping]:
    return connection.execute(text(query), parameters).mappings().all()


def _days(app: App, connection: Connection, today: date) -> list[Day]:
    first = connection.scalar(text("SELECT min(trade_date) FROM stock_price_daily"))
    return gaps.by_session(app, max(first, _months_before(today))) if first else []


def _months_before(today: date) -> date:
    months = today.year * 12 + today.month - CALENDAR_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _jobs(connection: Connection) -> dict[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = {}
    rows = _rows(
        connection,
        "SELECT * FROM (SELECT id, job_name, job_label, status, started_at, heartbeat_at, completed_at,"
        " duration_seconds, error_message, row_number() OVER (PARTITION BY job_name ORDER BY id DESC) AS place"
        " FROM data_collection_log) r WHERE place <= :trend ORDER BY id DESC",
        trend=TREND,
    )
    for row in rows:
        found.setdefault(row["job_name"], []).append(row)
    return found


def _verifications(connection: Connection) -> list[Verification]:
    newest = _rows(
        connection,
        "SELECT DISTINCT ON (job_name) id, job_name, job_label, status, started_at,"
        " (detail ->> 'checks')::int AS checks, (detail ->> 'sessions')::int AS sessions FROM data_collection_log"
        " WHERE job_name LIKE 'verify %' AND status IN ('done', 'failed') AND detail IS NOT NULL"
        " ORDER BY job_name, id DESC",
    )
    findings = (
        "SELECT rule_name, severity, found, sample, expected_condition, repair FROM data_quality_log"
        " WHERE run_id = :run ORDER BY severity, log_id"
    )
    ordered = sorted(newest, key=lambda run: -run["id"])
    return [Verification(run, _rows(connection, findings, run=run["id"])) for run in ordered]


def _designated(connection: Connection) -> list[tuple[str, str, Designation]]:
    marked = designations.as_of(connection)
    rows = _rows(connection, "SELECT ticker, name FROM stocks WHERE is_active")
    found = [(row["name"], row["ticker"], marked[row["ticker"]]) for row in rows if row["ticker"] in marked]
    return sorted(found, key=lambda one: (-one[2].since.toordinal(), one[1]))


def _scores(connection: Connection) -> Scoring | None:
    newest = _rows(connection, "SELECT * FROM compass_score_run ORDER BY score_date DESC, run_id DESC LIMIT 1")
    if not newest:
        return None
    run = newest[0]
    of_run = Fragment("FROM compass_score_history WHERE score_date = :day AND formula_version = :version")
    named = {"day": run["score_date"], "version": run["formula_version"]}
    bins = _rows(
        connection,
        fragment(
            "SELECT least(width_bucket(total_score, 0, 100, :bins), :bins) - 1 AS bin, count(*) AS stocks {of_run}"
            " AND total_score IS NOT NULL GROUP BY 1",
            of_run=of_run,
        ),
        **named,
        bins=BINS,
    )
    grades = _rows(
        connection,
        fragment("SELECT grade, count(*) AS stocks {of_run} AND grade IS NOT NULL GROUP BY 1", of_run=of_run),
        **named,
    )
    reasons = _rows(
        connection,
        fragment(
            "SELECT reason, count(*) AS stocks FROM (SELECT unnest(reasons) AS reason {of_run}"
            " AND status = 'NOT_SCORED') r GROUP BY 1 ORDER BY 2 DESC, 1",
            of_run=of_run,
        ),
        **named,
    )
    counts = {row["bin"]: row["stocks"] for row in bins}
    return Scoring(
        run,
        bins=[counts.get(place, 0) for place in range(BINS)],
        grades={row["grade"]: row["stocks"] for row in grades},
        reasons={row["reason"]: row["stocks"] for row in reasons},
    )
