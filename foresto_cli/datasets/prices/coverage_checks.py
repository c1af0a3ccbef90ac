"""Checks of completeness: is every session there, and everybody in it."""

from sqlalchemy import text

from foresto_cli.adjustment.holes import holes_since, lacks
from foresto_cli.collecting.checks import CRITICAL, WARNING, Rows, Scope, Units, check, days_of
from foresto_cli.datasets.prices.repairs import prices_again
from foresto_cli.datasets.prices.unconfirmed import is_unconfirmed
from foresto_cli.store.fragments import Fragment, sql

LEAST_COVERAGE = 0.95
LARGE_CAPS = (
    "005930",
    "000660",
    "373220",
    "207940",
    "005380",
    "000270",
    "068270",
    "105560",
    "055550",
    "035420",
)
"""Ten of the largest companies; a day without one of them is not whole."""


def _newest_day(scope: Scope, rows: Rows) -> Units:  # noqa: ARG001  # as the others
    return {"prices.day": [f"{scope.last}"]}


@check(
    "prices.empty",
    "시세 있음",
    CRITICAL,
    "stock_price_daily",
    "시세가 저장되어 있다",
    "foresto prices incremental",
    units=_newest_day,
)
def nothing_stored(scope: Scope) -> Rows:
    """Find an empty price table."""
    stored = scope.rows(text("SELECT 1 FROM stock_price_daily LIMIT 1"))
    return [] if stored else [{"가격 행": 0}]


@check(
    "prices.coverage",
    "마지막 거래일 종목 수",
    CRITICAL,
    "stock_price_daily",
    "마지막 거래일의 시세가 상장 종목의 95% 이상",
    "foresto listing load --again && foresto prices repair",
    units=_newest_day,
)
def low_coverage(scope: Scope) -> Rows:
    """Find a last session with prices for fewer than 95 % of the listed stocks."""
    row = scope.rows(
        sql(
            "SELECT count(*) AS listed, count(p.ticker) AS priced FROM fdr_stock_listing l"
            " LEFT JOIN stock_price_daily p ON p.ticker = l.ticker AND p.trade_date = :day WHERE l.is_listed"
            " AND NOT {lacked}",
            lacked=lacks(Fragment("CAST(:day AS date)"), "l.market"),
        ),
        day=scope.last,
    )[0]
    if row["listed"] == 0:
        return [{"상장 목록": "비어 있음"}]
    return [] if row["priced"] >= LEAST_COVERAGE * row["listed"] else [{"거래일": scope.last, **row}]


@check(
    "prices.large_caps",
    "대형주 10종목",
    CRITICAL,
    "stock_price_daily",
    "대형주 10종목이 마지막 거래일에 모두 있다",
    "foresto prices repair",
    units=_newest_day,
)
def missing_large_caps(scope: Scope) -> Rows:
    """Find a large company that is listed and has no price on the last session."""
    return scope.rows(
        sql(
            "SELECT l.ticker, l.name FROM fdr_stock_listing l LEFT JOIN stock_price_daily p"
            " ON p.ticker = l.ticker AND p.trade_date = :day"
            " WHERE l.is_listed AND l.ticker = ANY(:tickers) AND (p.ticker IS NULL OR p.close_price <= 0)"
            " AND NOT {lacked}",
            lacked=lacks(Fragment("CAST(:day AS date)"), "l.market"),
        ),
        day=scope.last,
        tickers=list(LARGE_CAPS),
    )


@check(
    "prices.sessions",
    "빠진 거래일",
    CRITICAL,
    "stock_price_daily",
    "최근 30거래일 가운데 빠진 날이 없다",
    prices_again,
    units=days_of("prices.day"),
)
def missing_sessions(scope: Scope) -> Rows:
    """Find sessions without a single row, between the first stored session and the last ended one.

    A day of which nobody can know yet whether the exchange opened is none.
    """
    first = scope.rows(text("SELECT min(trade_date) AS day FROM stock_price_daily"))[0]["day"]
    if first is None:
        return []
    missing = scope.rows(
        text(
            "SELECT day::date AS 거래일 FROM unnest(CAST(:days AS date[])) AS day"
            " WHERE NOT EXISTS (SELECT 1 FROM stock_price_daily p WHERE p.trade_date = day)"
        ),
        days=[day for day in scope.sessions if day >= first],
    )
    return [row for row in missing if not is_unconfirmed(scope.connection, row["거래일"])]


@check(
    "prices.lost_rows",
    "사라진 행",
    CRITICAL,
    "stock_price_daily",
    "거래일마다 저장했다고 적힌 만큼의 행이 있다",
    prices_again,
    units=days_of("prices.day"),
)
def lost_rows(scope: Scope) -> Rows:
    """Find sessions with fewer rows than the ledger says were stored."""
    return scope.rows(
        text(
            "SELECT u.unit AS 거래일, u.row_count AS 기록, count(p.ticker) AS 실제 FROM unit_ledger u"
            " LEFT JOIN stock_price_daily p ON p.trade_date = u.unit::date"
            " WHERE u.dataset = 'prices.day' AND u.status IN ('done', 'provisional') AND u.unit = ANY(:days)"
            " GROUP BY u.unit, u.row_count HAVING count(p.ticker) < u.row_count ORDER BY 1"
        ),
        days=[f"{day}" for day in scope.sessions],
    )


@check(
    "prices.holes",
    "빠진 종목",
    WARNING,
    "stock_price_daily",
    "앞뒤 거래일에 거래된 종목은 그날에도 있다",
    "foresto prices repair",
    units=days_of("prices.day"),
)
def holes(scope: Scope) -> Rows:
    """Find stocks that are missing on a session although they traded on the sessions before and after it."""
    found = holes_since(scope.connection, scope.sessions[0])
    return [{"거래일": day, "ticker": ticker} for day, tickers in found.items() for ticker in sorted(tickers)]


@check(
    "prices.closed_days",
    "휴장일의 시세",
    CRITICAL,
    "stock_price_daily",
    "휴장일에는 시세가 없다",
    "그날의 행을 지우거나 market_closure를 고치세요",
)
def rows_on_closed_days(scope: Scope) -> Rows:
    """Find prices on a day on which the exchange was closed."""
    rows = scope.rows(
        text("SELECT trade_date AS 날짜, count(*) AS 행 FROM stock_price_daily WHERE trade_date >= :first GROUP BY 1"),
        first=scope.sessions[0],
    )
    return [row for row in rows if not scope.calendar.is_session(row["날짜"])]


@check(
    "index.last",
    "마지막 거래일 지수",
    WARNING,
    "index_price_daily",
    "세 지수가 마지막 거래일까지 있다",
    "foresto prices index --again",
)
def missing_index(scope: Scope) -> Rows:
    """Find index levels missing for the last session that all jobs of the timetable have had the time for."""
    found = scope.rows(
        text("SELECT index_code FROM index_price_daily WHERE trade_date = :day"),
        day=scope.due,
    )
    have = {row["index_code"] for row in found}
    return [{"지수": code, "거래일": scope.due} for code in ("KOSPI", "KOSDAQ", "KS200") if code not in have]
