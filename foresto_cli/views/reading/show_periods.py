"""Days put together to weeks (Monday to Friday, by ISO) or months."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from foresto_cli.views.reading.reading import Row

SUMS = ("volume", "trading_value")


def by_period(days: Sequence[Row], *, is_monthly: bool) -> list[Row]:
    """Return one row a week or month that has a session, by its last session's day.

    Open, high and low are of the sessions with trades; what one of the sessions does not know is not summed up. The
    change is that of the adjusted close since the period before, None for the first one and where that is not known.

    Args:
        days: rows of one security, oldest first.
        is_monthly: months, not weeks.
    """
    found: list[Row] = []
    for _, group in groupby(days, key=lambda row: _period(row, is_monthly=is_monthly)):
        found.append(_together(list(group), found[-1] if found else None))
    return found


def _period(row: Row, *, is_monthly: bool) -> tuple[int, int]:
    day = row["trade_date"]
    return (day.year, day.month) if is_monthly else day.isocalendar()[:2]


def _together(days: Sequence[Row], before: Row | None) -> Row:
    traded = [day for day in days if not day["is_halted"]]
    events = [day["adj_event"] for day in days if day["adj_event"]]
    last = days[-1]
    return {
        **last,
        "open_price": next((day["open_price"] for day in traded), None),
        "high_price": max(_known(traded, "high_price"), default=None),
        "low_price": min(_known(traded, "low_price"), default=None),
        **{name: _sum(days, name) for name in SUMS},
        "change_rate": _change(last, before),
        "is_halted": not traded,
        "adj_event": events[-1] if events else None,
        "quality_flag": next((day["quality_flag"] for day in days if day["quality_flag"] == "PROVISIONAL"),
                             last["quality_flag"]),
        "sessions": len(days),
    }  # fmt: skip


def _known(days: Sequence[Row], name: str) -> list[Decimal]:
    return [day[name] for day in days if day[name] is not None]


def _sum(days: Sequence[Row], name: str) -> int | None:
    values = [day[name] for day in days]
    return None if None in values else sum(values)


def _change(last: Row, before: Row | None) -> float | None:
    if before is None or last["adj_close_price"] is None or not before["adj_close_price"]:
        return None
    return round(100 * float(last["adj_close_price"] / before["adj_close_price"] - 1), 2)
