"""A day without any trade: a holiday that no calendar knew, an answer that is wrong, or one that comes later."""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.errors import BadPayload, NotYet
from foresto_cli.store import price_sessions

OBSERVED = "시세와 지수 모두 거래가 없음(관측)"
"""The reason of what the program itself noted."""
Witness = Callable[[date], bool | None]
"""Says whether the market opened on a day; None when it cannot know yet."""


def is_closed(day: date, calendar: Calendar, witness: Witness) -> bool:
    """Say whether a day without trades is a day without trading.

    Raises:
        NotYet: it is today, and the numbers may still come.
        BadPayload: the calendar or the index says it was a session.
    """
    if not calendar.is_session(day):
        return True
    opened = witness(day)
    if opened is None:
        raise NotYet("시세가 아직 나오지 않았습니다. 나중에 다시 받습니다.")
    if opened:
        raise BadPayload("거래일인데 시세가 모두 비어 있습니다. 휴장으로 기록하지 않고 다시 요청합니다.")
    return True


def note_closure(connection: Connection, day: date) -> None:
    """Remember that the exchange was closed on a weekday that the published calendar calls a session."""
    connection.execute(
        text(
            "INSERT INTO market_closure (trade_date, is_closed, reason, noted_at)"
            " VALUES (:day, true, :reason, :now) ON CONFLICT (trade_date) DO NOTHING"
        ),
        {"day": day, "reason": OBSERVED, "now": clock.wall()},
    )


def forget_notes(connection: Connection, days: Sequence[date]) -> None:
    """Forget what was noted of ``days``: the published calendar holds until they are asked for again."""
    connection.execute(text("DELETE FROM market_closure WHERE trade_date = ANY(:days)"), {"days": list(days)})


def drop_prices(connection: Connection, days: Sequence[date]) -> None:
    """Delete the prices of ``days`` on which, by the KOSPI, nobody traded; a day that it does not know keeps them."""
    known = connection.execute(
        text(
            "SELECT max(trade_date) AS newest, coalesce(array_agg(trade_date) FILTER (WHERE trade_date = ANY(:days)),"
            " '{}') AS traded FROM index_price_daily WHERE index_code = 'KOSPI'"
        ),
        {"days": list(days)},
    ).one()
    told_until, today = known.newest or date.min, clock.today()
    closed = [day for day in days if day not in known.traded and (day > today or day < told_until)]
    connection.execute(text("DELETE FROM stock_price_daily WHERE trade_date = ANY(:days)"), {"days": closed})
    price_sessions.recount(connection, days)
