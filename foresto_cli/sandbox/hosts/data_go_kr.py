"""apis.data.go.kr: FSC's listed items with company numbers, as JSON, on the route of 2026 and on the one before."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from foresto_cli.clock import KST
from foresto_cli.sandbox.wire import Answer, Request, as_json, plain
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market

HOSTS = ("apis.data.go.kr",)
ROUTE = "/1160100/GetKrxListedInfoService_V2/getItemInfo_V2"
LEGACY = "/1160100/service/GetKrxListedInfoService/getItemInfo"
PUBLISHED = time(13, 0)
"""A session's items appear at this hour of the next one."""
MOST_ROWS = 10_000
REFUSED_KEYS = ("", "wrong")


def answer(request: Request, world: World) -> Answer:
    """Return the page asked for; a holiday and a day not yet published are both empty."""
    from foresto_cli.sandbox import damage

    if request.path not in {ROUTE, LEGACY}:
        return damage.gateway("12")
    key = request.query.get("serviceKey", "")
    if key in REFUSED_KEYS or "%" in key:
        # A key that was encoded twice still has a percent sign.
        return damage.gateway("30")
    if request.query.get("resultType") != "json":
        return plain("foresto sandbox: only resultType=json\n", 400)
    size = min(_number(request, "numOfRows", 10), MOST_ROWS)
    page = _number(request, "pageNo", 1)
    day = _day(request.query.get("basDt", ""))
    rows = _items(world.market, day, legacy=request.path == LEGACY) if day else []
    return _page(rows, size, page)


def _page(rows: list[dict[str, Any]], size: int, page: int) -> Answer:
    shown = rows[(page - 1) * size : page * size]
    items: Any = {"item": shown[0] if len(shown) == 1 else shown} if shown else ""
    body = {"numOfRows": size, "pageNo": page, "totalCount": len(rows), "items": items}
    return as_json({"response": {"header": {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}, "body": body}})


def _items(market: "Market", day: date, *, legacy: bool) -> list[dict[str, Any]]:
    from foresto_cli.sandbox.market import calendar, codes

    if day not in market.sessions:
        return []
    if market.now < datetime.combine(calendar.next_session(day, market.seed), PUBLISHED, KST):
        return []
    listed = market.listed(day)
    return [
        {
            "basDt": f"{day:%Y%m%d}",
            "srtnCd": f"A{stock.code}" if legacy else stock.code,
            "isinCd": codes.isin(stock.code),
            "mrktCtg": stock.board.removesuffix(" GLOBAL"),
            "itmsNm": name,
            "crno": "" if stock.kind == "foreign" else company_number(stock.number),
            "corpNm": f"{name}(주)",
        }
        for stock, name in zip(listed.stocks, listed.names, strict=True)
        if stock.kind != "preferred"
    ]


def company_number(number: int) -> str:
    """Return the invented company number of the ``number``-th company."""
    return f"110111{number:07d}"


def _number(request: Request, name: str, default: int) -> int:
    given = request.query.get(name, "")
    return int(given) if given.isdigit() and int(given) else default


def _day(given: str) -> date | None:
    try:
        return datetime.strptime(given, "%Y%m%d").date()  # noqa: DTZ007  # a date has no zone
    except ValueError:
        return None
