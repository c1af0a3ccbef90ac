"""One result of a command: the ``--json`` object with its outcome and its exit code."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from foresto_cli.app import App
from foresto_cli.collecting.collect import Report
from foresto_cli.errors import AuthFailed, Untrusted, exit_code_of
from foresto_cli.store.upsert import Counts
from foresto_cli.upstream.http import requests_by_upstream

DONE, SOME_FAILED = 0, 3

SKIPPED = "skipped"


Result = dict[str, Any]
"""The ``--json`` object of everything that loads, scores or verifies, and of each step of a chain: docs/json.md."""


def nothing(command: str, outcome: str, exit_code: int, *reasons: str) -> Result:
    """Return the result of what came to nothing: every promised key is there."""
    return {
        "command": command,
        "outcome": outcome,
        "exit_code": exit_code,
        "run_id": None,
        "units": {"planned": 0, "done": 0, "no_data": 0, "failed": 0, "pending": 0},
        "rows": {"added": 0, "changed": 0, "unchanged": 0},
        "tables": {},
        "requests": {"total": 0},
        "seconds": 0.0,
        "sources": {},
        "alerts": [],
        "passed_over": {},
        "rejected": [],
        "unreadable": 0,
        "reasons": list(reasons),
        "notes": [],
    }


def summary(command: str, run_id: int | None, reports: Sequence[Report]) -> Result:
    """Return the ``--json`` object of a collecting command, times and requests aside."""
    outcome, exit_code = judge(reports)
    counts = Counts()
    tables: dict[str, Counts] = {}
    sources: Counter[str] = Counter()
    for report in reports:
        counts += report.rows
        for name, found in report.rows.by_table(report.table).items():
            tables[name] = tables.get(name, Counts()) + found
        sources += report.sources
    problems: dict[str, list[str]] = {}
    for report in reports:
        if report.best_effort:
            continue
        for unit, reason in [*report.failures, *report.pending, *report.short]:
            problems.setdefault(str(reason), []).append(unit.label)
    result = nothing(command, outcome, exit_code, *(_named(units, text) for text, units in problems.items()))
    result["run_id"] = run_id
    result["units"] = {
        "planned": sum(report.planned for report in reports),
        "done": sum(report.done for report in reports),
        "no_data": sum(report.no_data for report in reports),
        "failed": sum(len(report.failures) for report in reports),
        "pending": sum(report.left for report in reports),
    }
    result["rows"] = _as_json(counts)
    result["tables"] = {name: _as_json(found) for name, found in tables.items()}
    result["sources"] = dict(sources)
    result["passed_over"] = {name: str(reason) for report in reports for name, reason in report.passed_over.items()}
    result["rejected"] = [row for report in reports for row in report.rejected]
    result["unreadable"] = sum(len(report.unreadable) for report in reports)
    return result


def requests_since(app: App, before: dict[str, int]) -> dict[str, int]:
    """Return how many requests were sent since ``before`` was counted, in all and by upstream."""
    now = requests_by_upstream(app.upstream_sessions)
    sent = {name: count - before.get(name, 0) for name, count in now.items()}
    return {"total": sum(sent.values()), **{name: count for name, count in sent.items() if count}}


def _named(units: Sequence[str], reason: str) -> str:
    if reason.startswith(units[0]):
        return reason
    others = f" 외 {len(units) - 1:,}건" if len(units) > 1 else ""
    return f"{units[0]}{others}: {reason}"


def judge(reports: Sequence[Report]) -> tuple[str, int]:
    """Return (outcome word, exit code) of a collection (docs/design.md, Errors).

    A stop (key, line, block, quota) counts more than failed units, those more than units that have no numbers yet.
    Where somebody was asked, only what the asked said makes a success partial: what is derived beside it always goes
    well.
    """
    interrupted = next((report.interrupted for report in reports if report.interrupted), None)
    if interrupted is not None:
        return interrupted.outcome, exit_code_of(interrupted)
    reports = [report for report in reports if not report.best_effort]
    pending = [reason for report in reports for _, reason in report.pending]
    refused = next((reason for reason in pending if isinstance(reason, AuthFailed | Untrusted)), None)
    stop_reason = refused or next((reason for reason in pending if reason.outcome != "failed"), None)
    if stop_reason is not None:
        return stop_reason.outcome, stop_reason.exit_code
    failures = [reason for report in reports for _, reason in report.failures]
    asked = [report for report in reports if report.asks and report.planned]
    good = sum(report.done + report.no_data for report in asked or reports)
    if failures:
        return ("partial", SOME_FAILED) if good else ("failed", failures[0].exit_code)
    if pending:
        return ("partial" if good else "failed"), pending[0].exit_code
    if any(report.short for report in reports):
        return "partial", SOME_FAILED
    return ("done" if good else "nothing_to_do"), DONE


def _as_json(counts: Counts) -> dict[str, int]:
    return {"added": counts.added, "changed": counts.changed, "unchanged": counts.unchanged}
