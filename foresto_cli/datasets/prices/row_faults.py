"""Rows that contradict themselves or the rows of their stock before and after them, found in one pass over a span.

Verification reads ``stock_price_daily`` twice, whatever its level: here row by row, in :mod:`.day_sums` day by day.
"""

from foresto_cli.adjustment.adjustment_rules import BIG_CHANGE, DAY_LIMIT, DAY_LIMITS
from foresto_cli.adjustment.proof import regular_close
from foresto_cli.adjustment.ticks import tick_sql
from foresto_cli.collecting.checks import Rows, Scope
from foresto_cli.store.fragments import Fragment, fragment, joined, sql

LIMIT_PERCENT = {"KOSPI": 30, "KOSDAQ": 30, "KONEX": 15}
"""Daily price limits of the exchange."""

(ORDER, ARITHMETIC, MARKET_CAP, LIMIT, DUPLICATE, NULLS, LABELS, TRADING, FROZEN, SHARES, MARKET, BASE, CHAIN) = (
    "order",
    "arithmetic",
    "market_cap",
    "limit",
    "duplicate",
    "nulls",
    "labels",
    "trading",
    "frozen",
    "shares",
    "market",
    "base",
    "chain",
)
GAP, EVENT, FIRST, ENDED = "gap", "event", "first", "ended"
"""Not faults yet: sessions missing after the row, an event to be judged, a stock's first row, its last one long ago."""

OFFICIAL = Fragment("quality_flag <> 'ADJUSTED'")
IS_OFF = fragment(
    "abs(prev_close - lag_close) >= {tick}",
    tick=tick_sql(Fragment("GREATEST(prev_close, lag_close)"), "trade_date", "market"),
)
# A close between two ticks (trades in the middle of a spread) becomes the next base price rounded up to the tick.
IS_OTHER = fragment(
    "(prev_close <> lag_close AND ({is_off} OR (volume > 0"
    " AND prev_close <> ceil(floor(lag_close) / {tick}) * {tick})))",
    is_off=IS_OFF,
    tick=tick_sql(Fragment("lag_close"), "trade_date", "market"),
)
IS_NEXT = Fragment("lag_place = place - 1")
HAS_JUMPED = fragment(
    "abs(ln(NULLIF(greatest(lag_shares, 0), 0) / NULLIF(greatest(shares_outstanding, 0), 0)::double precision))"
    " > {big}",
    big=BIG_CHANGE,
)
IS_BEYOND = fragment(
    "abs(prev_close / NULLIF(lag_close, 0) - 1) > CASE market WHEN 'KONEX' THEN {konex} ELSE {others} END",
    konex=DAY_LIMITS["KONEX"],
    others=DAY_LIMIT,
)

RULES: dict[str, Fragment] = {
    # A stock that traded only outside the regular session has a volume and no opening price.
    ORDER: Fragment(
        "open_price > 0 AND (high_price < GREATEST(open_price, close_price)"
        " OR low_price > LEAST(open_price, close_price) OR low_price <= 0)"
    ),
    # The rate has two decimals.
    ARITHMETIC: fragment(
        "{official} AND (close_price - price_change <> prev_close"
        " OR (prev_close > 0 AND abs(change_rate - 100 * price_change / NULLIF(prev_close, 0)) > 0.011))",
        official=OFFICIAL,
    ),
    MARKET_CAP: Fragment("quality_flag = 'NORMAL' AND market_cap <> close_price * shares_outstanding"),
    # First days have no limit, nor resumption after a halt and the seven sessions of liquidation that may follow it.
    LIMIT: fragment(
        "{official} AND NOT is_halted AND was_halted IS FALSE AND GREATEST(abs(change_rate),"
        " 100 * (high_price / NULLIF(prev_close, 0) - 1), 100 * (1 - NULLIF(low_price, 0) / NULLIF(prev_close, 0)))"
        " > CASE market WHEN 'KONEX' THEN {konex} ELSE {others} END",
        official=OFFICIAL,
        konex=LIMIT_PERCENT["KONEX"],
        others=LIMIT_PERCENT["KOSPI"],
    ),
    DUPLICATE: Fragment("lag_date = trade_date"),
    NULLS: fragment(
        "{official} AND (prev_close IS NULL OR price_change IS NULL OR (change_rate IS NULL AND prev_close <> 0)"
        " OR trading_value IS NULL OR market_cap IS NULL OR shares_outstanding IS NULL"
        " OR coalesce(name, '') = '' OR coalesce(market, '') = '')",
        official=OFFICIAL,
    ),
    # Final numbers are the regular session's, and only Naver's come adjusted.
    LABELS: fragment(
        "(quality_flag = 'NORMAL' AND price_basis = 'EXTENDED') OR ({official} AND source_id = 'NAVER')"
        " OR (NOT {official} AND prev_close IS NOT NULL) OR is_halted <> (volume = 0 AND open_price = 0)",
        official=OFFICIAL,
    ),
    # No trade is outside the day's prices and, off the book, the price limits; so their average is not either.
    TRADING: Fragment(
        "(volume > 0 AND trading_value NOT BETWEEN"
        " volume * LEAST(COALESCE(NULLIF(low_price, 0), close_price), 0.7 * prev_close)"
        " AND volume * GREATEST(high_price, close_price, 1.3 * prev_close))"
        " OR (volume = 0 AND (trading_value > 0 OR high_price <> low_price"
        " OR (high_price > 0 AND close_price <> prev_close)))"
    ),
    # Among 1.9 million recorded rows no stock has all prices and the volume of the day before twice running.
    FROZEN: Fragment(
        "volume > 100 AND (open_price, high_price, low_price, close_price, volume)"
        " = (lag_open, lag_high, lag_low, lag_close, lag_volume) AND volume = lag_volume_2"
        " AND close_price = lag_close_2"
    ),
    # Listed shares never change for a day, nor exactly ten-fold without a split.
    SHARES: Fragment(
        "(lag_shares = lead_shares AND shares_outstanding <> lag_shares)"
        " OR (adj_event IS NULL AND GREATEST(shares_outstanding, lag_shares) IN (10 * LEAST(shares_outstanding,"
        " lag_shares), 100 * LEAST(shares_outstanding, lag_shares), 1000 * LEAST(shares_outstanding, lag_shares)))"
    ),
    # A stock may move to another market; it does not move there and back.
    MARKET: fragment(
        "(split_part(market, ' ', 1) <> newest_market AND oldest_market = newest_market)"
        " OR (source_id = lag_source AND source_id = lead_source AND lag_name = lead_name AND name <> lag_name)"
    ),
    # The base price is the regular close of the session before, or there is an event; and a price that jumps one day
    # does not jump back on the next.
    BASE: fragment(
        "prev_close > 0 AND {is_next} AND lag_known AND (({is_other} AND adj_event IS NULL)"
        " OR (abs(prev_close / NULLIF(lag_close, 0) - 1) > 0.05 AND lead_place = place + 1 AND"
        " shares_outstanding = lag_shares"
        " AND abs(prev_close / NULLIF(lag_close, 0) * lead_base / NULLIF(close_price, 0) - 1) < 0.01))",
        is_next=IS_NEXT,
        is_other=IS_OTHER,
    ),
    # Adjusted closes of two rows stand to each other as their closes, but for the factor; they have four decimals.
    CHAIN: fragment(
        "CASE WHEN NOT {official} OR lead_date IS NULL THEN adj_close_price IS DISTINCT FROM close_price"
        " ELSE adj_close_price IS NULL END OR ({official} AND abs(lag_adj * close_price::double precision"
        " - lag_close::double precision * adj_factor * adj_close_price::double precision)"
        " > 0.0001 * (close_price + lag_close * adj_factor))",
        official=OFFICIAL,
    ),
    ENDED: fragment("{official} AND lead_date IS NULL AND trade_date < :last", official=OFFICIAL),
    GAP: fragment("{official} AND lead_place > place + 1", official=OFFICIAL),
    EVENT: fragment(
        "{official} AND prev_close > 0 AND lag_date IS NOT NULL AND (adj_event IS NOT NULL OR {has_jumped}"
        " OR {is_beyond} OR ({is_off} AND lag_known AND {is_next}))",
        official=OFFICIAL,
        has_jumped=HAS_JUMPED,
        is_beyond=IS_BEYOND,
        is_off=IS_OFF,
        is_next=IS_NEXT,
    ),
    FIRST: fragment(
        "{official} AND lag_date IS NULL AND trade_date > :first AND shares_outstanding > 0", official=OFFICIAL
    ),
}
"""What each fault is, by the columns of ``seen``; ``lag_`` is the stock's row before, ``lead_`` the one after."""


BEFORE = {"lag_close": "앞_종가", "lag_shares": "앞_주식수", "lag_market": "앞_시장", "lag_name": "앞_이름"}
"""What an operator reads for the numbers of the row before."""


def _cases() -> Fragment:
    return joined(
        ", ",
        (fragment("CASE WHEN {rule} THEN '{name}' END", rule=rule, name=name) for name, rule in RULES.items()),
    )


PASS = sql(
    """
WITH sessions AS (
  SELECT day, place FROM unnest(CAST(:sessions AS date[])) WITH ORDINALITY AS s (day, place)
), seen AS (
  SELECT p.*, place, {known} AS known,
         lag(trade_date) OVER w AS lag_date, lag(place) OVER w AS lag_place, lag(open_price) OVER w AS lag_open,
         lag(high_price) OVER w AS lag_high, lag(low_price) OVER w AS lag_low, lag(close_price) OVER w AS lag_close,
         lag(volume) OVER w AS lag_volume, lag(volume, 2) OVER w AS lag_volume_2, lag(volume, 3) OVER w AS lag_volume_3,
         lag(close_price, 2) OVER w AS lag_close_2, lag({known}) OVER w AS lag_known,
         bool_or(is_halted) OVER (w ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING) AS was_halted,
         lag(shares_outstanding) OVER w AS lag_shares,
         lag(market) OVER w AS lag_market, lag(name) OVER w AS lag_name, lag(source_id) OVER w AS lag_source,
         lag(adj_close_price) OVER w AS lag_adj, lead(trade_date) OVER w AS lead_date, lead(place) OVER w AS lead_place,
         lead(prev_close) OVER w AS lead_base, lead(shares_outstanding) OVER w AS lead_shares,
         lead(name) OVER w AS lead_name, lead(source_id) OVER w AS lead_source,
         split_part(first_value(market) OVER whole, ' ', 1) AS oldest_market,
         split_part(last_value(market) OVER whole, ' ', 1) AS newest_market
  FROM stock_price_daily p LEFT JOIN sessions ON day = trade_date
  WHERE trade_date >= :first
  WINDOW w AS (PARTITION BY ticker, quality_flag = 'ADJUSTED' ORDER BY trade_date),
         whole AS (PARTITION BY ticker, quality_flag = 'ADJUSTED' ORDER BY trade_date
                   ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), judged AS (
  SELECT *, array_remove(ARRAY[{cases}], NULL) AS rules FROM seen
)
SELECT ticker, trade_date, market, open_price, high_price, low_price, close_price, volume, trading_value, market_cap,
       shares_outstanding, prev_close, price_change, change_rate, name, quality_flag, price_basis, adj_close_price,
       adj_factor, adj_event, adj_review, jsonb_exists(adj_evidence, 'override') IS TRUE AS is_overridden, rules,
       place, lag_date, lag_place, lag_close, lag_low, lag_high, lag_known, lag_shares, lag_market, lag_volume,
       lag_volume_2, lag_volume_3, lag_adj, lag_name, lead_date, lead_place
FROM judged WHERE cardinality(rules) > 0 ORDER BY trade_date, ticker
""",
    cases=_cases(),
    known=regular_close("p"),
)


def every(scope: Scope) -> Rows:
    """Return the rows to which a rule of :data:`RULES` applies, with the names of those rules as ``rules``."""
    return scope.rows(PASS, first=scope.sessions[0], last=scope.last, sessions=list(scope.sessions))


def having(scope: Scope, rule: str, *columns: str) -> Rows:
    """Return stock, trade date and ``columns`` of the rows to which ``rule`` applies, called as they are shown."""
    return [
        {BEFORE.get(name, name): row[name] for name in ("ticker", "trade_date", *columns)}
        for row in scope.once(every)
        if rule in row["rules"]
    ]
