"""What a chain came to: one ``--json`` object of its steps' results, and the lines that tell it."""

from collections import Counter

from foresto_cli.app import App
from foresto_cli.chains.steps import Step
from foresto_cli.running.closing import closing_lines
from foresto_cli.running.results import SKIPPED, Result, nothing
from foresto_cli.verify import verification
from foresto_cli.views import words

GOOD_ENOUGH = (0, 3)
"""Exit codes of a step after which the next may begin."""
SUMS = ("planned", "done", "no_data", "failed", "pending")


def not_done(step: Step, outcome: str, exit_code: int, reason: str) -> Result:
    """Return the result of a step that came to nothing, and why."""
    return nothing(step.name, outcome, exit_code, reason)


def show_step(app: App, result: Result) -> None:
    """Print what a step came to."""
    if "findings" in result:
        verification.show(app.console, result)
    elif result["run_id"] is not None or "plan" in result:
        closing_lines(app.console, result)
    else:
        for line in [*result["reasons"], *result.get("notes", [])]:
            app.console.complain(f"! {line}")


def summary(command: str, steps: list[Result], seconds: float) -> Result:
    """Return the result of a chain from those of its steps; the gravest exit code is the chain's."""
    worst = max(steps, key=lambda step: (step["exit_code"] not in GOOD_ENOUGH, step["exit_code"]), default=None)
    ended = [step for step in steps if step["exit_code"] != 0]
    idle = all(step["outcome"] == "nothing_to_do" for step in steps)
    outcome = "nothing_to_do" if idle else "done"
    if worst is not None and ended:
        outcome = "partial" if any(_is_success(step) for step in steps) else "failed"
    upstreams = {name for step in steps for name in step["requests"]} | {"total"}
    result = nothing(command, outcome, worst["exit_code"] if worst else 0)
    return result | {
        "units": {name: sum(step["units"][name] for step in steps) for name in SUMS},
        "rows": {name: sum(step["rows"][name] for step in steps) for name in ("added", "changed", "unchanged")},
        "tables": _tables(steps),
        "requests": {name: sum(step["requests"].get(name, 0) for step in steps) for name in sorted(upstreams)},
        "seconds": round(seconds, 3),
        "sources": _sources(steps),
        "alerts": _incidents(steps),
        "passed_over": {name: reason for step in steps for name, reason in step["passed_over"].items()},
        "rejected": [row for step in steps for row in step["rejected"]],
        "unreadable": sum(step["unreadable"] for step in steps),
        "reasons": [f"{step['command']}: {step['reasons'][0]}" for step in steps if step["reasons"]],
        "steps": steps,
    }


def _incidents(steps: list[Result]) -> list[str]:
    """Return the titles of what is open; an incident that has become a graver one is named once."""
    titles = dict.fromkeys(title for step in steps for title in step["alerts"])
    return [title for title in titles if not any(title != other and title in other for other in titles)]


def _is_success(step: Result) -> bool:
    """Say whether a step got something done; to have looked at what is stored gets nothing done."""
    return step["outcome"] in {"done", "partial"} and "findings" not in step


def _tables(steps: list[Result]) -> dict[str, dict[str, int]]:
    tables: dict[str, dict[str, int]] = {}
    for step in steps:
        for name, counts in step.get("tables", {}).items():
            sums = tables.setdefault(name, dict.fromkeys(counts, 0))
            for word, count in counts.items():
                sums[word] += count
    return tables


def _sources(steps: list[Result]) -> dict[str, int]:
    sources: Counter[str] = Counter()
    for step in steps:
        sources += Counter(step.get("sources", {}))
    return dict(sources)


def show_summary(app: App, result: Result) -> None:
    """Print the last lines of a chain."""
    app.console.line()
    for note in result.get("notes", []):
        app.console.line(f"· {note}")
    for step in result["steps"]:
        mark = "✓" if step["exit_code"] == 0 and step["outcome"] != SKIPPED else "✗"
        app.console.line(f"{mark} {step['command']}: {words.outcome(step['outcome'])}")
    requests, rows = result["requests"]["total"], result["rows"]
    app.console.strong(f"{'✓' if result['exit_code'] == 0 else '✗'} {result['command']} ({result['seconds']:.0f}초)")
    app.console.line(
        f"  요청 {requests:,} · 추가 {rows['added']:,} · 변경 {rows['changed']:,} · 그대로 {rows['unchanged']:,}"
    )
