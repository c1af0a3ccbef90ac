"""What can be wrong in a row of ETF prices: its numbers against each other and against the session before."""

from foresto_cli.collecting.checks import Rows, Scope
from foresto_cli.store.fragments import Fragment, sql

NUMBERS, NEIGHBOURS, EMPTY = "numbers", "neighbours", "empty"
TRADED = "volume > 0"
RULES = {
    "저가 ≤ 시가·종가 ≤ 고가가 아니다": (
        NUMBERS,
        f"{TRADED} AND (low_price > least(open_price, close_price) OR high_price < greatest(open_price, close_price))",
    ),
    "음수": (
        NUMBERS,
        "least(open_price, high_price, low_price, volume, trading_value, net_assets, shares_outstanding) < 0",
    ),
    "등락률이 대비 ÷ 기준가가 아니다": (
        NUMBERS,
        # Rates are rounded to two places.
        (
            "close_price > price_change"
            " AND abs(change_rate - 100 * price_change / NULLIF(close_price - price_change, 0)) > 0.011"
        ),
    ),
    "기준가가 0 이하": (NUMBERS, "close_price <= price_change"),
    "시가총액이 종가 × 좌수가 아니다": (
        NUMBERS,
        "abs(market_cap - close_price * shares_outstanding) > 0.001 * close_price * shares_outstanding",
    ),
    # The net assets may be those of the units before the day's creations: of the session before or after.
    "순자산이 NAV × 좌수의 두 배를 넘거나 절반이 안 된다": (
        NUMBERS,
        (
            "NOT (net_assets / nullif(nav, 0) BETWEEN least(shares_outstanding, last_shares, next_shares) / 2.0"
            " AND greatest(shares_outstanding, last_shares, next_shares) * 2.0)"
        ),
    ),
    # Trades outside the regular session may be up to the price limit away.
    "거래대금 ÷ 거래량이 그날 가격과 다르다": (
        NUMBERS,
        f"{TRADED} AND trading_value / NULLIF(volume, 0) NOT BETWEEN 0.7 * low_price AND 1.3 * high_price",
    ),
    "거래량과 거래대금 가운데 하나만 있다": (NUMBERS, "(volume > 0) <> (trading_value > 0)"),
    # A fund that nobody may trade (a Russian one at 217 times its value) keeps its last price.
    "종가가 NAV와 절반 넘게 다르다": (NUMBERS, f"{TRADED} AND close_price NOT BETWEEN 0.5 * nav AND 1.5 * nav"),
    "NAV나 순자산이 0 이하": (NUMBERS, "nav <= 0 OR net_assets <= 0"),
    # Splits and merges of units move the base price; the listed units move the other way.
    "기준가가 전날 종가와 다르다": (
        NEIGHBOURS,
        (
            "close_price - price_change NOT BETWEEN 0.7 * last_close AND 1.3 * last_close"
            " AND (close_price - price_change) * shares_outstanding NOT BETWEEN 0.5 * last_close * last_shares"
            " AND 2 * last_close * last_shares"
        ),
    ),
    # Twice the price limit of a fund with leverage.
    "NAV가 전날과 너무 다르다": (
        NEIGHBOURS,
        (
            "nav NOT BETWEEN 0.4 * last_nav AND 1.6 * last_nav AND nav * shares_outstanding"
            " NOT BETWEEN 0.4 * last_nav * last_shares AND 1.6 * last_nav * last_shares"
        ),
    ),
    "기초지수가 전날의 절반이 안 되거나 두 배를 넘는다": (
        NEIGHBOURS,
        (
            "index_close NOT BETWEEN least(0.5 * last_index, 2 * last_index)"
            " AND greatest(0.5 * last_index, 2 * last_index)"
        ),
    ),
    "앞뒤 거래일에 있는 기초지수가 없다": (
        EMPTY,
        "index_close IS NULL AND last_index IS NOT NULL AND next_index IS NOT NULL",
    ),
    # Three of a hundred recorded funds have no index.
    "그날 ETF 절반의 기초지수가 없다": (EMPTY, "index_close IS NULL AND day_indices < 0.5 * day_rows"),
    # Some funds have no NAV, some no net assets (the sources write 0), and then on every session.
    "앞뒤 거래일에 있는 NAV가 없다": (EMPTY, "nav IS NULL AND last_nav IS NOT NULL AND next_nav IS NOT NULL"),
    "그날 ETF 절반의 NAV가 없다": (EMPTY, "nav IS NULL AND day_navs < 0.5 * day_rows"),
    "앞뒤 거래일에 있는 순자산이 없다": (
        EMPTY,
        "net_assets IS NULL AND last_assets IS NOT NULL AND next_assets IS NOT NULL",
    ),
    "그날 ETF 절반의 순자산이 없다": (EMPTY, "net_assets IS NULL AND day_assets < 0.5 * day_rows"),
    "거래소 시세인데 빈 값": (
        EMPTY,
        "num_nulls(price_change, change_rate, trading_value, market_cap, shares_outstanding) > 0",
    ),
}
"""What is wrong → (which check tells it, SQL of it)."""
FAULTS = sql(
    "WITH around AS (SELECT *, lag(close_price) OVER own AS last_close, lag(nav) OVER own AS last_nav,"
    " lag(shares_outstanding) OVER own AS last_shares, lead(shares_outstanding) OVER own AS next_shares,"
    " lag(index_close) OVER own AS last_index, lead(index_close) OVER own AS next_index,"
    " lead(nav) OVER own AS next_nav, lag(net_assets) OVER own AS last_assets,"
    " lead(net_assets) OVER own AS next_assets, count(*) OVER same AS day_rows,"
    " count(index_close) OVER same AS day_indices, count(nav) OVER same AS day_navs,"
    " count(net_assets) OVER same AS day_assets"
    " FROM etf_price_daily WHERE trade_date >= CAST(:first AS date) - 14"
    " WINDOW own AS (PARTITION BY ticker ORDER BY trade_date), same AS (PARTITION BY trade_date)),"
    " judged AS (SELECT *, array_remove(ARRAY[{rules}], NULL) AS faults FROM around WHERE trade_date >= :first)"
    " SELECT *, (SELECT e.name FROM etfs e WHERE e.ticker = judged.ticker) AS name FROM judged"
    " WHERE cardinality(faults) > 0 ORDER BY trade_date DESC, ticker",
    rules=[Fragment(f"CASE WHEN {wrong} THEN '{what}' END") for what, (_, wrong) in RULES.items()],
)


def having(scope: Scope, kind: str, *columns: str) -> Rows:
    """Return the rows with a fault of this kind, with what is wrong and ``columns``."""
    found = []
    for row in scope.once(_faults):
        told = [what for what in row["faults"] if RULES[what][0] == kind]
        if told:
            shown = {name: row[name] for name in ("ticker", "name", "trade_date", *columns)}
            found.append({**shown, "무엇": ", ".join(told)})
    return found


def _faults(scope: Scope) -> Rows:
    return scope.rows(FAULTS, first=scope.sessions[0])
