"""One cause is one incident: a day without prices, a dead network, and what follows from them is listed inside.

Everything is read from what is stored (rows, ledger, runs, breakers, budgets), so that every command tells the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock, timetable
from foresto_cli.app import App
from foresto_cli.collect import Report
from foresto_cli.errors import AuthFailed, Blocked, ForestoError, GivenUp, NetworkDown, RateLimited, Untrusted
from foresto_cli.loaders.price_days import NAME
from foresto_cli.ops import alerts
from foresto_cli.ops.alerts import Alert
from foresto_cli.store import limits
from foresto_cli.verify.unconfirmed import is_unconfirmed

BLOCKED, QUOTA, AUTH, UNTRUSTED, NETWORK, OTHER = "blocked", "quota", "auth", "untrusted", "network", "other"
NO_PRICES = "no_prices"
NO_LINE = "연결할 수 없습니다"
"""Of the words in which a connection that did not come about is told (:mod:`foresto_cli.upstream`)."""
NO_NETWORK = (NETWORK, "internet")
MARK = " 시세 없음 ("
LOOKED_AT = 5
"""So many of the newest sessions are looked at."""
SHOWN_UNITS = 50
LABELS = {
    "krx": "KRX",
    "krx_login": "KRX 로그인",
    "krx_openapi": "KRX OPEN API",
    "fdr": "FDR 미러",
    "fsc": "공공데이터포털",
    "naver": "네이버",
    "dart": "DART",
    "finlife": "금융상품한눈에",
    "yahoo": "야후",
}
FOLLOWS_PRICES = frozenset(
    {
        "prices.coverage",
        "prices.large_caps",
        "prices.sessions",
        "index.last",
        "score.fresh",
        "score.coverage",
        "data.late",
        "ledger.unsettled",
    }
)
"""Findings that are no news while the newest sessions have no price."""
FOLLOWS_ROOT = frozenset({"ledger.unsettled", "data.late"})
"""Findings that are no news while the incident of a cause is open."""
ROOTS = ("blocked", "auth", "untrusted", "network")
TOGETHER = " 이 때문에 함께 멈춘 것: "


_OPEN_ROOT = (
    "SELECT alert_id FROM ops_alert WHERE resolved_at IS NULL AND alert_type = ANY(:roots)"
    " ORDER BY array_position(CAST(:roots AS text[]), alert_type::text), alert_id LIMIT 1"
)


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


def kind_of(error: ForestoError) -> str:
    """Return what an error of an upstream comes from."""
    kinds: tuple[tuple[type[ForestoError], str], ...] = (
        (Blocked, BLOCKED),
        (RateLimited, QUOTA),
        (AuthFailed, AUTH),
        (Untrusted, UNTRUSTED),
        (NetworkDown, NETWORK),
    )
    seen = (error.after or error) if isinstance(error, GivenUp) else error
    return next((kind for found, kind in kinds if isinstance(seen, found)), OTHER)


def unanswered(reports: Sequence[Report]) -> dict[str, dict[str, str]]:
    """Return, for the run's record, which market days were not answered and why: unit → kind, upstream, reason."""
    found: dict[str, dict[str, str]] = {}
    for report in reports:
        if report.name != NAME:
            continue
        owners = {kind_of(error): upstream for upstream, error in reversed(report.refusals.items())}
        for unit, error in [*report.failures, *report.pending][:SHOWN_UNITS]:
            kind = kind_of(error)
            found[unit.key] = {"kind": kind, "upstream": owners.get(kind, ""), "reason": str(error)}
    return found


def network_is_down(app: App) -> bool:
    """Say whether several upstreams were asked by this process and none of them could be reached at all."""
    asked = [session for session in app.upstream_sessions if session.sent]
    several = len({session.policy.name for session in asked}) > 1
    return several and not any(session.answered for session in asked)


def is_published_later(app: App, session: date) -> bool:
    """Say whether the operator's keys reach only sources that publish ``session`` on the next one."""
    if app.krx is not None:
        return False
    from_when = []
    if app.krx_openapi is not None:
        from_when.append(app.calendar.official_until(session))
    if app.fsc is not None:
        from_when.append(app.calendar.open_data_from(session))
    return bool(from_when) and clock.now() < min(from_when)


def priceless(app: App) -> list[date]:
    """Return the newest sessions of which there is no price although the last price run of their day is over."""
    day, days = app.calendar.latest_ended(clock.now()), []
    with app.engine.connect() as connection:
        for _ in range(LOOKED_AT):
            if _is_over(connection, day) and not is_unconfirmed(connection, day) and not is_published_later(app, day):
                days.append(day)
            day = app.calendar.previous(day)
    return days


def _is_over(connection: Connection, day: date) -> bool:
    last_run = datetime.combine(day, timetable.job("weekday_final").at)
    return bool(
        connection.scalar(
            text(
                "SELECT EXISTS (SELECT FROM stock_price_daily WHERE trade_date < :day)"
                " AND NOT EXISTS (SELECT FROM stock_price_daily WHERE trade_date = :day)"
                " AND NOT EXISTS (SELECT FROM unit_ledger WHERE dataset = :name AND unit = CAST(:day AS text)"
                " AND status = 'no_data')"
                " AND EXISTS (SELECT FROM data_collection_log WHERE job_name = 'prices incremental'"
                " AND completed_at IS NOT NULL AND status <> 'interrupted'"
                " AND started_at BETWEEN :last_run AND :believable)"
            ),
            {"day": day, "name": NAME, "last_run": last_run, "believable": clock.believable()},
        )
    )


def why_missing(connection: Connection, day: date) -> Cause | None:
    """Return why ``day`` has no price, by the newest run that asked for it; None when nobody did."""
    found: dict[str, Any] | None = connection.scalar(
        text(
            "SELECT detail -> 'unanswered' -> CAST(:day AS text) FROM data_collection_log"
            " WHERE detail -> 'unanswered' ? CAST(:day AS text) AND started_at <= :believable ORDER BY id DESC LIMIT 1"
        ),
        {"day": day, "believable": clock.believable()},
    )
    if found is None:
        return None
    kind, upstream, reason = found["kind"], found["upstream"], found["reason"]
    name = label(upstream)
    told = {
        BLOCKED: blocked_until(connection, upstream),
        QUOTA: f"{name} 한도 소진, 자정까지",
        AUTH: f"{name} 인증 실패",
        UNTRUSTED: f"{name} 연결을 믿을 수 없음",
        NETWORK: "네트워크 연결 없음",
        OTHER: "출처가 제대로 답하지 않음",
    }
    return Cause(kind, upstream, told[kind].strip(), reason)


def label(upstream: str) -> str:
    """Return what the operator calls an upstream or its breaker."""
    return LABELS.get(upstream, upstream)


def blocked_until(connection: Connection, upstream: str) -> str:
    """Return in a few words who blocks us, and until when."""
    until = next((until for name, until, _ in limits.open_blocks(connection) if name == upstream), None)
    return f"{label(upstream)} 차단" + (f", {until[5:]}까지" if until else "이 끝남")


def follows(check: str, days: Sequence[str], missing: Sequence[date], *, has_root: bool) -> bool:
    """Say whether a finding follows from what is told already.

    Args:
        check: id of the check.
        days: the trade dates that it found something about.
        missing: sessions without prices (:func:`priceless`).
        has_root: the incident of a cause is open (:func:`has_root`).
    """
    if has_root and check in FOLLOWS_ROOT:
        return True
    known = {f"{day}" for day in missing}
    return bool(known) and check in FOLLOWS_PRICES and (check != "prices.sessions" or known.issuperset(days))


def has_root(connection: Connection) -> bool:
    """Say whether the incident of a block, a refused key or a dead network is open."""
    return bool(connection.scalar(text("SELECT EXISTS (" + _OPEN_ROOT + ")"), {"roots": list(ROOTS)}))


def tell(app: App, run_id: int | None, followers: Sequence[str] = ()) -> list[str]:
    """Make the day without prices one critical incident, that of its cause, or end it; return its title.

    Args:
        app: what a command works with.
        run_id: the run that found it.
        followers: what follows from it and is therefore no incident of its own.
    """
    missing = priceless(app)
    if not missing:
        _end(app)
        _attach(app, followers)
        return []
    with app.engine.connect() as connection:
        listed = expected(connection)
        cause = next((found for day in missing if (found := why_missing(connection, day)) is not None), None)
        cause = cause or Cause(OTHER, "", "출처가 제대로 답하지 않음", "foresto prices gaps로 확인하세요.")
        failed = connection.scalar(
            text("SELECT EXISTS (SELECT FROM unit_ledger WHERE dataset = :name AND status = 'failed')"), {"name": NAME}
        )
    more = f" 외 {len(missing) - 1}거래일" if len(missing) > 1 else ""
    title = f"{missing[0]:%m-%d}{more}{MARK}0/{listed:,}종목): {cause.told}"
    subject = _subject(cause, failed=bool(failed))
    told = f"{cause.reason} 받을 수 있게 되면 다음 작업이 저절로 받습니다."
    if followers:
        told += f"{TOGETHER}{', '.join(dict.fromkeys(followers))}."
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
        return NO_NETWORK
    return ("load_failed", NAME) if failed else (NO_PRICES, NAME)


def retract_untold(app: App) -> list[str]:
    """Take back failures that nobody was told of and that were the dead network's, as turned out; return their titles.

    A step that asks one upstream alone cannot tell a dead network from a dead upstream.
    """
    with app.engine.begin() as connection:
        return list(
            connection.scalars(
                text(
                    "DELETE FROM ops_alert a WHERE resolved_at IS NULL AND alert_type IN ('load_failed', 'passed_over')"
                    " AND strpos(alert_message, :words) > 0"
                    " AND NOT EXISTS (SELECT FROM alert_delivery d WHERE d.alert_id = a.alert_id) RETURNING alert_title"
                ),
                {"words": NO_LINE},
            )
        )


def _attach(app: App, followers: Sequence[str]) -> None:
    """List what follows from an open cause in its incident."""
    if not followers:
        return
    with app.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE ops_alert SET alert_message = split_part(alert_message, :together, 1) || :together || :names"  # noqa: S608  # our own words
                f" WHERE alert_id = ({_OPEN_ROOT})"
            ),
            {"roots": list(ROOTS), "together": TOGETHER, "names": f"{', '.join(dict.fromkeys(followers))}."},
        )


def _is_told(app: App, subject: tuple[str, str], title: str) -> bool:
    with app.engine.connect() as connection:
        found = connection.scalar(
            text(
                "SELECT EXISTS (SELECT FROM ops_alert WHERE alert_type = :kind AND subject = :subject"
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
