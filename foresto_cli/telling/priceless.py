"""The day without prices: one critical incident of its cause, in which what follows from it is listed.

Everything is read from what is stored (rows, ledger, runs, breakers, budgets), so that every command tells the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from foresto_cli import clock, timetable
from foresto_cli.app import App
from foresto_cli.datasets.prices.unconfirmed import DAYS as NAME
from foresto_cli.datasets.prices.unconfirmed import is_unconfirmed
from foresto_cli.store import limits
from foresto_cli.telling import alerts, causes, offline
from foresto_cli.telling.alerts import Alert
from foresto_cli.telling.causes import AUTH, BLOCKED, NETWORK, OTHER, QUOTA, UNTRUSTED

if TYPE_CHECKING:
    from foresto_cli.collecting.report import Report

NO_PRICES = "no_prices"
MARK = " 시세 없음 ("
LOOKED_AT = 5
"""So many of the newest sessions are looked at."""
SHOWN_UNITS = 50


@dataclass(frozen=True)
class Cause:
    """Why there is something that is not there.

    Attributes:
        kind: one of the words above.
        upstream: whose breaker, budget or key it is, if it is one's.
        told: in a few words.
        reason: the sentence that the upstream's failure was told in.
    """

    kind: str
    upstream: str
    told: str
    reason: str


def unanswered(reports: "Sequence[Report]") -> dict[str, dict[str, str]]:
    """Return, for the run's record, which market days were not answered and why: unit → kind, upstream, reason."""
    found: dict[str, dict[str, str]] = {}
    for report in reports:
        if report.name != NAME:
            continue
        owners = {causes.kind_of(error): upstream for upstream, error in reversed(report.refusals.items())}
        for unit, error in [*report.failures, *report.pending][:SHOWN_UNITS]:
            kind = causes.kind_of(error)
            found[unit.key] = {"kind": kind, "upstream": owners.get(kind, ""), "reason": str(error)}
    return found


def is_published_later(app: App, session: date) -> bool:
    """Say whether the operator's keys reach only sources that publish ``session`` on the next one."""
    if app.has_krx:
        return False
    from_when = []
    if app.has_krx_openapi:
        from_when.append(app.calendar.official_until(session))
    if app.has_fsc:
        from_when.append(app.calendar.open_data_from(session))
    return bool(from_when) and clock.now() < min(from_when)


def days(app: App) -> list[date]:
    """Return the newest sessions of which there is no price although the last price run of their day is over."""
    day, found = app.calendar.latest_ended(clock.now()), []
    with app.engine.connect() as connection:
        for _ in range(LOOKED_AT):
            if _is_over(connection, day) and not is_unconfirmed(connection, day) and not is_published_later(app, day):
                found.append(day)
            day = app.calendar.previous(day)
    return found


def _is_over(connection: Connection, day: date) -> bool:
    last_run = datetime.combine(day, timetable.job("weekday_final").at)
    return bool(
        connection.scalar(
            text(
                "SELECT EXISTS (SELECT 1 FROM stock_price_daily WHERE trade_date < :day)"
                " AND NOT EXISTS (SELECT 1 FROM stock_price_daily WHERE trade_date = :day)"
                " AND NOT EXISTS (SELECT 1 FROM unit_ledger WHERE dataset = :name AND unit = CAST(:day AS text)"
                " AND status = 'no_data')"
                " AND EXISTS (SELECT 1 FROM data_collection_log WHERE job_name = 'prices incremental'"
                " AND completed_at IS NOT NULL AND status <> 'interrupted'"
                " AND started_at BETWEEN :last_run AND :believable)"
            ),
            {"day": day, "name": NAME, "last_run": last_run, "believable": clock.believable()},
        )
    )


def why_missing(connection: Connection, day: date) -> Cause | None:
    """Return why ``day`` has no price, by the newest run that asked for it; None when nobody did."""
    found: dict[str, str] | None = connection.scalar(
        text(
            "SELECT detail -> 'unanswered' -> CAST(:day AS text) FROM data_collection_log"
            " WHERE detail -> 'unanswered' ? CAST(:day AS text) AND started_at <= :believable ORDER BY id DESC LIMIT 1"
        ),
        {"day": day, "believable": clock.believable()},
    )
    if found is None:
        return None
    kind, upstream, reason = found["kind"], found["upstream"], found["reason"]
    name = limits.label(upstream)
    told = {
        BLOCKED: causes.blocked_until(connection, upstream),
        QUOTA: f"{name} 한도 소진, 자정까지",
        AUTH: f"{name} 인증 실패",
        UNTRUSTED: f"{name} 연결을 믿을 수 없음",
        NETWORK: "네트워크 연결 없음",
        OTHER: "출처가 제대로 답하지 않음",
    }
    return Cause(kind, upstream, told[kind].strip(), reason)


def tell(app: App, run_id: int | None, followers: Sequence[str] = ()) -> list[str]:
    """Make the day without prices one critical incident, that of its cause, or end it; return its title.

    Args:
        app: what a command works with.
        run_id: the run that found it.
        followers: what follows from it and is therefore no incident of its own.
    """
    missing = days(app)
    if not missing:
        _end(app)
        causes.attach(app, followers)
        return []
    with app.engine.connect() as connection:
        listed = expected(connection)
        cause = next((found for day in missing if (found := why_missing(connection, day)) is not None), None)
        cause = cause or Cause(OTHER, "", "출처가 제대로 답하지 않음", "foresto prices gaps로 확인하세요.")
        failed = connection.scalar(
            text("SELECT EXISTS (SELECT 1 FROM unit_ledger WHERE dataset = :name AND status = 'failed')"),
            {"name": NAME},
        )
    more = f" 외 {len(missing) - 1}거래일" if len(missing) > 1 else ""
    title = f"{missing[0]:%m-%d}{more}{MARK}0/{listed:,}종목): {cause.told}"
    subject = _subject(cause, failed=bool(failed))
    told = f"{cause.reason} 받을 수 있게 되면 다음 작업이 자동으로 받습니다."
    if followers:
        told += f"{causes.TOGETHER}{', '.join(dict.fromkeys(followers))}."
    _end(app, besides=subject)
    if followers or not _is_told(app, subject, title):
        alerts.raise_alert(app.engine, Alert(*subject, "critical", title, told), run_id)
    return [title]


def expected(connection: Connection) -> int:
    """Return how many stocks a session should have prices of: those listed, or else those of the newest session."""
    found = connection.execute(
        text(
            "SELECT coalesce(nullif((SELECT count(*) FROM fdr_stock_listing WHERE is_listed), 0), (SELECT count(*)"
            " FROM stock_price_daily WHERE trade_date = (SELECT max(trade_date) FROM stock_price_daily)))"
        )
    ).scalar_one()
    return int(found)


def _subject(cause: Cause, *, failed: bool) -> tuple[str, str]:
    """Return the incident that the day without prices is: the cause's own, where there is one."""
    if cause.kind in {BLOCKED, AUTH, UNTRUSTED} and cause.upstream:
        return cause.kind, cause.upstream
    if cause.kind == NETWORK:
        return offline.NO_NETWORK
    return ("load_failed", NAME) if failed else (NO_PRICES, NAME)


def _is_told(app: App, subject: tuple[str, str], title: str) -> bool:
    with app.engine.connect() as connection:
        found = connection.scalar(
            text(
                "SELECT EXISTS (SELECT 1 FROM ops_alert WHERE alert_type = :kind AND subject = :subject"
                " AND alert_title = :title AND alert_level = 'critical' AND resolved_at IS NULL)"
            ),
            {"kind": subject[0], "subject": subject[1], "title": title},
        )
    return bool(found)


def _end(app: App, besides: tuple[str, str] = ("", "")) -> None:
    """Take the missing prices out of every incident but ``besides``: what remains of it is its cause."""
    with app.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE ops_alert SET alert_level = CASE WHEN alert_type IN ('auth', 'untrusted') THEN 'critical'"
                " ELSE 'warning' END, alert_title = split_part(alert_title, '종목): ', 2)"
                " WHERE resolved_at IS NULL AND strpos(alert_title, :mark) > 0 AND alert_type <> :no_prices"
                " AND (alert_type, subject) <> (:kind, :subject)"
            ),
            {"mark": MARK, "no_prices": NO_PRICES, "kind": besides[0], "subject": besides[1]},
        )
    if besides != (NO_PRICES, NAME):
        alerts.resolve(app.engine, NO_PRICES, NAME)
