"""The run history for people and programs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from foresto_cli.app import App
from foresto_cli.errors import UsageError
from foresto_cli.loading import unsettled
from foresto_cli.running import runs
from foresto_cli.running.runs import Wanted
from foresto_cli.store import limits
from foresto_cli.views import words

SHOWN = (
    ("job_name", "작업"),
    ("status", "결과"),
    ("exit_code", "종료 코드"),
    ("started_at", "시작"),
    ("completed_at", "끝"),
    ("duration_seconds", "소요 시간"),
    ("total_count", "단위"),
    ("success_count", "성공"),
    ("failed_count", "실패"),
    ("chain_id", "상위 실행"),
    ("started_by", "스케줄러"),
    ("host", "호스트"),
    ("process_id", "PID"),
    ("error_message", "이유"),
)
SAID: dict[str, Callable[[Any], str]] = {
    "status": words.outcome,
    "started_at": lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}",
    "completed_at": lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}",
    "duration_seconds": words.span,
    "total_count": lambda count: f"{count:,}",
    "success_count": lambda count: f"{count:,}",
    "failed_count": lambda count: f"{count:,}",
}
"""How the values of a run are formatted, by column; the others are printed unchanged."""
TOTAL = "모두"
STEP = "  └ "


def show_list(app: App, wanted: Wanted) -> dict[str, object]:
    """Print the newest runs that are ``wanted`` and return them: chains and single commands, steps below their chain.

    Raises:
        UsageError: no run was ever called so.
    """
    with app.engine.connect() as connection:
        found = runs.recent(connection, wanted)
        if not found and wanted.job is not None and wanted.job not in (known := runs.jobs(connection)):
            raise UsageError(
                f"--job '{wanted.job}': 그런 작업의 기록이 없습니다. 있는 작업: {', '.join(known) or '없음'}"
            )
    table = [
        (
            run["id"],
            f"{STEP if wanted.steps and run['chain_id'] is not None else ''}{run['job_name']}",
            f"{run['started_at']:%m-%d %H:%M:%S}",
            words.outcome(run["status"]),
            run["success_count"],
            run["failed_count"],
            words.span(run["duration_seconds"]),
        )
        for run in found
    ]
    app.console.table("실행", ("번호", "작업", "시작", "결과", "성공", "실패", "시간"), table)
    if not found:
        app.console.line("그런 실행이 없습니다.")
    return {"runs": [dict(run) for run in found]}


def show_one(app: App, run_id: int) -> dict[str, object]:
    """Print one run and return it.

    Raises:
        UsageError: there is no such run.
    """
    with app.engine.connect() as connection:
        found = runs.one(connection, run_id)
        steps = runs.steps(connection, run_id)
    if found is None:
        raise UsageError(f"{run_id}번 실행은 없습니다. foresto runs list로 번호를 확인하세요.")
    told = {name: SAID.get(name, str)(found[name]) for name, _ in SHOWN if found[name] is not None}
    app.console.table("", ("항목", "값"), [(label, told[name]) for name, label in SHOWN if name in told])
    detail = found["detail"] or {}
    for reason in detail.get("reasons", []):
        app.console.line(f"! {reason}")
    for note in detail.get("notes", []):
        app.console.line(f"· {note}")
    requests = detail.get("requests") or {}
    if requests:
        app.console.line(
            "요청: "
            + " · ".join(
                f"{TOTAL if name == 'total' else limits.label(name)} {count:,}" for name, count in requests.items()
            )
        )
    if steps or "steps" in detail:
        _show_steps(app, steps, detail.get("steps", []))
    left = unsettled.found(app) if found["failed_count"] or detail.get("unreadable") else []
    unsettled.show(app.console, left, "지금 남은 ")
    return {
        "run": dict(found),
        "steps": [dict(step) for step in steps],
        "unsettled": left,
    }


def _show_steps(app: App, steps: Sequence[RowMapping], told: Sequence[Mapping[str, Any]]) -> None:
    """Print what ran, and what the chain says about steps that have no run of their own (skipped, refused)."""
    rows = [
        (
            step["id"],
            step["job_name"],
            f"{step['started_at']:%H:%M:%S}",
            words.outcome(step["status"]),
            words.span(step["duration_seconds"]),
            step["error_message"],
        )
        for step in steps
    ]
    ran = {step["job_name"] for step in steps}
    rows += [
        (None, step["command"], "", words.outcome(step["outcome"]), "", next(iter(step["reasons"]), None))
        for step in told
        if step["command"] not in ran
    ]
    app.console.table("단계", ("번호", "작업", "시작", "결과", "시간", "이유"), rows)
