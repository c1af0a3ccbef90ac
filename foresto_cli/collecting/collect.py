"""The flow, once, for every data set.

What ought to exist, minus what the ledger has, is asked for unit by unit; each unit is fetched (the only network),
parsed and checked (pure), and stored and marked done in one transaction. New days, gaps, yesterday's failures and going
on after a crash are the same set difference.
"""

import json
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotFinished
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

import foresto_cli
from foresto_cli import clock
from foresto_cli.collecting import gate
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.report import Progress, Report
from foresto_cli.errors import (
    AuthFailed,
    BadPayload,
    Blocked,
    Dead,
    ForestoError,
    Interrupted,
    NotApproved,
    NotYet,
    RateLimited,
    StoreUnavailable,
    Untrusted,
)
from foresto_cli.store import batches, ledger
from foresto_cli.store.engine import LOST, explained, judged, unit_transaction
from foresto_cli.store.upsert import Counts
from foresto_cli.upstream.sent import requests_by_upstream

log = logging.getLogger(__name__)

STORE_TRIES = 3
STORE_WAIT_SECONDS = 5
LOOK_AROUND_SECONDS = 0.2

ASKED_ANYWAY = timedelta(days=7)
"""After so long what could not be read is asked for once more, and is no failure when it still cannot."""

LEFT_PENDING = (Blocked, RateLimited, AuthFailed, Untrusted, NotYet)
"""Errors after which a unit was neither answered nor failed: it is asked for again by a later run."""


KeepPayload = Callable[[Unit, BadPayload], None]


def plan(engine: Engine, loader: Loader, *, again: bool = False, afresh: bool = False) -> tuple[list[Unit], int]:
    """Return (units to be asked for, how many are settled already).

    Args:
        engine: the database.
        loader: the data set.
        again: ask also for what this version of foresto could not read twice.
        afresh: ask for everything, stored or not.
    """
    with engine.connect() as connection:
        known = ledger.entries(connection, loader.name)
    units = loader.units()
    if afresh:
        return units[: loader.most], 0
    todo = [
        unit for unit in units if unit.key not in known or not _is_settled(loader, unit, known[unit.key], again=again)
    ]
    return todo[: loader.most], len(units) - len(todo)


def _is_settled(loader: Loader, unit: Unit, entry: ledger.Entry, *, again: bool) -> bool:
    """Say whether ``unit`` need not be asked for: what cannot be read only when there may be something new to read."""
    if entry.refused_version == foresto_cli.__version__ and loader.sessions:
        since = entry.refused_at or entry.asked_at
        has_news = loader.has_news(unit, since)
        return not (again or has_news or not clock.is_within(since, ASKED_ANYWAY))
    return loader.is_settled(unit, entry)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a collection needs beside the data set.

    Attributes:
        engine: the database.
        run_id: the run that the ledger names.
        workers: units asked for at the same time; the pace of each upstream holds all the same.
        progress: called after each unit.
        keep_payload: puts an answer that was not understood aside.
        again: ask also for what this version of foresto could not read twice.
        afresh: ask for everything, stored or not.
    """

    engine: Engine
    run_id: int
    workers: int
    progress: Progress
    keep_payload: KeepPayload
    again: bool = False
    afresh: bool = False


def collect(loader: Loader, setting: Setting) -> Report:
    """Ask for everything that is missing, store it, and say what became of it.

    A failing unit never stops the others. After a request to stop, the unit at hand is finished or not begun.

    Raises:
        StoreUnavailable: the database went away and did not come back.
    """
    engine = setting.engine
    todo, settled = plan(engine, loader, again=setting.again, afresh=setting.afresh)
    report = Report(loader.name, loader.table, planned=len(todo), settled=settled, label=loader.label)
    report.best_effort, report.asks = loader.best_effort, bool(loader.sessions)
    if not todo:
        return report
    with explained(), engine.begin() as connection:
        batch_id = batches.begin(connection, setting.run_id, loader.batch_type)
    setting.progress(report, todo[0])
    try:
        for unit, future in _asked(loader, todo, setting.workers):
            _deal_with(loader, unit, future, report, setting, batch_id=batch_id)
            setting.progress(report, unit)
    except Interrupted as interrupted:
        report.interrupted = interrupted
    report.requests = requests_by_upstream(loader.sessions)
    refused = [session for session in loader.sessions if session.refused is not None]
    report.unapproved = [f"{s.refused}" for s in refused if isinstance(s.refused, NotApproved)]
    report.refusals = {s.breaker: s.refused for s in refused if s.refused and not isinstance(s.refused, NotApproved)}
    with explained(), engine.begin() as connection:
        first = next((f"{error}" for _, error in [*report.failures, *report.pending]), None)
        good = report.done + report.no_data
        batches.end(connection, batch_id, batches.Outcome(report.planned, good, len(report.failures), first))
    return report


def _asked(loader: Loader, todo: Sequence[Unit], workers: int) -> Iterator[tuple[Unit, Future[Answer]]]:
    """Yield each unit with its finished question, in order, at most ``workers`` questions ahead.

    Raises:
        Interrupted: the process was asked to stop.
    """
    waiting = iter(todo)
    under_way: deque[tuple[Unit, Future[Answer]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="ask")
    try:
        while True:
            while len(under_way) < workers and (unit := next(waiting, None)) is not None:
                under_way.append((unit, pool.submit(loader.fetch, unit)))
            if not under_way:
                return
            unit, future = under_way.popleft()
            _await(future)
            yield unit, future
    finally:
        # A thread may still be waiting for an upstream; nobody is interested in its answer any more.
        pool.shutdown(wait=False, cancel_futures=True)


def _await(future: Future[Answer]) -> None:
    while True:
        interrupted = clock.interruption()
        if interrupted is not None:
            raise interrupted
        try:
            future.exception(timeout=LOOK_AROUND_SECONDS)
        except NotFinished:
            continue
        return


def _deal_with(  # noqa: PLR0913  # one step of the flow; its inputs are the flow's state
    loader: Loader, unit: Unit, future: Future[Answer], report: Report, setting: Setting, *, batch_id: int
) -> None:
    answer: Answer | None = None
    try:
        answer = future.result()
        for source_id, reason in answer.passed_over:
            _note_passed_over(unit, source_id, reason, report, setting)
        checked = gate.checked(loader, gate.read(loader, answer))
        counts = _stored_whole(loader, answer, checked.parsed, setting, batch_id)
    except (NotApproved, Dead) as error:
        _drop(report, unit, error, setting)
        return
    except LEFT_PENDING as error:
        report.pending.append((unit, error))
        log.warning("%s %s pending: %s", loader.name, unit.key, error)
        return
    except (Interrupted, StoreUnavailable):
        raise
    except ForestoError as error:
        if isinstance(error, BadPayload):
            error.payload = error.payload or _as_bytes(answer)
            setting.keep_payload(unit, error)
        if report.best_effort:
            report.pending.append((unit, error))
            return
        _fail(loader, unit, error, report, setting)
        return
    report.rows += counts
    report.rejected += checked.left_out
    report.sources[answer.source_id] += 1
    _count(report, unit, checked.parsed)


def _fail(loader: Loader, unit: Unit, error: ForestoError, report: Report, setting: Setting) -> None:
    """Record that we could not find out; the same answer refused twice is settled."""
    log.error("%s %s failed: %s", loader.name, unit.key, error)
    with explained(), setting.engine.begin() as connection:
        if not (isinstance(error, BadPayload) and loader.sessions):
            ledger.mark(connection, (loader.name, unit.key), ledger.failed_entry(), setting.run_id, str(error))
            refused = ledger.Refused.ONCE
        else:
            key, version = (loader.name, unit.key), foresto_cli.__version__
            refused = ledger.refuse(connection, key, setting.run_id, str(error), version)
    if refused is not ledger.Refused.ONCE:
        report.unreadable.append((unit, error))
    if refused is ledger.Refused.STILL and not setting.again:
        # It was told, and is no news; that there might have been was a guess.
        report.planned -= 1
        return
    report.failures.append((unit, error))


def _count(report: Report, unit: Unit, parsed: Parsed) -> None:
    if parsed.behind is not None:
        report.pending.append((unit, NotYet(parsed.behind)))
    elif parsed.status == "no_data":
        report.no_data += 1
    else:
        report.done += 1
    if parsed.short is not None:
        report.short.append((unit, parsed.short))


def _drop(report: Report, unit: Unit, error: NotApproved | Dead, setting: Setting) -> None:
    """Go on as if the unit had not been planned: nobody at hand has it. The service's refusal is a note anyway.

    One that failed before is closed: asking again would end here for ever.
    """
    report.planned -= 1
    with explained(), setting.engine.begin() as connection:
        ledger.supersede(connection, report.name, [unit.key], str(error))
    log.warning("%s %s: %s", report.name, unit.key, error)
    if isinstance(error, Dead):
        report.passed_over[error.source_id] = error


def _note_passed_over(unit: Unit, source_id: str, reason: ForestoError, report: Report, setting: Setting) -> None:
    report.passed_over.setdefault(source_id, reason)
    log.warning("%s %s: %s passed over: %s", report.name, unit.key, source_id, reason)
    if isinstance(reason, BadPayload):
        setting.keep_payload(unit, reason)


def _as_bytes(answer: Answer | None) -> bytes:
    """Return an answer that was read but not believed in a form that can be put aside."""
    return (
        b""
        if answer is None
        else json.dumps(answer.payload, ensure_ascii=False, default=str).encode("utf-8", "replace")
    )


def _stored_whole(loader: Loader, answer: Answer, parsed: Parsed, setting: Setting, batch_id: int) -> Counts:
    """Write rows and ledger in one transaction, once more on a new connection when the server cut the old one."""
    entry = ledger.Entry(parsed.status, answer.source_id, len(parsed.rows), answer.asked_at)
    now = clock.wall()
    provenance = {"batch_id": batch_id, "created_at": now, "updated_at": now}
    counts = Counts()
    with explained():
        for attempt in Retrying(
            retry=retry_if_exception_type(LOST),
            stop=stop_after_attempt(STORE_TRIES),
            wait=wait_fixed(STORE_WAIT_SECONDS),
            sleep=clock.sleep,
            reraise=True,
        ):
            with attempt, judged(), unit_transaction(setting.engine) as connection:
                counts = loader.store(connection, answer, parsed, provenance)
                ledger.mark(connection, (loader.name, answer.unit.key), entry, setting.run_id, parsed.reason)
    return counts
