"""Checks of whole trade dates: does a day fit the one before it, its neighbours' sums, and the ledger."""

from collections.abc import Mapping
from datetime import date
from statistics import median
from typing import Any

from foresto_cli.collecting.checks import CRITICAL, RECORD, WARNING, Rows, Scope, Units, check, days_of
from foresto_cli.datasets.prices import day_sums
from foresto_cli.datasets.prices.repairs import prices_again
from foresto_cli.store import price_sessions
from foresto_cli.store.price_sessions import Count

REPEATED_SHARE = 0.5
MISMATCH_SHARE = 0.2
OUT_OF_SCALE = 20
"""The busiest session of a fortnight has four times the value of its median one: twenty times is another unit."""
NEIGHBOURS = 5
FEWEST_NEIGHBOURS = 3
STORED = ("done", "provisional")
NONE = Count(0, 0)


def _counts(_scope: Scope, rows: Rows) -> Units:
    return {RECORD: [f"session:{row['거래일']}" for row in rows]}


@check(
    "prices.counted",
    "거래일마다 적어 둔 행 수",
    WARNING,
    "price_sessions",
    "적어 둔 거래일의 행 수가 시세와 같다",
    "foresto verify monthly --repair",
    units=_counts,
)
def other_counts(scope: Scope) -> Rows:
    """Find sessions of which other numbers of rows are kept than there are, as after rows were deleted by SQL.

    And kept days before the oldest stored one.
    """
    first = scope.sessions[0]
    there = {day["trade_date"]: Count(day["rows"], day["official"]) for day in scope.once(day_sums.every)}
    kept, oldest = price_sessions.kept(scope.connection), scope.once(day_sums.oldest)
    known = {day: count for day, count in kept.items() if day >= first or not oldest or day < oldest[0]["trade_date"]}
    return [
        {
            "거래일": day,
            "적어_둔_행": known.get(day, NONE).rows,
            "행": there.get(day, NONE).rows,
            "적어_둔_거래소_행": known.get(day, NONE).official,
            "거래소_행": there.get(day, NONE).official,
        }
        for day in sorted({*known, *there})
        if known.get(day, NONE) != there.get(day, NONE)
    ]


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
    """Find days on which too many base prices contradict the day before: one of the two was mistaken.

    Ordinary days have at most 1 % (splits, rights, roundings). After a session that is missing they may differ.
    """
    days = scope.once(day_sums.every)
    stored = {day["trade_date"] for day in days}
    return [
        {"거래일": day["trade_date"], "불일치": day["other"], "비교": day["compared"]}
        for day in days
        if day["other"] > MISMATCH_SHARE * day["compared"] and scope.calendar.previous(day["trade_date"]) in stored
    ]


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
    return [
        {"거래일": day["trade_date"], "같은_행": day["same"], "비교": day["traded"]}
        for day in scope.once(day_sums.every)
        if day["same"] > REPEATED_SHARE * day["traded"]
    ]


@check(
    "prices.scale",
    "하루 거래량·거래대금의 크기",
    CRITICAL,
    "stock_price_daily",
    f"하루의 거래량과 거래대금 합계가 앞뒤 거래일 중앙값의 {OUT_OF_SCALE}배 안에 있다",
    prices_again,
    units=days_of("prices.day"),
)
def out_of_scale(scope: Scope) -> Rows:
    """Find days whose volume or value is in another unit than that of the sessions around them."""
    days = [day for day in scope.once(day_sums.every) if day["official"]]
    found: Rows = []
    for place, day in enumerate(days):
        near = [*days[max(place - NEIGHBOURS, 0) : place], *days[place + 1 : place + 1 + NEIGHBOURS]]
        for name, label in (("value", "거래대금"), ("volume", "거래량")):
            usual = [float(other[name]) for other in near if other[name]]
            if len(usual) < FEWEST_NEIGHBOURS or day[name] is None:
                continue
            middle = median(usual)
            if not middle / OUT_OF_SCALE <= float(day[name]) <= middle * OUT_OF_SCALE:
                found.append({"거래일": day["trade_date"], label: day[name], "앞뒤_중앙값": round(middle)})
    return found


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
    """Find sessions with fewer rows than the ledger says were stored.

    Of those without any row only the ones before the oldest stored row: a history that has lost its beginning looks
    whole otherwise.
    """
    rows = {day["trade_date"]: day["rows"] for day in scope.once(day_sums.every)}
    oldest = next((row["trade_date"] for row in scope.once(day_sums.oldest)), date.min)
    return [
        {"거래일": unit["trade_date"], "기록": unit["row_count"], "실제": rows.get(unit["trade_date"], 0)}
        for unit in scope.once(day_sums.units)
        if unit["status"] in STORED
        and (unit["trade_date"] in rows or unit["trade_date"] < oldest)
        and rows.get(unit["trade_date"], 0) < (unit["row_count"] or 0)
    ]


@check(
    "prices.ledger",
    "시세와 수집 원장",
    WARNING,
    "stock_price_daily",
    "시세가 있는 거래일은 원장에도 있고, 확정이라고 적힌 거래일에는 잠정 시세가 없다",
    prices_again,
    units=days_of("prices.day"),
)
def other_than_the_ledger(scope: Scope) -> Rows:
    """Find days with prices of which the ledger does not know, or says that there are none, or that they are final."""
    known = {unit["trade_date"]: unit for unit in scope.once(day_sums.units)}
    return [
        {"거래일": day["trade_date"], "행": day["official"], "잠정_행": day["provisional"], "원장": status}
        for day in scope.once(day_sums.every)
        for status in [_contradicted(day, known.get(day["trade_date"]))]
        if status is not None
    ]


def _contradicted(day: Mapping[str, Any], unit: Mapping[str, Any] | None) -> str | None:
    """Return what the ledger says of ``day`` if its rows say otherwise.

    With a reason a final day may have provisional rows: a stock came from elsewhere, a base price proved the others.
    """
    if not day["official"]:
        return None
    if unit is None:
        return "없음"
    is_final = unit["status"] == "done" and unit["reason"] is None
    return unit["status"] if unit["status"] == "no_data" or (is_final and day["provisional"]) else None
