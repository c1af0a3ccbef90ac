"""Running chains: a step whose need failed is left out and named, the rest runs."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace

from foresto_cli import clock, timetable
from foresto_cli.app import App
from foresto_cli.chains import attempts_made, steps
from foresto_cli.chains.chain_results import GOOD_ENOUGH, ChainResult, not_done, show_step, summary
from foresto_cli.chains.steps import LISTING, Step
from foresto_cli.errors import ForestoError, ListingMissing, NotYet, exit_code_of
from foresto_cli.running import lock, runs
from foresto_cli.running.job import Options
from foresto_cli.running.results import SKIPPED, Result
from foresto_cli.settings import keys
from foresto_cli.store import upkeep
from foresto_cli.store.engine import explained
from foresto_cli.telling import alerts, dead_man, network, watch
from foresto_cli.views import page

log = logging.getLogger(__name__)

FIRST_LOAD = "initial"
LABELS = {**{job.name: job.label for job in timetable.JOBS}, FIRST_LOAD: "처음 받기"}


def run_chain(app: App, name: str, options: Options, *, if_due: bool = False) -> ChainResult:
    """Run a chain by name, alone: a second start waits as long as ``options`` say.

    With ``if_due`` a chain that has gone through since its newest start in the timetable is left alone: that is how
    schedulers start it, at its hour, on waking, at login.

    Raises:
        Busy: another chain is under way.
        Interrupted: the process was asked to stop.
    """
    with lock.chaining(app, options.wait.total_seconds()):
        if if_due and not _is_due(app, timetable.job(name)):
            return ChainResult(f"run {name}", notes=["제시간에 이미 돌았습니다."])
        network.awaited()
        # The first load has no hour at which anybody would miss it.
        switch = nullcontext(dead_man.Outcome()) if name == FIRST_LOAD else dead_man.switch(app, name)
        with switch as outcome:
            result = run(app, name, steps.of(app, name), options)
            outcome.is_good = all(_is_met(step) for step in result.steps)
            outcome.body = "\n".join(
                f"{step.command}: {step.outcome} ({step.exit_code})" for step in [result, *result.steps]
            )
        page.refresh(app)
        return result


def _is_due(app: App, job: timetable.Job) -> bool:
    """Say whether starting ``job`` can change anything since its newest start."""
    now = clock.now()
    with app.engine.connect() as connection:
        return not attempts_made.is_settled(attempts_made.since_start(connection, job, now))


def run(app: App, name: str, chain: Sequence[Step], options: Options) -> ChainResult:
    """Run the steps of a chain and return what they came to; the gravest exit code is the chain's.

    Raises:
        Interrupted: the process was asked to stop; the step at hand has closed its own run.
    """
    command = f"run {name}"
    label = LABELS[name]
    runs.close_abandoned(app.engine, is_shared=app.is_shared)
    results: dict[str, Result] = {}
    with runs.recorded(app.engine, command, label) as record, runs.steps_of(record):
        for step in chain:
            missing = [need for need in step.needs if not _is_met(results[need])]
            app.console.line()
            app.console.strong(f"▷ {step.name}")
            record.report({"dataset": step.name, "done": len(results), "planned": len(chain), "unit": step.name})
            done = _skipped(step, missing) if missing else _done(app, step, options, results)
            results[step.name] = _told_of_lost(done, [name for name in step.follows if not _is_met(results[name])])
            show_step(app, results[step.name])
            interruption = clock.interruption()
            if interruption is not None:
                raise interruption
        result = summary(command, list(results.values()), record.seconds)
        if name == FIRST_LOAD:
            result.notes += keys.told_missing(app.settings)
        result.run_id = record.run_id
        record.close(result, result.first_reason, {**result.as_json(), "database_bytes": _size(app)})
    return result


def _size(app: App) -> int:
    with app.engine.connect() as connection:
        return upkeep.database_size(connection)


def _done(app: App, step: Step, options: Options, results: Mapping[str, Result]) -> Result:
    if step.key is not None and getattr(app.settings, step.key) is None:
        note = f"{step.key.upper()}가 없어 건너뜁니다."
        return Result(step.name, notes=[note])
    try:
        with explained():
            result = step.work(app, options)
    except ListingMissing as error:
        # What kept the list from coming may be mended by the next start; without that it is the operator's to load.
        if LISTING.name in results and not _is_met(results[LISTING.name]):
            return _skipped(step, [LISTING.name])
        return not_done(step, error.outcome, exit_code_of(error), str(error))
    except ForestoError as error:
        return not_done(step, error.outcome, exit_code_of(error), str(error))
    # A bug in one step must not keep the others from running when nobody watches: it is logged, told and ends with 70.
    except Exception as error:
        log.exception("bug in %s", step.name)
        watch.note_bug(app, step.name, error)
        return not_done(step, "failed", ForestoError.exit_code, f"{step.name}: foresto의 오류({type(error).__name__})")
    alerts.resolve(app.engine, "bug", step.name)
    return _within_budget(result) if step.is_budgeted else result


def _within_budget(result: Result) -> Result:
    """Return the result of a step that ended with the day's budget as what it is: as much as a day allows."""
    if result.outcome != "quota" or result.units.failed:
        return result
    note = f"오늘 한도만큼 받았습니다. 남은 {result.units.pending:,}건은 다음 실행에서 이어집니다."
    return replace(result, outcome="partial", exit_code=0, reasons=[], notes=[*result.notes, note])


def _is_met(result: Result) -> bool:
    """Say whether a step did its part: nothing of it failed. What is not published yet (75, pending) is no failure."""
    if result.outcome == SKIPPED:
        return False
    units = result.units
    waits = result.outcome in {"partial", "failed"} and units.pending and not units.failed
    return result.exit_code in GOOD_ENOUGH or (result.exit_code == NotYet.exit_code and bool(waits))


def _told_of_lost(result: Result, lost: Sequence[str]) -> Result:
    """Return the result with a note about steps that should have said what is new, and did not do their part."""
    if not lost:
        return result
    note = f"앞 단계({', '.join(lost)})가 실패하여 새로 나온 것은 받지 못했습니다. 다음 실행에서 받습니다."
    return replace(result, notes=[*result.notes, note])


def _skipped(step: Step, missing: Sequence[str]) -> Result:
    return not_done(step, SKIPPED, 0, f"앞 단계({', '.join(missing)})가 실패하여 건너뜁니다.")
