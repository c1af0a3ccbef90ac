"""The stored adjustment events, for the operator."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text

from foresto_cli.console import Console

HEADS = ("날짜", "종목코드", "종목명", "구분", "계수", "기준가", "전일 종가", "확인 필요")
LABELS = {
    "SPLIT": "액면분할",
    "CONSOLIDATION": "병합·감자",
    "CONSOLIDATION_AUCTION": "감자(시초가 기준)",
    "SPINOFF": "인적분할",
    "EX_RIGHTS": "권리락",
    "BASE_UP": "기준가 상향",
    "TRANSFER": "이전상장",
    "AUCTION_RESUME": "거래재개(시초가 기준)",
    "AUCTION_UNRESOLVED": "거래재개(불명)",
    "REORG": "회생(감자·증자)",
    "SHARE_ONLY": "기준가 미조정 감자",
    "GAP": "공백 후 주식수 변동",
    "NOISE": "무거래 호가 변동",
}
"""What an event class is called; an override's own class is shown as it is."""


class Event(NamedTuple):
    """One row that restated a price.

    Attributes:
        trade_date: the day.
        ticker: whose.
        name: as of that day.
        event: class (:mod:`foresto_cli.adjustment.adjustment_rules`), or the override's.
        factor: for all earlier prices.
        base: official base price of the day, in won.
        previous_close: close of the row before, in won; None where only an override knows of the event.
        review: a person should look at it.
    """

    trade_date: date
    ticker: str
    name: str | None
    event: str
    factor: float
    base: float | None
    previous_close: float | None
    review: bool


def events(
    connection: Connection, ticker: str | None = None, since: date | None = None, *, review_only: bool = False
) -> list[Event]:
    """Return the stored events, newest first.

    Args:
        connection: the database.
        ticker: only this one's.
        since: only from this day on.
        review_only: only those that a person should look at.
    """
    rows = connection.execute(
        text(
            "SELECT trade_date, ticker, name, adj_event, adj_factor, CAST(prev_close AS double precision),"
            " CAST(adj_evidence ->> 'previous_close' AS double precision), adj_review FROM stock_price_daily"
            " WHERE adj_event IS NOT NULL AND (CAST(:ticker AS text) IS NULL OR ticker = :ticker)"
            " AND trade_date >= :since AND (adj_review OR NOT :review_only) ORDER BY trade_date DESC, ticker"
        ),
        {"ticker": ticker, "since": since or date.min, "review_only": review_only},
    )
    return [Event(*row) for row in rows]


def show(console: Console, found: Sequence[Event]) -> None:
    """Print ``found`` as a table, prices in won, or say that there is nothing."""
    if not found:
        console.line("가격 조정 사건이 없습니다.")
        return
    rows = [
        (
            f"{one.trade_date}",
            one.ticker,
            one.name,
            LABELS.get(one.event, one.event),
            f"{one.factor:.6g}",
            _won(one.base),
            _won(one.previous_close),
            "확인" if one.review else None,
        )
        for one in found
    ]
    console.table(f"가격 조정 사건 {len(found):,}건", HEADS, rows)


def _won(price: float | None) -> int | float | None:
    return int(price) if price is not None and price == int(price) else price
