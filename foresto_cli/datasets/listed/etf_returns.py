"""Returns of ETFs up to their newest stored session: over one year, and since the last session of the year before.

A fund's units may be split or merged: then the base price of a session (close - change) is not the close before, and
what was paid before is counted in units of now. Distributions count as far as the exchange moves the base price for
them, and no further.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text

from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.derived import Derived
from foresto_cli.collecting.loader import Unit
from foresto_cli.datasets.listed import etf_days
from foresto_cli.datasets.listed.stocks import PERCENT, PLACES, a_year_before
from foresto_cli.store.upsert import Counts, Row

NAME = "etfs.returns"
DATASET = DataSet(name=NAME, label="ETF 수익률", table="etfs", command="stocks etfs")
NEWEST = text("SELECT max(trade_date) FROM etf_price_daily WHERE trade_date <= :today")
# Only of funds whose rows are all there from the base day on: a split in a session that is missing would not show.
GROWTH = text(
    "WITH near AS (SELECT ticker, trade_date, close_price, close_price - price_change AS base,"
    " lag(close_price) OVER own AS before FROM etf_price_daily WHERE trade_date BETWEEN :base AND :day"
    " WINDOW own AS (PARTITION BY ticker ORDER BY trade_date)),"
    " grown AS (SELECT ticker, (array_agg(close_price ORDER BY trade_date))[1] AS first,"
    " (array_agg(close_price ORDER BY trade_date DESC))[1] AS last,"
    " bool_and(before IS NULL OR base > 0) AS is_known, count(before) AS steps,"
    " coalesce(exp(sum(ln(base / before)) FILTER (WHERE base > 0 AND base <> before)), 1) AS units"
    " FROM near GROUP BY ticker)"
    " SELECT ticker, last / (first * units) - 1 AS growth FROM grown WHERE is_known AND steps = :sessions"
)
WRITTEN = text(
    "UPDATE etfs e SET one_year_return = f.one_year, ytd_return = f.ytd, batch_id = :batch_id, updated_at = :updated_at"
    " FROM (SELECT ticker, y.growth AS one_year, t.growth AS ytd FROM etfs"
    " LEFT JOIN unnest(CAST(:tickers AS text[]), CAST(:one_year AS numeric[])) AS y (ticker, growth) USING (ticker)"
    " LEFT JOIN unnest(CAST(:since AS text[]), CAST(:ytd AS numeric[])) AS t (ticker, growth) USING (ticker)) f"
    " WHERE f.ticker = e.ticker AND (e.one_year_return, e.ytd_return) IS DISTINCT FROM (f.one_year, f.ytd)"
)

STALE = text(
    "SELECT EXISTS (SELECT 1 FROM unit_ledger WHERE dataset = :days AND status IN ('done', 'provisional') AND run_id >"
    " coalesce((SELECT max(run_id) FROM unit_ledger WHERE dataset = :name AND status = 'done'), -1))"
)
Returns = Mapping[str, Decimal]


class EtfReturns(Derived):
    """Loader of the returns; it has nothing to do where no session came since they were derived."""

    def __init__(self, calendar: Callable[[Connection], Calendar], today: date, is_stale: Callable[[], bool]) -> None:
        """Remember who knows the sessions (a closure may be found meanwhile), the day, and whether sessions came."""
        super().__init__(DATASET, lambda given, provenance: write(given, calendar(given), today, provenance))
        self._is_stale = is_stale

    def units(self) -> list[Unit]:
        return super().units() if self._is_stale() else []


def is_stale(connection: Connection) -> bool:
    """Say whether a run has stored sessions since the last one that derived the returns."""
    return bool(connection.scalar(STALE, {"days": etf_days.NAME, "name": NAME}))


def write(connection: Connection, calendar: Calendar, today: date, provenance: Row) -> Counts:
    """Write the returns of all funds in the caller's transaction; NULL without every session since the base day."""
    one_year, ytd = wanted(connection, calendar, today)
    changed = connection.execute(
        WRITTEN,
        {
            "batch_id": provenance["batch_id"],
            "updated_at": provenance["updated_at"],
            "tickers": list(one_year),
            "one_year": list(one_year.values()),
            "since": list(ytd),
            "ytd": list(ytd.values()),
        },
    )
    return Counts(changed=changed.rowcount)


def wanted(connection: Connection, calendar: Calendar, today: date) -> tuple[Returns, Returns]:
    """Return (over one year, since the last session of the year before) of the funds of the newest session, percent."""
    newest = connection.scalar(NEWEST, {"today": today})
    if newest is None:
        return {}, {}
    last_year = calendar.previous(date(newest.year, 1, 1))
    one_year = _since(connection, a_year_before(newest, calendar), newest, calendar)
    return one_year, _since(connection, last_year, newest, calendar)


def _since(connection: Connection, base: date, newest: date, calendar: Calendar) -> Returns:
    steps = len(calendar.sessions(base, newest)) - 1
    rows = connection.execute(GROWTH, {"base": base, "day": newest, "sessions": steps})
    return {row.ticker: round(PERCENT * row.growth, PLACES) for row in rows}
