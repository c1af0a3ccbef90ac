"""Running a command's work: lock, run record, alerts, one result, one exit code."""

import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from foresto_cli import clock
from foresto_cli.adjustment.apply import Settled, settle
from foresto_cli.app import App
from foresto_cli.collect import Report, Setting, collect, plan
from foresto_cli.errors import AuthFailed, BadPayload, Blocked, ConfigError, Transient, UsageError, exit_code_of
from foresto_cli.loaders import Loader, Unit
from foresto_cli.ops import alerts, lock, runs, stop
from foresto_cli.ops.alerts import Alert
from foresto_cli.settings import PRIVATE_FILE, private_folder
from foresto_cli.store import upkeep
from foresto_cli.store.upsert import Counts
from foresto_cli.upstream.http import requests_by_upstream

DONE, SOME_FAILED = 0, 3
LARGEST_PAYLOAD = 1_000_000
SECONDS_A_REQUEST = 0.5
"""What a question takes at least, for the estimate of a plan."""
CRITICAL_DATASETS = ("prices.day",)

Result = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a loading command runs.

    Attributes:
        workers: units asked for at the same time.
        wait: how long to wait for another collecting command.
        dry_run: only say what would be asked.
        again: ask for stored market days once more.
    """

    workers: int = 4
    wait: timedelta = timedelta()
    dry_run: bool = False
    again: bool = False


MakeLoaders = Callable[[], Sequence[Loader]]
"""Makes loaders from the facts of the moment; called only once nobody else can change them."""


def run_loaders(app: App, command: str, label: str, make: MakeLoaders, options: Options) -> Result:
    """Collect every data set in turn under the lock and return the ``--json`` object.

    Raises:
        Busy: somebody else collects.
        StoreUnavailable: the database went away; the run's row says so if it can.
    """
    wait = options.wait.total_seconds()
    shared = nullcontext() if app.settings.database_url is None else lock.only_host(app.engine, wait)
    with lock.held(app.folders.lock_file, wait), shared, stop.graceful():
        runs.close_abandoned(app.engine)
        with runs.recorded(app.engine, command, label) as run:
            started = clock.monotonic()
            before = requests_by_upstream(app.upstream_sessions)
            reports: list[Report] = []
            for loader in make():
                reports.append(_collected(app, loader, run, options.workers))
                if reports[-1].interrupted is not None:
                    break
            # After a request to stop, the days stay noted and the next run settles them.
            stopped = any(report.interrupted for report in reports)
            settled = Settled() if stopped else settle(app.engine, app.calendar)
            result = summary(command, run.run_id, reports)
            result["seconds"] = round(clock.monotonic() - started, 3)
            result["requests"] = requests_since(app, before)
            result["alerts"] = _alert(app, reports, run.run_id)
            if settled.sessions:
                result["adjusted"] = {"events": settled.events, "rows": settled.rows}
            if settled.missing_days:
                days = ", ".join(f"{day}" for day in settled.missing_days[:5])
                note = f"{days}: 앞 거래일이 없거나 틀려 조정하지 않았습니다. foresto prices repair 를 실행하세요."
                result["notes"] = [note]
            result.setdefault("notes", []).extend(_left_out(reports))
            _tidy(app, reports, settled)
            run.close(result, next(iter(result["reasons"]), None))
    return result


def _tidy(app: App, reports: Sequence[Report], settled: Settled) -> None:
    if app.settings.database_url is None:
        written = {report.table for report in reports if report.rows.added + report.rows.changed >= upkeep.WORTH_IT}
        if settled.rows >= upkeep.WORTH_IT:
            written.add("stock_price_daily")
        upkeep.tidy(app.engine, written)


def _collected(app: App, loader: Loader, run: runs.Run, workers: int) -> Report:
    with app.console.progress(loader.label) as advance:

        def progress(report: Report, unit: Unit) -> None:
            advance(report.finished, report.planned, unit.label)
            run.report({"dataset": loader.name, "done": report.finished, "planned": report.planned, "unit": unit.label})

        def keep(unit: Unit, error: BadPayload) -> None:
            keep_payload(app, f"{loader.name}-{unit.key}", error)

        return collect(
            loader,
            Setting(engine=app.engine, run_id=run.run_id, workers=workers, progress=progress, keep_payload=keep),
        )


def summary(command: str, run_id: int | None, reports: Sequence[Report]) -> Result:
    """Return the ``--json`` object of a collecting command, times and requests aside."""
    outcome, exit_code = judge(reports)
    counts = Counts()
    tables: dict[str, Counts] = {}
    sources: Counter[str] = Counter()
    for report in reports:
        counts += report.rows
        tables[report.table] = tables.get(report.table, Counts()) + report.rows
        sources += report.sources
    problems: dict[str, list[str]] = {}
    for report in reports:
        if report.best_effort:
            continue
        for unit, reason in [*report.failures, *report.pending]:
            problems.setdefault(str(reason), []).append(unit.label)
    return {
        "command": command,
        "outcome": outcome,
        "exit_code": exit_code,
        "run_id": run_id,
        "units": {
            "planned": sum(report.planned for report in reports),
            "done": sum(report.done for report in reports),
            "no_data": sum(report.no_data for report in reports),
            "failed": sum(len(report.failures) for report in reports),
            "pending": sum(report.left for report in reports),
        },
        "rows": _as_json(counts),
        "tables": {name: _as_json(found) for name, found in tables.items()},
        "requests": {"total": 0},
        "seconds": 0.0,
        "sources": dict(sources),
        "alerts": [],
        "passed_over": {name: str(reason) for report in reports for name, reason in report.passed_over.items()},
        "rejected": [row for report in reports for row in report.rejected],
        "reasons": [_named(units, text) for text, units in problems.items()],
    }


def _named(units: Sequence[str], reason: str) -> str:
    if reason.startswith(units[0]):
        return reason
    others = f" 외 {len(units) - 1:,}건" if len(units) > 1 else ""
    return f"{units[0]}{others}: {reason}"


def judge(reports: Sequence[Report]) -> tuple[str, int]:
    """Return (outcome word, exit code) of a collection (docs/design.md, Errors).

    A stop (key, block, quota) counts more than failed units, those more than units that have no numbers yet. Where
    somebody was asked, only what the asked said makes a success partial: what is derived beside it always goes well.
    """
    interrupted = next((report.interrupted for report in reports if report.interrupted), None)
    if interrupted is not None:
        return interrupted.outcome, exit_code_of(interrupted)
    reports = [report for report in reports if not report.best_effort]
    pending = [reason for report in reports for _, reason in report.pending]
    refused = next((reason for reason in pending if isinstance(reason, AuthFailed)), None)
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
    return ("done" if good else "nothing_to_do"), DONE


def _alert(app: App, reports: Sequence[Report], run_id: int) -> list[str]:
    """Raise what is wrong, resolve what is right again, and return the titles of what is open because of this run."""
    raised: list[Alert] = []
    sessions = app.upstream_sessions
    refused = {session.breaker for session in sessions if session.refused is not None}
    for upstream in {session.breaker for session in sessions if session.sent} - refused:
        alerts.resolve(app.engine, "auth", upstream)
        alerts.resolve(app.engine, "blocked", upstream)
    for report in reports:
        raised += [] if report.best_effort else _incidents(report)
        for source in report.sources.keys() - report.passed_over.keys():
            alerts.resolve(app.engine, "passed_over", source)
        if not report.failures and report.left == 0:
            alerts.resolve(app.engine, "load_failed", report.name)
    for alert in raised:
        alerts.raise_alert(app.engine, alert, run_id)
    return list(dict.fromkeys(alert.title for alert in raised))


def _left_out(reports: Sequence[Report]) -> Iterator[str]:
    """Yield what data sets of best effort did not get, and why."""
    for report in reports:
        if report.best_effort and report.pending:
            reason = report.pending[0][1]
            count = len(report.pending)
            yield f"{report.table}: {count:,}건은 묻지 못해 그대로 두었습니다(없다는 뜻이 아닙니다). {reason}"


def _incidents(report: Report) -> Iterator[Alert]:
    for upstream, reason in report.refusals.items():
        if isinstance(reason, AuthFailed):
            yield Alert("auth", upstream, "critical", f"{upstream} 인증 실패", str(reason))
        elif isinstance(reason, Blocked):
            yield Alert("blocked", upstream, "warning", f"{upstream} 차단", str(reason))
    for source, reason in report.passed_over.items():
        if not isinstance(reason, Transient | BadPayload):
            continue
        message = f"{source} 대신 다른 곳에서 받았습니다. {reason}"
        yield Alert("passed_over", source, "warning", f"{source} 사용 불가", message)
    if report.failures:
        level = "critical" if report.name in CRITICAL_DATASETS else "warning"
        unit, reason = report.failures[0]
        title = f"{report.label} {len(report.failures):,}건 실패"
        yield Alert("load_failed", report.name, level, title, f"{unit.label}: {reason}")


def requests_since(app: App, before: dict[str, int]) -> dict[str, int]:
    """Return how many requests were sent since ``before`` was counted, in all and by upstream."""
    now = requests_by_upstream(app.upstream_sessions)
    sent = {name: count - before.get(name, 0) for name, count in now.items()}
    return {"total": sum(sent.values()), **{name: count for name, count in sent.items() if count}}


def keep_payload(app: App, name: str, error: BadPayload) -> None:
    """Put an answer that was not understood into the state folder: redacted, at most 1 MB, for the operator only.

    Where there is no room for it, that is complained about: the unit has failed either way, and the others go on.
    """
    if not error.payload:
        return
    plain = re.sub(r"[^\w.-]", "_", name)
    file = app.folders.payloads / f"{clock.now():%Y%m%d-%H%M%S}-{plain}.txt"
    body = app.redact(error.payload[:LARGEST_PAYLOAD].decode("utf-8", "replace"))
    try:
        private_folder(file.parent)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as kept:
            kept.write(body)
    except OSError as refusal:
        app.console.complain(f"! 이해하지 못한 응답을 {file} 에 남기지 못했습니다({refusal.strerror}).")
    except ConfigError as refusal:
        app.console.complain(f"! 이해하지 못한 응답을 남기지 못했습니다. {refusal}")


def preview(app: App, command: str, make: MakeLoaders) -> Result:
    """Return what would be asked (``--dry-run``), asking nothing."""
    result = summary(command, None, [])
    loaders = make()
    todos = [plan(app.engine, loader)[0] for loader in loaders]
    units = [unit for todo in todos for unit in todo]
    seconds = sum(_expected_seconds(loader, todo) for loader, todo in zip(loaders, todos, strict=True))
    result["units"]["planned"] = result["units"]["pending"] = len(units)
    result["plan"] = {
        "units": len(units),
        "requests": sum(unit.requests for unit in units),
        "first": units[0].label if units else None,
        "last": units[-1].label if units else None,
        "budget_days": max(
            (_budget_days(loader, todo) for loader, todo in zip(loaders, todos, strict=True)), default=0
        ),
        "seconds": round(seconds, 1),
    }
    return result


def run_or_preview(app: App, command: str, label: str, make: MakeLoaders, options: Options) -> Result:
    """Run the loaders, or only say what they would ask (``--dry-run``).

    Raises:
        UsageError: ``--workers`` is out of range.
        ForestoError: see :func:`run_loaders`.
    """
    if options.workers < 1:
        raise UsageError("--workers 는 1 이상이어야 합니다.")
    if options.dry_run:
        return preview(app, command, make)
    return run_loaders(app, command, label, make, options)


def _budget_days(loader: Loader, todo: Sequence[Unit]) -> int:
    """Return how many days of budget ``todo`` takes, each unit counted at the upstream it will be asked from."""
    requests: Counter[str] = Counter()
    for unit in todo:
        requests[unit.upstream] += unit.requests
    budgets = {session.policy.name: session.policy.daily_budget for session in loader.sessions}
    return max((math.ceil(count / budgets[name]) for name, count in requests.items() if name in budgets), default=0)


def _expected_seconds(loader: Loader, todo: Sequence[Unit]) -> float:
    paces = {session.policy.name: session.policy.pace for session in loader.sessions}
    return sum(unit.requests * max(paces.get(unit.upstream, 0), SECONDS_A_REQUEST) for unit in todo)


def _as_json(counts: Counts) -> dict[str, int]:
    return {"added": counts.added, "changed": counts.changed, "unchanged": counts.unchanged}


LONGEST_WAIT = timedelta(days=1)
DURATION = re.compile(r"(\d+)([smh]?)")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def duration(given: str) -> timedelta:
    """Return ``10m``, ``90s``, ``1h`` or plain seconds as a duration.

    Raises:
        UsageError: anything else.
    """
    found = DURATION.fullmatch(given.strip())
    if found is None:
        raise UsageError(f"{given}: 기간을 알아볼 수 없습니다. 10m, 90s, 1h 처럼 적으세요.")
    seconds = int(found[1]) * SECONDS[found[2]]
    if seconds > LONGEST_WAIT.total_seconds():
        raise UsageError(f"{given}: 하루보다 오래 기다릴 수 없습니다.")
    return timedelta(seconds=seconds)
