"""Yahoo Finance: cookie, crumb, quoteSummary and daily charts, as far as yfinance and foresto ask for them."""

import hashlib
import secrets
from typing import TYPE_CHECKING
from urllib.parse import unquote

from foresto_cli.sandbox.wire import Answer, Request, as_json, plain
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market
    from foresto_cli.sandbox.market.abroad import Profile

COOKIE_HOST = "fc.yahoo.com"
HOSTS = (COOKIE_HOST, "query1.finance.yahoo.com", "query2.finance.yahoo.com")
CRUMB = "/v1/test/getcrumb"
SERIES = "/ws/fundamentals-timeseries/"
"""yfinance asks for one with every profile; nothing is known of anybody."""
NO_CHART = "No data found, symbol may be delisted"
SUMMARY, CHART = "/v10/finance/quoteSummary/", "/v8/finance/chart/"


def answer(request: Request, world: World) -> Answer:
    """Return the answer; quoteSummary needs the cookie of fc.yahoo.com and the crumb that belongs to it."""
    if request.host == COOKIE_HOST:
        # The real one is a 404 page, too; the cookie is what it is asked for.
        cookie = f"A3=d={secrets.token_hex(16)}; Max-Age=31557600; Domain=.yahoo.com; Path=/; Secure; HttpOnly"
        return Answer(b"<html><body>Not found</body></html>", 404, headers=(("Set-Cookie", cookie),))
    if request.path == CRUMB:
        crumb = _crumb(request)
        return plain(crumb, 200) if crumb else _refused("Invalid Cookie")
    if request.path.startswith(SUMMARY):
        return _summary(request, world.market)
    if request.path.startswith(CHART):
        from foresto_cli.sandbox.yahoo import yahoo_charts

        symbol = _symbol(request, CHART)
        return yahoo_charts.answer(world.market, symbol, request.query) or _missing("chart", NO_CHART)
    if request.path.startswith(SERIES):
        return as_json({"timeseries": {"result": [], "error": None}})
    return _missing("finance", "HTTP 404 Not Found")


def _symbol(request: Request, before: str) -> str:
    return unquote(request.path.removeprefix(before))


def _crumb(request: Request) -> str:
    cookie = request.cookies.get("A3", "")
    return hashlib.sha256(cookie.encode()).hexdigest()[:11] if cookie else ""


def _refused(description: str) -> Answer:
    return as_json(
        {"finance": {"result": None, "error": {"code": "Unauthorized", "description": description}}}, status=401
    )


def _missing(around: str, description: str) -> Answer:
    return as_json({around: {"result": None, "error": {"code": "Not Found", "description": description}}}, status=404)


def _summary(request: Request, market: "Market") -> Answer:
    from foresto_cli.sandbox.market import abroad

    if not _crumb(request) or request.query.get("crumb") != _crumb(request):
        return _refused("Invalid Crumb")
    symbol = _symbol(request, SUMMARY)
    found = abroad.find(market, symbol)
    if found is None:
        return _missing("quoteSummary", f"Quote not found for symbol: {symbol}")
    there = {"quoteType": _quote_type(found), "assetProfile": _profile(found)}
    wanted = {name: there[name] for name in request.query.get("modules", "").split(",") if there.get(name)}
    if not wanted:
        return _missing("quoteSummary", f"No fundamentals data found for symbol: {symbol}")
    return as_json({"quoteSummary": {"result": [wanted], "error": None}})


def _quote_type(found: "Profile") -> dict[str, object]:
    from foresto_cli.sandbox.market import abroad

    return {
        "exchange": abroad.EXCHANGES[found.symbol[-3:]],
        "quoteType": "EQUITY",
        "symbol": found.symbol,
        "underlyingSymbol": found.symbol,
        "shortName": found.name.removesuffix(" Co., Ltd.").replace(" ", ""),
        "longName": found.name,
        "timeZoneFullName": "Asia/Seoul",
        "timeZoneShortName": "KST",
        "gmtOffSetMilliseconds": 32_400_000,
        "maxAge": 1,
    }


def _profile(found: "Profile") -> dict[str, object]:
    named = {"sector": found.sector, "industry": found.industry} if found.sector else {}
    return {"country": "South Korea", **named, "companyOfficers": [], "maxAge": 86_400}
