"""``foresto.listing`` and ``foresto.scores``: what the tables hold, with a past day as it was."""

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

import foresto_cli as foresto
from foresto_cli.score import batch


def test_listing_is_the_table_of_stocks(asked):
    found = foresto.listing()
    with asked.app.engine.connect() as connection:
        rows = connection.execute(text("SELECT ticker, name, market_cap FROM stocks WHERE is_active ORDER BY 1")).all()
    assert list(found.index) == [row.ticker for row in rows]
    assert list(found["name"]) == [row.name for row in rows]
    assert found["market_cap"].dtype == np.dtype("float64")
    assert found["listing_date"].dtype == np.dtype("datetime64[s]")
    assert len(foresto.listing(delisted=True)) >= len(found)


def test_listing_of_a_past_day_has_who_traded_then(asked):
    with asked.app.engine.connect() as connection:
        day, count = connection.execute(
            text("SELECT trade_date, count(*) FROM stock_price_daily GROUP BY 1 ORDER BY 1 LIMIT 1")
        ).one()
    found = foresto.listing(f"{day}")
    assert len(found) == count
    assert set(found["trade_date"]) == {pd.Timestamp(day)}
    assert foresto.listing("1980").empty


def test_scores_of_nobody_are_an_empty_frame(asked):
    assert foresto.scores().empty
    assert "total_score" in foresto.scores("005930").columns


@pytest.mark.usefixtures("no_waiting")
def test_scores_are_what_was_stored(asked):
    batch.score_batch(asked.app, batch.Options(force=True))
    newest = foresto.scores()
    with asked.app.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT ticker, total_score FROM compass_score_history ORDER BY ticker, score_date")
        ).all()
    assert {row.ticker for row in rows} == set(newest.index)
    one = foresto.scores(rows[0].ticker)
    assert one.index.name == "score_date"
    beside = one.join(foresto.prices(rows[0].ticker))
    assert beside["close_price"].notna().all()
    assert foresto.scores(since="2000").index.names == ["score_date", "ticker"]
