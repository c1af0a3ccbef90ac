"""Checks of ETFs: prices, the list, and each against the other."""

from sqlalchemy import text

from foresto_cli.collecting.checks import CRITICAL, WARNING, Rows, Scope, Units, check
from foresto_cli.datasets.listed import etf_days, etf_faults, etfs
from foresto_cli.datasets.listed.asking_again import fund_sessions_again, funds_again
from foresto_cli.store.fragments import Fragment, sql

PRICES_AGAIN = "foresto verify daily --repair"
LIST_AGAIN = "foresto stocks etfs --again"
DEAREST = 2
"""Percent a year; the dearest of 1,161 recorded funds takes 1.0."""
USUAL = 1
"""No half of the funds takes more than this; of the recorded ones half take 0.3 or less."""
LIST_VALUES = (
    "e.isin, e.category, e.leverage, e.is_actively_managed, e.manager, e.expense_ratio, e.listing_date, e.shares"
)
"""What only KRX's list says: a fund first traded after the newest list lacks all of it until the next one."""
OLD = 10
"""Days after which a list that was not final should have been read again."""


@check(
    "etf.numbers",
    "ETF 시세의 값",
    CRITICAL,
    "etf_price_daily",
    "가격의 순서, 등락률, 시가총액, 순자산, NAV가 서로 맞는다",
    PRICES_AGAIN,
    units=fund_sessions_again,
)
def wrong_numbers(scope: Scope) -> Rows:
    """Find rows whose numbers contradict each other."""
    return etf_faults.having(scope, etf_faults.NUMBERS, "close_price", "nav", "volume", "trading_value", "net_assets")


@check(
    "etf.continuity",
    "ETF 시세의 연속성",
    CRITICAL,
    "etf_price_daily",
    "기준가, NAV, 기초지수가 전 거래일에서 이어진다",
    PRICES_AGAIN,
    units=fund_sessions_again,
)
def broken_continuity(scope: Scope) -> Rows:
    """Find rows that do not follow from the session before."""
    return etf_faults.having(
        scope, etf_faults.NEIGHBOURS, "close_price", "price_change", "last_close", "nav", "last_nav", "index_close"
    )


@check(
    "etf.values",
    "ETF 시세의 빈 값",
    WARNING,
    "etf_price_daily",
    "거래소의 ETF 시세에는 대비, 등락률, 거래대금, 시가총액, 순자산, 좌수가 있다",
    PRICES_AGAIN,
    units=fund_sessions_again,
)
def empty_values(scope: Scope) -> Rows:
    """Find rows that lack what every row of the exchange has, or an index that is there before and after."""
    return etf_faults.having(scope, etf_faults.EMPTY)


@check(
    "etf.lost_rows",
    "사라진 ETF 시세",
    CRITICAL,
    "etf_price_daily",
    "받았다고 적힌 거래일마다 그만큼의 ETF 시세가 있고, 앞뒤 거래일에 있는 종목이 그날에도 있다",
    PRICES_AGAIN,
    units=fund_sessions_again,
)
def lost_rows(scope: Scope) -> Rows:
    """Find sessions with fewer funds than were received, and funds missing between two sessions.

    A session that was never asked for is told by ``etf.sessions``.
    """
    recorded = scope.rows(
        text(
            "SELECT u.day AS trade_date, u.row_count AS 받은_행, count(p.ticker) AS 실제 FROM"
            " (SELECT unit::date AS day, row_count FROM unit_ledger WHERE dataset = :name"
            " AND status IN ('done', 'provisional')) u"
            " LEFT JOIN etf_price_daily p ON p.trade_date = u.day WHERE u.day BETWEEN :first AND :last"
            " GROUP BY 1, 2 HAVING count(p.ticker) < u.row_count ORDER BY 1"
        ),
        name=etf_days.NAME,
        first=scope.sessions[0],
        last=scope.last,
    )
    days = {row["trade_date"] for row in recorded}
    between = [row for row in _holes(scope) if row["trade_date"] not in days]
    return [*recorded, *between]


def _holes(scope: Scope) -> Rows:
    """Return funds that are missing on one stored session and there on those before and after it."""
    return scope.rows(
        text(
            "WITH sessions AS (SELECT day, lead(day) OVER (ORDER BY day) AS hole, lead(day, 2) OVER (ORDER BY day)"
            " AS after FROM (SELECT DISTINCT trade_date AS day FROM etf_price_daily WHERE trade_date >= :first) d)"
            " SELECT s.hole AS trade_date, b.ticker FROM sessions s JOIN etf_price_daily b ON b.trade_date = s.day"
            " JOIN etf_price_daily a ON a.trade_date = s.after AND a.ticker = b.ticker"
            " WHERE NOT EXISTS (SELECT 1 FROM etf_price_daily p WHERE p.ticker = b.ticker AND p.trade_date = s.hole)"
        ),
        first=scope.sessions[0],
    )


RULES = {
    "이름이 비었다": "btrim(e.name) = ''",
    "빈 글자": "'' IN (e.category, e.index_name, e.leverage, e.manager)",
    "ISIN이 종목코드의 것이 아니다": (
        "e.isin !~ '^[A-Z]{2}[0-9A-Z]{9}[0-9]$' OR (e.isin LIKE 'KR7%' AND substr(e.isin, 4, 5) <> left(e.ticker, 5))"
    ),
    "KRX 목록인데 빈 값": (
        f"e.source_id = 'KRX' AND e.is_active AND num_nulls({LIST_VALUES}, e.index_name) > 0"
        f" AND NOT (num_nonnulls({LIST_VALUES}) = 0 AND coalesce(p.first_day >= list.day, list.day IS NULL))"
    ),
    "보수가 연 0%와 2% 사이가 아니다": f"e.expense_ratio NOT BETWEEN 0 AND {DEAREST}",
    "보수의 단위가 다르다": f"e.expense_ratio > {USUAL} AND usual.ratio > {USUAL}",
    "상장일이 아직 오지 않았거나 시세보다 늦다": "e.listing_date > coalesce(p.first_day, CAST(:today AS date))",
    "좌수가 시세의 두 배를 넘거나 절반이 안 된다": (
        "e.is_active AND e.shares NOT BETWEEN p.shares_outstanding / 2.0 AND p.shares_outstanding * 2.0"
        " AND list.day = p.trade_date"
    ),
    "현재가가 마지막 시세가 아니다": (
        "e.is_active AND p.trade_date IS NOT NULL AND (e.price_date IS NULL OR e.price_date < p.trade_date"
        " OR (e.price_date = p.trade_date AND e.source_id <> 'FDR'"
        " AND (e.current_price, e.nav, e.aum) IS DISTINCT FROM (p.close_price, p.nav, p.net_assets)))"
    ),
    "가격의 날이 아직 오지 않았다": "e.price_date > :today",
    "가격이 없거나 0 이하": "e.is_active AND e.price_date IS NOT NULL AND coalesce(e.current_price, 0) <= 0",
    "마지막 거래일에 시세가 있는데 상장된 것이 아니다": (
        "NOT e.is_active AND p.trade_date = last.day AND list.day <= last.day"
    ),
}
"""What is wrong → SQL of it."""
LIST_FAULTS = sql(
    "WITH last AS (SELECT max(trade_date) AS day FROM etf_price_daily WHERE trade_date <= :last),"
    " list AS (SELECT max(asked_at)::date AS day FROM unit_ledger WHERE dataset = :name AND unit LIKE 'list:%'"
    " AND status IN ('done', 'provisional')),"
    " usual AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY expense_ratio) AS ratio FROM etfs WHERE is_active),"
    " judged AS (SELECT e.ticker, e.name, e.is_active, e.current_price, e.price_date, p.trade_date, p.close_price,"
    " e.expense_ratio, array_to_string(ARRAY[{rules}], ', ') AS 무엇 FROM etfs e CROSS JOIN last CROSS JOIN list"
    " CROSS JOIN usual LEFT JOIN LATERAL (SELECT trade_date, close_price, nav, net_assets, shares_outstanding,"
    " (SELECT min(trade_date) FROM etf_price_daily WHERE ticker = e.ticker) AS first_day FROM etf_price_daily"
    " WHERE ticker = e.ticker ORDER BY trade_date DESC LIMIT 1) p ON true)"
    " SELECT * FROM judged WHERE 무엇 <> ''"
    " UNION ALL SELECT p.ticker, NULL, NULL, NULL, NULL, p.trade_date, p.close_price, NULL,"
    " '마지막 거래일에 시세가 있는데 목록에 없다' FROM etf_price_daily p, last WHERE p.trade_date = last.day"
    " AND NOT EXISTS (SELECT 1 FROM etfs e WHERE e.ticker = p.ticker) ORDER BY 1",
    rules=[Fragment(f"CASE WHEN {wrong} THEN '{what}' END") for what, wrong in RULES.items()],
)


@check(
    "etf.list",
    "ETF 목록",
    WARNING,
    "etfs",
    "ETF마다 이름과 맞는 보수, 마지막 거래일의 가격이 있고, 거래된 ETF는 모두 목록에 있다",
    LIST_AGAIN,
    units=funds_again,
)
def wrong_list(scope: Scope) -> Rows:
    """Find funds whose row contradicts itself or the newest prices, and traded ones that are not in the list."""
    return scope.rows(LIST_FAULTS, name=etfs.NAME, last=scope.last, today=scope.now.date())


def _unsettled(_: Scope, rows: Rows) -> Units:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["dataset"], []).append(row["unit"])
    return found


@check(
    "etf.provisional",
    "확정되지 않은 ETF 자료",
    WARNING,
    "unit_ledger",
    "확정되기 전에 받은 ETF 시세와 목록은 열흘 안에 다시 받았다",
    units=_unsettled,
)
def provisional_for_long(scope: Scope) -> Rows:
    """Find prices that were read before they were final and never again, and a newest list of that kind."""
    return scope.rows(
        text(
            "SELECT dataset, unit, asked_at, reason FROM unit_ledger u WHERE status = 'provisional'"
            " AND dataset IN (:prices, :list)"
            " AND asked_at < CAST(:now AS timestamp) - make_interval(days => :old) AND (dataset = :prices"
            " OR NOT EXISTS (SELECT 1 FROM unit_ledger n WHERE n.dataset = u.dataset AND n.unit LIKE 'list:%'"
            " AND n.status = 'done' AND n.asked_at > u.asked_at)) ORDER BY 1, 2"
        ),
        prices=etf_days.NAME,
        list=etfs.NAME,
        now=scope.now.replace(tzinfo=None),
        old=OLD,
    )
