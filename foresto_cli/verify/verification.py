"""Running checks as a job: record, alerts, result, exit code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli import clock, data_sets
from foresto_cli.app import App
from foresto_cli.archive import last_export
from foresto_cli.collecting.checks import CRITICAL, Check, Finding, Scope, record, run_checks
from foresto_cli.console import Console
from foresto_cli.datasets.listed import designation_checks
from foresto_cli.datasets.prices import spans
from foresto_cli.datasets.prices.unconfirmed import is_unconfirmed
from foresto_cli.errors import VerificationFailed
from foresto_cli.loading import unsettled
from foresto_cli.running import job, runs
from foresto_cli.running.closing import closing_lines
from foresto_cli.running.results import Result, requests_since
from foresto_cli.telling import alerts, causes, hints, notify, priceless
from foresto_cli.telling.alerts import Alert
from foresto_cli.upstream.sent import requests_by_upstream
from foresto_cli.verify import all_checks, freshness, mending, trend
from foresto_cli.verify.second_source import SecondSource

WEEKLY = "verify weekly"
MONTHLY = "verify monthly"
SHOWN_ROWS = 2
WEEKLY_SESSIONS = 250
"""A year of sessions."""
OWN_INCIDENT = ("jobs.missed", "ledger.unreadable")
"""Told by :mod:`foresto_cli.telling.late_jobs`, job by job, and by :mod:`foresto_cli.telling.unreadable`, once."""


@dataclass(kw_only=True)
class Verification(Result):
    """What the checks found.

    Attributes:
        checks: how many were asked.
        sessions: how many were looked at.
        findings: gravest first.
        measures: rows by table, of the weekly and monthly ones.
        designated: ticker and word of everybody designated, of the weekly one.
        repair: what asking again for the units that findings name came to.
    """

    checks: int
    sessions: int
    findings: list[Finding]
    measures: dict[str, int] | None = None
    designated: dict[str, str] | None = None
    repair: Result | None = None


def verify_daily(app: App, *, is_last_word: bool | None = None) -> Verification:
    """Check the newest 30 sessions; exit 65 when a finding is critical.

    Args:
        app: what a command works with.
        is_last_word: today's prices ought to be here; otherwise a later job of today still asks for them. None: the
            timetable says which.
    """
    sessions = _newest(app, all_checks.SESSIONS, is_last_word=is_last_word)
    return _verify(app, "verify daily", "일일 검증", sessions, is_last_word=is_last_word)


def verify_weekly(app: App) -> Verification:
    """Check the newest year of sessions in the same way, the roster, what companies file, and a sample elsewhere."""
    return _thoroughly(app, WEEKLY, "주간 검증", _newest(app, WEEKLY_SESSIONS))


def verify_monthly(app: App) -> Verification:
    """Check the whole stored history in the same way as weekly, and the products."""
    last = _last(app)
    sessions = app.calendar.sessions(spans.first_stored(app) or last, last)
    return _thoroughly(app, MONTHLY, "월간 검증", sessions)


def with_repair(app: App, verify: Callable[[App], Verification], options: job.Options) -> Verification:
    """Verify; ask again for the units that the findings name, compute anew what follows, and verify once more.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    result = verify(app)
    units = [finding.units for finding in result.findings if finding.units]
    if not units:
        return result
    repair, notes = mending.mend(app, units, options)
    repair.notes += notes
    return replace(verify(app), repair=repair)


def _last(app: App, *, is_last_word: bool | None = None) -> date:
    """Return the newest session that ought to be stored by now.

    That is the newest ended one; the one before it while nobody knows whether the exchange opened that day, and while
    it is not there but may still come: a later job asks for it, or the keys at hand have it only on the next session.
    """
    last = app.calendar.latest_ended(clock.now())
    if is_last_word is None:
        is_last_word = freshness.due_session(app) >= last
    with app.engine.connect() as connection:
        may_come = not is_last_word or priceless.is_published_later(app, last)
        is_missing = is_unconfirmed(connection, last) or (may_come and not _is_known(connection, last))
    return app.calendar.previous(last) if is_missing else last


def _is_known(connection: Connection, session: date) -> bool:
    """Say whether anything was stored of ``session``, or asking for it failed, which is no reason to wait."""
    return bool(
        connection.scalar(
            text(
                "SELECT EXISTS (SELECT 1 FROM unit_ledger WHERE dataset = 'prices.day' AND unit = CAST(:day AS text))"
                " OR EXISTS (SELECT 1 FROM stock_price_daily WHERE trade_date = :day)"
            ),
            {"day": session},
        )
    )


def _newest(app: App, count: int, *, is_last_word: bool | None = None) -> list[date]:
    sessions, calendar = [_last(app, is_last_word=is_last_word)], app.calendar
    while len(sessions) < count:
        sessions.append(calendar.previous(sessions[-1]))
    return sessions[::-1]


def _thoroughly(app: App, command: str, label: str, sessions: Sequence[date]) -> Verification:
    return _verify(app, command, label, sessions, SecondSource(app.naver))


def _verify(  # noqa: PLR0913  # what is asked, of which days, by whom
    app: App,
    command: str,
    label: str,
    sessions: Sequence[date],
    second: SecondSource | None = None,
    *,
    is_last_word: bool | None = None,
) -> Verification:
    asked = [
        *all_checks.of(command.removeprefix("verify "), data_sets.every()),
        freshness.check(app, is_of_chain=is_last_word is not None),
    ]
    due = sessions[-1] if is_last_word else min(sessions[-1], freshness.due_session(app))
    if second is not None:
        asked += [trend.shrunken(command), second.check, second.index_check]
    before = requests_by_upstream(app.upstream_sessions)
    with runs.recorded(app.engine, command, label) as run:
        with app.engine.connect() as connection:
            has_dart = app.settings.dart_api_key is not None
            scope = Scope(connection, app.calendar, clock.now(), sessions, due, has_dart)
            findings = run_checks(asked, scope)
            measures = None if second is None else trend.measure(connection)
            told = designation_checks.news(connection, sessions[-1]) if command == WEEKLY else None
            exported = last_export.notes(connection) if command == MONTHLY else []
        findings = _honest(app, findings)
        record(app.engine, run.run_id, findings)
        critical = [finding for finding in findings if finding.severity == CRITICAL]
        result = Verification(
            command,
            "failed" if critical else "done",
            VerificationFailed.exit_code if critical else 0,
            run.run_id,
            seconds=run.seconds,
            requests=requests_since(app, before),
            alerts=_alert(app, asked, findings, run.run_id),
            reasons=[f"{finding.name}: {finding.found:,}건" for finding in findings],
            notes=[
                *_doubts(app, sessions[-1]),
                *(second.notes if second else []),
                *(told.notes if told else []),
                *exported,
            ],
            checks=len(asked),
            sessions=len(sessions),
            findings=findings,
            measures=measures,
            designated=told.now if told else None,
        )
        run.close(result, "; ".join(result.reasons) or None)
    return result


def _honest(app: App, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with hints that can be followed now, or say from when on."""

    def hint(finding: Finding) -> str:
        if finding.repair in {hints.RETRY, hints.AGAIN}:
            with app.engine.connect() as connection:
                units = unsettled.wanted(connection, again=finding.repair == hints.AGAIN)
            return hints.retry(app, units, finding.repair)
        return hints.honest(app, finding.repair, [date.fromisoformat(day) for day in finding.days])

    return [replace(finding, repair=hint(finding)) for finding in findings]


def _doubts(app: App, last: date) -> list[str]:
    expected = app.calendar.latest_ended(clock.now())
    if last >= expected:
        return []
    with app.engine.connect() as connection:
        if is_unconfirmed(connection, expected):
            return [f"{expected}: 시세도 지수도 없습니다. 휴장이었는지 다음 거래일에 드러납니다."]
    return [f"{expected}: 시세가 아직 없습니다. 다음 작업이 다시 요청합니다."]


def _alert(app: App, asked: Sequence[Check], findings: Sequence[Finding], run_id: int) -> list[str]:
    found = {finding.check for finding in findings}
    for check in asked:
        if check.name not in found:
            alerts.resolve(app.engine, "verify", check.name)
    missing = priceless.days(app)
    with app.engine.connect() as connection:
        has_root = causes.has_root(connection)
    followers, titles = [], []
    for finding in findings:
        if finding.check in OWN_INCIDENT:
            continue
        if causes.follows(finding.check, finding.days, missing, has_root=has_root):
            followers.append(finding.name)
            alerts.withdraw(app.engine, "verify", finding.check)
            continue
        message = f"{finding.expected} — {finding.found:,}건이 다릅니다. 고치려면: {finding.repair}"
        title = f"검증: {finding.name}"
        alerts.raise_alert(app.engine, Alert("verify", finding.check, finding.severity, title, message), run_id)
        titles.append(title)
    return [*priceless.tell(app, run_id, followers), *titles]


def show(console: Console, result: Verification) -> None:
    """Print the findings, each with a sample and what repairs it."""
    for finding in result.findings:
        console.strong(f"[{notify.LEVELS[finding.severity]}] {finding.name}: {finding.found:,}건")
        console.line(f"  기대: {finding.expected}")
        for row in finding.sample[:SHOWN_ROWS]:
            console.line(
                "  예: " + ", ".join(f"{name} {'-' if value is None else value}" for name, value in row.items())
            )
        console.line(f"  고치려면: {finding.repair}")
    for note in result.notes:
        console.line(f"· {note}")
    if result.repair is not None:
        closing_lines(console, result.repair)
    good = result.checks - len(result.findings)
    mark = "✗" if result.exit_code else "✓"
    console.strong(
        f"{mark} {result.sessions:,}거래일 · 검사 {result.checks}개 가운데 {good}개 통과 ({result.seconds:.1f}초)"
    )
