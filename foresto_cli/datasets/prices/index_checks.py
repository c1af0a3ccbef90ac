"""Checks of index levels: each within its day, and each day joined to the one before."""

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, Rows, Scope, check

ROUNDING = 0.02
"""Level and change are each published to a hundredth of a point."""


@check(
    "index.order",
    "지수 고가·저가 순서",
    WARNING,
    "index_price_daily",
    "지수의 저가 ≤ 시가·종가 ≤ 고가",
    "foresto prices index --again",
)
def wrong_order(scope: Scope) -> Rows:
    """Find levels outside the day's low and high, where these are known (old sessions have a close alone)."""
    return scope.rows(
        text(
            "SELECT index_code AS 지수, trade_date AS 거래일, low_price, close_price, high_price FROM index_price_daily"
            " WHERE trade_date >= :first AND low_price > 0 AND high_price > 0"
            " AND (close_price < low_price OR close_price > high_price"
            " OR (open_price > 0 AND (open_price < low_price OR open_price > high_price))) ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
    )


@check(
    "index.continuity",
    "지수 이어짐",
    WARNING,
    "index_price_daily",
    "지수의 종가 − 대비 = 전 거래일 종가",
    "foresto prices index --again",
)
def broken_continuity(scope: Scope) -> Rows:
    """Find levels whose close less the change is not the close of the session before."""
    before = dict(zip(scope.sessions[1:], scope.sessions, strict=False))
    return scope.rows(
        text(
            "SELECT p.index_code AS 지수, p.trade_date AS 거래일, p.close_price - p.price_change AS 기준,"
            " b.close_price AS 전_거래일"
            " FROM unnest(CAST(:days AS date[]), CAST(:before AS date[])) AS s(day, previous)"
            " JOIN index_price_daily p ON p.trade_date = s.day"
            " JOIN index_price_daily b ON b.index_code = p.index_code AND b.trade_date = s.previous"
            " WHERE abs(p.close_price - p.price_change - b.close_price) > :rounding ORDER BY 2, 1"
        ),
        days=list(before),
        before=list(before.values()),
        rounding=ROUNDING,
    )
