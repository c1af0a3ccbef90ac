"""The state at a glance: what runs, how old each data set is, what is due, what is wrong."""

from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy import Connection, RowMapping, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.data_set import AtHand, DataSet, read_once
from foresto_cli.console import Console
from foresto_cli.errors import Interrupted
from foresto_cli.loading import unsettled
from foresto_cli.loading.unsettled import Unsettled
from foresto_cli.running import runs
from foresto_cli.schedule import installing
from foresto_cli.schedule.installing import Planned
from foresto_cli.store import limits
from foresto_cli.telling import alerts, channels, moments, notify, outage
from foresto_cli.verify.freshness import age
from foresto_cli.verify.watched_sets import watched
from foresto_cli.views import words


class Held(TypedDict):
    """A data set: how new it is, when that was due, and what of it is not settled."""

    name: str
    label: str
    newest: str | None
    due: str
    current: bool
    asked_at: str | None
    failed: int
    unreadable: int
    provisional: int
    command: str


class Running(TypedDict):
    """A run under way, and how far it is."""

    id: int
    job: str
    since: str
    alive: bool
    done: int
    planned: int
    unit: str


class Opened(TypedDict):
    """An open alert."""

    id: int
    level: str
    title: str
    message: str
    occurrences: int


class Brief(TypedDict):
    """A run that ended."""

    id: int
    job: str
    started_at: str
    outcome: str
    seconds: float | None
    error: str | None


class State(TypedDict):
    """Everything that ``foresto status`` tells; ``level`` is None where all is well."""

    now: str
    last_session: str
    next_session: str
    level: str | None
    verdict: str
    running: list[Running]
    data: list[Held]
    unsettled: list[Unsettled]
    last_runs: list[Brief]
    alerts: list[Opened]
    jobs: list[Planned]
    channels: list[str]
    ahead: str | None
    budgets: dict[str, int]
    spent: dict[str, str]
    blocked: list[dict[str, str]]


def status(app: App) -> State:
    """Return the whole state as one object (``--json`` of ``foresto status``)."""
    with app.engine.connect() as connection:
        at_hand = read_once(app)
        last = at_hand.calendar.latest_ended(clock.now())
        recent = runs.newest(connection, 20)
        data = [_data_set(connection, at_hand, data_set) for data_set in watched(app)]
        away = outage.current(app)
        open_alerts = [*([away] if away else []), *alerts.open_alerts(connection)]
        level, verdict = _verdict([alert[1] for alert in open_alerts], data)
        return {
            "now": f"{clock.now():%Y-%m-%d %H:%M}",
            "last_session": f"{last}",
            # Until today's session has closed, it is the next one.
            "next_session": f"{at_hand.calendar.following(last)}",
            "level": level,
            "verdict": verdict,
            "running": [_running(run) for run in recent if run["status"] == runs.RUNNING],
            "data": data,
            "unsettled": unsettled.found(app),
            "last_runs": [_brief(run) for run in recent[:5] if run["status"] != runs.RUNNING],
            "alerts": [
                {"id": number, "level": level, "title": title, "message": message, "occurrences": times}
                for number, level, title, message, times in open_alerts
            ],
            "jobs": installing.plan(app),
            "channels": [channel.label for channel in channels.configured(app)],
            "ahead": moments.told(connection),
            "budgets": dict(limits.budgets(connection)),
            "spent": limits.exhausted(connection),
            "blocked": [
                {"upstream": name, "until": until, "reason": reason}
                for name, until, reason in limits.open_blocks(connection)
            ],
        }


def _verdict(levels: Sequence[str], data: Sequence[Held]) -> tuple[str | None, str]:
    """Return the level (None is good) and the sentence that sum everything up, on the terminal and on the page."""
    counts = Counter(levels)
    if counts["critical"]:
        return "critical", f"심각한 알림 {counts['critical']}건이 열려 있습니다"
    if counts["warning"]:
        return "warning", f"살펴볼 알림 {counts['warning']}건이 있습니다"
    # What was never loaded is the operator's choice: a key that there is not.
    held = [item for item in data if item["newest"] is not None]
    if not held:
        return "warning", "아직 받은 자료가 없습니다"
    behind = [item["label"] for item in held if not item["current"]]
    if behind:
        return "warning", f"{', '.join(behind)} 자료가 시간표보다 늦습니다"
    return None, "모두 정상입니다"


def _data_set(connection: Connection, at_hand: AtHand, data_set: DataSet) -> Held:
    found = age(connection, at_hand, data_set)
    row = connection.execute(
        text(
            "SELECT max(asked_at) AS asked, count(*) FILTER (WHERE status = 'failed') AS failed,"
            " count(*) FILTER (WHERE refused_version IS NOT NULL) AS unreadable,"
            " count(*) FILTER (WHERE status = 'provisional') AS provisional FROM unit_ledger WHERE dataset = :name"
            " AND (asked_at <= :believable OR status IN ('failed', 'unreadable'))"
        ),
        {"name": data_set.name, "believable": clock.believable()},
    ).one()
    return {
        "name": data_set.name,
        "label": data_set.label,
        "newest": None if found.newest is None else f"{found.newest}",
        "due": f"{found.due}",
        "current": found.is_current,
        "asked_at": None if row.asked is None else f"{row.asked:%Y-%m-%d %H:%M}",
        "failed": row.failed,
        "unreadable": row.unreadable,
        "provisional": row.provisional,
        "command": f"foresto {data_set.command}",
    }


def _running(run: RowMapping) -> Running:
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


def _brief(run: RowMapping) -> Brief:
    return {
        "id": run["id"],
        "job": run["job_name"],
        "started_at": f"{run['started_at']:%m-%d %H:%M}",
        "outcome": run["status"],
        "seconds": run["duration_seconds"],
        "error": run["error_message"],
    }


def show(console: Console, found: State) -> None:
    """Print the state for a person."""
    console.strong(f"{found['now']} KST · 마지막 거래일 {found['last_session']} · 다음 거래일 {found['next_session']}")
    console.strong(f"{'⚠' if found['level'] else '✓'} {found['verdict']}")
    if _is_untouched(found):
        console.line(
            "  처음 받기: foresto run initial (얼마나 걸리는지 먼저 보려면 --dry-run) · 키와 설정: foresto init"
        )
    else:
        _show_rest(console, found)


def _show_rest(console: Console, found: State) -> None:
    for run in found["running"]:
        state = "진행 중" if run["alive"] else "응답 없음"
        console.line(f"▶ {run['job']} {state}: {run['done']:,}/{run['planned']:,} {run['unit']} ({run['since']}부터)")
    rows = [
        (item["label"], item["newest"], "최신" if item["current"] else item["command"], item["failed"])
        for item in found["data"]
    ]
    console.table("자료", ("자료", "최신 자료", "상태", "실패"), rows)
    unsettled.show(console, found["unsettled"])
    if found["last_runs"]:
        table = [
            (run["id"], run["job"], run["started_at"], words.outcome(run["outcome"]), words.span(run["seconds"]))
            for run in found["last_runs"]
        ]
        console.table("최근 실행", ("번호", "작업", "시작", "결과", "시간"), table)
    for alert in found["alerts"]:
        console.strong(f"⚠ [{notify.LEVELS[alert['level']]}] {alert['title']} ({alert['occurrences']}번)")
        console.line(f"  {alert['message']}")
    if not found["channels"]:
        console.line("· 알림을 받을 곳이 없습니다: foresto doctor")
    expected = [job for job in found["jobs"] if job["scheduler"] is not None]
    if expected:
        planned = [(job["label"], job["last_start"], job["next_start"], len(job["missed"])) for job in expected]
        console.table("시간표", ("작업", "마지막 시작", "다음 시작", "놓침"), planned)
    if found["ahead"]:
        console.line(f"⚠ {found['ahead']}")
    for block in found["blocked"]:
        console.line(f"⛔ {limits.label(block['upstream'])}: {block['until']}까지 요청하지 않습니다")
    for name, said in found["spent"].items():
        console.line(f"⛔ {limits.label(name)}: {said} 자정(KST)이 지나면 이어집니다.")
    if found["budgets"]:
        used = " · ".join(f"{limits.label(name)} {count:,}" for name, count in found["budgets"].items())
        console.line(f"오늘 보낸 요청: {used}")


def _is_untouched(found: State) -> bool:
    """Return whether nothing was ever loaded or scheduled; status then prints only how to begin."""
    began = found["running"] or found["last_runs"] or found["alerts"] or found["budgets"]
    is_scheduled = any(job["scheduler"] is not None for job in found["jobs"])
    return not (began or is_scheduled) and all(item["newest"] is None for item in found["data"])


def watch(app: App, seconds: float) -> State:
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
