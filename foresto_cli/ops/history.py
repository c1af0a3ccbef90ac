"""The run history for people and programs."""

from typing import Any

from foresto_cli.app import App
from foresto_cli.errors import UsageError
from foresto_cli.ops import runs

SHOWN = (
    ("job_name", "작업"),
    ("status", "결과"),
    ("exit_code", "종료 코드"),
    ("started_at", "시작"),
    ("completed_at", "끝"),
    ("duration_seconds", "걸린 초"),
    ("total_count", "단위"),
    ("success_count", "성공"),
    ("failed_count", "실패"),
    ("host", "호스트"),
    ("process_id", "PID"),
    ("error_message", "이유"),
)


def show_list(app: App, limit: int) -> dict[str, Any]:
    """Print the newest ``limit`` runs and return them."""
    with app.engine.connect() as connection:
        found = runs.recent(connection, limit)
    table = [
        (
            run["id"],
            run["job_name"],
            f"{run['started_at']:%m-%d %H:%M:%S}",
            run["status"],
            run["success_count"],
            run["failed_count"],
            f"{run['duration_seconds'] or 0:.1f}초",
        )
        for run in found
    ]
    app.console.table("실행", ("번호", "작업", "시작", "결과", "성공", "실패", "시간"), table)
    return {"command": "runs list", "exit_code": 0, "runs": found}


def show_one(app: App, run_id: int) -> dict[str, Any]:
    """Print one run and return it.

    Raises:
        UsageError: there is no such run.
    """
    with app.engine.connect() as connection:
        found = runs.one(connection, run_id)
    if found is None:
        raise UsageError(f"{run_id}번 실행은 없습니다. foresto runs list 로 번호를 확인하세요.")
    app.console.table("", ("항목", "값"), [(label, found[name]) for name, label in SHOWN if found[name] is not None])
    detail = found["detail"] or {}
    for reason in detail.get("reasons", []):
        app.console.line(f"! {reason}")
    requests = detail.get("requests") or {}
    if requests:
        app.console.line("요청: " + " · ".join(f"{name} {count:,}" for name, count in requests.items()))
    return {"command": "runs show", "exit_code": 0, "run": found}
