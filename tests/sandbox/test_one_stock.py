"""One stock asked for by itself, as users of pykrx and FinanceDataReader do: the market's values, and the latency."""

import json
import time

import numpy as np
import pytest

from foresto_cli.sandbox.market.adjusted import factors

PYKRX = """
import contextlib, io, json
with contextlib.redirect_stdout(io.StringIO()):
    from pykrx import stock
    frames = [stock.get_market_ohlcv("{0:%Y%m%d}", "{1:%Y%m%d}", "{2}", adjusted={3}) for {3} in (True, False)]
    listed = stock.get_market_ticker_list("{1:%Y%m%d}", market="ALL")
bars = [frame[["시가", "고가", "저가", "종가", "거래량"]].values.tolist() for frame in frames]
print(json.dumps([*bars, listed]))
"""
READER = """
import json
import FinanceDataReader as fdr
frame = fdr.DataReader("{2}", "{0:%Y-%m-%d}", "{1:%Y-%m-%d}")
print(json.dumps(frame[["Open", "High", "Low", "Close", "Volume"]].values.tolist()))
"""


@pytest.fixture(scope="module")
def around_an_event(served):
    """First and last day around the newest change of a base price, the code, and its bars as traded and adjusted."""
    market = served.market
    session = max(market.path.bases)
    number = next(iter(market.path.bases[session]))
    days = market.all_sessions[session - 3 : session + 3]
    quotes = market.history(number, days)
    ratio = factors(market, number, days)
    assert len(set(ratio.tolist())) == 2
    prices = [quotes.open, quotes.high, quotes.low, quotes.close]
    traded = np.stack([*prices, quotes.volume], axis=1)
    adjusted = np.stack([*(np.floor(price * ratio + 1e-6).astype(int) for price in prices), quotes.volume], axis=1)
    return (days[0], days[-1], market.roster[number].code), traded.tolist(), adjusted.tolist()


@pytest.mark.long
def test_pykrx_gets_adjusted_bars_unless_told_otherwise(served, run_client, around_an_event):
    asked, traded, adjusted = around_an_event
    printed = run_client(served, PYKRX.format(*asked, "adjusted"), KRX_ID="someone", KRX_PW="secret")
    first, second, listed = json.loads(printed.splitlines()[-1])
    assert first == adjusted
    assert second == traded
    assert first != second
    assert set(listed) == {stock.code for stock in served.market.listed(asked[1]).stocks}


@pytest.mark.long
def test_finance_data_reader_gets_adjusted_bars(served, run_client, around_an_event):
    asked, _, adjusted = around_an_event
    assert json.loads(run_client(served, READER.format(*asked)).splitlines()[-1]) == adjusted


@pytest.mark.parametrize("faults", ["", "500@*"])
def test_every_answer_takes_the_latency(start, browser, faults):
    session = browser(start(latency=0.2, faults=faults))
    started = time.monotonic()
    for _ in range(2):
        session.get("http://fchart.stock.naver.com/sise.nhn?symbol=005930&count=5", timeout=5)
    assert time.monotonic() - started >= 0.4
