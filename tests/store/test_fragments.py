"""SQL is put together of checked names and of our own SQL; text from outside is no piece of it."""

import pytest
from sqlalchemy import Engine, text

from foresto_cli.store.fragments import Fragment, count_rows, fragment, joined, sql


def test_names_and_sql_of_ours_are_put_in():
    only = fragment("p.{column} > {least}", column="close_price", least=1.5)
    query = sql(
        "SELECT {columns} FROM {table} p WHERE {only} AND day = :day",
        columns=("ticker", "p.name"),
        table="stocks",
        only=only,
    )
    assert query.text == "SELECT ticker, p.name FROM stocks p WHERE p.close_price > 1.5 AND day = :day"


def test_pieces_are_joined():
    pieces = ["is_active", Fragment("a = 1")]
    assert joined(" AND ", pieces) == "is_active AND a = 1"


@pytest.mark.parametrize(
    "outside",
    ["stocks; DROP TABLE stocks", "'", "a b", "", "a.b.c", "Stocks", "name\n", "1", "a--", "종목"],
)
def test_text_from_outside_is_no_name(outside):
    with pytest.raises(ValueError, match="neither a name"):
        sql("SELECT count(*) FROM {table}", table=outside)
    with pytest.raises(ValueError, match="neither a name"):
        fragment("{columns}", columns=["ticker", outside])
    with pytest.raises(ValueError, match="neither a name"):
        joined(", ", ["ticker", outside])


def test_what_is_added_to_our_sql_has_to_be_declared_again():
    grown = Fragment("is_active") + " OR true"
    with pytest.raises(ValueError, match="neither a name"):
        sql("SELECT 1 WHERE {only}", only=grown)


def test_rows_of_any_table_are_counted(engine: Engine):
    with engine.begin() as connection:
        connection.execute(text('CREATE TEMPORARY TABLE "Old Table" AS SELECT generate_series(1, 3)'))
        assert count_rows(connection, "Old Table") == 3
