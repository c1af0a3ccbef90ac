"""Names of FinanceDataReader and pykrx: their columns and forms, our numbers."""

import numpy as np
import pandas as pd
import pytest

import foresto_cli as foresto
from foresto_cli.errors import UsageError


def test_data_reader_gives_finance_data_readers_columns(asked):
    found = foresto.compat.fdr.DataReader("005930", "2024")
    plain = foresto.prices("005930", "2024")
    assert list(found.columns) == ["Open", "High", "Low", "Close", "Volume", "Change"]
    assert found.index.name == "Date"
    assert found["Close"].tolist() == plain["close_price"].tolist()
    assert found["Close"].dtype == np.dtype("int64")
    last = found.index[-1]
    only = foresto.compat.fdr.DataReader("005930", last)
    assert only["Change"].iloc[0] == pytest.approx(found["Close"].iloc[-1] / found["Close"].iloc[-2] - 1)


def test_data_reader_knows_indices_and_several_symbols(asked):
    assert foresto.compat.fdr.DataReader("KS11")["Close"].equals(foresto.compat.fdr.DataReader("KOSPI")["Close"])
    both = foresto.compat.fdr.DataReader("005930, 000660")
    assert list(both.columns) == ["005930", "000660"]
    with pytest.raises(UsageError, match="종목코드"):
        foresto.compat.fdr.DataReader(" , ")


def test_stock_listing_is_by_market(asked):
    everybody, kosdaq = foresto.compat.fdr.StockListing(), foresto.compat.fdr.StockListing("KOSDAQ")
    assert list(everybody.columns) == ["Code", "Name", "Market", "Close", "Marcap", "Stocks"]
    assert 0 < len(kosdaq) < len(everybody)
    with pytest.raises(UsageError, match="NASDAQ"):
        foresto.compat.fdr.StockListing("NASDAQ")


def test_ohlcv_of_a_stock_and_of_a_day_are_as_pykrx_gives_them(asked):
    krx = foresto.compat.pykrx
    plain = foresto.prices("005930")
    first, last = (f"{day:%Y%m%d}" for day in (plain.index[0], plain.index[-1]))
    found = krx.get_market_ohlcv(first, last, "005930")
    assert list(found.columns) == ["시가", "고가", "저가", "종가", "거래량", "등락률"]
    assert found.index.name == "날짜"
    assert found["종가"].tolist() == plain["close_price"].tolist()
    day = krx.get_market_ohlcv(last, "KOSDAQ")
    assert day.index.name == "티커"
    assert set(day.index) == set(krx.get_market_ticker_list(last, "KOSDAQ"))
    assert krx.get_market_ohlcv(last, market="ALL").loc["005930", "종가"] == plain["close_price"].iloc[-1]
    assert krx.get_market_ohlcv("20240101").empty
    months = krx.get_market_ohlcv(first, last, "005930", "m")
    assert months["거래량"].sum() == pytest.approx(plain["volume"].sum())
    assert isinstance(months.index, pd.DatetimeIndex)


def test_names_and_refusals(asked):
    krx = foresto.compat.pykrx
    assert krx.get_market_ticker_name("005930") == foresto.listing().loc["005930", "name"]
    for wrong in (lambda: krx.get_market_ohlcv("20240101", "NASDAQ"), lambda: krx.get_market_ohlcv("1월", "KOSPI")):
        with pytest.raises(UsageError):
            wrong()
    with pytest.raises(UsageError, match="d\\(일\\)"):
        krx.get_market_ohlcv("20240101", "20240201", "005930", "w")
