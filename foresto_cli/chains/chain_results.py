"""What a chain came to: one ``--json`` object of its steps' results, and the lines that tell it."""

from collections import Counter
from dataclasses import dataclass, field

from foresto_cli.app import App
from foresto_cli.chains.steps import Step
from foresto_cli.running.closing import closing_lines
from foresto_cli.running.results import SKIPPED, Result, Units
from foresto_cli.store.upsert import Counts
from foresto_cli.verify import verification
from foresto_cli.verify.verification import Verification
from foresto_cli.views import words

NOTHING = "nothing_to_do"
GOOD_ENOUGH = (0, 3)
"""Exit codes of a step after which the next may begin."""


@dataclass
class ChainResult(Result):
    """What a chain came to, from its steps; of ``run --due`` without steps, and with the chains it took up."""

    steps: list[Result] = field(default_factory=list)
    chains: list[Result] | None = None


def not_done(step: Step, outcome: str, exit_code: int, reason: str) -> Result:
    """Return the result of a step that came to nothing, and why."""
    return Result(step.name, outcome, exit_code, reasons=[reason])


def show_step(app: App, result: Result) -> None:
    """Print what a step came to."""
    if isinstance(result, Verification):
        verification.show(app.console, result)
    elif result.run_id is not None or result.plan is not None:
        closing_lines(app.console, result)
    else:
        for line in [*result.reasons, *result.notes]:
            app.console.complain(f"! {line}")


def summary(command: str, steps: list[Result], seconds: float) -> ChainResult:
    """Return the result of a chain from those of its steps; the gravest exit code is the chain's."""
    codes = [step.exit_code for step in steps]
    idle = all(step.outcome == NOTHING for step in steps)
    outcome = NOTHING if idle else "done"
    if any(codes):
        outcome = "partial" if any(_is_success(step) for step in steps) else "failed"
    requests, sources, tables = Counter({"total": 0}), Counter[str](), dict[str, Counts]()
    for step in steps:
        requests.update(step.requests)
        sources.update(step.sources)
        for name, counts in step.tables.items():
            tables[name] = tables.get(name, Counts()) + counts
    return ChainResult(
        command,
        outcome,
        max(codes, key=lambda code: (code not in GOOD_ENOUGH, code), default=0),
        units=sum((step.units for step in steps), Units()),
        rows=sum((step.rows for step in steps), Counts()),
        tables=tables,
        requests=dict(sorted(requests.items())),
        seconds=round(seconds, 3),
        sources=dict(sources),
        alerts=_incidents(steps),
        passed_over={name: reason for step in steps for name, reason in step.passed_over.items()},
        rejected=[row for step in steps for row in step.rejected],
        unreadable=sum(step.unreadable for step in steps),
        reasons=[f"{step.command}: {step.reasons[0]}" for step in steps if step.reasons],
        steps=steps,
    )


def _incidents(steps: list[Result]) -> list[str]:
    """Return the titles of what is open; an incident that has become a graver one is named once."""
    titles = dict.fromkeys(title for step in steps for title in step.alerts)
    return [title for title in titles if not any(title != other and title in other for other in titles)]


def _is_success(step: Result) -> bool:
    """Say whether a step got something done; to have looked at what is stored gets nothing done."""
    return step.outcome in {"done", "partial"} and not isinstance(step, Verification)


def _closing_line(step: Result) -> str:
    if step.outcome == SKIPPED or step.exit_code:
        return f"✗ {step.command}: {words.outcome(step.outcome)}"
    if step.outcome == NOTHING and step.run_id is None and step.notes:
        return f"– {step.command}: {step.notes[0]}"
    return f"✓ {step.command}: {words.outcome(step.outcome)}"


def show_summary(app: App, result: ChainResult) -> None:
    """Print the last lines of a chain."""
    app.console.line()
    for step in result.steps:
        app.console.line(_closing_line(step))
    requests, rows = result.requests["total"], result.rows
    app.console.strong(f"{'✓' if result.exit_code == 0 else '✗'} {result.command} ({result.seconds:.0f}초)")
    app.console.line(f"  요청 {requests:,} · 추가 {rows.added:,} · 변경 {rows.changed:,} · 그대로 {rows.unchanged:,}")
    for note in result.notes:
        app.console.line(f"· {note}")
