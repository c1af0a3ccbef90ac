"""Index levels that contradict themselves or the rows of their index before and after them, and what is not there.

One pass over a span finds the rows; the ledger and the names of the indices tell what else there ought to be.
"""

from collections import defaultdict
from datetime import date

from sqlalchemy import text

from foresto_cli.collecting.checks import Rows, Scope, Units
from foresto_cli.datasets.prices.index_codes import class_of
from foresto_cli.datasets.prices.index_days import CODES
from foresto_cli.datasets.prices.index_days import DATASET as YEARS
from foresto_cli.datasets.prices.index_sessions import DATASET as SESSIONS
from foresto_cli.store.fragments import Fragment, fragment, joined, sql
from foresto_cli.upstream import krx_openapi

ORDER, ARITHMETIC, CHAIN, NULLS, SCALE = "order", "arithmetic", "chain", "nulls", "scale"
ROUNDING = 0.02
"""Level and change are each published to a hundredth of a point."""

RULES: dict[str, Fragment] = {
    # Old sessions have a close alone. Under price limits of 30 % the highest level is less than twice the lowest.
    ORDER: Fragment(
        "(low_price > 0 AND high_price > 0 AND (close_price NOT BETWEEN low_price AND high_price"
        " OR high_price > 2 * low_price"
        " OR (open_price > 0 AND open_price NOT BETWEEN low_price AND high_price)))"
        " OR LEAST(open_price, high_price, low_price) < 0"
    ),
    # The rate has two decimals, and so has the change it is made of.
    ARITHMETIC: Fragment(
        "close_price > price_change AND abs(change_rate - 100 * price_change / NULLIF(close_price - price_change, 0))"
        " > 0.006 + 1 / NULLIF(close_price - price_change, 0)"
    ),
    CHAIN: fragment(
        "lag_place = place - 1 AND abs(close_price - price_change - lag_close) > {rounding}", rounding=ROUNDING
    ),
    NULLS: Fragment(
        "(lag_place = place - 1 AND (price_change IS NULL OR change_rate IS NULL)) OR (source_id = lag_source AND"
        " ((volume IS NULL AND lag_volume > 0) OR (trading_value IS NULL AND lag_value > 0)"
        " OR (market_cap IS NULL AND lag_cap > 0)"
        " OR (lag_low > 0 AND (open_price IS NULL OR high_price IS NULL OR low_price IS NULL))))"
    ),
    # What a share costs on average, and all of them together, do not change twenty-fold and half for one session.
    SCALE: Fragment(
        "(trading_value / NULLIF(volume, 0) / NULLIF(lag_value / NULLIF(lag_volume, 0), 0) NOT BETWEEN 0.05 AND 20"
        " AND COALESCE(trading_value / NULLIF(volume, 0) / NULLIF(lead_value / NULLIF(lead_volume, 0), 0), 0)"
        " NOT BETWEEN 0.05 AND 20)"
        " OR (market_cap / NULLIF(lag_cap, 0) NOT BETWEEN 0.5 AND 2"
        " AND COALESCE(market_cap / NULLIF(lead_cap, 0), 0) NOT BETWEEN 0.5 AND 2)"
    ),
}
"""What each fault is, by the columns of ``seen``; ``lag_`` is the index's row before, ``lead_`` the one after."""

PASS = sql(
    """
WITH sessions AS (
  SELECT day, place FROM unnest(CAST(:sessions AS date[])) WITH ORDINALITY AS s (day, place)
), seen AS (
  SELECT p.*, index_class, place, lag(place) OVER w AS lag_place, lag(close_price) OVER w AS lag_close,
         lag(low_price) OVER w AS lag_low, lag(source_id) OVER w AS lag_source,
         lag(volume::numeric) OVER w AS lag_volume,
         lag(trading_value) OVER w AS lag_value, lag(market_cap) OVER w AS lag_cap,
         lead(volume::numeric) OVER w AS lead_volume, lead(trading_value) OVER w AS lead_value,
         lead(market_cap) OVER w AS lead_cap, lead(place) OVER w AS lead_place
  FROM index_price_daily p LEFT JOIN sessions ON day = trade_date
  LEFT JOIN (SELECT index_code, index_class FROM index_listing) l USING (index_code)
  WHERE trade_date >= :first
  WINDOW w AS (PARTITION BY index_code ORDER BY trade_date)
), judged AS (
  SELECT *, array_remove(ARRAY[{cases}], NULL) AS rules FROM seen
)
SELECT index_code AS 지수, trade_date AS 거래일, open_price, high_price, low_price, close_price, volume, trading_value,
       market_cap, price_change, change_rate, source_id, index_class, place, lag_close, lead_place, rules
FROM judged WHERE cardinality(rules) > 0 OR lead_place > place + 1 ORDER BY 2, 1
""",
    cases=joined(
        ", ",
        (fragment("CASE WHEN {rule} THEN '{name}' END", rule=rule, name=name) for name, rule in RULES.items()),
    ),
)


def every(scope: Scope) -> Rows:
    """Return the rows to which a rule applies (``rules``), and those after which their index lacks sessions."""
    return scope.rows(PASS, first=scope.sessions[0], sessions=list(scope.sessions))


def having(scope: Scope, *rules: str) -> Rows:
    """Return the rows to which one of ``rules`` applies."""
    return [row for row in scope.once(every) if not {*rules}.isdisjoint(row["rules"])]


def missing(scope: Scope) -> Rows:
    """Return index and session of every level that ought to be stored and is not.

    It ought to be where the index has levels before and after, where it was listed in the answer of that session, and
    where another of the three main indices has one.
    """
    found = {
        (row["지수"], day): row["index_class"]
        for row in scope.once(every)
        if row["lead_place"] is not None and row["place"] is not None
        for day in scope.sessions[row["place"] : row["lead_place"] - 1]
    }
    listed = scope.rows(
        text(
            "SELECT l.index_code, l.index_class, l.as_of_date FROM index_listing l"
            " WHERE l.as_of_date >= :first AND l.as_of_date > (SELECT max(trade_date) FROM index_price_daily p"
            " WHERE p.index_code = l.index_code)"
        ),
        first=scope.sessions[0],
    )
    found |= {(row["index_code"], row["as_of_date"]): row["index_class"] for row in listed}
    found |= {key: class_of(key[0]) for key in _beside_the_others(scope)}
    return [
        {"지수": code, "거래일": day, "index_class": index_class, "source_id": None}
        for (code, day), index_class in sorted(found.items(), key=lambda item: (item[0][1], item[0][0]))
    ]


def _beside_the_others(scope: Scope) -> list[tuple[str, date]]:
    rows = scope.rows(
        text(
            "SELECT trade_date, array_agg(index_code) AS codes FROM index_price_daily"
            " WHERE trade_date BETWEEN :first AND :due AND index_code = ANY(:codes) GROUP BY 1"
        ),
        first=scope.sessions[0],
        due=scope.due,
        codes=list(CODES),
    )
    return [(code, row["trade_date"]) for row in rows for code in CODES if code not in row["codes"]]


def lost(scope: Scope) -> Rows:
    """Return the units of the ledger of which fewer levels are there than were stored."""
    return scope.rows(
        text(
            "WITH rows AS (SELECT p.index_code, p.trade_date, l.index_class FROM index_price_daily p"
            " LEFT JOIN index_listing l USING (index_code))"
            " SELECT dataset, unit, row_count AS 기록, count(r.trade_date) AS 실제 FROM unit_ledger"
            " LEFT JOIN rows r ON r.index_code = split_part(unit, ':', 1)"
            " AND to_char(r.trade_date, 'YYYY') = split_part(unit, ':', 2)"
            " WHERE dataset = :years AND status IN ('done', 'provisional') GROUP BY 1, 2, 3"
            " HAVING count(r.trade_date) < row_count"
            " UNION ALL SELECT dataset, unit, row_count, count(r.trade_date) FROM unit_ledger"
            " LEFT JOIN rows r ON r.index_class = split_part(unit, ':', 1)"
            " AND CAST(r.trade_date AS text) = split_part(unit, ':', 2)"
            " WHERE dataset = :sessions AND status IN ('done', 'provisional') AND split_part(unit, ':', 2) >= :first"
            " GROUP BY 1, 2, 3 HAVING count(r.trade_date) < row_count ORDER BY 1, 2"
        ),
        years=YEARS.name,
        sessions=SESSIONS.name,
        first=f"{scope.sessions[0]}",
    )


def units(_scope: Scope, rows: Rows) -> Units:
    """Return what would have to be asked for again: years of the three main indices, sessions of the families.

    Rows of the OPEN API are replaced by itself alone.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if "unit" in row:
            found[row["dataset"]].add(row["unit"])
            continue
        if row["지수"] in CODES and row["source_id"] != krx_openapi.SOURCE_ID:
            found[YEARS.name].add(f"{row['지수']}:{row['거래일'].year}")
        if row["index_class"] and (row["지수"] not in CODES or row["source_id"] == krx_openapi.SOURCE_ID):
            found[SESSIONS.name].add(f"{row['index_class']}:{row['거래일']}")
    return {name: sorted(keys) for name, keys in found.items()}
