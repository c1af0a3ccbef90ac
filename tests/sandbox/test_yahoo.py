"""Yahoo's hosts: cookie and crumb, and charts as unmodified yfinance reads them."""

import json
from datetime import datetime
from itertools import pairwise

import pytest

from foresto_cli.clock import KST
from foresto_cli.sandbox.market import adjusted

QUERY = "https://query2.finance.yahoo.com"
SUMMARY = f"{QUERY}/v10/finance/quoteSummary/"
CHART = f"{QUERY}/v8/finance/chart/"
YFINANCE = """
import json, logging
import yfinance as yf
logging.disable()
stock = yf.Ticker("005930.KS").history(period="max", auto_adjust=False)
market = yf.download(["^GSPC", "^IXIC", "^KS11", "^KQ11"], period="5d", progress=False, threads=False)["Close"]
info = yf.Ticker("005930.KS").get_info()
print(json.dumps({
    "stock": [len(stock), str(stock.index[-1].date()), float(stock["Close"].iloc[-1]), str(stock.index.tz)],
    "market": {name: market[name].dropna().tolist() for name in market.columns},
    "info": [info["longName"], info["sector"]],
    "unknown": len(yf.Ticker("999999.KS").history(period="5d")),
}))
"""


@pytest.fixture
def visitor(served, browser):
    """A browser with Yahoo's cookie, and its crumb."""
    session = browser(served)
    assert session.get("https://fc.yahoo.com/", timeout=5).status_code == 404
    return session, session.get(f"{QUERY}/v1/test/getcrumb", timeout=5).text


@pytest.mark.long
def test_yfinance_works_unmodified(served, run_client):
    out = json.loads(run_client(served, YFINANCE).splitlines()[-1])
    market = served.market
    days = [day for day in adjusted.sessions_of(market, 0) if market.history(0, (day,)).volume[0]]
    assert out["stock"] == [len(days), "2026-11-20", float(market.quotes(days[-1]).close[0]), "Asia/Seoul"]
    assert out["info"] == ["Imaginary Electronics 0 Co., Ltd.", "Technology"]
    assert out["unknown"] == 0
    levels = [[float(market.path.levels[market.position(day), of]) for day in market.sessions[-5:]] for of in (0, 1)]
    assert out["market"]["^KS11"][-5:] == pytest.approx(levels[0])
    assert out["market"]["^KQ11"][-5:] == pytest.approx(levels[1])
    assert len(out["market"]["^GSPC"]) == len(out["market"]["^IXIC"]) == 5


def test_a_summary_needs_the_cookie_and_its_own_crumb(served, browser, visitor):
    session, crumb = visitor
    asked = {"modules": "quoteType,assetProfile", "crumb": crumb}
    (found,) = session.get(f"{SUMMARY}005930.KS", params=asked, timeout=5).json()["quoteSummary"]["result"]
    assert (found["quoteType"]["symbol"], found["assetProfile"]["sector"]) == ("005930.KS", "Technology")
    for stranger, given in ((browser(served), crumb), (session, "other"), (session, "")):
        refused = stranger.get(f"{SUMMARY}005930.KS", params={**asked, "crumb": given}, timeout=5)
        assert (refused.status_code, refused.json()["finance"]["error"]["code"]) == (401, "Unauthorized")
    assert browser(served).get(f"{QUERY}/v1/test/getcrumb", timeout=5).status_code == 401


def test_only_listed_stocks_on_their_own_board_are_known(served, visitor):
    session, crumb = visitor
    market = served.market
    gone = market.departures(market.sessions[-1])[0].stock
    konex = next(stock for stock in market.listed(market.sessions[-1]).stocks if stock.market == "KNX")
    suffix = ".KS" if gone.market == "STK" else ".KQ"
    for symbol in ("005930.KQ", "999999.KS", "005930", f"{gone.code}{suffix}", f"{konex.code}.KQ"):
        asked = {"modules": "quoteType", "crumb": crumb}
        missing = session.get(SUMMARY + symbol, params=asked, timeout=5)
        assert (missing.status_code, missing.json()["quoteSummary"]["error"]["code"]) == (404, "Not Found")
        assert session.get(CHART + symbol, timeout=5).status_code == 404


def test_a_chart_is_adjusted_for_splits_and_empty_without_trading(served, browser):
    market = served.market
    code = next(code for kind, _, code in market.events if kind == "split")
    stock = next(one for one in market.roster if one.code == code)
    suffix = ".KS" if stock.market == "STK" else ".KQ"
    answer = browser(served).get(f"{CHART}{code}{suffix}", params={"range": "max"}, timeout=5)
    (result,) = answer.json()["chart"]["result"]
    quote = result["indicators"]["quote"][0]
    assert None in quote["close"], "halted around the split"
    closes = [close for close in quote["close"] if close is not None]
    assert max(b / a for a, b in pairwise(closes)) < 1.7
    assert len(result["timestamp"]) == len(quote["volume"]) == len(adjusted.sessions_of(market, stock.number))


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (datetime(2026, 11, 20, 7, 30, tzinfo=KST), "2026-11-19"),
        (datetime(2026, 11, 20, 5, 30, tzinfo=KST), "2026-11-18"),
        (datetime(2026, 11, 27, 7, 30, tzinfo=KST), "2026-11-25"),
    ],
)
def test_new_york_is_known_in_the_morning_and_keeps_its_own_holidays(start, browser, now, newest):
    answer = browser(start(now)).get(f"{CHART}%5EGSPC", params={"range": "2d"}, timeout=5)
    (result,) = answer.json()["chart"]["result"]
    opened = datetime.fromtimestamp(result["timestamp"][-1], KST)
    assert f"{opened:%Y-%m-%d %H:%M}" == f"{newest} 23:30"
    assert result["meta"]["exchangeTimezoneName"] == "America/New_York"
