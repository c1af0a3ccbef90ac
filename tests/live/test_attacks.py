"""What another site, another account's guesses and a hostile client come to: nothing gets in, nothing falls over."""

import contextlib
import re

import pytest
import requests
from live.visitors import head, raw

from foresto_cli import clock
from foresto_cli.live.routes import ROUTES

PATHS = [route.path.replace("{ticker}", "005930").replace("{table}", "stocks") for route in ROUTES]
EVIL = [
    "' OR 1=1 --",
    "'; DROP TABLE stocks; --",
    "1) UNION SELECT value FROM foresto_meta --",
    "$$; SELECT pg_sleep(30); $$",
    ":day",
    "%(x)s",
    "\\",
    "\x00",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "-1",
    "99999999999999999999999",
    "NaN",
    "9999-99-99",
    "../../etc/passwd",
]


def opened_alert(world):
    world.execute(
        "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at, last_seen_at)"
        " VALUES ('blocked', 'krx', 'critical', '차단', '차단되었습니다', :now, :now)",
        now=clock.wall(),
    )
    return world.scalar("SELECT max(alert_id) FROM ops_alert")


def form_of(visitor):
    return re.search(r'name="form" value="([^"]+)"', visitor.get("/").text)[1]


def acknowledged(live, number):
    return live.world.scalar("SELECT acknowledged_at FROM ops_alert WHERE alert_id = :number", number=number)


def own(live):
    return {"Origin": f"http://127.0.0.1:{live.port}"}


@pytest.mark.long
def test_an_alert_is_acknowledged_by_its_form(live, visitor):
    number = opened_alert(live.world)
    response = visitor.post(f"/alerts/{number}/acknowledge", data={"form": form_of(visitor)}, headers=own(live))
    assert (response.status_code, response.history[0].status_code) == (200, 303)
    assert acknowledged(live, number) is not None
    assert "확인했습니다. 해결될 때까지" in response.text


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost.evil.example", None, "file://"]
)
def test_the_form_of_another_site_changes_nothing(live, visitor, origin):
    number = opened_alert(live.world)
    headers = {} if origin is None else {"Origin": origin}
    response = visitor.post(f"/alerts/{number}/acknowledge", data={"form": form_of(visitor)}, headers=headers)
    assert response.status_code == 403
    assert acknowledged(live, number) is None


def test_a_form_without_its_word_changes_nothing(live, visitor):
    number = opened_alert(live.world)
    for body in ({}, {"form": ""}, {"form": "x" * 43}, {"form": live.secrets.cookie}, {"form": live.secrets.token}):
        response = visitor.post(f"/alerts/{number}/acknowledge", data=body, headers=own(live))
        assert response.status_code == 403
    assert acknowledged(live, number) is None


def test_a_form_without_the_cookie_changes_nothing(live, visitor, stranger):
    number = opened_alert(live.world)
    response = stranger.post(f"/alerts/{number}/acknowledge", data={"form": form_of(visitor)}, headers=own(live))
    assert response.status_code == 401
    assert acknowledged(live, number) is None


@pytest.mark.parametrize("number", ["0", "999", "9223372036854775808", "9" * 400])
def test_an_alert_that_there_is_not_is_said(live, visitor, number):
    opened_alert(live.world)
    response = visitor.post(f"/alerts/{number}/acknowledge", data={"form": form_of(visitor)}, headers=own(live))
    assert response.status_code == 404
    assert "열린" in response.text


def test_a_large_form_is_not_read(live, visitor):
    number = opened_alert(live.world)
    body = b"form=" + b"x" * 1_000_000
    with contextlib.suppress(requests.ConnectionError):  # what is refused while it is sent may end the connection
        assert visitor.post(f"/alerts/{number}/acknowledge", data=body, headers=own(live)).status_code == 413
    assert acknowledged(live, number) is None


@pytest.mark.parametrize("token", ["", "x", "%00", "á", "x" * 3_000])
def test_a_wrong_token_opens_nothing(stranger, token):
    response = stranger.get(f"/?token={token}")
    assert response.status_code == 401
    assert "set-cookie" not in response.headers


def test_the_token_alone_is_no_cookie(live, stranger):
    for word in (live.secrets.token, live.secrets.form, "", "x"):
        stranger.session.cookies.set(f"foresto_{live.port}", word, domain="127.0.0.1")
        assert stranger.get("/").status_code == 401


def test_the_way_in_leads_to_no_other_host(live, stranger):
    response = stranger.get(f"//evil.example/?token={live.secrets.token}", allow_redirects=False)
    assert not response.headers.get("location", "/").startswith("//")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:{port}", "[::1]:{port}", ""]
)
def test_another_name_is_not_answered(live, visitor, host):
    for path in ("/", f"/?token={live.secrets.token}", "/static/live.js", "/events"):
        response = visitor.get(path, headers={"Host": host.format(port=live.port)}, allow_redirects=False)
        assert response.status_code in {400, 421}
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../etc/passwd",
        "/static/..%2f..%2fsettings%2fmodel.py",
        "/static/%2e%2e/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/dashboard.css%00.svg",
        "/data/../static/live.js",
        "/..\\..\\etc\\passwd",
    ],
)
def test_no_path_leads_out(live, visitor, path):
    cookie = f"foresto_{live.port}={live.secrets.cookie}"
    answer = raw(live, head(live, path, Cookie=cookie))
    assert re.match(rb"HTTP/1.1 (400|404) ", answer)
    assert b"root:" not in answer
    assert b"class Settings" not in answer


FIELDS = [
    "q",
    "condition",
    "as_of",
    "sort",
    "top",
    "job",
    "failed",
    "since",
    "limit",
    "order",
    "raw",
    "range",
    "name",
    "field",
    "compare",
    "value",
]


FORMS = {
    "/search": [lambda evil: {"q": evil}],
    "/find": [
        lambda evil: {"condition": f"per < {evil}"},
        lambda evil: {"as_of": evil},
        lambda evil: {"field": "name", "compare": "in", "value": evil},
    ],
}
"""What a page reads by itself, without the other fields that would be refused first."""


@pytest.mark.long
@pytest.mark.parametrize("path", PATHS)
def test_no_field_reaches_the_database_as_sql(live, visitor, path):
    before = live.world.scalar("SELECT count(*) FROM stocks")
    assert set(FORMS) <= set(PATHS)
    for evil in EVIL:
        for given in (dict.fromkeys(FIELDS, evil), *(form(evil) for form in FORMS.get(path, ()))):
            response = visitor.get(path, params=given)
            assert response.status_code < 500, (path, given)
            assert "<script>alert" not in response.text
    assert live.world.scalar("SELECT count(*) FROM stocks") == before
