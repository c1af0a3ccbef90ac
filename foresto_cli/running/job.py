"""Running a command's work: lock, run record, alerts, one result, one exit code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from foresto_cli import clock
from foresto_cli.adjustment.apply import Settled, settle
from foresto_cli.app import App
from foresto_cli.collecting.collect import Setting, collect
from foresto_cli.collecting.loader import Loader, Unit
from foresto_cli.collecting.report import Report
from foresto_cli.datasets.prices import mirror_life
from foresto_cli.errors import BadPayload, UsageError
from foresto_cli.running import lock, runs, stop, superseded
from foresto_cli.running.payloads import keep_payload
from foresto_cli.running.previews import preview
from foresto_cli.running.results import Adjusted, Result, requests_since, summary
from foresto_cli.store import limits, upkeep
from foresto_cli.telling import incidents, key_ages, priceless, unreadable
from foresto_cli.upstream.sent import requests_by_upstream

LONGEST_WAIT = timedelta(minutes=30)
"""For a block that ends soon; others are left to the next job."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a loading command runs.

    Attributes:
        workers: units asked for at the same time.
        wait: how long to wait for another collecting command, or for a block that ends meanwhile.
        dry_run: only say what would be asked.
        again: ask once more for what could not be read twice; of prices and indices, for what is stored too.
        afresh: ask for everything of the data set, stored or not.
    """

    workers: int = 4
    wait: timedelta = timedelta()
    dry_run: bool = False
    again: bool = False
    afresh: bool = False


MakeLoaders = Callable[[], Sequence[Loader]]
"""Makes loaders from the facts of the moment; called only once nobody else can change them."""


def run_loaders(app: App, command: str, label: str, make: MakeLoaders, options: Options) -> Result:
    """Collect every data set in turn under the lock and return the result.

    Raises:
        Busy: somebody else collects.
        StoreUnavailable: the database went away; the run's row says so if it can.
    """
    wait = options.wait.total_seconds()
    key_ages.tell_fewer(app)
    with lock.collecting(app, wait), stop.graceful():
        runs.close_abandoned(app.engine, is_shared=app.is_shared)
        with runs.recorded(app.engine, command, label) as run:
            started = clock.monotonic()
            before = requests_by_upstream(app.upstream_sessions)
            reports: list[Report] = []
            loaders = make()
            for loader in loaders:
                _await_blocks(app, loader, options.wait)
                reports.append(_collected(app, loader, run, options))
                if reports[-1].interrupted is not None:
                    break
            # After a request to stop, the days stay noted and the next run settles them.
            stopped = any(report.interrupted for report in reports)
            settled = Settled() if stopped else settle(app.engine, app.calendar)
            result = summary(command, run.run_id, reports)
            result.seconds = round(clock.monotonic() - started, 3)
            result.requests = requests_since(app, before)
            mirror_life.remember(app.engine, reports)
            closed = superseded.close(app.engine, loaders)
            result.alerts = incidents.tell(app, reports, run.run_id, closed)
            if settled.sessions:
                result.adjusted = Adjusted(settled.events, settled.rows)
            if settled.missing_days:
                days = ", ".join(f"{day}" for day in settled.missing_days[:5])
                result.notes.append(
                    f"{days}: 앞 거래일이 없거나 틀려 조정하지 않았습니다. foresto prices repair를 실행하세요."
                )
            result.notes += [*incidents.left_out(reports), *_proofs(settled, reports)]
            result.notes += [*superseded.notes(closed), *unreadable.notes(reports)]
            if app.krx is not None:
                result.notes += app.krx.take_notes()
            _tidy(app, reports, settled)
            record = result.as_json() | {"unanswered": priceless.unanswered(reports)}
            run.close(result, result.first_reason, record)
    return result


def _await_blocks(app: App, loader: Loader, wait: timedelta) -> None:
    """Wait for a block of what ``loader`` asks that ends within minutes: a job must not miss a day for those.

    Raises:
        Interrupted: the process was asked to stop meanwhile.
    """
    names = {name for session in loader.sessions for names in session.policy.hosts.values() for name in names}
    with app.engine.connect() as connection:
        ends = [until for name, until in limits.block_ends(connection).items() if name in names]
    limit = clock.wall() + min(wait, LONGEST_WAIT)
    until = max((end for end in ends if end <= limit), default=None)
    if until is not None:
        app.console.line(f"{loader.label}: 차단이 {until:%H:%M:%S}에 끝납니다. 기다립니다.")
        clock.sleep((until - clock.wall()).total_seconds() + 1)


def _proofs(settled: Settled, reports: Sequence[Report]) -> list[str]:
    """Say how many closes are known to be the regular ones now: by an official source, or by the next base prices."""
    proved = settled.proved + sum(report.rows.confirmed for report in reports)
    corrected = settled.corrected + sum(report.rows.corrected for report in reports)
    if not proved:
        return []
    note = f"정규장 종가 {proved:,}개를 확인하고 {corrected:,}개를 고쳤습니다"
    return [f"{note}, 사건 {settled.taken_back:,}개를 되돌렸습니다." if settled.taken_back else f"{note}."]


def _tidy(app: App, reports: Sequence[Report], settled: Settled) -> None:
    if not app.is_shared:
        written = {report.table for report in reports if report.rows.added + report.rows.changed >= upkeep.WORTH_IT}
        if settled.rows >= upkeep.WORTH_IT:
            written.add("stock_price_daily")
        upkeep.tidy(app.engine, written)


def _collected(app: App, loader: Loader, run: runs.Run, options: Options) -> Report:
    with app.console.progress(loader.label) as advance:

        def progress(report: Report, unit: Unit) -> None:
            advance(report.finished, report.planned, unit.label)
            run.report({"dataset": loader.name, "done": report.finished, "planned": report.planned, "unit": unit.label})

        def keep(unit: Unit, error: BadPayload) -> None:
            keep_payload(app, f"{loader.name}-{unit.key}", error)

        return collect(
            loader,
            Setting(
                engine=app.engine,
                run_id=run.run_id,
                workers=options.workers,
                progress=progress,
                keep_payload=keep,
                again=options.again or options.afresh,
                afresh=options.afresh,
            ),
        )


def run_or_preview(app: App, command: str, label: str, make: MakeLoaders, options: Options) -> Result:
    """Run the loaders, or only say what they would ask (``--dry-run``).

    Raises:
        UsageError: ``--workers`` is out of range.
        ForestoError: see :func:`run_loaders`.
    """
    if options.workers < 1:
        raise UsageError("--workers는 1 이상이어야 합니다.")
    if options.dry_run:
        return preview(app, command, make(), again=options.again, afresh=options.afresh)
    return run_loaders(app, command, label, make, options)
