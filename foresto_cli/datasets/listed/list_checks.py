"""Checks of who is listed: against the exchange's own count and last week's, and against the prices."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli.adjustment.holes import lacks
from foresto_cli.collecting.checks import CRITICAL, WARNING, WEEKLY, Rows, Scope, check
from foresto_cli.store.fragments import Fragment, sql

THE_DAY = Fragment("CAST(:day AS date)")
COUNT_DIFFERS = 0.01
"""More difference than this share between our count and the exchange's is not one day's listings and leavings."""
SUDDEN_DROP = 0.02
"""A share of the roster that does not leave within a week."""
MOST_INACTIVE = 0.3
"""The exchange loses some two percent of its stocks a year."""
LEAST_NUMBERED = 0.95
WEEK = timedelta(days=7)


@check(
    "roster.count",
    "거래소의 종목 수",
    CRITICAL,
    "stocks",
    "활성 종목과 ETF의 수가 거래소의 것과 1% 넘게 다르지 않다",
    "foresto stocks load --again && foresto stocks etfs --again",
    level=WEEKLY,
)
def other_count_than_the_exchange(scope: Scope) -> Rows:
    """Find active stocks or ETFs in another number than the exchange has on the last session."""
    counts = scope.rows(
        sql(
            "SELECT 'stocks' AS 표, (SELECT count(*) FROM stocks s WHERE is_active"
            " AND NOT {lacked}) AS 활성,"
            " (SELECT row_count FROM unit_ledger WHERE dataset = 'prices.day' AND unit = CAST(:day AS text)"
            " AND status IN ('done', 'provisional')) AS 거래소"
            " UNION ALL SELECT 'etfs', (SELECT count(*) FROM etfs WHERE is_active),"
            " (SELECT count(*) FROM etf_price_daily WHERE trade_date = :day)",
            lacked=lacks(THE_DAY, "s.market"),
        ),
        day=scope.last,
    )
    return [row for row in counts if row["거래소"] and abs(row["활성"] - row["거래소"]) > COUNT_DIFFERS * row["거래소"]]


@check(
    "roster.drop",
    "갑자기 줄어든 종목",
    CRITICAL,
    "stocks",
    "활성 종목과 ETF가 지난주보다 2% 넘게 줄지 않았다",
    "foresto stocks load --again && foresto stocks etfs --again",
    level=WEEKLY,
)
def sudden_drop(scope: Scope) -> Rows:
    """Find clearly fewer active stocks or ETFs than a week before the last session."""
    counts = scope.rows(
        sql(
            "SELECT 'stocks' AS 표, (SELECT count(*) FROM stocks WHERE is_active) AS 지금, count(*) AS 지난주"
            " FROM stock_history WHERE is_listed AND valid_from <= :then AND (valid_to IS NULL OR valid_to > :then)"
            " UNION ALL SELECT 'etfs', (SELECT count(*) FROM etfs WHERE is_active), count(*)"
            " FROM etf_price_daily WHERE trade_date = (SELECT max(trade_date) FROM etf_price_daily"
            " WHERE trade_date BETWEEN :longer_ago AND :then)"
        ),
        then=scope.last - WEEK,
        longer_ago=scope.last - 2 * WEEK,
    )
    return [row for row in counts if row["지금"] < (1 - SUDDEN_DROP) * row["지난주"]]


@check(
    "roster.inactive",
    "비활성 종목의 비율",
    WARNING,
    "stocks",
    "비활성 종목이 30% 이하",
    "foresto stocks load --again",
    level=WEEKLY,
)
def mostly_gone(scope: Scope) -> Rows:
    """Find more inactive stocks than the exchange ever loses."""
    row = scope.rows(text("SELECT count(*) AS 전체, count(*) FILTER (WHERE NOT is_active) AS 비활성 FROM stocks"))[0]
    return [row] if row["비활성"] > MOST_INACTIVE * row["전체"] else []


@check(
    "roster.unpriced",
    "시세 없는 활성 종목",
    WARNING,
    "stocks",
    "활성 종목은 마지막 거래일의 시세가 있다",
    "foresto listing load --again && foresto prices repair && foresto stocks load",
    level=WEEKLY,
)
def active_without_prices(scope: Scope) -> Rows:
    """Find active stocks that have no price on the last session, on which others have."""
    return scope.rows(
        sql(
            "SELECT s.ticker, s.name, s.market, s.price_date AS 마지막_시세 FROM stocks s WHERE s.is_active"
            " AND EXISTS (SELECT FROM stock_price_daily WHERE trade_date = :day)"
            " AND NOT EXISTS (SELECT FROM stock_price_daily p WHERE p.ticker = s.ticker AND p.trade_date = :day)"
            " AND NOT {lacked} ORDER BY s.market_cap DESC NULLS LAST",
            lacked=lacks(THE_DAY, "s.market"),
        ),
        day=scope.last,
    )


@check(
    "roster.unknown",
    "신상 없는 시세",
    WARNING,
    "stocks",
    "시세가 있는 종목은 stocks에도 있다",
    "foresto stocks load --again",
    level=WEEKLY,
)
def prices_without_identity(scope: Scope) -> Rows:
    """Find stocks that have prices and are not in ``stocks``."""
    return scope.rows(
        text(
            "SELECT p.ticker, max(p.name) AS name, max(p.trade_date) AS 마지막_시세 FROM stock_price_daily p"
            " WHERE p.trade_date >= :first AND NOT EXISTS (SELECT FROM stocks s WHERE s.ticker = p.ticker)"
            " GROUP BY p.ticker ORDER BY 1"
        ),
        first=scope.sessions[0],
    )


@check(
    "roster.crno",
    "법인등록번호",
    WARNING,
    "stocks",
    "국내 활성 종목의 95% 이상에 법인등록번호가 있다",
    "foresto stocks load --again",
    level=WEEKLY,
)
def few_company_numbers(scope: Scope) -> Rows:
    """Find company numbers for too few of the active stocks, once there are any; foreign companies have none."""
    row = scope.rows(
        text(
            "SELECT count(*) AS 종목, count(crno) AS 법인등록번호 FROM stocks"
            " WHERE is_active AND isin LIKE 'KR%' AND market <> 'KONEX'"
        )
    )[0]
    return [row] if 0 < row["법인등록번호"] < LEAST_NUMBERED * row["종목"] else []
