"""Proving or correcting the regular close of rows that no official source gave, by the next session's base price.

The base price of a session is the regular close of the session before (KRX; 513 of 513 pairs checked in 2026), unless
something happened to the stock in between. So for a stock without an event candidate it is that close, whatever the
row shows. What was shown is kept in ``basis_evidence``; when the next session changes, the proof is made anew.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text

from foresto_cli.adjustment.ticks import tick_sql
from foresto_cli.calendar import Calendar
from foresto_cli.regimes import AFTER_MARKET_SINCE
from foresto_cli.store.fragments import Fragment, fragment, sql


def regular_close(row: str) -> Fragment:
    """Return SQL: the close of ``row`` is known to be the regular one.

    The mirror's picture may be of a moving market.
    """
    return fragment(
        "({row}.price_basis = 'REGULAR' AND ({row}.quality_flag <> 'PROVISIONAL' OR {row}.source_id <> 'FDR'"
        " OR {row}.basis_evidence IS NOT NULL))",
        row=row,
    )


# A candidate for an event is no proof: other listed shares, another market, a base price outside the day's prices. What
# was read as a regular close is proved by an equal base price alone; but for the rounding to a tick, as a close may
# lie between two. Of other prices so small a difference says nothing: trades in the middle of a spread lie there too.
PROVE = sql(
    """
WITH pairs AS (
  SELECT p.ticker, p.trade_date, p.market, p.prev_close AS own_base, p.shares_outstanding AS shares,
         p.low_price, p.high_price, p.volume, p.source_id, n.prev_close AS base,
         n.trade_date AS next_date,
         COALESCE(CAST(p.basis_evidence ->> 'shown_close' AS numeric), p.close_price) AS shown,
         COALESCE(p.basis_evidence ->> 'shown_basis', p.price_basis) AS shown_basis,
         p.shares_outstanding IS NOT DISTINCT FROM n.shares_outstanding
           AND split_part(p.market, ' ', 1) IS NOT DISTINCT FROM split_part(n.market, ' ', 1) AS is_ordinary
  FROM stock_price_daily p
  LEFT JOIN stock_price_daily n ON n.ticker = p.ticker AND n.trade_date = :next AND n.quality_flag <> 'ADJUSTED'
  WHERE p.trade_date = :day AND (p.quality_flag = 'PROVISIONAL' OR p.basis_evidence IS NOT NULL)
), measured AS (
  SELECT *, abs(base - shown) >= {tick} AS is_off FROM pairs
), ruled AS (
  SELECT *, is_ordinary AND base > 0 AND (
      base = shown
      OR CASE WHEN shown_basis = 'EXTENDED' OR source_id = 'FDR'
              THEN is_off AND volume > 0 AND base BETWEEN low_price AND high_price
              ELSE NOT is_off END
    ) IS TRUE AS is_proved
  FROM measured
), told AS (
  SELECT *,
    CASE WHEN is_proved AND is_off THEN base ELSE shown END AS close_price,
    CASE WHEN is_proved THEN 'REGULAR' ELSE shown_basis END AS basis,
    CASE WHEN is_proved AND source_id <> 'FDR' THEN 'NORMAL' ELSE 'PROVISIONAL' END AS flag,
    CASE WHEN is_proved THEN jsonb_build_object('rule', 'next_base', 'by', next_date, 'base', base,
         'shown_close', shown, 'shown_basis', shown_basis) END AS evidence
  FROM ruled
)
UPDATE stock_price_daily p
SET close_price = t.close_price, price_basis = t.basis, quality_flag = t.flag, basis_evidence = t.evidence,
    price_change = t.close_price - t.own_base,
    change_rate = CASE WHEN t.own_base > 0 THEN round(100 * (t.close_price - t.own_base) / t.own_base, 2) END,
    market_cap = COALESCE(t.close_price * t.shares, p.market_cap), updated_at = :now
FROM told t
WHERE p.ticker = t.ticker AND p.trade_date = t.trade_date
  AND (p.close_price, p.price_basis, p.quality_flag, p.basis_evidence)
      IS DISTINCT FROM (t.close_price, CAST(t.basis AS varchar), CAST(t.flag AS varchar), t.evidence)
RETURNING (t.close_price <> t.shown) AS is_corrected, (t.evidence IS NOT NULL) AS is_proved
""",
    tick=tick_sql(Fragment("GREATEST(base, shown)"), "trade_date", "market"),
)
UNOFFICIAL_DAYS = text(
    "SELECT DISTINCT trade_date FROM stock_price_daily"
    " WHERE (quality_flag = 'PROVISIONAL' OR basis_evidence IS NOT NULL) AND trade_date = ANY(:days) ORDER BY 1"
)
STORED = text("SELECT trade_date FROM price_sessions WHERE trade_date = ANY(:days) AND official_count > 0")
PROVED_UNITS = text(
    "UPDATE unit_ledger SET status = 'done', reason = :reason WHERE dataset = 'prices.day' AND unit = ANY(:units)"
    " AND status = 'provisional'"
)
AFTER_MARKET = text(
    "UPDATE after_market_daily a SET volume = GREATEST(a.total_volume - p.volume, 0),"
    " trading_value = GREATEST(a.total_value - p.trading_value, 0) FROM stock_price_daily p"
    " WHERE a.trade_date = ANY(:days) AND p.ticker = a.ticker AND p.trade_date = a.trade_date"
    " AND p.price_basis = 'REGULAR' AND COALESCE(p.basis_evidence ->> 'shown_basis', 'REGULAR') = 'REGULAR'"
    " AND (a.volume, a.trading_value) IS DISTINCT FROM"
    " (GREATEST(a.total_volume - p.volume, 0), GREATEST(a.total_value - p.trading_value, 0))"
)
REASON = "다음 거래일 기준가로 정규장 종가를 확인했습니다"


class Proved(NamedTuple):
    """What proving came to.

    Attributes:
        days: sessions of which a row changed, oldest first.
        proved: rows whose close is now known to be the regular one.
        corrected: those of them whose close was another one.
    """

    days: tuple[date, ...] = ()
    proved: int = 0
    corrected: int = 0


def prove(connection: Connection, calendar: Calendar, noted: Sequence[date], wall: object) -> Proved:
    """Prove the rows of every session that a noted one concerns: itself and the one before it.

    Args:
        connection: an open transaction; the caller commits.
        calendar: the sessions.
        noted: sessions that were written to.
        wall: KST wall time, for ``updated_at``.
    """
    concerned = sorted({*noted, *(calendar.previous(day) for day in noted)})
    after = {day: calendar.following(day) for day in concerned}
    stored = set(connection.scalars(STORED, {"days": [*concerned, *after.values()]}))
    changed: dict[date, tuple[int, int]] = {}
    with_next: list[date] = []
    for day in connection.scalars(UNOFFICIAL_DAYS, {"days": concerned}).all():
        rows = connection.execute(PROVE, {"day": day, "next": after[day], "now": wall}).all()
        if rows:
            changed[day] = (sum(row.is_proved for row in rows), sum(row.is_corrected for row in rows))
        if after[day] in stored:
            with_next.append(day)
    connection.execute(PROVED_UNITS, {"units": [f"{day}" for day in with_next], "reason": REASON})
    connection.execute(AFTER_MARKET, {"days": [day for day in concerned if day >= AFTER_MARKET_SINCE]})
    return _summed(changed)


def _summed(changed: Mapping[date, tuple[int, int]]) -> Proved:
    return Proved(
        tuple(sorted(changed)),
        sum(proved for proved, _ in changed.values()),
        sum(corrected for _, corrected in changed.values()),
    )
