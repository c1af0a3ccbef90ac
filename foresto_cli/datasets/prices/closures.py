"""Holidays that no calendar knew, found by the index: for sessions without a price source nobody else would tell.

With a key a day without trades comes back empty and the loader asks the index. Without one, nobody is asked for the
prices of a past day, so the index is looked at before Naver is asked for every listed stock.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.adjustment.pending import note_pending
from foresto_cli.app import App
from foresto_cli.datasets.prices.day_closures import note_closure
from foresto_cli.datasets.prices.market_days import level_days
from foresto_cli.errors import UPSTREAM_ERRORS
from foresto_cli.store import price_sessions

NEAR = timedelta(days=12)
"""A level so near on either side shows that the index reaches over a day; the longest holidays are shorter."""


def doubtful(app: App, days: Collection[date], *, may_ask: bool) -> frozenset[date]:
    """Note every one of ``days`` on which the exchange was closed, and return those of which nobody can know yet.

    Args:
        app: what the command works with.
        days: sessions by the calendar that no source has prices of.
        may_ask: whether an index may be asked for the newest of them.
    """
    days = _without_rows(app, days)
    if not days:
        return frozenset()
    levels = _stored(app, min(days) - NEAR)
    unknown = [day for day in days if not _is_covered(day, levels) and day not in levels]
    recent = [day for day in unknown if day > max(levels, default=clock.today() - NEAR)]
    if recent and may_ask:
        levels |= _asked(app, min(recent) - NEAR)
    closed = [day for day in days if day not in levels and _is_covered(day, levels)]
    _note(app, closed)
    newest = max(levels, default=date.max)
    return frozenset(day for day in days if day > newest)


def _is_covered(day: date, levels: Collection[date]) -> bool:
    return any(day - NEAR <= other < day for other in levels) and any(day < other <= day + NEAR for other in levels)


def _without_rows(app: App, days: Collection[date]) -> list[date]:
    with app.engine.connect() as connection:
        priced = price_sessions.kept(connection)
    return [day for day in days if day not in priced]


def _stored(app: App, since: date) -> set[date]:
    with app.engine.connect() as connection:
        found = connection.scalars(
            text("SELECT trade_date FROM index_price_daily WHERE index_code = 'KOSPI' AND trade_date >= :since"),
            {"since": since},
        )
        return set(found)


def _asked(app: App, since: date) -> set[date]:
    try:
        return level_days(app, since, clock.today())
    except UPSTREAM_ERRORS:
        return set()


def _note(app: App, closed: Iterable[date]) -> None:
    with app.engine.begin() as connection:
        for day in closed:
            note_closure(connection, day)
            note_pending(connection, day)
