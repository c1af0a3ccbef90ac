"""Running checks as a job: record, alerts, result, exit code."""

from dataclasses import asdict

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.errors import VerificationFailed
from foresto_cli.ops import alerts, job, runs
from foresto_cli.ops.alerts import Alert
from foresto_cli.verify import CRITICAL, Finding, Scope, daily, record, run_checks

SHOWN_ROWS = 2


def verify_daily(app: App) -> job.Result:
    """Run the daily checks and return the ``--json`` object with ``findings``; exit 65 when one is critical."""
    with runs.recorded(app.engine, "verify daily", "일일 검증") as run:
        started = clock.monotonic()
        calendar, now = app.calendar, clock.now()
        last = calendar.latest_ended(now)
        sessions = [last]
        while len(sessions) < daily.SESSIONS:
            sessions.insert(0, calendar.previous(sessions[0]))
        with app.engine.connect() as connection:
            findings = run_checks(daily.CHECKS, Scope(connection, calendar, now, sessions))
        record(app.engine, run.run_id, findings)
        critical = [finding for finding in findings if finding.severity == CRITICAL]
        result = job.summary("verify daily", run.run_id, [])
        result |= {
            "outcome": "failed" if critical else "done",
            "exit_code": VerificationFailed.exit_code if critical else 0,
            "seconds": round(clock.monotonic() - started, 3),
            "checks": len(daily.CHECKS),
            "findings": [asdict(finding) for finding in findings],
            "alerts": _alert(app, findings, run.run_id),
            "reasons": [f"{finding.name}: {finding.found:,}건" for finding in findings],
        }
        run.close(result, "; ".join(result["reasons"]) or None)
    return result


def _alert(app: App, findings: list[Finding], run_id: int) -> list[str]:
    found = {finding.check for finding in findings}
    for check in daily.CHECKS:
        if check.name not in found:
            alerts.resolve(app.engine, "verify", check.name)
    titles = []
    for finding in findings:
        message = f"{finding.expected} — {finding.found:,}건이 다릅니다. 고치려면: {finding.repair}"
        title = f"검증: {finding.name}"
        alerts.raise_alert(app.engine, Alert("verify", finding.check, finding.severity, title, message), run_id)
        titles.append(title)
    return titles


def show(console: Console, result: job.Result) -> None:
    """Print the findings, each with a sample and what repairs it."""
    findings = result["findings"]
    for finding in findings:
        grave = "심각" if finding["severity"] == CRITICAL else "주의"
        console.strong(f"[{grave}] {finding['name']}: {finding['found']:,}건")
        console.line(f"  기대: {finding['expected']}")
        for row in finding["sample"][:SHOWN_ROWS]:
            console.line("  예: " + ", ".join(f"{name} {value}" for name, value in row.items()))
        console.line(f"  고치려면: {finding['repair']}")
    good = result["checks"] - len(findings)
    mark = "✗" if result["exit_code"] else "✓"
    console.strong(f"{mark} 검사 {result['checks']}개 가운데 {good}개 통과 ({result['seconds']:.1f}초)")
