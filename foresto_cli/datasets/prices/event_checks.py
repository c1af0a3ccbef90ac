"""Checks of price events: base prices and factors that explain each other, adjusted closes, days not looked at yet."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import isclose
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from foresto_cli.adjustment.adjustment_rules import Case, Verdict, classify
from foresto_cli.collecting.checks import ADJUSTMENT, CRITICAL, WARNING, Rows, Scope, Units, check, days_of
from foresto_cli.datasets.prices import day_checks, row_faults
from foresto_cli.datasets.prices.repairs import stretches

if TYPE_CHECKING:
    from datetime import date

Row = Mapping[str, Any]


def _days_around(scope: Scope, rows: Rows) -> Units:
    days = stretches(scope, rows)
    return {"prices.day": days, ADJUSTMENT: days}


@check(
    "prices.base",
    "기준가와 전 거래일 종가",
    CRITICAL,
    "stock_price_daily",
    "종목마다 기준가는 전 거래일 정규장 종가이거나, 다르면 조정 사건이 있다",
    "foresto verify monthly --repair",
    units=_days_around,
)
def other_base_price(scope: Scope) -> Rows:
    """Find base prices that are not the stock's previous regular close, and no event says why.

    One of the two rows is another stock's or another day's, or has its digits wrong; or an event was lost. Days on
    which most stocks contradict the day before are told as such.
    """
    whole = {row["거래일"] for row in scope.once(day_checks.broken_continuity)}
    found = row_faults.having(scope, row_faults.BASE, "prev_close", "lag_close", "adj_event", "adj_factor")
    return [row for row in found if row["trade_date"] not in whole]


@check(
    "prices.events",
    "조정 사건과 계수",
    WARNING,
    "stock_price_daily",
    "저장된 조정 사건과 계수는 기준가와 상장주식수에서 나온다",
    "foresto verify monthly --repair",
    units=days_of(ADJUSTMENT),
)
def misjudged_events(scope: Scope) -> Rows:
    """Find stored events and factors that are not what the rules make of the stored rows: invented, lost or altered.

    What the operator decides (``adjustment_override``) is compared with what he wrote.
    """
    told = {(row["ticker"], row["trade_date"]) for row in scope.once(other_base_price)}
    whole = {row["거래일"] for row in scope.once(day_checks.broken_continuity)}
    rows = scope.once(row_faults.every)
    new_shares: defaultdict[date, list[int]] = defaultdict(list)
    for row in rows:
        if row_faults.FIRST in row["rules"]:
            new_shares[row["trade_date"]].append(row["shares_outstanding"])
    return [
        {
            "ticker": row["ticker"],
            "trade_date": row["trade_date"],
            "저장된_사건": row["adj_event"],
            "저장된_계수": row["adj_factor"],
            "규칙의_사건": ruled.event if ruled.is_stored else None,
            "규칙의_계수": ruled.factor if ruled.is_stored else 1.0,
        }
        for row in rows
        if row_faults.EVENT in row["rules"] and _is_judged(row) and row["trade_date"] not in whole
        if (row["ticker"], row["trade_date"]) not in told
        for ruled in [classify(_case(row, new_shares[row["trade_date"]]))]
        if not _is_same(row, ruled)
    ]


def _is_judged(row: Row) -> bool:
    """Say whether the span shows enough of the stock's past, and no operator has decided."""
    is_known = row["lag_volume"] or row["lag_volume_2"] or row["lag_volume_3"] is not None
    return bool(is_known) and not row["is_overridden"] and row["place"] is not None and row["lag_place"] is not None


def _case(row: Row, new_shares: Sequence[int]) -> Case:
    missing = row["place"] - row["lag_place"] - 1
    is_of_the_day = not row["lag_known"] and row["lag_low"] <= row["prev_close"] <= row["lag_high"]
    halted = (row["lag_volume"], row["lag_volume_2"], row["lag_volume_3"])
    return Case(
        trade_date=row["trade_date"],
        market=row["market"],
        base=float(row["prev_close"]),
        open_price=float(row["open_price"]),
        close=float(row["close_price"]),
        volume=row["volume"],
        shares=row["shares_outstanding"],
        previous_close=float(row["lag_close"]),
        previous_shares=row["lag_shares"],
        previous_market=row["lag_market"],
        halted_rows=next((place for place, volume in enumerate(halted) if volume), len(halted)),
        is_gap=missing > 0,
        missing_sessions=missing or 1,
        is_known=row["lag_known"],
        is_of_the_day=is_of_the_day,
        new_shares=tuple(sorted(new_shares)),
    )


def _is_same(row: Row, ruled: Verdict) -> bool:
    event, factor, review = (ruled.event, ruled.factor, ruled.review) if ruled.is_stored else (None, 1.0, False)
    return (row["adj_event"], row["adj_review"]) == (event, review) and isclose(row["adj_factor"], factor, rel_tol=1e-9)


@check(
    "prices.review",
    "확인이 필요한 조정 사건",
    WARNING,
    "stock_price_daily",
    "기준가를 바꾼 사건의 사유가 분명하다",
    "공시를 확인하세요: foresto prices events --review (바로잡으려면 adjustment_override 표)",
)
def doubtful_events(scope: Scope) -> Rows:
    """Find price events of the newest sessions that a person should look at."""
    return scope.rows(
        text(
            "SELECT ticker, trade_date, adj_event, adj_factor FROM stock_price_daily"
            " WHERE adj_review AND adj_event IS NOT NULL AND trade_date >= :first ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
    )


def _whole_series(_scope: Scope, rows: Rows) -> Units:
    return {ADJUSTMENT: sorted({row["ticker"] for row in rows})}


@check(
    "prices.adjusted",
    "수정종가",
    WARNING,
    "stock_price_daily",
    "수정종가는 종가에 뒤의 모든 조정계수를 곱한 값이다",
    "foresto verify monthly --repair",
    units=_whole_series,
)
def wrong_adjusted_closes(scope: Scope) -> Rows:
    """Find adjusted closes that do not stand to those of the row before as the closes do, but for the day's factor."""
    return row_faults.having(
        scope, row_faults.CHAIN, "close_price", "adj_close_price", "adj_factor", "lag_close", "lag_adj"
    )


@check(
    "prices.overrides",
    "운영자가 정한 조정",
    WARNING,
    "adjustment_override",
    "운영자가 정한 조정마다 그 종목과 거래일의 시세가 있다",
    "foresto verify monthly --repair",
    units=days_of("prices.day"),
)
def overrides_without_a_row(scope: Scope) -> Rows:
    """Find what the operator decided of a stock and day that has no price: it has no effect."""
    return scope.rows(
        text(
            "WITH stored AS MATERIALIZED (SELECT p.ticker, p.trade_date FROM stock_price_daily p"
            " JOIN adjustment_override o USING (ticker, trade_date) WHERE p.quality_flag <> 'ADJUSTED')"
            " SELECT o.ticker, o.trade_date, o.factor, o.event FROM adjustment_override o WHERE NOT EXISTS"
            " (SELECT 1 FROM stored p WHERE p.ticker = o.ticker AND p.trade_date = o.trade_date)"
            " AND o.trade_date >= (SELECT min(trade_date) FROM stock_price_daily) ORDER BY 2, 1"
        )
    )


@check(
    "prices.unadjusted",
    "조정하지 않은 거래일",
    WARNING,
    "adjustment_pending",
    "저장된 거래일은 모두 조정 사건을 살폈다",
    "foresto prices incremental",
    units=days_of(ADJUSTMENT),
)
def unadjusted_days(scope: Scope) -> Rows:
    """Find sessions whose neighbourhood has not been looked at for price events yet."""
    return scope.rows(text("SELECT trade_date AS 거래일 FROM adjustment_pending ORDER BY 1"))
