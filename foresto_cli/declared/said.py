"""What tables and columns say about themselves, and the columns that almost every table ends with.

The Korean text is the comment in the database and in ``docs/data.ko.md``; the English one stands in ``docs/data.md``
only. A comment says what the value is, its unit, when it is NULL, and where it comes from when that is not plain.
"""

from datetime import date
from typing import Any, TypedDict

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, String


class Said(TypedDict):
    """Arguments of a table or column that hold its description."""

    comment: str
    info: dict[str, object]


def said(korean: str, english: str) -> Said:
    """Return the arguments of a column that describe it: ``Column("volume", BigInteger, **said("…", "…"))``."""
    return {"comment": korean, "info": {"en": english}}


def table_said(korean: str, english: str, *, fills: str, reads: str) -> Said:
    """Return the arguments of a table that describe it.

    Args:
        korean: what one row is, and what has to be known about all of them.
        english: the same.
        fills: commands that write its rows, separated by commas, without ``foresto``; ``*`` for all that collect.
        reads: commands that need them, likewise.
    """
    return {"comment": korean, "info": {"en": english, "fills": _listed(fills), "reads": _listed(reads)}}


def _listed(commands: str) -> tuple[str, ...]:
    return tuple(command.strip() for command in commands.split(",") if command)


def ticker() -> Column[str]:
    """Return a stock's code as part of the key."""
    return Column("ticker", String(6), primary_key=True, **said("종목코드 여섯 자리", "Stock code, six characters"))


def trade_date() -> Column[date]:
    """Return the session as part of the key."""
    return Column("trade_date", Date, primary_key=True, **said("거래일", "Session"))


def source() -> Column[str]:
    """Return who a row comes from."""
    return Column("source_id", String(20), nullable=False, **said(*SOURCE))


def span() -> list[Column[Any]]:
    """Return the columns that say which days and months the amounts of a report run over."""
    return [
        Column(
            "period_start",
            Date,
            **said(
                "누적 금액이 시작하는 날(thstrm_dt). 보고서가 말하지 않으면 NULL",
                "First day that the cumulative amounts run over (thstrm_dt); NULL where not told",
            ),
        ),
        Column(
            "period_months",
            Integer,
            **said(
                "누적 금액의 개월 수. 사업연도도 6개월이나 3개월일 수 있다. 모르면 NULL",
                "Months of the cumulative amounts; a fiscal year may have six or three; NULL where not told",
            ),
        ),
    ]


def provenance(*, with_source: bool = True) -> list[Column[Any]]:
    """Return the columns that say who wrote a row and when; almost every table of data ends with them.

    Args:
        with_source: ``source_id`` is among them.
    """
    return [
        *([source()] if with_source else []),
        Column("batch_id", BigInteger, nullable=False, **said(*BATCH)),
        Column("created_at", DateTime, nullable=False, **said(*CREATED)),
        Column("updated_at", DateTime, nullable=False, **said(*CHANGED)),
    ]


SOURCE = ("출처(data_source.source_id)", "Source (data_source.source_id)")
BATCH = (
    "마지막으로 바꾼 적재 묶음(data_load_batch.batch_id)",
    "Batch that last changed the row (data_load_batch.batch_id)",
)
CREATED = ("처음 저장한 시각(KST)", "When the row was first stored (KST)")
CHANGED = (
    "값이 마지막으로 바뀐 시각(KST). 같은 값을 다시 받으면 그대로",
    "When a value last changed (KST); reading the same values again leaves it",
)
