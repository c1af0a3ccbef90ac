"""Checks of completeness: is every session there, and everybody in it."""

from datetime import date

from sqlalchemy import text

from foresto_cli.adjustment.holes import lacks
from foresto_cli.collecting.checks import CRITICAL, NO_SESSION, WARNING, Rows, Scope, Units, check, days_of
from foresto_cli.datasets.prices import day_sums, row_faults
from foresto_cli.datasets.prices.price_reasons import lacked_markets
from foresto_cli.datasets.prices.repairs import prices_again, whole_history
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


def _newest_day(scope: Scope, _rows: Rows) -> Units:
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


def _since_the_last_row(scope: Scope, rows: Rows) -> Units:
    """Return the sessions after the newest row of each stock, as far back as the span shows one."""
    ended = {row["ticker"]: row["place"] for row in scope.once(row_faults.every) if row_faults.ENDED in row["rules"]}
    first = min((ended[row["ticker"]] or len(scope.sessions) for row in rows if row["ticker"] in ended), default=-1)
    return {"prices.day": [f"{day}" for day in (scope.sessions[first:] or scope.sessions[-1:])]}


@check(
    "prices.unpriced",
    "마지막 거래일에 없는 종목",
    WARNING,
    "stock_price_daily",
    "상장 종목은 거래가 없어도 마지막 거래일의 시세가 있다",
    "foresto listing load --again && foresto prices repair",
    units=_since_the_last_row,
)
def unpriced_stocks(scope: Scope) -> Rows:
    """Find stocks of a listing as new as the last session that have no row on it, while most others do."""
    if scope.once(low_coverage):
        return []
    return scope.rows(
        sql(
            "WITH priced AS MATERIALIZED (SELECT ticker FROM stock_price_daily WHERE trade_date = :day)"
            " SELECT l.ticker, l.name, CAST(:day AS date) AS 거래일 FROM fdr_stock_listing l WHERE l.is_listed"
            " AND l.as_of_date >= :day AND COALESCE(l.listing_date, DATE '0001-01-01') <= :day"
            " AND NOT EXISTS (SELECT 1 FROM priced p WHERE p.ticker = l.ticker)"
            " AND NOT {lacked} ORDER BY l.marcap DESC NULLS LAST",
            lacked=lacks(Fragment("CAST(:day AS date)"), "l.market"),
        ),
        day=scope.last,
    )


def _last_day_or_all(scope: Scope, rows: Rows) -> Units:
    """Return the last session of stocks that no list has, and the whole history where two stocks have one name.

    Whether the list itself lacks the stock is asked by ``roster.unknown``.
    """
    twins = [row for row in rows if "같은_이름" in row]
    return whole_history(scope, twins) if twins else days_of("prices.day")(scope, rows)


@check(
    "prices.unlisted",
    "상장 목록에 없는 시세",
    WARNING,
    "stock_price_daily",
    "마지막 거래일의 시세는 상장 목록에 있는 종목의 것이고, 한 이름의 종목은 하나이다",
    "foresto listing load --again && foresto verify monthly --repair",
    units=_last_day_or_all,
)
def unlisted_stocks(scope: Scope) -> Rows:
    """Find rows of the last session of stocks that a listing as new as it does not have, or calls delisted before.

    And stocks whose rows ended within the span while another has their name: one of the two never was.
    """
    unlisted = scope.rows(
        text(
            "WITH priced AS MATERIALIZED (SELECT ticker, name, trade_date FROM stock_price_daily"
            " WHERE trade_date = :day AND quality_flag <> 'ADJUSTED'"
            " AND :day <= (SELECT max(as_of_date) FROM fdr_stock_listing WHERE is_listed))"
            " SELECT p.ticker, p.name, p.trade_date FROM priced p LEFT JOIN fdr_stock_listing l USING (ticker)"
            " WHERE l.ticker IS NULL OR (NOT l.is_listed AND l.delisting_date <= :day) ORDER BY 1"
        ),
        day=scope.last,
    )
    ended = [row for row in scope.once(row_faults.every) if row_faults.ENDED in row["rules"]]
    twins = scope.rows(
        text(
            "SELECT e.ticker, p.name, e.day AS trade_date, p.ticker AS 같은_이름 FROM"
            " unnest(CAST(:tickers AS text[]), CAST(:days AS date[]), CAST(:names AS text[])) AS e (ticker, day, name)"
            " JOIN stock_price_daily p ON p.trade_date = e.day AND p.name = e.name AND p.ticker <> e.ticker ORDER BY 1"
        ),
        tickers=[row["ticker"] for row in ended],
        days=[row["trade_date"] for row in ended],
        names=[row["name"] for row in ended],
    )
    return [*unlisted, *twins]


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
            "WITH priced AS MATERIALIZED (SELECT ticker, close_price FROM stock_price_daily WHERE trade_date = :day"
            " AND ticker = ANY(:tickers)) SELECT l.ticker, l.name FROM fdr_stock_listing l LEFT JOIN priced p"
            " ON p.ticker = l.ticker WHERE l.is_listed AND l.ticker = ANY(:tickers)"
            " AND (p.ticker IS NULL OR p.close_price <= 0) AND NOT {lacked}",
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
    oldest = scope.once(day_sums.oldest)
    stored = {day["trade_date"] for day in scope.once(day_sums.every)}
    return [
        {"거래일": day}
        for day in scope.sessions
        if oldest and day >= oldest[0]["trade_date"] and day not in stored
        if not is_unconfirmed(scope.connection, day)
    ]


@check(
    "prices.holes",
    "빠진 종목",
    WARNING,
    "stock_price_daily",
    "앞뒤 거래일에 시세가 있는 종목은 그 사이 거래일에도 있다",
    prices_again,
    units=days_of("prices.day"),
)
def holes(scope: Scope) -> Rows:
    """Find the sessions on which a stock is missing between two of its rows, traded or halted, however many they are.

    Known not to be holes: days without any row, markets whose service is not approved, Naver's rows of the days that
    nobody else has, and the time before a company came back to the exchange.
    """
    gaps = [row for row in scope.once(row_faults.every) if row_faults.GAP in row["rules"]]
    if not gaps:
        return []
    lacking = {unit["trade_date"]: lacked_markets(unit["reason"]) for unit in scope.once(day_sums.units)}
    official = {day["trade_date"] for day in scope.once(day_sums.every) if day["official"]}
    returned, adjusted = _returns(scope, gaps), _adjusted(scope, gaps)
    return [
        {"거래일": day, "ticker": row["ticker"]}
        for row in gaps
        if (row["ticker"], row["lead_date"]) not in returned
        for day in scope.sessions[row["place"] : row["lead_place"] - 1]
        if day in official
        and (row["market"] or "").partition(" ")[0] not in lacking.get(day, ())
        and (row["ticker"], day) not in adjusted
    ]


def _returns(scope: Scope, gaps: Rows) -> set[tuple[str, date]]:
    """Return the stocks of ``gaps`` that were listed (again) on the day on which the gap ends."""
    found = scope.rows(
        text("SELECT ticker, listing_date FROM fdr_stock_listing WHERE ticker = ANY(:tickers)"),
        tickers=[row["ticker"] for row in gaps],
    )
    return {(row["ticker"], row["listing_date"]) for row in found}


def _adjusted(scope: Scope, gaps: Rows) -> set[tuple[str, date]]:
    """Return stock and day of the rows of Naver's from the first gap to the end of the last one."""
    found = scope.rows(
        text(
            "SELECT ticker, trade_date FROM stock_price_daily WHERE quality_flag = 'ADJUSTED'"
            " AND ticker = ANY(:tickers) AND trade_date BETWEEN :first AND :last"
        ),
        tickers=[row["ticker"] for row in gaps],
        first=min(row["trade_date"] for row in gaps),
        last=max(row["lead_date"] for row in gaps),
    )
    return {(row["ticker"], row["trade_date"]) for row in found}


def _no_sessions(_scope: Scope, rows: Rows) -> Units:
    return {NO_SESSION: [f"{row['날짜']}" for row in rows]}


@check(
    "prices.closed_days",
    "휴장일의 시세",
    CRITICAL,
    "stock_price_daily",
    "휴장일과 아직 오지 않은 날에는 시세가 없다",
    "foresto verify monthly --repair",
    units=_no_sessions,
)
def rows_on_closed_days(scope: Scope) -> Rows:
    """Find prices of a day on which the exchange was closed by the published rules, or that has not come yet.

    A day that was noted as closed and has prices is a wrong note (:mod:`.calendar_checks`).
    """
    today = scope.now.date()
    return [
        {"날짜": day["trade_date"], "행": day["rows"]}
        for day in scope.once(day_sums.every)
        if day["trade_date"] > today
        or not (scope.calendar.is_session(day["trade_date"]) or day["trade_date"] in scope.calendar.closed)
    ]
