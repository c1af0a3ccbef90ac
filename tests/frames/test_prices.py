"""``foresto.prices``: to the digit what the table holds, of whatever is asked."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

import foresto_cli as foresto
from foresto_cli.errors import UsageError

COLUMNS = ["open_price", "high_price", "low_price", "close_price", "volume"]


def _stored(engine, where="true"):
    with engine.connect() as connection:
        return connection.execute(
            text(
                "SELECT ticker, trade_date, open_price, high_price, low_price, close_price, volume, adj_close_price"
                f" FROM stock_price_daily WHERE {where} ORDER BY ticker, trade_date"
            )
        ).all()


def test_every_stock_is_what_the_table_holds(asked):
    found = foresto.prices(adjusted=False)
    rows = _stored(asked.app.engine)
    assert [(row.ticker, pd.Timestamp(row.trade_date)) for row in rows] == list(found.index)
    assert found.index.is_monotonic_increasing
    assert found.index.names == ["ticker", "trade_date"]
    assert list(found.columns) == COLUMNS
    assert set(found.dtypes) == {np.dtype("float64")}
    assert [tuple(map(float, row[2:7])) for row in rows] == [tuple(row) for row in found.to_numpy()]


def test_adjusted_prices_follow_the_days_factor(asked):
    with asked.app.engine.begin() as connection:
        ticker = connection.scalar(text("SELECT min(ticker) FROM stocks"))
        connection.execute(
            text(
                "UPDATE stock_price_daily SET adj_close_price = close_price / 5 WHERE ticker = :ticker AND"
                " trade_date < (SELECT max(trade_date) FROM stock_price_daily)"
            ),
            {"ticker": ticker},
        )
    plain, adjusted = foresto.prices(ticker, adjusted=False), foresto.prices(ticker)
    before = slice(None, -1)
    assert np.allclose(adjusted.iloc[before][COLUMNS[:4]], plain.iloc[before][COLUMNS[:4]] / 5)
    assert np.allclose(adjusted["volume"].iloc[before], plain["volume"].iloc[before] * 5)
    assert adjusted.iloc[-1].tolist() == plain.iloc[-1].tolist()


def test_one_stock_is_by_day_and_several_by_both(asked):
    one = foresto.prices("005930")
    assert isinstance(one.index, pd.DatetimeIndex)
    assert one.index.dtype == np.dtype("datetime64[ns]")
    assert one.index.name == "trade_date"
    both = foresto.prices(["000660", "005930"])
    assert list(both.index.levels[0]) == ["000660", "005930"]
    assert both.loc["005930"].equals(one)


def test_names_funds_and_indices_are_found_too(asked):
    with asked.app.engine.connect() as connection:
        name = connection.scalar(text("SELECT name FROM stocks WHERE ticker = '005930'"))
        fund = connection.execute(text("SELECT ticker, trade_date, close_price FROM etf_price_daily LIMIT 1")).one()
        levels = connection.scalar(text("SELECT count(*) FROM index_price_daily WHERE index_code = 'KOSPI'"))
    assert foresto.prices(name).equals(foresto.prices("005930"))
    assert foresto.prices(fund.ticker)["close_price"].loc[f"{fund.trade_date}"] == float(fund.close_price)
    assert len(foresto.prices("KOSPI")) == levels > 0


def test_spans_are_as_people_write_them(asked):
    days = foresto.prices("005930").index
    last = days[-1].date()
    assert list(foresto.prices("005930", last).index) == [days[-1]]
    assert list(foresto.prices("005930", f"{last:%Y%m%d}").index) == [days[-1]]
    assert len(foresto.prices("005930", f"{last:%Y}", f"{last:%Y-%m}")) == len(days[days >= f"{last.year}-01-01"])
    assert foresto.prices("005930", until="1990").empty
    assert list(foresto.prices(since=date(2100, 1, 1)).columns) == COLUMNS
    for wrong in ("yesterday", "2024-13", "2024-02-30", "24", ""):
        with pytest.raises(UsageError, match="날짜가 아닙니다"):
            foresto.prices("005930", wrong)


def test_days_in_any_physical_order_come_oldest_first(asked):
    with asked.app.engine.begin() as connection:
        connection.execute(text("CREATE TEMP TABLE one AS SELECT * FROM stock_price_daily WHERE ticker = '005930'"))
        connection.execute(text("DELETE FROM stock_price_daily WHERE ticker = '005930'"))
        connection.execute(text("INSERT INTO stock_price_daily SELECT * FROM one ORDER BY trade_date DESC"))
    assert foresto.prices("005930").index.is_monotonic_increasing


def test_nobody_of_that_name_is_an_error_that_helps(asked):
    with pytest.raises(UsageError, match="코드"):
        foresto.prices("없는회사이름")
    with pytest.raises(UsageError):
        foresto.prices(["005930", "'; DROP TABLE stocks; --"])
