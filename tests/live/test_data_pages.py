"""데이터: every table and view can be looked at, and given out as CSV; the search box finds stocks."""

import csv
import io

import pytest

from foresto_cli.live.downloads import AT_ONCE
from foresto_cli.store import dictionary


@pytest.mark.long
def test_every_table_and_view_has_a_page_with_its_dictionary(visitor):
    listed = visitor.get("/data").text
    for name, table in dictionary.described().items():
        assert f'href="/data/{name}"' in listed
        response = visitor.get(f"/data/{name}")
        assert response.status_code == 200, name
        assert all(f"<code>{column.name}</code>" in response.text for column in table.columns)


@pytest.mark.long
def test_the_newest_rows_stand_first_and_every_session_is_counted(live, visitor):
    page = visitor.get("/data/stock_price_daily").text
    newest = live.world.scalar("SELECT max(trade_date) FROM stock_price_daily")
    sessions = live.world.scalar("SELECT count(DISTINCT trade_date) FROM stock_price_daily")
    count = live.world.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date = :day", day=newest)
    assert page.index(f"<td>{newest}</td>") < page.index('<h2 id="columns">')
    assert page.count('<rect class="bar"') == sessions
    assert f'<td>{newest}</td><td class="number">{count:,}행</td>' in page


def test_a_table_of_another_name_is_refused_with_the_nearest(visitor):
    response = visitor.get("/data/stok_price_daily")
    assert response.status_code == 400
    assert "stock_price_daily" in response.text


@pytest.mark.parametrize("name", ["pg_authid", "pg_catalog.pg_authid", "information_schema.tables", "stocks;--", "a b"])
def test_what_is_no_table_of_the_database_is_not_shown(visitor, name):
    assert visitor.get(f"/data/{name}").status_code == 400
    assert visitor.get(f"/data/{name}.csv").status_code == 400


def test_a_table_of_the_operators_own_is_shown_too(live, visitor):
    live.world.execute('CREATE SCHEMA mine; CREATE TABLE mine.notes (day date, said text); CREATE TABLE "Odd" (x int)')
    live.world.execute("INSERT INTO mine.notes VALUES ('2026-11-20', '<b>hello</b>')")
    try:
        assert "&lt;b&gt;hello&lt;/b&gt;" in visitor.get("/data/mine.notes").text
        assert visitor.get("/data/Odd").status_code == 400
    finally:
        live.world.execute('DROP SCHEMA mine CASCADE; DROP TABLE "Odd"')


def test_all_rows_are_given_out_as_csv(live, visitor):
    response = visitor.get("/data/stock_price_daily.csv")
    assert "stock_price_daily.csv" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == live.world.scalar("SELECT count(*) FROM stock_price_daily")
    assert set(rows[0]) == {column.name for column in dictionary.described()["stock_price_daily"].columns}


def test_files_that_nobody_reads_to_the_end_hold_nothing(live, visitor):
    for _ in range(AT_ONCE * 3):
        with visitor.get("/data/stock_price_daily.csv", stream=True) as response:
            assert response.status_code in {200, 503}
    for _ in range(100):
        response = visitor.get("/data/stocks.csv")
        if response.status_code == 200:
            break
    assert response.status_code == 200


def test_a_name_leads_to_its_stock_and_several_are_listed(live, visitor):
    ticker, name = live.world.rows("SELECT ticker, name FROM fdr_stock_listing WHERE is_listed LIMIT 1")[0]
    for given in (name, ticker, f" {name} "):
        response = visitor.get("/search", params={"q": given}, allow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (303, f"/stocks/{ticker}")
    letter = live.world.scalar(
        "SELECT left(name, 1) FROM fdr_stock_listing WHERE is_listed GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    listed = visitor.get("/search", params={"q": letter})
    count = live.world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE name LIKE :like", like=f"{letter}%")
    assert listed.status_code == 200
    assert listed.text.count("/stocks/") >= min(count, 2)
    assert "상장 목록에 없습니다" in visitor.get("/search", params={"q": "그런이름은없다zz"}).text


def test_what_was_searched_for_stands_in_the_box_as_text(visitor):
    page = visitor.get("/search", params={"q": '"><script>x'}).text
    assert "<script>x" not in page
    assert "&#34;&gt;&lt;script&gt;x" in page
