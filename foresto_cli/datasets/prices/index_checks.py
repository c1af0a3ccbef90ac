"""Checks of index levels: each within its day, joined to the one before, of one size, and there at all."""

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, Rows, Scope, check
from foresto_cli.datasets.prices import index_faults
from foresto_cli.datasets.prices.index_codes import class_of
from foresto_cli.datasets.prices.index_days import CODES

SHOWN = ("지수", "거래일", "index_class", "source_id")
AGAIN = "foresto prices index --again"


def _shown(rows: Rows, *columns: str) -> Rows:
    return [{name: row[name] for name in (*SHOWN, *columns)} for row in rows]


@check(
    "index.order",
    "지수 고가·저가 순서",
    WARNING,
    "index_price_daily",
    "지수의 저가 ≤ 시가·종가 ≤ 고가",
    units=index_faults.units,
)
def wrong_order(scope: Scope) -> Rows:
    """Find levels outside the day's low and high, where these are known."""
    rows = index_faults.having(scope, index_faults.ORDER)
    return _shown(rows, "open_price", "low_price", "close_price", "high_price")


@check(
    "index.continuity",
    "지수 이어짐",
    WARNING,
    "index_price_daily",
    "지수의 종가 − 대비 = 전 거래일 종가, 등락률 = 대비 ÷ 전 거래일 종가",
    units=index_faults.units,
)
def broken_continuity(scope: Scope) -> Rows:
    """Find levels that are not joined to the close of the session before by change and rate.

    The level of the session before may be the wrong one: both are asked for again.
    """
    rows = index_faults.having(scope, index_faults.CHAIN, index_faults.ARITHMETIC)
    before = [{**row, "거래일": scope.calendar.previous(row["거래일"])} for row in rows if row["place"]]
    return _shown([*rows, *before], "close_price", "price_change", "change_rate", "lag_close")


@check(
    "index.values",
    "지수의 값과 크기",
    WARNING,
    "index_price_daily",
    "지수마다 대비·등락률·거래량·거래대금·시가총액이 있고, 전 거래일과 같은 단위이다",
    units=index_faults.units,
)
def other_size(scope: Scope) -> Rows:
    """Find levels without numbers that their index has otherwise, and sums in another unit than the day before's."""
    rows = index_faults.having(scope, index_faults.NULLS, index_faults.SCALE)
    return _shown(rows, "price_change", "change_rate", "volume", "trading_value", "market_cap")


@check(
    "index.missing",
    "빠진 지수",
    WARNING,
    "index_price_daily",
    "지수마다 처음과 마지막 사이의 거래일이 모두 있고, 원장에 적힌 만큼의 행이 있다",
    units=index_faults.units,
)
def missing_levels(scope: Scope) -> Rows:
    """Find levels that are missing between others of their index or beside those of others, and units that lost some.

    The three main indices of the last session have a check of their own.
    """
    told = {(code, scope.due) for code in CODES}
    rows = [row for row in scope.once(index_faults.missing) if (row["지수"], row["거래일"]) not in told]
    return [*rows, *scope.once(index_faults.lost)]


@check(
    "index.last",
    "마지막 거래일 지수",
    WARNING,
    "index_price_daily",
    "세 지수가 마지막 거래일까지 있다",
    AGAIN,
    units=index_faults.units,
)
def missing_index(scope: Scope) -> Rows:
    """Find index levels missing for the last session that all jobs of the timetable have had the time for."""
    found = scope.rows(
        text("SELECT index_code FROM index_price_daily WHERE trade_date = :day"),
        day=scope.due,
    )
    have = {row["index_code"] for row in found}
    return [
        {"지수": code, "거래일": scope.due, "index_class": class_of(code), "source_id": None}
        for code in CODES
        if code not in have
    ]


@check(
    "index.listing",
    "지수 목록",
    WARNING,
    "index_listing",
    "시세가 있는 지수마다 이름이 있고, 계열은 코드와 맞는다",
    AGAIN,
)
def wrong_listing(scope: Scope) -> Rows:
    """Find indices with levels and no name, and those whose family is not that of their code."""
    rows = scope.rows(
        text(
            "SELECT code AS 지수, l.index_class AS 계열, l.name AS 이름 FROM"
            " (SELECT DISTINCT index_code AS code FROM index_price_daily WHERE trade_date >= :first) AS priced"
            " LEFT JOIN index_listing l ON l.index_code = code ORDER BY 1"
        ),
        first=scope.sessions[0],
    )
    return [row for row in rows if not row["이름"] or class_of(row["지수"]) not in {None, row["계열"]}]
