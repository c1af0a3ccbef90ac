"""The state at a glance: what runs, how old each data set is, what is due, what is wrong."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock, timetable
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.errors import Interrupted
from foresto_cli.loaders.fss_kinds import KINDS
from foresto_cli.ops import alerts, moments, notify, runs, schedule
from foresto_cli.store import limits
from foresto_cli.upstream.finlife import GROUPS
from foresto_cli.verify.commands import COMMANDS


@dataclass(frozen=True)
class DataSet:
    """One line of the status.

    Attributes:
        name: data set in the ledger.
        label: what the operator calls it.
        newest: SQL for the newest day it holds.
        within: so long it counts as up to date after the last session; what is loaded daily follows the timetable.
    """

    name: str
    label: str
    newest: str
    within: timedelta = timedelta()


MONTHLY = timedelta(days=35)
QUARTER = timedelta(days=95)
"""Age at which what is loaded once a month is due."""
DATA_SETS = (
    DataSet("listing", "상장 목록", "SELECT max(as_of_date) FROM fdr_stock_listing WHERE is_listed"),
    DataSet("prices.day", "일별 시세", "SELECT max(trade_date) FROM stock_price_daily"),
    DataSet("stocks", "종목", "SELECT max(price_date) FROM stocks WHERE is_active"),
    DataSet("etfs", "ETF", "SELECT max(price_date) FROM etfs WHERE is_active"),
    DataSet("prices.index", "지수", "SELECT max(trade_date) FROM index_price_daily"),
    DataSet(
        "dart.statements",
        "재무제표",
        "SELECT max(asked_at)::date FROM unit_ledger WHERE dataset = 'dart.filings' AND status <> 'failed'"
        " AND asked_at <= :believable",
        within=timedelta(days=8),
    ),
    DataSet(
        "dart.dividends",
        "배당(DART)",
        "SELECT max(asked_at)::date FROM unit_ledger WHERE dataset = 'dart.dividends' AND status <> 'failed'"
        " AND asked_at <= :believable",
        within=QUARTER,
    ),
    DataSet(
        "dart.actions",
        "자본 변동",
        "SELECT max(asked_at)::date FROM unit_ledger WHERE dataset = 'dart.actions' AND status <> 'failed'"
        " AND asked_at <= :believable",
        within=QUARTER,
    ),
    DataSet("bonds", "채권", "SELECT max(bas_dt) FROM bonds", within=MONTHLY),
    DataSet(
        "dividends.fsc",
        "배당",
        "SELECT max(unit)::date FROM unit_ledger WHERE dataset = 'dividends.fsc' AND status = 'done'",
        within=timedelta(days=100),
    ),
    *(
        DataSet(
            kind.dataset,
            kind.label,
            # As old as its oldest group, and not there before all groups are.
            f"SELECT min(asked_at)::date FROM unit_ledger WHERE dataset = '{kind.dataset}' AND status <> 'failed'"  # noqa: S608  # our own name
            " AND asked_at <= :believable"
            f" HAVING count(*) = {len(GROUPS)}",
            within=MONTHLY,
        )
        for kind in KINDS
    ),
    DataSet("score", "컴퍼스 점수", "SELECT max(score_date) FROM compass_score_history"),
)


def status(app: App) -> dict[str, Any]:
    """Return the whole state as one object (``--json`` of ``foresto status``)."""
    with app.engine.connect() as connection:
        last = app.calendar.latest_ended(clock.now())
        recent = runs.recent(connection, 20)
        return {
            "command": "status",
            "now": f"{clock.now():%Y-%m-%d %H:%M}",
            "last_session": f"{last}",
            "next_session": f"{app.calendar.following(clock.today())}",
            "running": [_running(run) for run in recent if run["status"] == runs.RUNNING],
            "data": [
                _data_set(connection, data_set, last if data_set.within else due_session(app)) for data_set in DATA_SETS
            ],
            "last_runs": [_brief(run) for run in recent[:5] if run["status"] != runs.RUNNING],
            "alerts": [
                {"id": number, "level": level, "title": title, "message": message, "occurrences": times}
                for number, level, title, message, times in alerts.open_alerts(connection)
            ],
            "jobs": schedule.plan(app),
            "channels": [channel.label for channel in notify.channels(app)],
            "ahead": moments.told(connection),
            "budgets": dict(limits.budgets(connection)),
            "blocked": [
                {"upstream": name, "until": until, "reason": reason}
                for name, until, reason in limits.open_blocks(connection)
            ],
            "exit_code": 0,
        }


def due_session(app: App) -> date:
    """Return the session that daily data must have reached by now if the timetable's jobs ran, each within its grace.

    Without a login to KRX it is the morning that brings a session, on the next one.
    """
    now, calendar = clock.now(), app.calendar
    morning, *evening = [timetable.job(name) for name in ("morning", "weekday", "weekday_final")]
    starts = [job.previous(now - job.grace) for job in ([morning, *evening] if app.krx is not None else [morning])]
    newest = max(starts)
    return calendar.latest_ended(newest) if app.krx is not None else calendar.previous(newest.date())


def _data_set(connection: Connection, data_set: DataSet, last: date) -> dict[str, Any]:
    newest = connection.scalar(text(data_set.newest), {"believable": clock.believable()})
    row = connection.execute(
        text(
            "SELECT max(asked_at) AS asked, count(*) FILTER (WHERE status = 'failed') AS failed,"
            " count(*) FILTER (WHERE status = 'provisional') AS provisional FROM unit_ledger WHERE dataset = :name"
            " AND (asked_at <= :believable OR status = 'failed')"
        ),
        {"name": data_set.name, "believable": clock.believable()},
    ).one()
    return {
        "name": data_set.name,
        "label": data_set.label,
        "newest": None if newest is None else f"{newest}",
        "current": newest is not None and last - data_set.within <= newest <= clock.today(),
        "asked_at": None if row.asked is None else f"{row.asked:%Y-%m-%d %H:%M}",
        "failed": row.failed,
        "provisional": row.provisional,
        "command": COMMANDS[data_set.name],
    }


def _running(run: dict[str, Any]) -> dict[str, Any]:
    progress = run["progress"] or {}
    return {
        "id": run["id"],
        "job": run["job_name"],
        "since": f"{run['started_at']:%H:%M:%S}",
        "alive": clock.is_within(run["heartbeat_at"], runs.HEART_STOPPED),
        "done": progress.get("done", 0),
        "planned": progress.get("planned", 0),
        "unit": progress.get("unit", ""),
    }


def _brief(run: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": run["id"],
        "job": run["job_name"],
        "started_at": f"{run['started_at']:%m-%d %H:%M}",
        "outcome": run["status"],
        "seconds": run["duration_seconds"],
        "error": run["error_message"],
    }


def show(console: Console, found: dict[str, Any]) -> None:
    """Print the state for a person."""
    console.strong(f"{found['now']} KST · 마지막 거래일 {found['last_session']} · 다음 거래일 {found['next_session']}")
    for run in found["running"]:
        state = "진행 중" if run["alive"] else "멈춘 듯함"
        console.line(f"▶ {run['job']} {state}: {run['done']:,}/{run['planned']:,} {run['unit']} ({run['since']}부터)")
    rows = [
        (item["label"], item["newest"], "최신" if item["current"] else item["command"], item["failed"])
        for item in found["data"]
    ]
    console.table("자료", ("자료", "최신 자료", "상태", "실패"), rows)
    if found["last_runs"]:
        table = [
            (run["id"], run["job"], run["started_at"], run["outcome"], f"{run['seconds'] or 0:.1f}초")
            for run in found["last_runs"]
        ]
        console.table("최근 실행", ("번호", "작업", "시작", "결과", "시간"), table)
    for alert in found["alerts"]:
        console.strong(f"⚠ [{alert['level']}] {alert['title']} ({alert['occurrences']}번)")
        console.line(f"  {alert['message']}")
    if not found["channels"]:
        console.line("· 경보를 받을 곳이 없습니다: foresto doctor")
    expected = [job for job in found["jobs"] if job["scheduler"] is not None]
    if expected:
        rows = [(job["label"], job["last_start"], job["next_start"], len(job["missed"])) for job in expected]
        console.table("시간표", ("작업", "마지막 시작", "다음 시작", "놓침"), rows)
    if found["ahead"]:
        console.line(f"⚠ {found['ahead']}")
    for block in found["blocked"]:
        console.line(f"⛔ {block['upstream']}: {block['until']} 까지 묻지 않습니다")
    if found["budgets"]:
        used = " · ".join(f"{name} {count:,}" for name, count in found["budgets"].items())
        console.line(f"오늘 보낸 요청: {used}")


def watch(app: App, seconds: float) -> dict[str, Any]:
    """Print the state again and again until the operator stops it; return the last one."""
    found = status(app)
    try:
        while True:
            app.console.clear()
            show(app.console, found)
            app.console.line()
            app.console.line(f"{seconds:g}초마다 새로 봅니다. Ctrl-C로 끝냅니다.")
            if app.console.is_cut_off:
                return found
            clock.sleep(seconds)
            found = status(app)
    except Interrupted:
        return found
