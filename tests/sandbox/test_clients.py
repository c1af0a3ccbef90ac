"""Unmodified pykrx and FinanceDataReader, each in a process of its own."""

import json

import pytest

PYKRX = """
import contextlib, io, json
with contextlib.redirect_stdout(io.StringIO()):
    from pykrx import stock
    day = "20261119"
    prices = stock.get_market_ohlcv(day, market="ALL")
    out = {
        "prices": [len(prices), list(prices.columns), int(prices.loc["005930", "종가"])],
        "cap": len(stock.get_market_cap(day)),
        "holiday": int(stock.get_market_ohlcv("20261121", market="ALL")["종가"].sum()),
        "fundamental": len(stock.get_market_fundamental(day, market="ALL")),
        "name": stock.get_market_ticker_name("005930"),
        "adjusted": len(stock.get_market_ohlcv("20261101", day, "005930")),
        "unadjusted": stock.get_market_ohlcv("20261101", day, "005930", adjusted=False)["종가"].tolist()[-1:],
        "index": stock.get_index_ohlcv("20261101", day, "1001")["종가"].tolist(),
        "index day": list(stock.get_index_ohlcv(day, market="KOSDAQ").index),
        "nearest": stock.get_nearest_business_day_in_a_week("20261122"),
        "funds": len(stock.get_etf_ohlcv_by_ticker(day)),
        "fund list": len(stock.get_etf_ticker_list(day)),
        "base": len(stock.get_market_ohlcv_by_market("ALL")),
    }
print(json.dumps(out, ensure_ascii=False))
"""
READER = """
import contextlib, io, json
import FinanceDataReader as fdr
listing, gone = fdr.StockListing("KRX"), fdr.StockListing("KRX-DELISTING")
description, funds = fdr.StockListing("KRX-DESC"), fdr.StockListing("ETF/KR")
index = fdr.DataReader("KS11", "2026-11-01")
with contextlib.redirect_stdout(io.StringIO()):
    unknown = len(fdr.DataReader("999999", "2026-11-01"))
print(json.dumps({
    "listing": [listing.shape, listing["Code"][0], int(listing["Close"][0]), str(listing["Close"].dtype)],
    "kospi": len(fdr.StockListing("KOSPI")),
    "description": [description.shape, int(description["Industry"].isna().sum())],
    "gone": [int((gone["SecuGroup"] == "주권").sum()), str(gone["DelistingDate"].max().date())],
    "funds": funds.shape,
    "index": [len(index), float(index["Close"].iloc[-1])],
    "chart": len(fdr.DataReader("005930", "2026-11-01")),
    "unknown": unknown,
}))
"""


@pytest.mark.long
def test_pykrx_works_unmodified(served, run_client):
    out = json.loads(run_client(served, PYKRX, KRX_ID="someone", KRX_PW="secret").splitlines()[-1])
    market = served.market
    day = market.sessions[-2]
    listed, quotes = market.listed(day), market.quotes(day)
    count = len(listed.stocks)
    close = int(quotes.close[0])
    assert out["prices"] == [count, ["시가", "고가", "저가", "종가", "거래량", "거래대금", "등락률", "시가총액"], close]
    assert out["cap"] == count
    assert out["holiday"] == 0
    assert out["fundamental"] == sum(stock.market != "KNX" for stock in listed.stocks)
    assert out["name"] == "가상전자"
    sessions = [session for session in market.sessions if session.month == 11 and session.year == 2026][:-1]
    assert out["adjusted"] == len(sessions)
    assert out["unadjusted"] == [close]
    assert out["index"] == [float(market.path.levels[market.position(session), 0]) for session in sessions]
    assert out["index day"] == ["코스닥", "코스닥150"]
    assert out["nearest"] == "20261120"
    assert out["funds"] == out["fund list"] == 96
    assert out["base"] == len(market.listed(market.sessions[-1]).stocks)


@pytest.mark.long
def test_finance_data_reader_works_unmodified(served, run_client):
    out = json.loads(run_client(served, READER).splitlines()[-1])
    market = served.market
    day = market.sessions[-1]
    listed = market.listed(day)
    count = len(listed.stocks)
    assert out["listing"] == [[count, 17], "005930", int(market.quotes(day).close[0]), "int64"]
    assert out["kospi"] == sum(stock.market == "STK" for stock in listed.stocks)
    assert out["description"][0] == [count, 11]
    assert out["description"][1] >= sum(stock.kind == "preferred" for stock in listed.stocks)
    departures = market.departures(day)
    assert out["gone"] == [20 + len(departures), str(max(gone.day for gone in departures))]
    assert out["funds"] == [96, 12]
    assert out["index"][1] == float(market.path.levels[-1, 0])
    assert out["chart"] == out["index"][0]
    assert out["unknown"] == 0
