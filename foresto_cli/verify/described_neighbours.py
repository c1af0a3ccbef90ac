"""The check of a by-day data set that one file describes: each row against the rows of its instrument around it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table

from foresto_cli.collecting.checks import WARNING, Check, Find, Rows, Scope, Units
from foresto_cli.declared import Daily, KrxPage
from foresto_cli.store.fragments import Fragment, fragment, joined, sql

RULES: tuple[tuple[frozenset[str], Fragment], ...] = (
    # Prices and changes are published to a hundredth at the finest.
    (
        frozenset({"close_price", "price_change"}),
        Fragment("(lag_place = place - 1 AND abs(close_price - price_change - lag_close) > 0.02)"),
    ),
    (
        frozenset({"close_price", "price_change", "change_rate"}),
        Fragment(
            "(close_price > price_change AND abs(change_rate - 100 * price_change / (close_price - price_change))"
            " > 0.011 + 1 / (close_price - price_change))"
        ),
    ),
    # What a unit costs by value and volume stays near the close, whatever the units are.
    (
        frozenset({"close_price", "volume", "trading_value"}),
        Fragment(
            "(trading_value / NULLIF(volume, 0)::numeric / close_price / NULLIF(lag_unit, 0) NOT BETWEEN 0.2 AND 5)"
        ),
    ),
)
"""Columns that a rule needs, and what contradicts it; ``lag_`` is the instrument's row before."""
UNIT = Fragment("lag(trading_value / NULLIF(volume, 0)::numeric / NULLIF(close_price, 0)) OVER w")


def check(one: Daily, told: Find) -> Check | None:
    """Return the check; None where the table has none of the columns that tell anything, and of pages behind a login.

    These show the after-market's last price as a close, which the next day's base price is not.

    Args:
        one: the data set.
        told: what its other checks find; what follows from that is no finding of this one.
    """
    named = set(one.table.columns.keys())
    rules = [rule for columns, rule in RULES if columns <= named]
    if not rules or isinstance(one, KrxPage):
        return None

    def units(scope: Scope, rows: Rows) -> Units:
        days = {day for row in rows for day in _concerned(scope, row["거래일"])}
        return {one.name: [f"{day}" for day in sorted(days)]}

    return Check(
        f"{one.name}.neighbours",
        f"{one.label}: 앞뒤 거래일과 다른 값",
        WARNING,
        one.table.name,
        "종가 − 대비는 전 거래일 종가이고, 거래대금과 거래량의 단위가 그대로이며, 앞뒤에 있는 종목은 그 사이에도 있다",
        "",
        lambda scope: _untold(scope, _find(scope, one.table, _together(rules, named)), told(scope)),
        units=units,
    )


def _together(rules: Sequence[Fragment], named: Collection[str]) -> Fragment:
    """Return the rules as one; where nothing was traded the same numbers may stand again, changes included."""
    is_traded = Fragment("volume > 0" if "volume" in named else "true")
    return fragment("{traded} AND ({rules})", traded=is_traded, rules=joined(" OR ", rules))


def _untold(scope: Scope, found: Rows, told: Rows) -> Rows:
    """Return the rows that are neither of a day told already nor of the session after it."""
    days = {row["거래일"] for row in told}
    return [row for row in found if days.isdisjoint({row["거래일"], scope.calendar.previous(row["거래일"])})]


def _concerned(scope: Scope, day: date) -> Iterator[date]:
    """Yield the days of which one may be wrong: that of the row, and the session before it where that is looked at."""
    yield day
    before = scope.calendar.previous(day)
    if before >= scope.sessions[0]:
        yield before


def _find(scope: Scope, table: Table, rules: Fragment) -> Rows:
    key = [column.name for column in table.primary_key if column.name != "trade_date"]
    has_unit = {"volume", "trading_value"} <= set(table.columns.keys())
    unit = UNIT if has_unit else Fragment("NULL::numeric")
    found = scope.rows(
        sql(
            "SELECT {key}, trade_date AS 거래일, close_price AS 종가, lag_close AS 전_거래일_종가, place, lag_place,"
            " ({rules}) IS TRUE AS is_other FROM ("
            "SELECT p.*, place, lag(place) OVER w AS lag_place, lag(close_price) OVER w AS lag_close,"
            " {unit} AS lag_unit FROM {table} p"
            " LEFT JOIN unnest(CAST(:sessions AS date[])) WITH ORDINALITY AS s (day, place) ON day = trade_date"
            " WHERE trade_date >= :first WINDOW w AS (PARTITION BY {key} ORDER BY trade_date)) AS seen"
            " WHERE ({rules}) OR place - lag_place > 1 ORDER BY 거래일, {key}",
            key=key,
            table=table.name,
            unit=unit,
            rules=rules,
        ),
        first=scope.sessions[0],
        sessions=list(scope.sessions),
    )
    stored = {row["day"] for row in scope.rows(sql("SELECT DISTINCT trade_date AS day FROM {table}", table=table.name))}
    return [
        {**{name: row[name] for name in key}, "거래일": day, "종가": close, "전_거래일_종가": row["전_거래일_종가"]}
        for row in found
        for day, close in _told(scope, row, stored)
    ]


def _told(scope: Scope, row: Mapping[str, Any], stored: Collection[date]) -> Iterator[tuple[date, Any]]:
    """Yield the row's own day where it contradicts, and the sessions before it on which its instrument is missing."""
    place, before = row["place"], row["lag_place"]
    if place is not None and before is not None:
        yield from ((day, None) for day in scope.sessions[before : place - 1] if day in stored)
    if row["is_other"]:
        yield row["거래일"], row["종가"]
