"""Checks of who is listed: against the exchange's own count and last week's, and against the prices."""

from datetime import date, timedelta

from sqlalchemy import text

from foresto_cli.adjustment.holes import lacks
from foresto_cli.collecting.checks import CRITICAL, WARNING, WEEKLY, Rows, Scope, check
from foresto_cli.datasets.listed import crno
from foresto_cli.datasets.listed.asking_again import listing_again, lists_again, numbers_again
from foresto_cli.datasets.prices import row_faults
from foresto_cli.store.fragments import Fragment, sql

THE_DAY = Fragment("CAST(:day AS date)")
COUNT_DIFFERS = 0.01
"""More difference than this share between our count and the exchange's is not one day's listings and leavings."""
SUDDEN_DROP = 0.02
"""A share of the roster that does not leave within a week."""
MOST_INACTIVE = 0.3
"""The exchange loses some two percent of its stocks a year."""
LEAST_NUMBERED = 0.95
LONG_UNPRICED = 10
"""Days after which not the prices lack a stock, but the list has one too many."""
WEEK = timedelta(days=7)


@check(
    "roster.count",
    "거래소의 종목 수",
    CRITICAL,
    "stocks",
    "활성 종목과 ETF의 수가 거래소의 것과 1% 넘게 다르지 않다",
    "foresto stocks load --again && foresto stocks etfs --again",
    level=WEEKLY,
    units=lists_again,
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
    units=lists_again,
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
    units=lists_again,
)
def mostly_gone(scope: Scope) -> Rows:
    """Find more inactive stocks than the exchange ever loses."""
    row = scope.rows(text("SELECT count(*) AS 전체, count(*) FILTER (WHERE NOT is_active) AS 비활성 FROM stocks"))[0]
    return [row] if row["비활성"] > MOST_INACTIVE * row["전체"] else []


# The session of the newest list, or the one before it of which there are prices: both are read by different jobs.
LIST_DAY = Fragment(
    "(SELECT max(trade_date) FROM stock_price_daily WHERE trade_date BETWEEN :first AND least(CAST(:last AS date),"
    " (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY as_of_date) FROM fdr_stock_listing WHERE is_listed)))"
)
LISTED_MARKETS = Fragment("(SELECT split_part(market, ' ', 1) FROM fdr_stock_listing WHERE is_listed)")


@check(
    "roster.unpriced",
    "시세 없는 상장 종목",
    WARNING,
    "fdr_stock_listing",
    "상장된 종목에는 열흘 안의 시세가 있다",
    "foresto listing load --again && foresto prices repair && foresto stocks load",
    units=listing_again,
)
def listed_without_prices(scope: Scope) -> Rows:
    """Find listed stocks that had no price for long, while others of their market have one on the list's session."""
    return scope.rows(
        sql(
            "WITH day AS MATERIALIZED (SELECT {day} AS day), priced AS MATERIALIZED (SELECT ticker, market"
            " FROM stock_price_daily WHERE trade_date = (SELECT day FROM day)), without AS MATERIALIZED"
            " (SELECT l.* FROM fdr_stock_listing l WHERE l.is_listed"
            " AND NOT EXISTS (SELECT 1 FROM priced WHERE priced.ticker = l.ticker)"
            " AND split_part(l.market, ' ', 1) IN (SELECT split_part(market, ' ', 1) FROM priced)),"
            " last AS MATERIALIZED (SELECT ticker, max(trade_date) AS last_day FROM stock_price_daily"
            " WHERE ticker IN (SELECT ticker FROM without) GROUP BY ticker)"
            " SELECT l.ticker, l.name, l.market, day.day AS 거래일, p.last_day AS 마지막_시세"
            " FROM without l CROSS JOIN day LEFT JOIN last p ON p.ticker = l.ticker"
            " WHERE coalesce(p.last_day, l.created_at::date) < day.day - {long}"
            " AND coalesce(l.listing_date <= day.day, true) AND NOT {lacked} ORDER BY l.marcap DESC NULLS LAST",
            day=LIST_DAY,
            long=LONG_UNPRICED,
            lacked=lacks(Fragment("day.day"), "l.market"),
        ),
        first=scope.sessions[0],
        last=scope.last,
    )


@check(
    "roster.unknown",
    "상장되지 않은 종목의 시세",
    WARNING,
    "fdr_stock_listing",
    "시세가 있는 날에는 그 종목이 상장되어 있었다",
    "foresto listing load --again && foresto stocks load",
    units=listing_again,
)
def prices_of_nobody_listed(scope: Scope) -> Rows:
    """Find stocks that have prices and are in no list, or had left by then; of markets that the list has at all.

    Who left before the first list was read may be in none: only the mirror tells of them, and it stands still.
    """
    return scope.rows(
        sql(
            "SELECT p.ticker, max(p.name) AS name, max(p.trade_date) AS 마지막_시세,"
            " max(l.delisting_date) AS 상장폐지일 FROM stock_price_daily p"
            " LEFT JOIN fdr_stock_listing l ON l.ticker = p.ticker"
            " WHERE p.ticker = ANY(:tickers) AND p.trade_date BETWEEN :first AND {day}"
            " AND split_part(p.market, ' ', 1) IN {markets}"
            " AND NOT coalesce(l.is_listed OR l.delisting_date > p.trade_date, false)"
            " AND (l.ticker IS NOT NULL OR p.trade_date >="
            " (SELECT least(min(created_at)::date, {day}) FROM fdr_stock_listing)) GROUP BY 1 ORDER BY 1",
            day=LIST_DAY,
            markets=LISTED_MARKETS,
        ),
        tickers=_left_before_the_last_row(scope),
        first=scope.sessions[0],
        last=scope.last,
    )


def _left_before_the_last_row(scope: Scope) -> list[str]:
    """Return who is in no list, or had left by the last row of the exchange's; by the pass that was made anyway."""
    newest = scope.rows(text("SELECT ticker FROM stock_price_daily WHERE trade_date >= :last"), last=scope.last)
    last = {row["ticker"]: scope.last for row in newest}
    for row in scope.once(row_faults.every):
        if row_faults.ENDED in row["rules"]:
            last.setdefault(row["ticker"], row["trade_date"])
    listed = scope.rows(
        text("SELECT ticker, is_listed, coalesce(delisting_date, DATE '0001-01-01') AS gone FROM fdr_stock_listing")
    )
    known = {row["ticker"]: date.max if row["is_listed"] else row["gone"] for row in listed}
    return sorted(ticker for ticker, day in last.items() if known.get(ticker, date.min) <= day)


@check(
    "roster.crno",
    "법인등록번호",
    WARNING,
    "stocks",
    "국내 활성 종목의 95% 이상에 법인등록번호가 있다",
    "foresto stocks load --again",
    level=WEEKLY,
    units=numbers_again,
)
def few_company_numbers(scope: Scope) -> Rows:
    """Find company numbers for too few of the active stocks, once they were read; foreign companies have none."""
    row = scope.rows(
        text(
            "SELECT count(*) AS 종목, count(crno) AS 법인등록번호 FROM stocks"
            " WHERE is_active AND isin LIKE 'KR%' AND market <> 'KONEX' AND EXISTS (SELECT 1 FROM unit_ledger"
            " WHERE dataset = :name AND status = 'done' AND row_count > 0)"
        ),
        name=crno.NAME,
    )[0]
    return [row] if row["법인등록번호"] < LEAST_NUMBERED * row["종목"] else []
