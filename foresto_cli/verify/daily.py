"""The daily checks: is the last session whole, are the newest sessions consistent, is nothing left over."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from foresto_cli.calendar import final_at
from foresto_cli.verify import CRITICAL, WARNING, Check, Scope

SESSIONS = 30
"""Newest sessions that the row checks look at."""
LEAST_COVERAGE = 0.95
LARGE_CAPS = (
    "005930", "000660", "373220", "207940", "005380", "000270", "068270", "105560", "055550", "035420",
)  # fmt: skip
"""Ten of the largest companies; a day without one of them is not whole."""
LIMIT_PERCENT = {"KOSPI": 30, "KOSDAQ": 30, "KONEX": 15}
"""Daily price limits of the exchange."""
REPEATED_SHARE = 0.5
MISMATCH_SHARE = 0.2
STALLED = timedelta(minutes=10)
LISTING_FRESH = timedelta(days=4)

Rows = list[dict[str, Any]]


def nothing_stored(scope: Scope) -> Rows:
    """Find an empty price table."""
    stored = scope.rows(text("SELECT 1 FROM stock_price_daily LIMIT 1"))
    return [] if stored else [{"가격 행": 0}]


def low_coverage(scope: Scope) -> Rows:
    """Find a last session with prices for fewer than 95 % of the listed stocks."""
    row = scope.rows(
        text(
            "SELECT count(*) AS listed, count(p.ticker) AS priced FROM fdr_stock_listing l"
            " LEFT JOIN stock_price_daily p ON p.ticker = l.ticker AND p.trade_date = :day WHERE l.is_listed"
        ),
        day=scope.last,
    )[0]
    if row["listed"] == 0:
        return [{"상장 목록": "비어 있음"}]
    return [] if row["priced"] >= LEAST_COVERAGE * row["listed"] else [{"거래일": scope.last, **row}]


def missing_large_caps(scope: Scope) -> Rows:
    """Find a large company that is listed and has no price on the last session."""
    return scope.rows(
        text(
            "SELECT l.ticker, l.name FROM fdr_stock_listing l LEFT JOIN stock_price_daily p"
            " ON p.ticker = l.ticker AND p.trade_date = :day"
            " WHERE l.is_listed AND l.ticker = ANY(:tickers) AND (p.ticker IS NULL OR p.close_price <= 0)"
        ),
        day=scope.last,
        tickers=list(LARGE_CAPS),
    )


def missing_sessions(scope: Scope) -> Rows:
    """Find sessions without a single row, between the first stored session and the last ended one."""
    first = scope.rows(text("SELECT min(trade_date) AS day FROM stock_price_daily"))[0]["day"]
    if first is None:
        return []
    return scope.rows(
        text(
            "SELECT day::date AS 거래일 FROM unnest(CAST(:days AS date[])) AS day"
            " WHERE NOT EXISTS (SELECT 1 FROM stock_price_daily p WHERE p.trade_date = day)"
        ),
        days=[day for day in scope.sessions if day >= first],
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


def broken_continuity(scope: Scope) -> Rows:
    """Find days on which too many base prices differ from the close before: a day is missing or was mistaken.

    Ordinary days have at most 1 % (splits, rights, roundings).
    """
    return scope.rows(
        text(
            "SELECT trade_date AS 거래일, count(*) FILTER (WHERE prev_close <> before) AS 불일치, count(before) AS 비교"
            " FROM (SELECT trade_date, prev_close,"
            " lag(close_price) OVER (PARTITION BY ticker ORDER BY trade_date) AS before FROM stock_price_daily"
            " WHERE trade_date >= :first AND quality_flag <> 'ADJUSTED') AS pairs"
            " GROUP BY trade_date"
            " HAVING count(*) FILTER (WHERE prev_close <> before) > :share * count(before) ORDER BY 1"
        ),
        first=scope.sessions[0],
        share=MISMATCH_SHARE,
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


def unadjusted_days(scope: Scope) -> Rows:
    """Find sessions whose neighbourhood has not been looked at for price events yet."""
    return scope.rows(text("SELECT trade_date AS 거래일 FROM adjustment_pending ORDER BY 1"))


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


def duplicate_keys(scope: Scope) -> Rows:
    """Find a stock twice on one day (impossible while the table's primary key stands)."""
    return scope.rows(
        text(
            "SELECT ticker, trade_date, count(*) AS 행 FROM stock_price_daily WHERE trade_date >= :first"
            " GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
    )


def rows_on_closed_days(scope: Scope) -> Rows:
    """Find prices on a day on which the exchange was closed."""
    rows = scope.rows(
        text("SELECT trade_date AS 날짜, count(*) AS 행 FROM stock_price_daily WHERE trade_date >= :first GROUP BY 1"),
        first=scope.sessions[0],
    )
    return [row for row in rows if not scope.calendar.is_session(row["날짜"])]


def missing_index(scope: Scope) -> Rows:
    """Find index levels missing for the last session."""
    found = scope.rows(
        text("SELECT index_code FROM index_price_daily WHERE trade_date = :day"),
        day=scope.last,
    )
    have = {row["index_code"] for row in found}
    return [{"지수": code, "거래일": scope.last} for code in ("KOSPI", "KOSDAQ", "KS200") if code not in have]


def unsettled_units(scope: Scope) -> Rows:
    """Find units that failed, that left rows out lately, and provisional days that should have been read again."""
    rows = scope.rows(
        text(
            "SELECT dataset, unit, status, reason FROM unit_ledger WHERE status = 'failed'"
            " OR (status = 'provisional' AND dataset = 'prices.day')"
            " OR (reason LIKE '%행을 뺐습니다%' AND asked_at >= :first) ORDER BY 1, 2"
        ),
        first=scope.sessions[0],
    )
    kept = ("provisional", f"{scope.last}")
    return [row for row in rows if (row["status"], row["unit"]) != kept or _is_overdue(scope)]


def _is_overdue(scope: Scope) -> bool:
    return scope.now > final_at(scope.last) + timedelta(hours=12)


def stalled_runs(scope: Scope) -> Rows:
    """Find runs that never closed: no heartbeat for ten minutes."""
    return scope.rows(
        text(
            "SELECT id, job_name, started_at, heartbeat_at FROM data_collection_log"
            " WHERE status = 'running' AND heartbeat_at < :limit ORDER BY 1"
        ),
        limit=scope.now.replace(tzinfo=None) - STALLED,
    )


def stale_listing(scope: Scope) -> Rows:
    """Find a listing older than four days before the last session."""
    row = scope.rows(text("SELECT max(as_of_date) AS 기준일 FROM fdr_stock_listing WHERE is_listed"))[0]
    return [] if row["기준일"] and row["기준일"] >= scope.last - LISTING_FRESH else [row]


CHECKS = (
    Check(
        "prices.empty",
        "시세 있음",
        CRITICAL,
        "stock_price_daily",
        "시세가 저장되어 있다",
        "foresto prices incremental",
        nothing_stored,
    ),
    Check(
        "prices.coverage",
        "마지막 거래일 종목 수",
        CRITICAL,
        "stock_price_daily",
        "마지막 거래일의 시세가 상장 종목의 95% 이상",
        "foresto listing load && foresto prices incremental",
        low_coverage,
    ),
    Check(
        "prices.large_caps",
        "대형주 10종목",
        CRITICAL,
        "stock_price_daily",
        "대형주 10종목이 마지막 거래일에 모두 있다",
        "foresto prices incremental",
        missing_large_caps,
    ),
    Check(
        "prices.sessions",
        "빠진 거래일",
        CRITICAL,
        "stock_price_daily",
        "최근 30거래일 가운데 빠진 날이 없다",
        "foresto prices incremental",
        missing_sessions,
    ),
    Check(
        "prices.lost_rows",
        "사라진 행",
        CRITICAL,
        "stock_price_daily",
        "거래일마다 저장했다고 적힌 만큼의 행이 있다",
        "foresto prices incremental",
        lost_rows,
    ),
    Check(
        "prices.order",
        "고가·저가 순서",
        CRITICAL,
        "stock_price_daily",
        "저가 ≤ 시가·종가 ≤ 고가",
        "foresto prices load --start 날짜 --end 날짜 --again",
        wrong_order,
    ),
    Check(
        "prices.arithmetic",
        "종가·대비·등락률",
        CRITICAL,
        "stock_price_daily",
        "종가 − 대비 = 기준가, 등락률 = 대비 ÷ 기준가",
        "foresto prices load --start 날짜 --end 날짜 --again",
        wrong_arithmetic,
    ),
    Check(
        "prices.market_cap",
        "시가총액",
        CRITICAL,
        "stock_price_daily",
        "시가총액 = 종가 × 상장주식수",
        "foresto prices load --start 날짜 --end 날짜 --again",
        wrong_market_cap,
    ),
    Check(
        "prices.limit",
        "가격제한폭",
        WARNING,
        "stock_price_daily",
        "등락률이 제한폭(30%, 코넥스 15%) 안에 있다",
        "공시를 확인하고 foresto prices load --start 날짜 --end 날짜 --again",
        beyond_limit,
    ),
    Check(
        "prices.continuity",
        "기준가 이어짐",
        CRITICAL,
        "stock_price_daily",
        "기준가가 전 거래일 종가와 다른 종목이 20% 이하",
        "foresto prices load --start 날짜 --end 날짜 --again",
        broken_continuity,
    ),
    Check(
        "prices.review",
        "확인이 필요한 조정 사건",
        WARNING,
        "stock_price_daily",
        "기준가를 바꾼 사건의 까닭이 분명하다",
        "공시를 확인하세요: foresto prices events --review (바로잡으려면 adjustment_override 표)",
        doubtful_events,
    ),
    Check(
        "prices.adjusted",
        "수정종가",
        WARNING,
        "stock_price_daily",
        "뒤에 조정 사건이 없으면 수정종가는 종가와 같다",
        "foresto prices load --start 날짜 --end 날짜 --again",
        wrong_adjusted_closes,
    ),
    Check(
        "prices.unadjusted",
        "조정하지 않은 거래일",
        WARNING,
        "adjustment_pending",
        "저장된 거래일은 모두 조정 사건을 살폈다",
        "foresto prices incremental",
        unadjusted_days,
    ),
    Check(
        "prices.repeated",
        "두 번 저장된 날",
        CRITICAL,
        "stock_price_daily",
        "종가와 거래량이 전 거래일과 같은 종목이 절반 이하",
        "foresto prices load --start 날짜 --end 날짜 --again",
        repeated_day,
    ),
    Check(
        "prices.duplicates",
        "중복 행",
        CRITICAL,
        "stock_price_daily",
        "종목과 거래일마다 한 행",
        "중복 행을 지우고 기본 키를 되살린 뒤 foresto verify daily",
        duplicate_keys,
    ),
    Check(
        "prices.closed_days",
        "휴장일의 시세",
        CRITICAL,
        "stock_price_daily",
        "휴장일에는 시세가 없다",
        "그날의 행을 지우거나 market_closure 를 고치세요",
        rows_on_closed_days,
    ),
    Check(
        "index.last",
        "마지막 거래일 지수",
        WARNING,
        "index_price_daily",
        "세 지수가 마지막 거래일까지 있다",
        "foresto prices index",
        missing_index,
    ),
    Check(
        "ledger.unsettled",
        "실패했거나 잠정인 단위",
        WARNING,
        "unit_ledger",
        "실패한 단위와 묵은 잠정 시세가 없다",
        "foresto prices incremental",
        unsettled_units,
    ),
    Check(
        "runs.closed",
        "닫히지 않은 실행",
        WARNING,
        "data_collection_log",
        "실행 중인 작업은 10분 안에 살아 있음을 알린다",
        "다음 수집이 닫습니다: foresto prices incremental",
        stalled_runs,
    ),
    Check(
        "listing.stale",
        "상장 목록의 나이",
        WARNING,
        "fdr_stock_listing",
        "상장 목록이 마지막 거래일과 4일 넘게 벌어지지 않는다",
        "foresto listing load",
        stale_listing,
    ),
)
