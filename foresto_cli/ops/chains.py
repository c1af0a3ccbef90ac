"""Chains: steps in the order of what they need; a step whose need failed is left out and named, the rest runs."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text

from foresto_cli import clock, timetable
from foresto_cli.app import App
from foresto_cli.errors import ForestoError, NotYet, exit_code_of
from foresto_cli.ops import (
    alerts,
    dead_man,
    filings,
    loads,
    lock,
    page,
    products,
    roster,
    runs,
    scores,
    securities,
    statements,
    verification,
    watch,
)
from foresto_cli.ops.closing import closing_lines
from foresto_cli.ops.job import Options
from foresto_cli.ops.results import Result
from foresto_cli.store.engine import explained

log = logging.getLogger(__name__)

REFRESH_DAYS = 2
SCORED_YEARS = 4
"""The stability of earnings is taken of twelve quarters, each a sum of four."""
NO_USE_REPEATING = (0, 3, 65)
"""After these a chain that is due need not be started again; after a network that was down it is."""
LABELS = {**{job.name: job.label for job in timetable.JOBS}, "initial": "처음 받기"}


@dataclass(frozen=True)
class Step:
    """One step of a chain.

    Attributes:
        name: the command it stands for.
        work: does it.
        needs: steps that must have done their part first.
        key: setting without which the step is left out; that is the operator's choice and no failure.
        is_budgeted: it goes on until the day's budget is spent, which is its ordinary end.
    """

    name: str
    work: Callable[[App, Options], Result]
    needs: tuple[str, ...] = ()
    key: str | None = None
    is_budgeted: bool = False


def _statements(app: App, options: Options) -> Result:
    """Read what can be new, the newest whole statements first, as far as the day's budget goes."""
    wanted = statements.wanted_reports(None, None, None, None)
    return statements.load_statements(app, wanted, options, full=True)


def _past_statements(app: App, options: Options) -> Result:
    """Read the main accounts of the years that a score looks back at."""
    since = clock.today().year - SCORED_YEARS
    return statements.load_statements(app, statements.wanted_reports(None, None, since, None), options)


def _scores(app: App, options: Options) -> Result:
    return scores.score_batch(app, scores.Options(replace=True, wait=options.wait))


def _actions(app: App, options: Options) -> Result:
    return filings.load_actions(app, *filings.span(None, None, None), options)


LISTING = Step("listing load", roster.load_listing)
PRICES = Step(
    "prices incremental",
    lambda app, options: loads.load_prices_incremental(app, loads.DEFAULT_DAYS, REFRESH_DAYS, options),
)
INDEX = Step("prices index", lambda app, options: loads.load_index(app, loads.DEFAULT_DAYS, options))
STOCKS = Step("stocks load", roster.load_stocks, needs=("listing load",))
ETFS = Step("stocks etfs", roster.load_etfs)
VERIFY_DAILY = Step(
    "verify daily", lambda app, _: verification.verify_daily(app), needs=("listing load", "prices incremental")
)
STATEMENTS = Step("dart financials", _statements, needs=("listing load",), key="dart_api_key", is_budgeted=True)
PAST_STATEMENTS = replace(STATEMENTS, work=_past_statements)
SCORE = Step("score batch", _scores)
SCORE_AFTER_PRICES = replace(SCORE, needs=("prices incremental",))
BONDS = Step("bonds load", lambda app, options: securities.load_bonds(app, "all", None, options), key="fsc_api_key")
PRODUCTS = Step("fss all", lambda app, options: products.load_products(app, "all", None, options), key="fss_api_key")
VERIFY_WEEKLY = Step("verify weekly", lambda app, _: verification.verify_weekly(app), needs=("listing load",))
VERIFY_MONTHLY = Step("verify monthly", lambda app, _: verification.verify_monthly(app))

INITIAL = (LISTING, PRICES, INDEX, STOCKS, ETFS, PAST_STATEMENTS, SCORE_AFTER_PRICES, VERIFY_DAILY)
WEEKDAY = (
    Step("listing load", roster.load_snapshot),
    PRICES,
    INDEX,
    Step("stocks load", roster.derive_stocks, needs=("listing load",)),
    SCORE_AFTER_PRICES,
    VERIFY_DAILY,
)
WEEKLY = (LISTING, STOCKS, ETFS, STATEMENTS, SCORE, VERIFY_WEEKLY)
MONTHLY = (BONDS, PRODUCTS, VERIFY_MONTHLY)
QUARTERLY = (
    Step("dart corporate-actions", _actions, key="dart_api_key"),
    Step("stocks dividends", securities.load_dividends, key="fsc_api_key"),
    Step("dart dividends", lambda app, options: filings.load_dividends(app, None, options), key="dart_api_key"),
)
CHAINS: dict[str, tuple[Step, ...]] = {
    "initial": INITIAL,
    "weekday": WEEKDAY,
    # The same once more: what was provisional in the afternoon is read a second time.
    "weekday_final": WEEKDAY,
    "weekly": WEEKLY,
    "monthly": MONTHLY,
    "quarterly": QUARTERLY,
}

GOOD_ENOUGH = (0, 3)
SKIPPED = "skipped"
SUMS = ("planned", "done", "no_data", "failed", "pending")


def run_chain(app: App, name: str, options: Options, *, if_due: bool = False) -> Result:
    """Run a chain by name, alone: a second start waits as long as ``options`` say.

    With ``if_due`` a chain that has gone through since its newest start in the timetable is left alone: that is how
    schedulers start it, at its hour, on waking, at login.

    Raises:
        Busy: another chain is under way.
        Interrupted: the process was asked to stop.
    """
    with lock.held(app.folders.chain_lock_file, options.wait.total_seconds()):
        if if_due and not _is_due(app, timetable.job(name)):
            return _summary(f"run {name}", [], 0.0) | {"notes": ["제시간에 이미 돌았습니다."]}
        # The first load has no hour at which anybody would miss it.
        switch = nullcontext(dead_man.Outcome()) if name == "initial" else dead_man.switch(app, name)
        with switch as outcome:
            result = run(app, name, CHAINS[name], options)
            outcome.is_good = all(_is_met(step) for step in result["steps"])
            outcome.body = "\n".join(
                f"{step['command']}: {step['outcome']} ({step['exit_code']})" for step in [result, *result["steps"]]
            )
        page.refresh(app)
        return result


def _is_due(app: App, job: timetable.Job) -> bool:
    """Say whether ``job`` has not gone well since its newest start: one that failed is tried again."""
    runs.close_abandoned(app.engine)
    with app.engine.connect() as connection:
        return not connection.scalar(
            text(
                "SELECT EXISTS (SELECT FROM data_collection_log WHERE job_name = ANY(:names)"
                " AND started_at >= :start AND exit_code = ANY(:good))"
            ),
            {
                "names": list(job.counts_as),
                "start": job.previous(clock.now()).replace(tzinfo=None),
                "good": list(NO_USE_REPEATING),
            },
        )


def run(app: App, name: str, steps: Sequence[Step], options: Options) -> Result:
    """Run the steps of a chain and return one ``--json`` object with ``steps``; the gravest exit code is the chain's.

    Raises:
        Interrupted: the process was asked to stop; the step at hand has closed its own run.
    """
    command = f"run {name}"
    label = LABELS[name]
    runs.close_abandoned(app.engine)
    results: dict[str, Result] = {}
    with runs.recorded(app.engine, command, label) as record, runs.steps_of(record):
        for step in steps:
            missing = [need for need in step.needs if not _is_met(results[need])]
            app.console.strong(f"\n▷ {step.name}")
            record.report({"dataset": step.name, "done": len(results), "planned": len(steps), "unit": step.name})
            results[step.name] = _skipped(step, missing) if missing else _done(app, step, options)
            _show(app, results[step.name])
            interruption = clock.interruption()
            if interruption is not None:
                raise interruption
        result = _summary(command, list(results.values()), record.seconds) | {"run_id": record.run_id}
        record.close(result, next(iter(result["reasons"]), None))
    return result


def _done(app: App, step: Step, options: Options) -> Result:
    if step.key is not None and getattr(app.settings, step.key) is None:
        note = f"{step.key.upper()} 가 없어 {step.name} 은 하지 않습니다."
        return _failed(step, "nothing_to_do", 0, note) | {"reasons": [], "notes": [note]}
    try:
        with explained():
            result = step.work(app, options)
    except ForestoError as error:
        return _failed(step, error.outcome, exit_code_of(error), str(error))
    # A bug in one step must not keep the others from running when nobody watches: it is logged, told and ends with 70.
    except Exception as error:
        log.exception("bug in %s", step.name)
        watch.note_bug(app, step.name, error)
        return _failed(step, "failed", ForestoError.exit_code, f"{step.name}: foresto 의 오류({type(error).__name__})")
    alerts.resolve(app.engine, "bug", step.name)
    return _within_budget(result) if step.is_budgeted else result


def _within_budget(result: Result) -> Result:
    """Return the result of a step that ended with the day's budget as what it is: as much as a day allows."""
    if result["outcome"] != "quota" or result["units"]["failed"]:
        return result
    note = f"오늘 한도만큼 받았습니다. 남은 {result['units']['pending']:,}건은 다음 실행에서 이어집니다."
    return result | {"outcome": "partial", "exit_code": 0, "reasons": [], "notes": [*result.get("notes", []), note]}


def _is_met(result: Result) -> bool:
    """Say whether a step did its part: nothing of it failed. What is not published yet (75, pending) is no failure."""
    if result["outcome"] == SKIPPED:
        return False
    units = result["units"]
    waits = result["outcome"] in {"partial", "failed"} and units["pending"] and not units["failed"]
    return result["exit_code"] in GOOD_ENOUGH or (result["exit_code"] == NotYet.exit_code and bool(waits))


def _skipped(step: Step, missing: Sequence[str]) -> Result:
    return _failed(step, SKIPPED, 0, f"앞 단계({', '.join(missing)})가 끝나지 않아 건너뜁니다.")


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
        for line in [*result["reasons"], *result.get("notes", [])]:
            app.console.complain(f"! {line}")


def _summary(command: str, steps: list[Result], seconds: float) -> dict[str, Any]:
    worst = max(steps, key=lambda step: (step["exit_code"] not in GOOD_ENOUGH, step["exit_code"]), default=None)
    ended = [step for step in steps if step["exit_code"] != 0]
    idle = all(step["outcome"] == "nothing_to_do" for step in steps)
    outcome = "nothing_to_do" if idle else "done"
    if worst is not None and ended:
        outcome = "partial" if len(ended) < len(steps) else worst["outcome"]
    upstreams = {name for step in steps for name in step["requests"]} | {"total"}
    return {
        "command": command,
        "outcome": outcome,
        "exit_code": worst["exit_code"] if worst else 0,
        "run_id": None,
        "units": {name: sum(step["units"][name] for step in steps) for name in SUMS},
        "rows": {name: sum(step["rows"][name] for step in steps) for name in ("added", "changed", "unchanged")},
        "tables": _tables(steps),
        "requests": {name: sum(step["requests"].get(name, 0) for step in steps) for name in sorted(upstreams)},
        "seconds": round(seconds, 3),
        "sources": _sources(steps),
        "alerts": list(dict.fromkeys(title for step in steps for title in step["alerts"])),
        "reasons": [f"{step['command']}: {step['reasons'][0]}" for step in steps if step["reasons"]],
        "steps": steps,
    }


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
        app.console.line(f"{mark} {step['command']}: {step['outcome']}")
    requests, rows = result["requests"]["total"], result["rows"]
    app.console.strong(f"{'✓' if result['exit_code'] == 0 else '✗'} {result['command']} ({result['seconds']:.0f}초)")
    app.console.line(
        f"  요청 {requests:,} · 추가 {rows['added']:,} · 변경 {rows['changed']:,} · 그대로 {rows['unchanged']:,}"
    )
