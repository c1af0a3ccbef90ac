"""``market_email_log``: one mail a day and a session, however often it is started, and whatever ends it half-way.

Who sends holds an advisory lock, which the server gives up when the process dies. A row that says ``sending`` while the
lock is free is therefore that of a sender that crashed: the next one goes on with the addresses not begun with.
"""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import bindparam

from foresto_cli import clock
from foresto_cli.store.engine import explained

SENDING, SENT, FAILED = "sending", "sent", "failed"


@dataclass
class Log:
    """The row of one mail.

    Attributes:
        engine: the database.
        number: ``market_email_log.id``; None for a mail that nobody counts.
        deliveries: address → sending, sent or failed.
    """

    engine: Engine
    number: int | None
    deliveries: dict[str, str] = field(default_factory=dict)

    def left(self, addresses: list[str]) -> list[str]:
        """Return who is to be written to: nobody whom an earlier sender had begun with."""
        return [address for address in addresses if self.deliveries.get(address, FAILED) == FAILED]

    def unknown(self, addresses: list[str]) -> int:
        """Return how many were begun with and never finished: the sender died in between."""
        return sum(self.deliveries.get(address) == SENDING for address in addresses)

    def note(self, address: str, state: str) -> None:
        """Write down what became of one address; before it is written to, that it is begun with."""
        self.deliveries[address] = state
        self._write("UPDATE market_email_log SET deliveries = :deliveries WHERE id = :id")

    def close(self, addresses: list[str], error: str | None) -> None:
        """Close the row: completed when nobody is left to be written to."""
        sent = sum(self.deliveries.get(address) == SENT for address in addresses)
        self._write(
            "UPDATE market_email_log SET status = :status, total_subscribers = :total, success_count = :sent,"
            " fail_count = :failed, completed_at = :now, error_message = :error, deliveries = :deliveries"
            " WHERE id = :id",
            status="failed" if self.left(addresses) else "completed",
            total=len(addresses),
            sent=sent,
            failed=len(addresses) - sent,
            now=clock.wall(),
            error=error,
        )

    def _write(self, statement: str, **values: object) -> None:
        if self.number is None:
            return
        update = text(statement).bindparams(bindparam("deliveries", type_=JSONB))
        with explained(), self.engine.begin() as connection:
            connection.execute(update, {"deliveries": self.deliveries, "id": self.number, **values})


def unlogged(engine: Engine) -> Log:
    """Return a log of a mail beside the daily one, which is written down nowhere."""
    return Log(engine, None)


def told_already(engine: Engine, today: date, session: date) -> str | None:
    """Return in one sentence why nothing is to be sent, or None."""
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT sent_date, session_date FROM market_email_log WHERE status = 'completed'"
                " AND (sent_date = :today OR session_date = :session) AND sent_date <= :today"
                " AND coalesce(completed_at, started_at) <= :believable ORDER BY sent_date DESC LIMIT 1"
            ),
            {"today": today, "session": session, "believable": clock.believable()},
        ).one_or_none()
    if row is None:
        return None
    if row.sent_date == today:
        return "오늘 시장 요약은 이미 보냈습니다."
    return f"{row.session_date} 시장 요약은 {row.sent_date}에 보냈고, 그 뒤 새 거래일이 없습니다."


def claimed(engine: Engine, today: date, session: date) -> Log:
    """Open the row of today's mail, or the one that failed or crashed; call it while no other sender can."""
    values = {"today": today, "session": session, "now": clock.wall()}
    with explained(), engine.begin() as connection:
        # Written while the clock was ahead: no evidence, and in the way of the mail that is due.
        connection.execute(
            text(
                "DELETE FROM market_email_log WHERE (sent_date = :today OR session_date = :session)"
                " AND (sent_date > :today OR coalesce(completed_at, started_at) > :believable)"
            ),
            {"today": today, "session": session, "believable": clock.believable()},
        )
        again = connection.execute(
            text(
                "UPDATE market_email_log SET status = 'sending', sent_date = :today, session_date = :session,"
                " started_at = :now, completed_at = NULL, error_message = NULL WHERE id ="
                " (SELECT id FROM market_email_log WHERE (sent_date = :today OR session_date = :session)"
                " AND status <> 'completed' ORDER BY sent_date DESC LIMIT 1) RETURNING id, deliveries"
            ),
            values,
        ).one_or_none()
        if again is not None:
            return Log(engine, again.id, dict(again.deliveries))
        number: int = connection.execute(
            text(
                "INSERT INTO market_email_log (sent_date, session_date, status, started_at, created_at)"
                " VALUES (:today, :session, 'sending', :now, :now) RETURNING id"
            ),
            values,
        ).scalar_one()
    return Log(engine, number)
