"""What a collection has to tell the operator: alerts raised for what is wrong, resolved for what is right again."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import text

from foresto_cli.app import App
from foresto_cli.collecting.loader import Unit
from foresto_cli.collecting.report import Report
from foresto_cli.errors import AuthFailed, BadPayload, Blocked, ForestoError, NotApproved, Transient, Untrusted
from foresto_cli.store import limits
from foresto_cli.telling import alerts, causes, dead_mirror, hints, offline, unreadable
from foresto_cli.telling.alerts import Alert

CRITICAL_DATASETS = ("prices.day",)


def tell(app: App, reports: Sequence[Report], run_id: int, closed: Collection[str] = ()) -> list[str]:
    """Raise what is wrong, resolve what is right again, and return the titles of what is open because of this run.

    Args:
        app: what the command works with.
        reports: what the collections came to.
        run_id: the run.
        closed: data sets of which failed units were closed, as nobody needs them any more.
    """
    raised: list[Alert] = []
    sessions = app.upstream_sessions
    refused = {s.breaker for s in sessions if s.refused is not None and not isinstance(s.refused, NotApproved)}
    for upstream in {session.breaker for session in sessions if session.sent} - refused:
        alerts.resolve(app.engine, "auth", upstream)
        alerts.resolve(app.engine, "blocked", upstream)
        alerts.resolve(app.engine, "untrusted", upstream)
    is_offline = offline.is_down(app)
    with app.engine.connect() as connection:
        blocks = {name: causes.blocked_until(connection, name) for report in reports for name in report.refusals}
    for report in reports:
        raised += [] if report.best_effort else _incidents(app, report, blocks, is_offline=is_offline)
        for source in report.sources.keys() - report.passed_over.keys():
            alerts.resolve(app.engine, "passed_over", source)
    settled = unreadable.tell(app, reports, run_id)
    # While nothing failed by it yet nobody has to know.
    stopped = [report.label for report in reports if report.failures]
    dead = offline.tell(app, stopped) if stopped or not is_offline else []
    # Resolved is what the ledger calls resolved: a run that had nothing to do mends nothing.
    unfinished = {report.name for report in reports if _failed(report) or report.left}
    for name in {*closed, *(report.name for report in reports)} - unfinished - _with_failed_units(app):
        alerts.resolve(app.engine, "load_failed", name)
    for alert in raised:
        alerts.raise_alert(app.engine, alert, run_id)
    more = [*dead_mirror.note(app.engine, reports, run_id), *settled]
    return list(dict.fromkeys([*(alert.title for alert in raised), *dead, *more]))


def _with_failed_units(app: App) -> set[str]:
    with app.engine.connect() as connection:
        return set(connection.scalars(text("SELECT DISTINCT dataset FROM unit_ledger WHERE status = 'failed'")))


def left_out(reports: Sequence[Report]) -> Iterator[str]:
    """Yield what data sets of best effort did not get, which services are not approved, and why."""
    yield from dict.fromkeys(message for report in reports for message in report.unapproved)
    for report in reports:
        if report.best_effort and report.pending:
            reason = report.pending[0][1]
            count = len(report.pending)
            yield f"{report.table}: {count:,}건은 요청하지 못해 그대로 두었습니다(없다는 뜻이 아닙니다). {reason}"


def _incidents(app: App, report: Report, blocks: Mapping[str, str], *, is_offline: bool = False) -> Iterator[Alert]:
    for upstream, reason in report.refusals.items():
        if isinstance(reason, AuthFailed):
            yield Alert("auth", upstream, "critical", f"{limits.label(upstream)} 인증 실패", str(reason))
        elif isinstance(reason, Untrusted):
            yield Alert("untrusted", upstream, "critical", f"{upstream} 연결을 믿을 수 없습니다", str(reason))
        elif isinstance(reason, Blocked):
            yield Alert("blocked", upstream, "warning", blocks[upstream], str(reason))
    for source, reason in report.passed_over.items():
        if not isinstance(reason, Transient | BadPayload) or (is_offline and causes.kind_of(reason) == causes.NETWORK):
            continue
        message = f"{source} 대신 다른 곳에서 받았습니다. {reason}"
        yield Alert("passed_over", source, "warning", f"{source} 사용 불가", message)
    failures = [one for one in _failed(report) if not is_offline or causes.kind_of(one[1]) != causes.NETWORK]
    if failures:
        level = "critical" if report.name in CRITICAL_DATASETS else "warning"
        unit, reason = failures[0]
        title = f"{report.label} {len(failures):,}건 실패"
        hint = hints.retry(app, {report.name: [unit.key for unit, _ in failures]})
        yield Alert("load_failed", report.name, level, title, f"{unit.label}: {reason} 다시 요청하려면: {hint}")


def _failed(report: Report) -> list[tuple[Unit, ForestoError]]:
    """Return what failed and is not settled as unreadable."""
    return [one for one in report.failures if one not in report.unreadable]
