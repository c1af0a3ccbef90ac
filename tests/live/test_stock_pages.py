"""Pages of the market, of scores and of stocks over HTTP: whatever the address says, the answer is a page."""

from urllib.parse import quote

import pytest

INJECTED = ("'; DROP TABLE stocks; --", "1 OR 1=1", "../../../etc/passwd", "<script>alert(1)</script>", "%s", "{{7*7}}")


def test_a_stock_has_a_page_at_its_code_and_is_found_there_by_its_name(live, visitor):
    (name,) = live.world.rows("SELECT name FROM fdr_stock_listing WHERE ticker = '005930'")[0]
    page = visitor.get("/stocks/005930")
    assert page.status_code == 200
    assert f"<h1>{name}</h1>" in page.text
    moved = visitor.get(f"/stocks/{quote(name)}", allow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (303, "/stocks/005930")


def test_the_pages_lead_to_each_other(visitor):
    market = visitor.get("/market").text
    first = market.partition('href="/stocks/')[2].partition('"')[0]
    assert visitor.get(f"/stocks/{first}").status_code == 200
    for address in ("?range=1m", "?range=all&raw=1"):
        page = visitor.get(f"/stocks/{first}{address}")
        assert page.status_code == 200
        assert f'href="/stocks/{first}' in page.text


@pytest.mark.long
@pytest.mark.parametrize("given", INJECTED)
def test_sql_and_markup_in_every_field_do_nothing(live, visitor, given):
    before = live.world.scalar("SELECT count(*) FROM stocks")
    answers = [
        visitor.get(f"/stocks/{quote(given, safe='')}"),
        visitor.get("/stocks/005930", params={"range": given}),
        visitor.get("/stocks/005930", params={"raw": given, "ticker": given}),
        visitor.get("/scores", params={"axis": given}),
        visitor.get("/market", params={"day": given}),
    ]
    assert {answer.status_code for answer in answers} <= {200, 400, 404}
    assert not any("<script>alert" in answer.text for answer in answers)
    assert live.world.scalar("SELECT count(*) FROM stocks") == before


def test_nobody_sees_a_stock_without_the_token(stranger):
    assert stranger.get("/stocks/005930").status_code == 401
