"""apis.data.go.kr: five services of FSC, as JSON or XML, on the routes of 2026 and on those before.

Parameters that a service does not know are ignored, as there: whoever asks with a wrong name gets another answer.
"""

from datetime import date
from typing import TYPE_CHECKING, Protocol

from foresto_cli.clock import day_of
from foresto_cli.sandbox.wire import Answer, Request
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from foresto_cli.sandbox.fsc.envelope import Slice
    from foresto_cli.sandbox.market import Market

HOSTS = ("apis.data.go.kr",)
ROOT = "/1160100/"
MOST_ROWS = {
    "getItemInfo": 10_000,
    "getStockPriceInfo": 10_000,
    "getETFPriceInfo": 10_000,
    "getBondBasiInfo": 1_000,
    "getDiviInfo": 5_000,
}
"""Rows of a page at most, whatever ``numOfRows`` says."""
SERVICES = {
    "getItemInfo": "GetKrxListedInfoService",
    "getStockPriceInfo": "GetStockSecuritiesInfoService",
    "getETFPriceInfo": "GetSecuritiesProductInfoService",
    "getBondBasiInfo": "GetBondIssuInfoService",
    "getDiviInfo": "GetStocDiviInfoService",
}
REFUSED_KEYS = ("", "wrong")


def answer(request: Request, world: World) -> Answer:
    """Return the page asked for; a holiday and a day not yet published are both empty."""
    from foresto_cli.sandbox import damage
    from foresto_cli.sandbox import described_answers as listed
    from foresto_cli.sandbox.fsc import envelope

    found, described = _operation(request.path), listed.by_route(request.path.removeprefix(ROOT))
    if found is None and described is None:
        return damage.gateway("12")
    key = request.query.get("serviceKey", "")
    if key in REFUSED_KEYS or "%" in key:
        # A key that was encoded twice still has a percent sign.
        return damage.gateway("30")
    if found is None:
        day = _published_day(world.market, request)
        records = [] if described is None or day is None else listed.of_day(described, day)
        return envelope.page(request, *_cut(records), len(records) or 1)
    operation, legacy = found
    total, rows = TABLES[operation](world.market, request, legacy=legacy)
    return envelope.page(request, total, rows, MOST_ROWS[operation])


def _operation(path: str) -> tuple[str, bool] | None:
    """Return (operation, whether on the older route) of a path; None if there is no such route."""
    for operation, service in SERVICES.items():
        if path == f"{ROOT}{service}_V2/{operation}_V2":
            return operation, False
        if path == f"{ROOT}service/{service}/{operation}":
            return operation, True
    return None


def _items(market: "Market", request: Request, *, legacy: bool) -> tuple[int, "Slice"]:
    from foresto_cli.sandbox.fsc import fsc_stocks

    day = _published_day(market, request)
    return _cut(fsc_stocks.items(market, day, legacy=legacy) if day else [])


def _prices(market: "Market", request: Request, **_: bool) -> tuple[int, "Slice"]:
    from foresto_cli.sandbox.fsc import fsc_stocks
    from foresto_cli.sandbox.market.whole_market import session_shown

    day = _published_day(market, request)
    if day is None:
        return _cut([])
    shown = session_shown(market, day, request.fault, request.fault_detail)
    return _cut([row | {"basDt": f"{day:%Y%m%d}"} for row in fsc_stocks.prices(market, shown)])


def _funds(market: "Market", request: Request, **_: bool) -> tuple[int, "Slice"]:
    from foresto_cli.sandbox.fsc import fsc_funds
    from foresto_cli.sandbox.market.whole_market import session_shown

    day = _published_day(market, request)
    if day is None:
        return _cut([])
    shown = session_shown(market, day, request.fault, request.fault_detail)
    return _cut([row | {"basDt": f"{day:%Y%m%d}"} for row in fsc_funds.prices(market, shown)])


def _bonds(market: "Market", request: Request, **_: bool) -> tuple[int, "Slice"]:
    from foresto_cli.sandbox.fsc import fsc_bonds

    day = _published_day(market, request)
    if day is None:
        return 0, _nothing
    return fsc_bonds.count(market.size), lambda start, end: fsc_bonds.rows(market.size, market.seed, day, start, end)


def _dividends(market: "Market", _: Request, **__: bool) -> tuple[int, "Slice"]:
    from foresto_cli.sandbox.fsc import envelope, fsc_dividends

    day = envelope.newest_published(market)
    if day is None:
        return 0, _nothing
    return fsc_dividends.count(market, day), lambda start, end: fsc_dividends.rows(market, day, start, end)


class Table(Protocol):
    """One operation's list."""

    def __call__(self, market: "Market", request: Request, /, *, legacy: bool) -> tuple[int, "Slice"]:
        """Return how many rows there are, and what cuts a page out of them."""


TABLES: dict[str, Table] = {
    "getItemInfo": _items,
    "getStockPriceInfo": _prices,
    "getETFPriceInfo": _funds,
    "getBondBasiInfo": _bonds,
    "getDiviInfo": _dividends,
}


def _nothing(_: int, __: int) -> list[dict[str, str]]:
    return []


def _cut(rows: list[dict[str, str]]) -> tuple[int, "Slice"]:
    return len(rows), lambda start, end: rows[start:end]


def _published_day(market: "Market", request: Request) -> date | None:
    """Return the base date asked for, if its data are out."""
    from foresto_cli.sandbox.fsc import envelope

    try:
        day = day_of(request.query.get("basDt", ""))
    except ValueError:
        return None
    return day if envelope.is_published(market, day) else None
