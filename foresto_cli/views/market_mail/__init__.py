"""The market mail: the last session on one page, once a day, to whoever wants it (``report market-email``)."""

from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

from foresto_cli import clock, files
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.errors import (
    Busy,
    ConfigError,
    ForestoError,
    Interrupted,
    NotYet,
    QuotaSpent,
    RateLimited,
    UsageError,
    exit_code_of,
)
from foresto_cli.running import runs
from foresto_cli.running.results import SOME_FAILED, Result, Units
from foresto_cli.store import advisory
from foresto_cli.telling import alerts, attempts, network, priceless
from foresto_cli.telling.alerts import Alert
from foresto_cli.upstream.mail import Letter, Mail, addresses
from foresto_cli.upstream.sent import requests_by_upstream
from foresto_cli.views.market_mail import filed, letter, mail_facts, mail_once, outside, watched
from foresto_cli.views.market_mail.letter import Draft, Frame, Outside

COMMAND, LABEL = "report market-email", "시장 요약 메일"
INCIDENT = ("mail_failed", "market_email")
NO_SERVER = "메일 서버가 없습니다. SMTP_HOST와 SMTP_FROM을 설정하세요."
GOES_ON = (ConfigError, RateLimited)
"""Refusals that may concern one address alone."""


def drafted(app: App) -> Draft:
    """Return the letter about the last ended session; when its day's last price run brought none, one that says so.

    Raises:
        NotYet: its prices are not stored yet.
    """
    session = app.calendar.latest_ended(clock.now())
    missing = priceless.days(app)
    with app.engine.connect() as connection:
        found = mail_facts.gathered(connection, session, app.calendar.previous(session))
        if not found.stocks and session in missing:
            cause = priceless.why_missing(connection, session)
            listed = priceless.expected(connection)
            frame = Frame(mail_facts.ages(connection), app.settings.smtp_from or "", app.sandbox is not None)
            return letter.without_prices(
                session, listed, cause.told if cause else "", cause.reason if cause else "", frame
            )
        if not found.stocks:
            raise NotYet(
                f"{session} 시세가 아직 없어 보낼 것이 없습니다. foresto prices incremental로 받은 뒤 다시 실행하세요."
            )
        filings = filed.section(connection, session, clock.today(), has_key=app.dart is not None)
        days = [day for day in (found.score_date, found.score_before) if day is not None]
        watch = watched.section(connection, session, app.calendar.previous(session), days)
        ages = mail_facts.ages(connection)
    elsewhere = Outside(outside.abroad(app), watch, filings)
    frame = Frame(ages, app.settings.smtp_from or "", app.sandbox is not None, app.settings.foresto_pages_url)
    return letter.draft(found, elsewhere, frame)


@dataclass(kw_only=True)
class Posted(Result):
    """What became of the letter: of which session, its subject, and where a preview of it is."""

    session: str | None = None
    subject: str | None = None
    files: list[str] | None = None


def preview(app: App, file: Path) -> Posted:
    """Write the letter to ``file`` (HTML) and beside it as plain text (``.txt``); send nothing.

    Raises:
        NotYet: as :func:`drafted`.
        UsageError: ``file`` is the name of the plain text.
        ConfigError: the files cannot be written.
    """
    started = clock.monotonic()
    html = file.absolute()
    plain = html.parent / f"{html.stem}.txt"
    if not file.name or html == plain:
        raise UsageError(f"{file}은 글(.txt)의 자리입니다. --preview에 .html로 끝나는 이름을 적으세요.")
    draft = drafted(app)
    files.write(html, draft.html)
    files.write(plain, draft.text)
    return Posted(
        COMMAND,
        "done",
        requests=_requests(app),
        seconds=round(clock.monotonic() - started, 3),
        subject=draft.subject,
        files=[f"{html}", f"{plain}"],
    )


def send(app: App) -> Posted:
    """Send the letter to the subscribers, once a day and a session; without a mail server and subscribers do nothing.

    Raises:
        ConfigError: there is a mail server and no subscriber, or the other way round.
        Busy: another sender is at work.
        NotYet: as :func:`drafted`.
    """
    network.awaited()
    with runs.recorded(app.engine, COMMAND, LABEL) as run:
        result = Posted(COMMAND)
        app.settings.demand("foresto_market_email_to", "alert_email")
        recipients = addresses(app.settings.foresto_market_email_to or app.settings.alert_email)
        if not _has_server(app) and not recipients:
            result.reasons = ["SMTP_HOST, SMTP_FROM, FORESTO_MARKET_EMAIL_TO가 없어 보내지 않습니다."]
        else:
            with advisory.alone(app.engine, advisory.MARKET_MAIL) as free:
                if not free:
                    raise Busy("다른 foresto가 시장 요약 메일을 보내고 있습니다. 두 번 보내지 않습니다.")
                result = _told(app, recipients, counts=True)
        result.run_id, result.requests, result.seconds = run.run_id, _requests(app), run.seconds
        result.alerts = _alert(app, result, run.run_id)
        run.close(result, result.first_reason)
    return result


def send_to(app: App, to: str) -> Posted:
    """Send the letter to the addresses ``to``, as often as asked; the daily mail is not counted by it.

    Raises:
        ConfigError: there is no mail server, or an address is none.
        NotYet: as :func:`drafted`.
    """
    started = clock.monotonic()
    recipients = addresses(to)
    result = _told(app, recipients, counts=False)
    result.requests, result.seconds = _requests(app), round(clock.monotonic() - started, 3)
    return result


def _has_server(app: App) -> bool:
    # Asked of the settings: making the client may fail, and then it fails for each address as sending does.
    return bool(app.settings.smtp_host and app.settings.smtp_from)


def _server(app: App) -> Mail:
    if app.mail is None:
        raise ConfigError(NO_SERVER)
    return app.mail


def _told(app: App, recipients: list[str], *, counts: bool) -> Posted:
    if not _has_server(app):
        raise ConfigError(NO_SERVER)
    if not recipients:
        raise ConfigError("받는 사람이 없습니다. FORESTO_MARKET_EMAIL_TO에 주소를 쉼표로 나누어 적으세요.")
    session, today = app.calendar.latest_ended(clock.now()), clock.today()
    told = mail_once.told_already(app.engine, today, session) if counts else None
    if told:
        return Posted(COMMAND, reasons=[told], session=f"{session}")
    draft = drafted(app)
    log = mail_once.claimed(app.engine, today, session) if counts else mail_once.unlogged(app.engine)
    left = log.left(recipients)
    reasons, failure = _posted(app, draft, log, left)
    if log.unknown(recipients):
        reasons.append(
            f"{log.unknown(recipients)}명은 앞서 보내다 끝나 받았는지 알 수 없습니다. 두 번 보내지 않습니다."
        )
    log.close(recipients, next(iter(reasons), None))
    done = sum(log.deliveries[address] == mail_once.SENT for address in left if address in log.deliveries)
    failed = sum(log.deliveries[address] == mail_once.FAILED for address in left if address in log.deliveries)
    outcome, code = "done", 0
    if failure is not None:
        outcome, code = ("partial", SOME_FAILED) if done else (failure.outcome, exit_code_of(failure))
    return Posted(
        COMMAND,
        outcome,
        code,
        units=Units(planned=len(left), done=done, failed=failed, pending=len(left) - done - failed),
        reasons=reasons,
        session=f"{session}",
        subject=draft.subject,
    )


def _posted(app: App, draft: Draft, log: mail_once.Log, left: list[str]) -> tuple[list[str], ForestoError | None]:
    """Write to each address by itself; return what went wrong. What concerns everybody ends it."""
    reasons: list[str] = []
    failure: ForestoError | None = None
    for address in left:
        log.note(address, mail_once.SENDING)
        error = _sent(app, draft, address)
        if error is None:
            log.note(address, mail_once.SENT)
            continue
        failure = error
        reasons.append(f"{address}: {attempts.plain(app, error)}")
        log.note(address, mail_once.FAILED)
        if isinstance(error, QuotaSpent) or not isinstance(error, GOES_ON):
            break
    return reasons, failure


def _sent(app: App, draft: Draft, address: str) -> ForestoError | None:
    def send() -> None:
        mail = _server(app)
        mail.send(_letter(draft, address, mail.sender))

    try:
        return attempts.attempt(app, "메일", send)
    except Interrupted as stop:
        return stop


def _letter(draft: Draft, address: str, sender: str) -> Letter:
    # In plain ASCII and short: a header that has to be encoded is one that no mail client understands.
    leave = f"<mailto:{parseaddr(sender)[1]}?subject=unsubscribe>"
    return Letter(
        to=[address], subject=draft.subject, text=draft.text, html=draft.html, headers={"List-Unsubscribe": leave}
    )


def _requests(app: App) -> dict[str, int]:
    sent = {name: count for name, count in requests_by_upstream(app.upstream_sessions).items() if count}
    return {"total": sum(sent.values()), **sent}


def _alert(app: App, result: Result, run_id: int) -> list[str]:
    if not result.exit_code:
        alerts.resolve(app.engine, *INCIDENT)
        return []
    title = "시장 요약 메일을 보내지 못했습니다"
    alerts.raise_alert(app.engine, Alert(*INCIDENT, "warning", title, result.reasons[0]), run_id)
    return [title]


def show(console: Console, result: Posted) -> None:
    """Say in a few lines what became of the mail."""
    for reason in result.reasons:
        console.complain(f"! {reason}") if result.exit_code else console.line(f"· {reason}")
    for file in result.files or ():
        console.line(f"✓ {file}")
    if result.units.done:
        console.strong(f"✓ {result.units.done:,}명에게 보냈습니다 ({result.seconds:.1f}초)")
    if result.subject is not None:
        console.line(f"  제목: {result.subject}")
