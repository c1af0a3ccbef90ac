"""Checks of consistency: do the numbers of a row, and of a row and the one before it, agree."""

from sqlalchemy import text

from foresto_cli.adjustment.proof import regular_close
from foresto_cli.collecting.checks import CRITICAL, WARNING, Rows, Scope, check, days_of
from foresto_cli.datasets.prices.repairs import prices_again
from foresto_cli.store.fragments import sql

LIMIT_PERCENT = {"KOSPI": 30, "KOSDAQ": 30, "KONEX": 15}
"""Daily price limits of the exchange."""
REPEATED_SHARE = 0.5
MISMATCH_SHARE = 0.2


@check(
    "prices.order",
    "고가·저가 순서",
    CRITICAL,
    "stock_price_daily",
    "저가 ≤ 시가·종가 ≤ 고가",
    prices_again,
    units=days_of("prices.day"),
)
def wrong_order(scope: Scope) -> Rows:
    """Find traded rows whose high is not the highest or whose low is not the lowest price.

    A stock that traded only outside the regular session has a volume and no opening price; that is no contradiction.
    """
    return scope.rows(
        text(
            "SELECT ticker, trade_date, open_price, high_price, low_price, close_price FROM stock_price_daily"
            " WHERE trade_date >= :first AND open_price > 0 AND (high_price < GREATEST(open_price, close_price)"
            " OR low_price > LEAST(open_price, close_price) OR low_price <= 0) ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
    )


@check(
    "prices.arithmetic",
    "종가·대비·등락률",
    CRITICAL,
    "stock_price_daily",
    "종가 − 대비 = 기준가, 등락률 = 대비 ÷ 기준가",
    prices_again,
    units=days_of("prices.day"),
)
def wrong_arithmetic(scope: Scope) -> Rows:
    """Find rows whose base price, change, change rate and close contradict each other: a digit is wrong."""
    return scope.rows(
        text(
            "SELECT ticker, trade_date, close_price, price_change, prev_close, change_rate FROM stock_price_daily"
            " WHERE trade_date >= :first AND quality_flag <> 'ADJUSTED' AND (close_price - price_change <> prev_close"
            " OR (prev_close > 0 AND abs(change_rate - 100 * price_change / prev_close) > 0.011)) ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
    )


@check(
    "prices.market_cap",
    "시가총액",
    CRITICAL,
    "stock_price_daily",
    "시가총액 = 종가 × 상장주식수",
    prices_again,
    units=days_of("prices.day"),
)
def wrong_market_cap(scope: Scope) -> Rows:
    """Find final rows whose market capitalisation is not close times listed shares."""
    return scope.rows(
        text(
            "SELECT ticker, trade_date, close_price, shares_outstanding, market_cap FROM stock_price_daily"
            " WHERE trade_date >= :first AND quality_flag = 'NORMAL'"
            " AND market_cap <> close_price * shares_outstanding ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
    )


@check(
    "prices.limit",
    "가격제한폭",
    WARNING,
    "stock_price_daily",
    "등락률이 제한폭(30%, 코넥스 15%) 안에 있다",
    prices_again,
    units=days_of("prices.day"),
)
def beyond_limit(scope: Scope) -> Rows:
    """Find changes beyond the exchange's price limit, except on a first day and on resumption after a halt.

    Liquidation trading (정리매매) has no limit; the exchange then calls the stock delisted within days.
    """
    return scope.rows(
        text(
            "SELECT p.ticker, p.trade_date, p.market, p.change_rate FROM stock_price_daily p"
            " LEFT JOIN LATERAL (SELECT is_halted FROM stock_price_daily b WHERE b.ticker = p.ticker"
            " AND b.trade_date < p.trade_date ORDER BY b.trade_date DESC LIMIT 1) before ON true"
            " LEFT JOIN fdr_stock_listing l ON l.ticker = p.ticker"
            " WHERE p.trade_date >= :first AND p.quality_flag <> 'ADJUSTED' AND NOT p.is_halted"
            " AND abs(p.change_rate) > CASE p.market WHEN 'KONEX' THEN :konex ELSE :others END"
            " AND before.is_halted IS FALSE AND l.is_listed ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
        konex=LIMIT_PERCENT["KONEX"],
        others=LIMIT_PERCENT["KOSPI"],
    )


@check(
    "prices.continuity",
    "기준가 이어짐",
    CRITICAL,
    "stock_price_daily",
    "기준가가 전 거래일 종가와 다른 종목이 20% 이하",
    prices_again,
    units=days_of("prices.day"),
)
def broken_continuity(scope: Scope) -> Rows:
    """Find days on which too many base prices contradict the day before: a day is missing or was mistaken.

    Ordinary days have at most 1 % (splits, rights, roundings). While the regular close of the day before is not known,
    a base price within that day's prices is no contradiction.
    """
    return scope.rows(
        sql(
            "SELECT trade_date AS 거래일, count(*) FILTER (WHERE is_other) AS 불일치, count(is_other) AS 비교"
            " FROM (SELECT trade_date, CASE WHEN lag(known) OVER w THEN prev_close <> lag(close_price) OVER w"
            " ELSE NOT prev_close BETWEEN lag(low_price) OVER w AND lag(high_price) OVER w END AS is_other"
            " FROM (SELECT *, {known} AS known FROM stock_price_daily p"
            " WHERE trade_date >= :first AND quality_flag <> 'ADJUSTED') AS rows"
            " WINDOW w AS (PARTITION BY ticker ORDER BY trade_date)) AS pairs"
            " GROUP BY trade_date"
            " HAVING count(*) FILTER (WHERE is_other) > :share * count(is_other) ORDER BY 1",
            known=regular_close("p"),
        ),
        first=scope.sessions[0],
        share=MISMATCH_SHARE,
    )


@check(
    "prices.repeated",
    "두 번 저장된 날",
    CRITICAL,
    "stock_price_daily",
    "종가와 거래량이 전 거래일과 같은 종목이 절반 이하",
    prices_again,
    units=days_of("prices.day"),
)
def repeated_day(scope: Scope) -> Rows:
    """Find a session whose closes and volumes are those of the session before: stored twice under two dates."""
    return scope.rows(
        text(
            "SELECT trade_date AS 거래일, count(*) FILTER (WHERE same) AS 같은_행, count(*) AS 비교 FROM ("
            " SELECT trade_date, volume = lag(volume) OVER w AND close_price = lag(close_price) OVER w AS same, volume"
            " FROM stock_price_daily WHERE trade_date >= :first AND volume > 0 AND quality_flag <> 'ADJUSTED'"
            " WINDOW w AS (PARTITION BY ticker ORDER BY trade_date)) AS pairs"
            " GROUP BY trade_date HAVING count(*) FILTER (WHERE same) > :share * count(*) ORDER BY 1"
        ),
        first=scope.sessions[0],
        share=REPEATED_SHARE,
    )


@check(
    "prices.duplicates",
    "중복 행",
    CRITICAL,
    "stock_price_daily",
    "종목과 거래일마다 한 행",
    "중복 행을 지우고 기본 키를 되살린 뒤 foresto verify daily",
)
def duplicate_keys(scope: Scope) -> Rows:
    """Find a stock twice on one day (impossible while the table's primary key stands)."""
    return scope.rows(
        text(
            "SELECT ticker, trade_date, count(*) AS 행 FROM stock_price_daily WHERE trade_date >= :first"
            " GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
    )
