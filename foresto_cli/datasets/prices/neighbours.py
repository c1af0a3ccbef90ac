"""Is an answer the session that was asked for? The sessions before and after it can tell. Pure: no input, no output."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from foresto_cli.collecting.whole_answers import refuse_twice
from foresto_cli.datasets.prices.price_rows import REGULAR
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row

LEAST_SHARE = 0.85
"""An answer with fewer rows than this share of a near session's is half an answer: a market is missing, or a part."""
REPEATED_SHARE = 0.2
"""An answer in which more of the traded stocks than this have the closes and volumes of a neighbouring session is that
session's, under the wrong date."""
CONTRADICTED_SHARE = 0.5
"""An answer is another session's when so many of its stocks contradict the base prices of a neighbouring session."""
OTHER_SESSION = "다른 거래일의 시세"
"""Part of the reason of a session refused for that; then its neighbours are not believed either."""

Number = int | Decimal


class Seen(NamedTuple):
    """What is compared of a row with its neighbours.

    Attributes:
        close: close, in won.
        volume: shares traded.
        base: base price, in won; None when not known.
        low: least price that the next base price can be without an event: the regular close, where it is known.
        high: greatest such price.
    """

    close: Number
    volume: int
    base: Number | None
    low: Number
    high: Number


Fingerprint = Mapping[str, Seen]
"""What is compared of a session's traded rows, by ticker."""


def seen(row: Row) -> Seen:
    """Return what is compared of a row with its neighbours."""
    close = row["close_price"]
    is_known = row["price_basis"] == REGULAR or not row["low_price"]
    low, high = (close, close) if is_known else (row["low_price"], row["high_price"])
    return Seen(close, row["volume"], row["prev_close"], low, high)


def refuse_other_session(
    day: date, mine: Fingerprint, before: tuple[date, Fingerprint], after: tuple[date, Fingerprint]
) -> None:
    """Refuse the rows of another session under this date, whichever of the two was stored first.

    Raises:
        BadPayload: they equal a neighbouring session's, or contradict its base prices.
    """
    for (other, theirs), is_later in ((before, False), (after, True)):
        common = [(mine[ticker], theirs[ticker]) for ticker in mine if ticker in theirs]
        same = sum(one[:2] == another[:2] for one, another in common)
        pairs = common if is_later else [(another, one) for one, another in common]
        apart = sum(later.base is not None and not one.low <= later.base <= one.high for one, later in pairs)
        if same > REPEATED_SHARE * len(common) or apart > CONTRADICTED_SHARE * len(common):
            raise BadPayload(
                f"{day}에 {OTHER_SESSION}가 왔습니다({other} 시세와 견주어). 저장하지 않고 다시 요청합니다."
            )


def refuse_half(day: date, rows: Sequence[Row], usual: int) -> None:
    """Refuse an answer that has a stock twice, or far fewer than the ``usual`` number of them.

    Raises:
        BadPayload: it has.
    """
    refuse_twice(f"{day} 시세", (row["ticker"] for row in rows))
    if len(rows) < LEAST_SHARE * usual:
        raise BadPayload(
            f"{day} 시세가 {len(rows):,}종목뿐입니다(가까운 거래일은 {usual:,}종목). 일부만 온 응답입니다."
        )
