"""찾기: the screen of the address, put together by choosing, with the counts of ``foresto screen`` and its rows."""

import csv
import html
import io
import re

import pytest

from foresto_cli.screens import find_page, saved_screens
from foresto_cli.screens.screening import screened

CONDITION = "price > 1000 and market_cap > 100억"


def test_the_page_says_what_the_command_says(live, visitor):
    page = visitor.get("/find", params={"condition": CONDITION}).text
    with live.world.app.engine.connect() as connection:
        found = screened(connection, CONDITION)
    counts = re.findall(r'<td><code>(.*?)</code></td>.*?<td class="number">\s*<span[^>]*>([\d,]+)', page, re.DOTALL)
    assert [(html.unescape(said), int(left.replace(",", ""))) for said, left in counts] == list(found.counts)
    tickers = re.findall(r"<tr><td>(\w{6})</td>", page)
    assert tickers == [row[0] for row in found.rows][: find_page.SHOWN]


@pytest.mark.parametrize(
    ("field", "compare", "value", "added"),
    [
        ("per", "<=", "10", "per <= 10"),
        ("market_cap", ">=", "3,000억", "market_cap >= 3000억"),
        ("market", "=", 'KOS"PI', 'market = "KOSPI"'),
        ("sector", "in", "반도체", '"반도체" in sector'),
        ("designated", "not", "", "not designated"),
        ("halted", "is", "", "halted"),
        ("listing_date", ">=", "2020-01-01", 'listing_date >= "2020-01-01"'),
    ],
)
def test_a_condition_is_put_together_by_choosing(visitor, field, compare, value, added):
    given = {"condition": "price > 1", "field": field, "compare": compare, "value": value}
    response = visitor.get("/find", params=given)
    assert response.status_code == 200
    assert html.escape(f"price > 1 and {added}").replace("&quot;", "&#34;") in response.text
    assert "field=" not in response.url


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"condition": "prise < 10"}, "price"),
        ({"condition": "price <"}, "알아볼 수 없습니다"),
        ({"condition": "price > 1", "sort": "x"}, "정렬할 수 없습니다"),
        ({"condition": "price > 1", "as_of": "2099-01-01"}, "아직 오지 않은"),
        ({"condition": "price > 1", "as_of": "yesterday"}, "날"),
        ({"condition": "price > 1", "as_of": "1990-01-01"}, "저장된 시세가 없습니다"),
        ({"field": "per", "compare": "<=", "value": ""}, "비교할 값"),
        ({"field": "per", "compare": "in", "value": "1"}, "글자에만"),
        ({"field": "per", "compare": "is", "value": "1"}, "참·거짓이 아닙니다"),
        ({"field": "nobody", "compare": "<=", "value": "1"}, "만들 수 없습니다"),
        ({"condition": "x" * 2_001}, "너무 깁니다"),
    ],
)
def test_what_cannot_be_understood_is_said_and_what_was_typed_stays(visitor, given, said):
    response = visitor.get("/find", params=given)
    assert response.status_code == 400
    assert said in re.search(r'role="alert">(.*?)</p>', response.text)[1]
    assert given.get("condition", "")[:50] in html.unescape(response.text)


def test_everybody_is_given_out_as_csv(live, visitor):
    response = visitor.get("/find.csv", params={"condition": "price > 0", "sort": "ticker"})
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    with live.world.app.engine.connect() as connection:
        found = screened(connection, "price > 0", sort="ticker")
    assert [row["ticker"] for row in rows] == [row[0] for row in found.rows]
    assert visitor.get("/find.csv", params={"condition": "prise > 0"}).status_code == 400


def test_a_saved_condition_is_found_by_its_name(live, visitor):
    with live.world.app.engine.begin() as connection:
        saved_screens.save(connection, "큰 회사", "market_cap > 1조")
    page = visitor.get("/find").text
    address = html.unescape(re.search(r'href="(/find[^"]+)">큰 회사<', page)[1])
    assert "<code>market_cap &gt; 1조</code>" in visitor.get(address).text


def test_a_condition_is_taken_away_and_the_order_turned_round(visitor):
    page = visitor.get("/find", params={"condition": CONDITION, "sort": "-price"}).text
    without = html.unescape(re.search(r'<a href="([^"]+)" aria-label="price', page)[1])
    assert "price" not in re.search(r"<textarea[^>]*>(.*?)</textarea>", visitor.get(without).text)[1]
    turned = html.unescape(re.search(r'aria-sort="descending"><a href="([^"]+)"', page)[1])
    assert 'aria-sort="ascending"' in visitor.get(turned).text
