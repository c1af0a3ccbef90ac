"""``foresto.sql``: any question as a frame, and nothing that could change anything."""

import numpy as np
import pytest

import foresto_cli as foresto
from foresto_cli.errors import UsageError


def test_a_question_becomes_a_frame_of_numbers_and_days(asked):
    found = foresto.sql(
        "SELECT ticker, trade_date, close_price, is_halted, NULL::numeric AS nothing FROM stock_price_daily LIMIT 3"
    )
    assert len(found) == 3
    assert found["close_price"].dtype == found["nothing"].dtype == np.dtype("float64")
    assert found["trade_date"].dtype == np.dtype("datetime64[s]")
    assert str(found["is_halted"].dtype) == "boolean"
    assert found["nothing"].isna().all()


def test_no_rows_and_two_columns_of_one_name(asked):
    assert list(foresto.sql("SELECT ticker, name FROM stocks WHERE false").columns) == ["ticker", "name"]
    assert foresto.sql("SELECT 1 AS a, 'x' AS a").shape == (1, 2)
    assert foresto.sql("SELECT DATE '9999-12-31' AS day")["day"].dt.year[0] == 9999


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM stocks",
        "SELECT 1; DELETE FROM stocks",
        "COMMIT",
        "WITH gone AS (DELETE FROM stocks RETURNING 1) SELECT * FROM gone",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT set_config('default_transaction_read_only', 'off', false); DROP TABLE stocks",
        "COPY stocks TO '/tmp/foresto'",
        "SELEC 1",
        "SELECT pg_sleep(30)",
    ],
)
def test_what_is_no_question_is_refused(asked, statement):
    with pytest.raises(UsageError):
        foresto.sql(statement, seconds=0.5)
    assert foresto.sql("SELECT count(*) AS n FROM stocks")["n"][0] > 0
