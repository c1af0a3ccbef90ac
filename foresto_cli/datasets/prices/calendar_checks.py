"""Checks of what corrects the published calendar: notes of closed days against prices, levels and the ledger."""

from datetime import date
from itertools import pairwise

from sqlalchemy import text

from foresto_cli.collecting.checks import CLOSURE, CRITICAL, Rows, Scope, Units, check
from foresto_cli.datasets.prices.day_closures import OBSERVED


def _asked_again(scope: Scope, rows: Rows) -> Units:
    """Return the notes to be forgotten, and of those days the ones that may have to be asked for."""
    days = [row["날짜"] for row in rows]
    past = [f"{day}" for day in days if day <= scope.last]
    return {CLOSURE: [f"{day}" for day in days], **({"prices.day": past} if past else {})}


@check(
    "calendar.notes",
    "달력의 정정",
    CRITICAL,
    "market_closure",
    "휴장이라고 적은 날에는 시세도 지수도 없고, 열렸다고 적은 날에는 있으며, 아직 오지 않은 날은 적지 않는다",
    "foresto verify daily --repair",
    units=_asked_again,
)
def refuted_notes(scope: Scope) -> Rows:
    """Find corrections of the calendar that the stored data refute, or that nobody can have observed yet."""
    notes = scope.rows(
        text(
            "WITH traded AS MATERIALIZED (SELECT DISTINCT trade_date FROM stock_price_daily"
            " WHERE trade_date IN (SELECT trade_date FROM market_closure) AND volume > 0)"
            " SELECT c.trade_date AS 날짜, c.is_closed AS 휴장, c.reason AS 사유,"
            " EXISTS (SELECT 1 FROM traded p WHERE p.trade_date = c.trade_date)"
            " OR EXISTS (SELECT 1 FROM index_price_daily i"
            "  WHERE i.index_code = 'KOSPI' AND i.trade_date = c.trade_date)"
            " OR EXISTS (SELECT 1 FROM unit_ledger u WHERE u.dataset = 'prices.day' AND u.row_count > 0"
            " AND u.status IN ('done', 'provisional') AND u.unit = CAST(c.trade_date AS text)) AS 거래,"
            " EXISTS (SELECT 1 FROM index_price_daily i WHERE i.index_code = 'KOSPI' AND i.trade_date > c.trade_date)"
            " AS 뒤의_지수 FROM market_closure c ORDER BY 1"
        )
    )
    today = scope.now.date()
    ahead = [row["날짜"] for row in notes if row["휴장"] and row["날짜"] > today]
    together = _in_a_row(scope, ahead)
    return [
        row
        for row in notes
        if (row["휴장"] and row["거래"])
        or (not row["휴장"] and not row["거래"] and row["뒤의_지수"])
        or (row["날짜"] > today and (row["사유"] == OBSERVED or row["날짜"] in together))
    ]


def _in_a_row(scope: Scope, days: list[date]) -> set[date]:
    """Return those of ``days`` between which no session lies."""
    near = [pair for pair in pairwise(days) if not scope.calendar.sessions(*pair)]
    return {day for pair in near for day in pair}
