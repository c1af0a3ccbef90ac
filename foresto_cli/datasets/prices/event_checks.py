"""Checks of price events: doubtful ones, adjusted closes, days not looked at yet."""

from sqlalchemy import text

from foresto_cli.collecting.checks import ADJUSTMENT, WARNING, Rows, Scope, check, days_of
from foresto_cli.datasets.prices.repairs import prices_again


@check(
    "prices.review",
    "확인이 필요한 조정 사건",
    WARNING,
    "stock_price_daily",
    "기준가를 바꾼 사건의 까닭이 분명하다",
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


@check(
    "prices.adjusted",
    "수정종가",
    WARNING,
    "stock_price_daily",
    "뒤에 조정 사건이 없으면 수정종가는 종가와 같다",
    prices_again,
    units=days_of(ADJUSTMENT),
)
def wrong_adjusted_closes(scope: Scope) -> Rows:
    """Find adjusted closes that differ from the close although nothing after that day re-based the price."""
    return scope.rows(
        text(
            "SELECT p.ticker, p.trade_date, p.close_price, p.adj_close_price FROM stock_price_daily p"
            " WHERE p.trade_date >= :first AND p.adj_close_price IS DISTINCT FROM p.close_price"
            " AND NOT EXISTS (SELECT FROM stock_price_daily e WHERE e.ticker = p.ticker"
            " AND e.trade_date > p.trade_date AND e.adj_event IS NOT NULL AND e.adj_factor <> 1) ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
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
