"""Which sessions are whole, and what each missing one is: one of the three answers, never a guess."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.calendar import SATURDAY
from foresto_cli.console import Console
from foresto_cli.datasets.prices.days import NAME
from foresto_cli.datasets.prices.market_days import LOOKED_AT_CLOSELY
from foresto_cli.store import ledger, price_sessions
from foresto_cli.store.ledger import Entry
from foresto_cli.store.price_sessions import Count

WHOLE, PROVISIONAL, LOST, ADJUSTED, FAILED, NEVER, CLOSED = (
    "whole",
    "provisional",
    "lost_rows",
    "adjusted_only",
    "failed",
    "never_asked",
    "holiday",
)
TRADED, HALTED, NOT_LISTED, ABSENT = "traded", "halted", "not_listed", "absent"
MARKS = {
    WHOLE: "█",
    PROVISIONAL: "▓",
    LOST: "▒",
    ADJUSTED: "░",
    FAILED: "✗",
    NEVER: "?",
    CLOSED: "·",
    TRADED: "█",
    HALTED: "▄",
    NOT_LISTED: "-",
    ABSENT: "○",
}
LABELS = {
    WHOLE: "온전",
    PROVISIONAL: "잠정",
    LOST: "행이 사라짐",
    ADJUSTED: "수정주가만",
    FAILED: "확인 실패",
    NEVER: "미수집",
    CLOSED: "휴장",
    TRADED: "거래",
    HALTED: "종일 정지",
    NOT_LISTED: "상장 전·폐지 뒤",
    ABSENT: "거래소 응답에 없음",
}
GAPS = (LOST, ADJUSTED, FAILED, NEVER)
"""States in which something is missing; provisional prices are there, and are replaced when better ones can be had."""


@dataclass(frozen=True)
class Day:
    """One weekday.

    Attributes:
        day: the date.
        state: one of the words above.
        reason: why, where the ledger knows.
        rows: stored rows of that day.
    """

    day: date
    state: str
    reason: str | None
    rows: int


def by_session(app: App, since: date) -> list[Day]:
    """Return every weekday from ``since`` to the last ended session, oldest first, and what it is."""
    calendar = app.calendar
    last = calendar.latest_ended(clock.now())
    with app.engine.connect() as connection:
        entries = ledger.entries(connection, NAME)
        reasons = _reasons(connection)
        rows = _counts(connection, since, last)
        reasons |= _pending(connection, since)
    span = (since + timedelta(days=offset) for offset in range((last - since).days + 1))
    days = []
    for day in span:
        if calendar.is_session(day):
            count = rows.get(day, Count(0, 0))
            days.append(Day(day, _state_of(entries.get(f"{day}"), count), reasons.get(f"{day}"), count.rows))
        elif day.weekday() < SATURDAY:
            days.append(Day(day, CLOSED, reasons.get(f"{day}"), 0))
    return days


def by_ticker(app: App, ticker: str, since: date) -> list[Day]:
    """Return the same days for one stock: traded, halted all day, not listed, or missing and why."""
    sessions = by_session(app, since)
    with app.engine.connect() as connection:
        stored = {
            row.trade_date: row.is_halted
            for row in connection.execute(
                text("SELECT trade_date, is_halted FROM stock_price_daily WHERE ticker = :ticker"), {"ticker": ticker}
            )
        }
        listed = connection.execute(
            text("SELECT listing_date, delisting_date FROM fdr_stock_listing WHERE ticker = :ticker"),
            {"ticker": ticker},
        ).one_or_none()
    first = (listed.listing_date if listed else None) or min(stored, default=date.max)
    gone = (listed.delisting_date if listed else None) or date.max
    return [_cell(day, stored, first, gone) for day in sessions]


def _cell(day: Day, stored: Mapping[date, bool], first: date, gone: date) -> Day:
    if day.day in stored:
        return Day(day.day, HALTED if stored[day.day] else TRADED, None, 1)
    if day.state == CLOSED or day.state in {FAILED, NEVER}:
        listed = first <= day.day < gone
        return day if listed or day.state == CLOSED else Day(day.day, NOT_LISTED, None, 0)
    if not first <= day.day < gone:
        return Day(day.day, NOT_LISTED, None, 0)
    return Day(day.day, day.state if day.state in GAPS else ABSENT, day.reason, 0)


def _state_of(entry: Entry | None, count: Count) -> str:
    if entry is None:
        return ADJUSTED if count.rows > count.official else NEVER
    if entry.status == "failed":
        return FAILED
    if entry.status == "no_data":
        return CLOSED
    if count.official < entry.row_count:
        return LOST
    if entry.status == "provisional":
        return PROVISIONAL
    return WHOLE


def _pending(connection: Connection, since: date) -> dict[str, str]:
    """Return why a session was asked for and not answered, by the newest run that did."""
    found = connection.execute(
        text(
            "SELECT unit.key AS unit, unit.value ->> 'reason' AS reason FROM data_collection_log l,"
            " jsonb_each(l.detail -> 'unanswered') AS unit WHERE jsonb_typeof(l.detail -> 'unanswered') = 'object'"
            " AND l.started_at >= :since AND NOT EXISTS (SELECT 1 FROM unit_ledger u WHERE u.dataset = :name"
            " AND u.unit = unit.key) ORDER BY l.id"
        ),
        {"name": NAME, "since": since},
    )
    return {row.unit: row.reason for row in found}


def _reasons(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        text("SELECT unit, reason FROM unit_ledger WHERE dataset = :name AND reason IS NOT NULL"), {"name": NAME}
    )
    return {row.unit: row.reason for row in rows}


def _counts(connection: Connection, since: date, last: date) -> dict[date, Count]:
    """Return the rows of each stored session: as they are kept, and of the newest ones as they are."""
    near = max(since, last - LOOKED_AT_CLOSELY)
    counted = price_sessions.counted(connection, near, last)
    return {**price_sessions.kept(connection, since, near - timedelta(days=1)), **counted}


def as_result(days: Sequence[Day], ticker: str | None) -> dict[str, object]:
    """Return the ``--json`` object."""
    counts = Counter(day.state for day in days)
    gaps = [day for day in days if day.state in GAPS or day.state == ABSENT]
    return {
        "ticker": ticker,
        "states": dict(counts),
        "gaps": [{"day": f"{day.day}", "state": day.state, "reason": day.reason, "rows": day.rows} for day in gaps],
    }


def show(console: Console, days: Sequence[Day], ticker: str | None) -> None:
    """Draw a calendar, a line a month, and name the newest gaps."""
    months: dict[str, list[str]] = {}
    for day in days:
        line = months.setdefault(f"{day.day:%Y-%m}", [" "] * 31)
        line[day.day.day - 1] = MARKS[day.state]
    console.strong(f"{ticker or '전 종목'} 거래일 달력")
    for month, cells in months.items():
        console.line(f"{month} {''.join(cells).rstrip()}")
    counts = Counter(day.state for day in days)
    console.line("  ".join(f"{MARKS[state]} {LABELS[state]} {count:,}" for state, count in counts.items()))
    gaps = [day for day in reversed(days) if day.state in GAPS]
    for day in gaps[:5]:
        console.line(f"{day.day} {LABELS[day.state]}" + (f": {day.reason}" if day.reason else ""))
    console.line(f"빠진 거래일 {len(gaps):,}일: foresto prices repair" if gaps else "빠진 거래일이 없습니다.")
