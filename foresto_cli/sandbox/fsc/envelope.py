"""The envelope of data.go.kr: a page of a service's rows, JSON or XML as ``resultType`` says (XML without one)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from foresto_cli.clock import KST
from foresto_cli.sandbox.wire import Answer, Request, as_json

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market

PUBLISHED = time(13, 0)
"""A session's data appear at this hour of the next one."""
DEFAULT_ROWS = 10
XML = "application/xml;charset=UTF-8"
Rows = Sequence[Mapping[str, object]]
Slice = Callable[[int, int], Rows]
"""The rows from one position up to another: no more are made than are shown."""


def page(request: Request, total: int, rows: Slice, most: int) -> Answer:
    """Return the page asked for, of at most ``most`` rows whatever ``numOfRows`` says.

    One row comes as an object, none as an empty text. Every second page writes its counters as text.
    """
    size = min(_number(request, "numOfRows", DEFAULT_ROWS), most)
    number = _number(request, "pageNo", 1)
    shown = rows((number - 1) * size, min(number * size, total)) if (number - 1) * size < total else []
    if request.query.get("resultType") != "json":
        return _as_xml(size, number, total, shown)
    items: Any = {"item": shown[0] if len(shown) == 1 else shown} if shown else ""
    counters: dict[str, object] = {"numOfRows": size, "pageNo": number, "totalCount": total}
    if number % 2 == 0:
        counters = {name: f"{value}" for name, value in counters.items()}
    header = {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}
    return as_json({"response": {"header": header, "body": {**counters, "items": items}}})


def newest_published(market: "Market") -> date | None:
    """Return the newest session whose data are out; None before there is any."""
    return next((day for day in reversed(market.sessions) if is_published(market, day)), None)


def is_published(market: "Market", day: date) -> bool:
    """Return whether the data of ``day`` are out: it is a served session and 13:00 of the next one has come."""
    from foresto_cli.sandbox.market import market_calendar

    if day not in market.sessions:
        return False
    return market.now >= datetime.combine(market_calendar.next_session(day, market.seed), PUBLISHED, KST)


def _as_xml(size: int, number: int, total: int, shown: Rows) -> Answer:
    items = "".join(
        "<item>" + "".join(f"<{name}>{escape(f'{value}')}</{name}>" for name, value in row.items()) + "</item>"
        for row in shown
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        "<response><header><resultCode>00</resultCode><resultMsg>NORMAL SERVICE.</resultMsg></header>"
        f"<body><numOfRows>{size}</numOfRows><pageNo>{number}</pageNo><totalCount>{total}</totalCount>"
        f"<items>{items}</items></body></response>"
    )
    return Answer(text.encode(), content_type=XML)


def _number(request: Request, name: str, default: int) -> int:
    given = request.query.get(name, "")
    return int(given) if given.isdigit() and int(given) else default
