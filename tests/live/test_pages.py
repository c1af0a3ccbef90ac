"""Every page of the live dashboard: valid, without a word of style or script in it, and only for who may come in."""

import re

import html5lib
import pytest
from pages import page as document_of

from foresto_cli.live import event_stream
from foresto_cli.live.live_server import USUAL_PORT
from foresto_cli.live.routes import ROUTES
from foresto_cli.views.page import page_daily

PATHS = [route.path.replace("{table}", "stock_price_daily") for route in ROUTES if "{ticker}" not in route.path]


def parsed(html):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_valid_and_loads_nothing_but_our_files(visitor, path):
    response = visitor.get(path)
    assert response.status_code == 200
    document = parsed(response.text)
    assert not [element.tag for element in document.iter() if "style" in element.attrib or element.tag == "style"]
    assert all(script.get("src", "").startswith("/static/") for script in document.iter("script"))
    assert not [key for element in document.iter() for key in element.attrib if key.startswith("on")]
    named = [element.get(key) for element in document.iter() for key in ("src", "href", "action") if element.get(key)]
    assert all(one.startswith(("/", "#", "?")) and not one.startswith("//") for one in named)


@pytest.mark.parametrize("path", [*PATHS, "/static/live.js", "/nothing"])
def test_nobody_comes_in_without_the_token(stranger, path):
    assert stranger.get(path).status_code == 401


def test_the_token_gives_a_cookie_and_goes_from_the_address(live, stranger):
    entered = stranger.session.get(live.url, allow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=strict"} <= set(entered.headers["set-cookie"].split("; "))
    assert stranger.get("/").status_code == 200


def test_what_is_not_there_is_said_in_a_page(visitor):
    response = visitor.get("/nothing")
    assert response.status_code == 404
    assert "그런 페이지가 없습니다" in response.text


def runs_of(page):
    section = next(one for one in parsed(page).iter("section") if one.get("aria-labelledby") == "runs")
    return ["".join(row.find("td[2]").itertext()).strip() for row in section.iter("tr") if row.find("td") is not None]


@pytest.mark.long
def test_the_history_of_runs_is_looked_through(live, visitor):
    live.world.execute(
        "UPDATE data_collection_log SET status = 'failed', exit_code = 75"
        " WHERE job_name IN ('run initial', 'prices index')"
    )
    assert any("run initial" in one for one in runs_of(visitor.get("/").text))
    steps = runs_of(visitor.get("/?steps=1").text)
    assert len(steps) > 3
    of_the_job = runs_of(visitor.get("/?job=prices+index").text)
    assert of_the_job
    assert all("prices index" in one for one in of_the_job)
    chain, step = runs_of(visitor.get("/?failed=1&steps=1").text)
    assert "run initial" in chain
    assert "prices index" in step
    assert "그런 실행이 없습니다" in visitor.get("/?since=2030-01-01").text
    assert "그런 실행이 없습니다" in visitor.get("/?job=nothing").text
    assert visitor.get("/?since=yesterday").status_code == 400


@pytest.mark.parametrize("name", ["docs/dashboard.md", "docs/dashboard.ko.md"])
def test_the_page_about_it_says_what_the_code_does(name):
    text = document_of(name)
    port = f"{USUAL_PORT}"
    assert set(re.findall(r"\b\d{4}\b", text)) == {port}
    assert set(re.findall(r"(\d+)(?: days|일의)", text)) == {f"{page_daily.DAYS}"}
    assert event_stream.EVERY_SECONDS == 1
    assert re.search(r"once a second|1초에 한 번", text)
    labels = [route.label for route in ROUTES if route.label]
    assert all(label in text for label in labels)
