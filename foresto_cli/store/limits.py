"""Daily budgets and breakers, kept in the database so that every command of this operator shares them."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from foresto_cli import clock
from foresto_cli.errors import Blocked, BudgetSpent
from foresto_cli.store.engine import explained
from foresto_cli.store.fragments import Fragment, sql

BLOCK_LASTS = timedelta(hours=24)
OPEN = Fragment("blocked_until > :now AND blocked_until <= :longest AND since <= :believable")
"""A breaker that opened later than now, or lasts longer than any, was written while the clock was ahead."""


SPENT = Fragment("u.spent_at IS NOT NULL AND u.spent_at <= :believable")
"""The upstream called the day's requests used up; unless that was written while the clock was ahead."""


LABELS = {
    "krx": "KRX",
    "krx_openapi": "KRX OPEN API",
    "krx_login": "KRX 로그인",
    "fdr": "FDR 미러",
    "fsc": "공공데이터포털",
    "naver": "네이버",
    "dart": "DART",
    "finlife": "금융상품한눈에",
    "yahoo": "야후",
    "alphavantage": "Alpha Vantage",
}
"""What the operator calls an upstream or its breaker."""


def label(upstream: str) -> str:
    """Return what the operator calls an upstream or its breaker."""
    return LABELS.get(upstream, upstream)


def _today() -> dict[str, date | datetime]:
    return {"day": clock.today(), "believable": clock.believable()}


def _moments() -> dict[str, datetime]:
    believable = clock.believable()
    return {"now": clock.wall(), "believable": believable, "longest": believable + BLOCK_LASTS}


def forget_days_to_come(connection: Connection) -> None:
    """Take back what was counted on days that have not come: the clock was ahead, and their budgets are whole.

    Unless prices of such days are stored: those came from outside, so it is now that the clock is wrong.
    """
    connection.execute(
        text(
            "DELETE FROM upstream_usage WHERE usage_date > :day"
            " AND NOT EXISTS (SELECT 1 FROM stock_price_daily WHERE trade_date > :day)"
        ),
        {"day": clock.believable().date()},
    )


class StoredLimits:
    """Budgets and breakers of ``engine``; each call is its own short transaction, so that no rollback forgets it."""

    def __init__(self, engine: Engine) -> None:
        """Use the tables ``upstream_usage`` and ``upstream_block`` of ``engine``."""
        self._engine = engine

    def check(self, breaker: str) -> None:
        """Let pass, or raise.

        Raises:
            Blocked: ``breaker`` is open; the message says until when.
        """
        with explained(), self._engine.connect() as connection:
            row = connection.execute(
                sql("SELECT blocked_until, reason FROM upstream_block WHERE upstream = :name AND {open}", open=OPEN),
                {"name": breaker, **_moments()},
            ).one_or_none()
        if row is not None:
            raise Blocked(f"{label(breaker)}: {row.blocked_until:%m-%d %H:%M}까지 요청하지 않습니다. {row.reason}")

    def spend(self, upstream: str, daily_budget: int) -> None:
        """Count one request of today (KST).

        Raises:
            BudgetSpent: the budget of today is used up, or the upstream said so today; nothing is counted.
        """
        spent = BudgetSpent(
            f"{label(upstream)}: 오늘 한도 {daily_budget:,}회를 다 썼습니다. 자정(KST)이 지나면 이어집니다."
        )
        if daily_budget < 1:
            raise spent
        with explained(), self._engine.begin() as connection:
            used = connection.scalar(
                sql(
                    "INSERT INTO upstream_usage AS u (upstream, usage_date, used) VALUES (:name, :day, 1)"
                    " ON CONFLICT (upstream, usage_date) DO UPDATE SET used = u.used + 1"
                    " WHERE u.used < :budget AND NOT ({spent}) RETURNING used",
                    spent=SPENT,
                ),
                {"name": upstream, "budget": daily_budget, **_today()},
            )
            said = used is None and exhausted(connection).get(upstream)
        if said:
            raise BudgetSpent(f"{label(upstream)}: {said} 자정(KST)이 지나면 이어집니다.")
        if used is None:
            raise spent

    def exhaust(self, upstream: str, reason: str) -> None:
        """Ask ``upstream`` no more until KST midnight: it said that today's requests are used up.

        Args:
            upstream: whose budget.
            reason: its own words, kept for whoever looks into it.
        """
        with explained(), self._engine.begin() as connection:
            connection.execute(
                sql(
                    "INSERT INTO upstream_usage AS u (upstream, usage_date, used, spent_at, spent_reason)"
                    " VALUES (:name, :day, 0, :now, :reason) ON CONFLICT (upstream, usage_date) DO UPDATE"
                    " SET spent_at = CASE WHEN {spent} THEN u.spent_at ELSE excluded.spent_at END,"
                    " spent_reason = excluded.spent_reason",
                    spent=SPENT,
                ),
                {"name": upstream, "now": clock.wall(), "reason": reason, **_today()},
            )

    def block(self, breaker: str, reason: str) -> None:
        """Open ``breaker`` for 24 hours from now."""
        with explained(), self._engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO upstream_block (upstream, since, blocked_until, reason)"
                    " VALUES (:name, :since, :until, :reason) ON CONFLICT (upstream) DO UPDATE"
                    " SET since = excluded.since, blocked_until = excluded.blocked_until, reason = excluded.reason"
                ),
                {"name": breaker, "since": clock.wall(), "until": clock.wall() + BLOCK_LASTS, "reason": reason},
            )


class NoLimits:
    """Remembers nothing: for the message or two that say that the database is away."""

    def check(self, breaker: str) -> None:
        """Let everything pass."""

    def spend(self, upstream: str, daily_budget: int) -> None:
        """Count nothing."""

    def exhaust(self, upstream: str, reason: str) -> None:
        """Forget it."""

    def block(self, breaker: str, reason: str) -> None:
        """Forget it."""


def budgets(connection: Connection) -> list[tuple[str, int]]:
    """Return (upstream, requests of today)."""
    rows = connection.execute(
        text("SELECT upstream, used FROM upstream_usage WHERE usage_date = :day ORDER BY 1"), {"day": clock.today()}
    )
    return [(row[0], row[1]) for row in rows]


def exhausted(connection: Connection) -> dict[str, str]:
    """Return, of every upstream that called today's requests used up, when it did, as a sentence."""
    rows = connection.execute(
        sql(
            "SELECT upstream, spent_at FROM upstream_usage u WHERE usage_date = :day AND {spent} ORDER BY 1",
            spent=SPENT,
        ),
        _today(),
    )
    return {row[0]: f"{row[1]:%H:%M}에 오늘 한도를 다 썼다는 답을 받아 더 요청하지 않습니다." for row in rows}


def block_ends(connection: Connection) -> dict[str, datetime]:
    """Return until when (KST wall time) every breaker that is open now stays so."""
    rows = connection.execute(
        sql("SELECT upstream, blocked_until FROM upstream_block WHERE {open}", open=OPEN),
        _moments(),
    )
    return {row[0]: row[1] for row in rows}


def open_blocks(connection: Connection) -> list[tuple[str, str, str]]:
    """Return (upstream, until, reason) of every breaker that is open now."""
    rows = connection.execute(
        sql("SELECT upstream, blocked_until, reason FROM upstream_block WHERE {open} ORDER BY 1", open=OPEN),
        _moments(),
    )
    return [(row[0], f"{row[1]:%Y-%m-%d %H:%M}", row[2]) for row in rows]
