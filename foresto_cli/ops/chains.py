"""Chains: steps in the order of what they need; a step whose need failed is left out and named, the rest runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import ForestoError, exit_code_of
from foresto_cli.ops import loads, roster, verification
from foresto_cli.ops.closing import closing_lines
from foresto_cli.ops.job import Options, Result

REFRESH_DAYS = 2


@dataclass(frozen=True)
class Step:
    """One step of a chain.

    Attributes:
        name: the command it stands for.
        work: does it.
        needs: steps that must have ended with 0 or 3 (some units failed) first.
    """

    name: str
    work: Callable[[App, Options], Result]
    needs: tuple[str, ...] = ()


INITIAL = (
    Step("listing load", roster.load_listing),
    Step(
        "prices incremental",
        lambda app, options: loads.load_prices_incremental(app, loads.DEFAULT_DAYS, REFRESH_DAYS, options),
    ),
    Step("prices index", lambda app, options: loads.load_index(app, loads.DEFAULT_DAYS, options)),
    Step("stocks load", roster.load_stocks, needs=("listing load",)),
    Step("stocks etfs", roster.load_etfs),
    Step(
        "verify daily",
        lambda app, _: verification.verify_daily(app),
        needs=("listing load", "prices incremental"),
    ),
)

GOOD_ENOUGH = (0, 3)
SUMS = ("planned", "done", "no_data", "failed", "pending")


def run(app: App, name: str, steps: Sequence[Step], options: Options) -> Result:
    """Run the steps of a chain and return one ``--json`` object with ``steps``; the gravest exit code is the chain's.

    Raises:
        Interrupted: the process was asked to stop; the step at hand has closed its own run.
    """
    started = clock.monotonic()
    results: dict[str, Result] = {}
    for step in steps:
        missing = [need for need in step.needs if results[need]["exit_code"] not in GOOD_ENOUGH]
        app.console.strong(f"\n▷ {step.name}")
        results[step.name] = _skipped(step, missing) if missing else _done(app, step, options)
        _show(app, results[step.name])
        interruption = clock.interruption()
        if interruption is not None:
            raise interruption
    return _summary(f"run {name}", list(results.values()), round(clock.monotonic() - started, 3))


def _done(app: App, step: Step, options: Options) -> Result:
    try:
        return step.work(app, options)
    except ForestoError as error:
        return _failed(step, error.outcome, exit_code_of(error), str(error))


def _skipped(step: Step, missing: Sequence[str]) -> Result:
    return _failed(step, "skipped", 0, f"앞 단계({', '.join(missing)})가 끝나지 않아 건너뜁니다.")


def _failed(step: Step, outcome: str, exit_code: int, reason: str) -> Result:
    return {
        "command": step.name,
        "outcome": outcome,
        "exit_code": exit_code,
        "units": dict.fromkeys(SUMS, 0),
        "rows": {"added": 0, "changed": 0, "unchanged": 0},
        "requests": {"total": 0},
        "alerts": [],
        "reasons": [reason],
    }


def _show(app: App, result: Result) -> None:
    if "findings" in result:
        verification.show(app.console, result)
    elif "rejected" in result:
        closing_lines(app.console, result)
    else:
        app.console.complain(f"! {result['reasons'][0]}")


def _summary(command: str, steps: list[Result], seconds: float) -> dict[str, Any]:
    worst = max(steps, key=lambda step: (step["exit_code"] not in GOOD_ENOUGH, step["exit_code"]))
    ended = [step for step in steps if step["exit_code"] != 0]
    outcome = "done" if not ended else "partial" if len(ended) < len(steps) else worst["outcome"]
    upstreams = {name for step in steps for name in step["requests"]}
    return {
        "command": command,
        "outcome": outcome,
        "exit_code": worst["exit_code"],
        "run_id": None,
        "units": {name: sum(step["units"][name] for step in steps) for name in SUMS},
        "rows": {name: sum(step["rows"][name] for step in steps) for name in ("added", "changed", "unchanged")},
        "requests": {name: sum(step["requests"].get(name, 0) for step in steps) for name in sorted(upstreams)},
        "seconds": seconds,
        "sources": {},
        "alerts": list(dict.fromkeys(title for step in steps for title in step["alerts"])),
        "steps": steps,
    }


def show_summary(app: App, result: Result) -> None:
    """Print the last lines of a chain."""
    app.console.line()
    for step in result["steps"]:
        mark = "✓" if step["exit_code"] == 0 and step["outcome"] != "skipped" else "✗"
        app.console.line(f"{mark} {step['command']}: {step['outcome']}")
    app.console.strong(f"{'✓' if result['exit_code'] == 0 else '✗'} {result['command']} ({result['seconds']:.0f}초)")
