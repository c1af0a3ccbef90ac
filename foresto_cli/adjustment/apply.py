"""Finding the events around new sessions and writing them down, a few hundred days at most in one transaction.

Whatever order sessions arrive in, the table comes out the same: each row's event follows from what is stored around
it, and every row around a change is looked at again (:mod:`foresto_cli.adjustment.pending`). Ordinary rows are never
written to.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from foresto_cli import clock
from foresto_cli.adjustment import closes, pending, proven_sources
from foresto_cli.adjustment.adjustment_rules import (
    BIG_CHANGE,
    DAY_LIMIT,
    DAY_LIMITS,
    LONG_HALT,
    Case,
    Verdict,
    classify,
)
from foresto_cli.adjustment.proof import prove, regular_close
from foresto_cli.adjustment.ticks import tick_sql
from foresto_cli.calendar import Calendar
from foresto_cli.store import price_sessions
from foresto_cli.store.fragments import Fragment, sql

SESSIONS_AT_A_TIME = 60
"""Noted sessions in one transaction."""
MANY_SESSIONS = 20
"""From so many on, the planner is told of the new rows first."""
MISSING_SHARE = 0.2
"""A day on which more of the base prices are not the last closes follows one that is missing or wrong."""

Key = tuple[str, date]

EXAMINE = sql(
    """
WITH examined AS (
  SELECT * FROM unnest(CAST(:days AS date[]), CAST(:stored_before AS date[]), CAST(:session_before AS date[]))
    AS e (trade_date, stored_before, session_before)
), seen AS (
  SELECT ticker, trade_date, market, prev_close AS base, open_price, close_price, volume, shares_outstanding AS shares,
         lag(low_price) OVER rows_of_ticker AS lag_low, lag(high_price) OVER rows_of_ticker AS lag_high,
         lag({lag_is_known}) OVER rows_of_ticker AS lag_known,
         lag(trade_date) OVER rows_of_ticker AS lag_date, lag(close_price) OVER rows_of_ticker AS lag_close,
         lag(shares_outstanding) OVER rows_of_ticker AS lag_shares, lag(market) OVER rows_of_ticker AS lag_market
  FROM stock_price_daily WHERE trade_date = ANY(:read) AND quality_flag <> 'ADJUSTED'
  WINDOW rows_of_ticker AS (PARTITION BY ticker ORDER BY trade_date)
), paired AS (
  SELECT s.ticker, s.trade_date, s.market, s.base, s.open_price, s.close_price, s.volume, s.shares,
         s.stored_before, s.session_before,
         CASE WHEN y.trade_date IS NULL THEN s.lag_date ELSE y.trade_date END AS previous_date,
         CASE WHEN y.trade_date IS NULL THEN s.lag_close ELSE y.close_price END AS previous_close,
         CASE WHEN y.trade_date IS NULL THEN s.lag_shares ELSE y.shares_outstanding END AS previous_shares,
         CASE WHEN y.trade_date IS NULL THEN s.lag_market ELSE y.market END AS previous_market,
         CASE WHEN y.trade_date IS NULL THEN s.lag_low ELSE y.low_price END AS previous_low,
         CASE WHEN y.trade_date IS NULL THEN s.lag_high ELSE y.high_price END AS previous_high,
         CASE WHEN y.trade_date IS NULL THEN s.lag_known ELSE y.is_known END AS is_known
  FROM (SELECT *, lag_date IS DISTINCT FROM stored_before AS is_back FROM seen JOIN examined USING (trade_date)) s
  -- A ticker that is not in the session before: its row before that one.
  LEFT JOIN LATERAL (
    SELECT trade_date, close_price, shares_outstanding, market, low_price, high_price,
           {is_known} AS is_known FROM stock_price_daily b
    WHERE s.is_back AND b.ticker = s.ticker AND b.trade_date < s.trade_date
      AND b.quality_flag <> 'ADJUSTED'
    ORDER BY b.trade_date DESC LIMIT 1
  ) y ON true
), judged AS MATERIALIZED (
  SELECT *, previous_date < session_before AS is_gap,
         abs(base - previous_close) >= {tick}
           AND (is_known OR NOT base BETWEEN previous_low AND previous_high) AS is_off,
         NOT is_known AND base BETWEEN previous_low AND previous_high AS is_of_the_day,
         -- While the regular close before is not known, a difference within a day's limits is no event.
         abs(base / previous_close - 1) > CASE market WHEN 'KONEX' THEN {konex_limit} ELSE {limit} END
           AS is_beyond,
         abs(ln(CAST(NULLIF(previous_shares, 0) AS double precision) / NULLIF(shares, 0))) > {big}
           AS has_jumped
  FROM paired
), gates AS (
  SELECT trade_date, count(*) FILTER (WHERE is_off) > {missing} * count(*) AS is_missing
  FROM judged WHERE previous_date IS NOT NULL GROUP BY 1
), found AS (
  SELECT * FROM judged WHERE previous_date IS NOT NULL AND base > 0
    AND (has_jumped OR is_beyond OR (is_off AND is_known AND NOT is_gap))
  UNION ALL SELECT * FROM judged WHERE previous_date IS NULL AND stored_before IS NOT NULL AND shares > 0
)
SELECT g.trade_date, g.is_missing, f.ticker, f.market, CAST(f.base AS double precision) AS base,
       CAST(f.open_price AS double precision) AS open_price, CAST(f.close_price AS double precision) AS close,
       f.volume, f.shares, f.previous_date, CAST(f.previous_close AS double precision) AS previous_close,
       f.previous_shares, f.previous_market, f.is_gap, f.is_known, f.is_of_the_day
FROM gates g LEFT JOIN found f ON f.trade_date = g.trade_date AND NOT g.is_missing
WHERE g.is_missing OR f.ticker IS NOT NULL
""",
    lag_is_known=regular_close("stock_price_daily"),
    is_known=regular_close("b"),
    tick=tick_sql(Fragment("GREATEST(base, previous_close)"), "trade_date", "market"),
    konex_limit=DAY_LIMITS["KONEX"],
    limit=DAY_LIMIT,
    big=BIG_CHANGE,
    missing=MISSING_SHARE,
)
HALTED = sql(
    """
SELECT p.ticker, p.trade_date, COALESCE(min(b.place) FILTER (WHERE b.volume > 0) - 1, count(*)) AS halted_rows
FROM stock_price_daily p JOIN unnest(CAST(:tickers AS text[]), CAST(:days AS date[])) AS f (ticker, trade_date)
  ON f.ticker = p.ticker AND f.trade_date = p.trade_date
CROSS JOIN LATERAL (
  SELECT b.volume, row_number() OVER (ORDER BY b.trade_date DESC) AS place FROM stock_price_daily b
  WHERE b.ticker = p.ticker AND b.trade_date < p.trade_date AND b.quality_flag <> 'ADJUSTED'
  ORDER BY b.trade_date DESC LIMIT {long_halt}
) b
GROUP BY p.ticker, p.trade_date
""",
    long_halt=LONG_HALT,
)
"""How many rows without a trade a row of each given stock and day follows, where it follows any."""
OVERRIDES = text(
    "SELECT o.ticker, o.trade_date, o.factor, o.event, o.note FROM adjustment_override o"
    " JOIN stock_price_daily p USING (ticker, trade_date)"
    " WHERE o.trade_date = ANY(:days) AND p.quality_flag <> 'ADJUSTED'"
)
VERDICTS = Fragment(
    """
SELECT * FROM unnest(CAST(:tickers AS text[]), CAST(:dates AS date[]), CAST(:factors AS double precision[]),
                     CAST(:events AS text[]), CAST(:reviews AS boolean[]), CAST(:evidence AS jsonb[]))
  AS v (ticker, trade_date, factor, event, review, evidence)
"""
)
SET = sql(
    """
WITH verdicts AS ({verdicts})
UPDATE stock_price_daily p
SET adj_factor = v.factor, adj_event = v.event, adj_review = v.review, adj_evidence = v.evidence
FROM verdicts v WHERE p.ticker = v.ticker AND p.trade_date = v.trade_date
  AND (p.adj_factor, p.adj_event, p.adj_review, p.adj_evidence)
      IS DISTINCT FROM (v.factor, CAST(v.event AS varchar), v.review, v.evidence)
RETURNING p.ticker
""",
    verdicts=VERDICTS,
)
RESET = sql(
    """
WITH verdicts AS ({verdicts})
UPDATE stock_price_daily p SET adj_factor = 1, adj_event = NULL, adj_review = false, adj_evidence = NULL
WHERE p.adj_event IS NOT NULL AND p.trade_date = ANY(:days)
  AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.ticker = p.ticker AND v.trade_date = p.trade_date)
RETURNING p.ticker
""",
    verdicts=VERDICTS,
)


@dataclass(frozen=True)
class Settled:
    """What a settlement came to.

    Attributes:
        sessions: noted sessions that were dealt with.
        events: rows whose event was set, changed or taken back.
        rows: rows whose adjusted close changed.
        missing_days: days without factors, because the session before them is missing or wrong.
        proved: closes now known to be the regular ones by the next session's base price.
        corrected: those of them that were others before.
        taken_back: rows whose event no longer holds.
    """

    sessions: int = 0
    events: int = 0
    rows: int = 0
    missing_days: tuple[date, ...] = ()
    proved: int = 0
    corrected: int = 0
    taken_back: int = 0

    def __add__(self, other: "Settled") -> "Settled":
        """Return both together."""
        missing = tuple(sorted({*self.missing_days, *other.missing_days}))
        return Settled(
            self.sessions + other.sessions,
            self.events + other.events,
            self.rows + other.rows,
            missing,
            self.proved + other.proved,
            self.corrected + other.corrected,
            self.taken_back + other.taken_back,
        )


def settle(engine: Engine, calendar: Calendar) -> Settled:
    """Look at the surroundings of every noted session and write the differences.

    Each batch is one transaction that also takes its sessions off the list: killed anywhere, the table is as before or
    as after it, and the rest is still noted. Running again changes nothing.

    Args:
        engine: the database.
        calendar: the sessions, as corrected by everything observed so far.
    """
    with engine.begin() as connection:
        pending.note_overrides(connection)
        pending.note_returns(connection)
        proved = prove(connection, calendar, pending.pending_days(connection), clock.wall())
        for day in proved.days:
            pending.note_pending(connection, day)
        if proved.days:
            proven_sources.weigh(connection)
        noted = pending.pending_days(connection)
        if len(noted) >= MANY_SESSIONS:
            connection.execute(text("ANALYZE stock_price_daily"))
    total = Settled(proved=proved.proved, corrected=proved.corrected)
    for start in range(0, len(noted), SESSIONS_AT_A_TIME):
        with engine.begin() as connection:
            total += _settle_batch(connection, calendar, noted[start : start + SESSIONS_AT_A_TIME])
    return total


def _settle_batch(connection: Connection, calendar: Calendar, noted: Sequence[date]) -> Settled:
    sessions = price_sessions.official_since(connection, noted[0])
    days = _examined(noted, sessions)
    verdicts, missing = _verdicts(connection, calendar, days, sessions)
    written, taken_back = _write(connection, days, verdicts)
    changed = [*written, *taken_back]
    rows = closes.rewrite(connection, noted, sorted(set(changed)))
    pending.forget(connection, noted)
    return Settled(len(noted), len(changed), rows, missing, taken_back=len(taken_back))


def _examined(noted: Sequence[date], sessions: Sequence[date]) -> list[date]:
    """Return the stored days to look at: the noted ones and those they reach."""
    reached = {other for day in noted for other in (day, *pending.after(sessions, day))}
    return sorted(reached & set(sessions))


def _verdicts(
    connection: Connection, calendar: Calendar, days: Sequence[date], sessions: Sequence[date]
) -> tuple[dict[Key, Verdict], tuple[date, ...]]:
    """Return the verdicts worth storing on ``days``, and the days whose base prices do not fit what is stored."""
    before = dict(zip(sessions[1:], sessions, strict=False))
    stored_before = [before.get(day) for day in days]
    rows = connection.execute(
        EXAMINE,
        {
            "days": list(days),
            "stored_before": stored_before,
            "session_before": [calendar.previous(day) for day in days],
            "read": sorted({*days, *(day for day in stored_before if day is not None)}),
        },
    ).all()
    missing = tuple(sorted({row.trade_date for row in rows if row.is_missing}))
    new_shares: defaultdict[date, list[int]] = defaultdict(list)
    for row in rows:
        if row.ticker is not None and row.previous_date is None:
            new_shares[row.trade_date].append(row.shares)
    found = {(row.ticker, row.trade_date): row for row in rows if row.ticker is not None and row.previous_date}
    halted = _halted_rows(connection, found)
    ruled = {key: classify(_case(row, halted.get(key, 0), new_shares, calendar)) for key, row in found.items()}
    verdicts = {key: verdict for key, verdict in ruled.items() if verdict.is_stored}
    for row in connection.execute(OVERRIDES, {"days": list(days)}):
        key = (row.ticker, row.trade_date)
        verdicts[key] = _overridden(row, ruled.get(key))
    return verdicts, missing


def _halted_rows(connection: Connection, keys: Collection[Key]) -> dict[Key, int]:
    if not keys:
        return {}
    given = {"tickers": [ticker for ticker, _ in keys], "days": [day for _, day in keys]}
    return {(row.ticker, row.trade_date): row.halted_rows for row in connection.execute(HALTED, given)}


def _case(row: Row[Any], halted_rows: int, new_shares: Mapping[date, Sequence[int]], calendar: Calendar) -> Case:
    return Case(
        trade_date=row.trade_date,
        market=row.market,
        base=row.base,
        open_price=row.open_price,
        close=row.close,
        volume=row.volume,
        shares=row.shares,
        previous_close=row.previous_close,
        previous_shares=row.previous_shares,
        previous_market=row.previous_market,
        halted_rows=halted_rows,
        is_gap=row.is_gap,
        missing_sessions=len(calendar.sessions(row.previous_date, row.trade_date)[1:-1]) if row.is_gap else 1,
        is_known=row.is_known,
        is_of_the_day=row.is_of_the_day,
        new_shares=tuple(sorted(new_shares.get(row.trade_date, ()))),
    )


def _overridden(override: Row[Any], ruled: Verdict | None) -> Verdict:
    evidence = dict(ruled.evidence) if ruled else {}
    evidence["override"] = override.note or ""
    evidence["ruled"] = [ruled.event, ruled.factor] if ruled else None
    return Verdict(override.event, override.factor, review=False, evidence=evidence)


def _write(
    connection: Connection, days: Sequence[date], verdicts: Mapping[Key, Verdict]
) -> tuple[list[str], list[str]]:
    """Set what is new, take back what no longer holds, and return the tickers of the rows of each."""
    given = {
        "tickers": [ticker for ticker, _ in verdicts],
        "dates": [day for _, day in verdicts],
        "factors": [verdict.factor for verdict in verdicts.values()],
        "events": [verdict.event for verdict in verdicts.values()],
        "reviews": [verdict.review for verdict in verdicts.values()],
        "evidence": [json.dumps(verdict.evidence, ensure_ascii=False) for verdict in verdicts.values()],
    }
    changed = list(connection.scalars(SET, given)) if verdicts else []
    return changed, list(connection.scalars(RESET, {**given, "days": list(days)}))
