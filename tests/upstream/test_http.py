"""How upstreams are asked: retries, waits, time limits, pace, breakers, and no secret in any message."""

import dataclasses
import threading
import time
import traceback
from datetime import timedelta

import pytest
import requests
from support import EVENING

from foresto_cli import clock
from foresto_cli.errors import (
    AuthFailed,
    BadPayload,
    Blocked,
    ForestoError,
    Interrupted,
    NetworkDown,
    QuotaSpent,
    RateLimited,
    Transient,
    exit_code_of,
)
from foresto_cli.sandbox.damage import HUGE_BYTES
from foresto_cli.upstream import fdr, krx, krx_login, krx_openapi, naver
from foresto_cli.upstream.http import GIVE_UP_AFTER
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.sent import requests_by_upstream

HOST = naver.HOST
URL = f"https://{HOST}/sise.nhn?symbol=005930&timeframe=day&count=3&requestType=0"
KRX_PAGE = krx_login.LOGIN_PAGE
MIRROR = fdr.MIRROR
POLICY = Policy(
    name="probe",
    label="시험 서버",
    hosts={HOST: "probe"},
    pace=0,
    daily_budget=1_000,
    read_timeout=15,
    total_timeout=60,
)
SECRET = "s3cr3t-key"


@pytest.fixture
def waits(monkeypatch):
    """Every pause, in order; nobody really waits."""
    taken = []
    monkeypatch.setattr(clock, "sleep", taken.append)
    return taken


def session_of(world, inspect=None, *, haste=1.0, patience=1.0, **changes):
    assert world.sandbox.market.sessions  # made when first needed: not within the time limit of a request
    transport = dataclasses.replace(world.app._transport, haste=haste, patience=patience)
    return transport.session(dataclasses.replace(POLICY, **changes), inspect)


def asked(world):
    return len(world.asked("/sise.nhn"))


@pytest.mark.parametrize(
    ("fault", "error", "pauses"),
    [
        ("500", Transient, [30, 60, 120]),
        ("502", Transient, [30, 60, 120]),
        ("503", Transient, [30, 60, 120]),
        ("timeout", Transient, [30, 60, 120]),
        ("reset", NetworkDown, [10, 10, 10]),
        ("half", NetworkDown, [10, 10, 10]),
        ("429", RateLimited, [60, 60]),
        ("404", BadPayload, []),
        ("403", Blocked, []),
        ("unauthorized", AuthFailed, []),
        ("redirect", BadPayload, []),
    ],
)
def test_each_failure_is_tried_again_as_often_and_as_late_as_promised(open_world, waits, fault, error, pauses):
    with open_world(faults=f"{fault}@{HOST}") as world:
        session = session_of(world, patience=0.02 if fault == "timeout" else 1)
        with pytest.raises(ForestoError) as caught:
            session.get(URL)
        assert type(caught.value) is error
        assert waits == pauses
        assert asked(world) == session.sent == len(pauses) + 1
        assert session.error is caught.value


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [("500", Transient, 75), ("429", RateLimited, 75), ("403", Blocked, 75), ("404", BadPayload, 65)],
)
def test_each_failure_knows_its_exit_code(open_world, waits, fault, error, code):
    with open_world(faults=f"{fault}@{HOST}") as world, pytest.raises(error) as caught:
        session_of(world).get(URL)
    assert exit_code_of(caught.value) == code


@pytest.mark.parametrize(("fault", "pauses"), [("500", [30, 60, 120]), ("reset", [10, 10, 10]), ("429", [60, 60])])
def test_an_answer_to_the_last_try_is_an_answer(open_world, waits, fault, pauses):
    with open_world(faults=f"{fault}@{HOST}*{len(pauses)}") as world:
        session = session_of(world, naver.inspect)
        assert session.get(URL).status_code == 200
        assert waits == pauses
        assert session.error is None
        assert session.refused is None


def test_waits_follow_the_kind_of_each_failure(open_world, waits):
    with open_world(faults=f"500@{HOST}*1,reset@{HOST}*1,500@{HOST}*1") as world:
        session_of(world).get(URL)
        assert waits == [30, 10, 120]


def test_a_web_page_instead_of_data_is_a_passing_failure(open_world, waits):
    with open_world(faults=f"html@{HOST}*1") as world:
        assert session_of(world, naver.inspect).get(URL).content.rstrip().endswith(b"</protocol>")
        assert waits == [30]


def test_an_endless_answer_is_given_up_before_it_is_read(open_world, waits):
    with open_world(faults=f"huge@{HOST}") as world:
        assert POLICY.largest < HUGE_BYTES
        with pytest.raises(BadPayload, match="16 MB"):
            session_of(world).get(URL)
        with pytest.raises(BadPayload, match="1 MB"):
            session_of(world, largest=1_000_000).get(URL)
        assert waits == []
        assert asked(world) == 2


@pytest.mark.long
def test_an_answer_that_drips_steadily_ends_at_the_total_time_limit(open_world, waits):
    # One byte every half second: no single pause is long enough for the read limit of 1.5 s; the total is 1 s.
    with open_world(faults=f"drip@{HOST}") as world:
        session = session_of(world, read_timeout=1.5, total_timeout=1)
        found = []

        def ask():
            try:
                session.get(URL)
            except ForestoError as error:
                found.append(error)

        thread = threading.Thread(target=ask, daemon=True)
        started = time.monotonic()
        thread.start()
        while not waits and time.monotonic() - started < 4:
            time.sleep(0.02)
        assert waits[:1] == [30]
        assert time.monotonic() - started < 3
    thread.join(10)
    assert isinstance(found[0], Transient)


def test_a_block_is_never_tried_again_and_stops_every_session_of_that_breaker(open_world, waits):
    with open_world(faults=f"block@{krx_login.HOST}") as world:
        policy = krx_login.policy(200)
        first = world.app._transport.session(policy, krx.inspect)
        with pytest.raises(Blocked, match="차단"):
            first.get(KRX_PAGE)
        assert len(world.asked()) == 1
        world.sandbox.faults.clear()
        for session in (first, world.app._transport.session(policy), world.app.fdr.sessions[1]):
            with pytest.raises(Blocked):
                session.get(KRX_PAGE)
        assert len(world.asked()) == 1
        assert waits == []
        assert session_of(world).get(URL).status_code == 200
    with open_world(EVENING + timedelta(hours=23)) as world:
        with pytest.raises(Blocked, match=r"^KRX: .*까지 요청하지 않습니다"):
            world.app._transport.session(krx_login.policy(200)).get(KRX_PAGE)
        assert world.asked() == []
    with open_world(EVENING + timedelta(hours=25)) as world:
        assert world.app._transport.session(krx_login.policy(200)).get(KRX_PAGE).status_code == 200


def test_a_block_of_krx_is_never_called_one_of_the_mirror(open_world, waits):
    with open_world(faults="block@data.krx.co.kr") as world:
        for match in (r"^KRX: 이 IP가 차단되었습니다", r"^KRX: [-0-9 :]*까지 요청하지 않습니다. KRX: 이 IP가"):
            with pytest.raises(Blocked, match=match):
                world.app._transport.session(fdr.date_policy(200), fdr.inspect).get(KRX_PAGE)


def test_a_block_of_the_mirror_does_not_block_krx(open_world, waits):
    with open_world(faults="403@raw.githubusercontent.com") as world:
        session = world.app.fdr.sessions[0]
        with pytest.raises(Blocked):
            session.get(f"{MIRROR}/listing/krx/2026-11-20.csv")
        assert session.breaker == "fdr"
        world.app._transport.limits.check("krx")
        with pytest.raises(Blocked):
            world.app._transport.limits.check("fdr")


@pytest.mark.parametrize(("fault", "error"), [("429", RateLimited), ("unauthorized", AuthFailed), ("403", Blocked)])
def test_an_upstream_that_refused_us_is_not_asked_again_in_this_run(open_world, waits, fault, error):
    with open_world(faults=f"{fault}@{HOST}") as world:
        session = session_of(world)
        with pytest.raises(error):
            session.get(URL)
        sent = asked(world)
        world.sandbox.faults.clear()
        with pytest.raises(error):
            session.get(URL)
        assert asked(world) == sent
        assert isinstance(session.refused, error)


def test_failures_in_a_row_end_the_asking(open_world, waits):
    with open_world(faults=f"500@{HOST}") as world:
        session = session_of(world)
        for _ in range(GIVE_UP_AFTER):
            assert session.refused is None
            with pytest.raises(Transient):
                session.get(URL)
        sent = asked(world)
        assert sent == GIVE_UP_AFTER * 4
        world.sandbox.faults.clear()
        with pytest.raises(Transient, match="더 요청하지 않습니다"):
            session.get(URL)
        assert asked(world) == sent


def test_an_answer_in_between_begins_the_count_anew(open_world, waits):
    with open_world() as world:
        session = session_of(world)
        for _ in range(3):
            for _ in range(GIVE_UP_AFTER - 1):
                world.sandbox.faults.add(f"500@{HOST}*4")
                with pytest.raises(Transient):
                    session.get(URL)
            assert session.get(URL).status_code == 200
        assert session.refused is None


def test_answers_that_were_not_understood_do_not_end_the_asking(open_world, waits):
    with open_world(faults=f"404@{HOST}*5") as world:
        session = session_of(world)
        for _ in range(5):
            with pytest.raises(BadPayload):
                session.get(URL)
        assert session.get(URL).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        f"https://{HOST}.evil.example/",
        f"https://{HOST}@evil.example/",
        "https://evil.example/?fchart.stock.naver.com",
        "https:///nobody",
    ],
)
def test_a_host_outside_the_policy_is_never_asked(open_world, waits, url):
    with open_world() as world:
        session = session_of(world)
        with pytest.raises(ForestoError, match="허용되지 않은"):
            session.get(url)
        assert (session.sent, world.asked()) == (0, [])


def test_a_redirect_is_an_answer_that_nobody_follows(open_world, waits):
    with open_world(faults=f"redirect@{HOST}") as world:
        with pytest.raises(BadPayload, match="302"):
            session_of(world).get(URL, allow_redirects=True)
        assert asked(world) == 1


def test_starts_of_requests_keep_their_distance_across_threads(open_world, waits):
    with open_world() as world:
        session = session_of(world, pace=0.5)
        threads = [threading.Thread(target=session.get, args=(URL,)) for _ in range(4)]
        before = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        late = time.monotonic() - before
        assert session.sent == 4
        assert len(waits) == 3
        assert sorted(waits) == pytest.approx([0.5, 1.0, 1.5], abs=min(late, 0.4))


def test_the_pace_is_really_waited_for(open_world):
    with open_world() as world:
        session = session_of(world, pace=0.3)
        before = time.monotonic()
        for _ in range(3):
            session.get(URL)
        assert time.monotonic() - before >= 0.6


def test_haste_shortens_paces_and_waits_alike(open_world, waits):
    with open_world(faults=f"500@{HOST}*1") as world:
        session_of(world, haste=0.01).get(URL)
        assert waits == [pytest.approx(0.3)]


def test_a_request_to_stop_ends_a_wait_at_once(open_world):
    with open_world(faults=f"500@{HOST}") as world:
        threading.Timer(0.3, clock.wake, [15]).start()
        before = time.monotonic()
        with pytest.raises(Interrupted):
            session_of(world).get(URL)
        assert time.monotonic() - before < 5
        assert asked(world) == 1


def test_a_spent_budget_ends_the_asking_without_a_wait(open_world, waits):
    with open_world() as world:
        session = session_of(world, daily_budget=2)
        for _ in range(2):
            session.get(URL)
        for _ in range(2):
            with pytest.raises(QuotaSpent, match="2회"):
                session.get(URL)
        assert (asked(world), session.sent, waits) == (2, 2, [])


def test_tries_count_against_the_budget(open_world, waits):
    with open_world(faults=f"500@{HOST}") as world:
        with pytest.raises(QuotaSpent):
            session_of(world, daily_budget=3).get(URL)
        assert asked(world) == 3
        assert world.scalar("SELECT used FROM upstream_usage WHERE upstream = 'probe'") == 3


def test_requests_are_counted_by_upstream_tries_included(open_world, waits):
    with open_world(faults=f"500@{HOST}*2") as world:
        first, second, other = session_of(world), session_of(world), session_of(world, name="other")
        for session in (first, second, other):
            session.get(URL)
        assert requests_by_upstream([first, second, other]) == {"probe": 4, "other": 1}


ALL_FAULTS = ("500", "429", "reset", "half", "timeout", "404", "403", "unauthorized", "redirect", "truncated", "html")


@pytest.mark.parametrize("fault", ALL_FAULTS)
def test_no_message_holds_a_key_a_password_or_a_url(open_world, waits, fault):
    with open_world(faults=f"{fault}@*") as world:
        patience = 0.01 if fault == "timeout" else 1
        sessions = [
            session_of(world, naver.inspect, patience=patience, hosts={HOST: f"probe{number}"}) for number in range(3)
        ]
        sessions[1].headers["AUTH_KEY"] = SECRET
        attempts = (
            lambda: sessions[0].get(f"{URL}&serviceKey={SECRET}"),
            lambda: sessions[1].get(URL),
            lambda: sessions[2].post(URL, data={"pw": SECRET}),
        )
        for attempt in attempts:
            with pytest.raises(ForestoError) as caught:
                attempt()
            for shown in (str(caught.value), repr(caught.value), "".join(traceback.format_exception(caught.value))):
                assert SECRET not in shown
            assert "http" not in str(caught.value)
            assert "\n" not in str(caught.value)
        assert SECRET not in str(world.rows("SELECT reason FROM upstream_block"))


def test_cookies_of_krx_are_sent_to_no_other_host(open_world, waits):
    with open_world() as world:
        session = session_of(world, hosts=fdr.POLICY.hosts | krx_login.policy(9).hosts)
        assert session.get(KRX_PAGE).headers["Set-Cookie"].startswith("JSESSIONID=")
        assert "JSESSIONID=" in session.get(KRX_PAGE).request.headers["Cookie"]
        elsewhere = session.get(f"{MIRROR}/listing/krx/2026-11-20.csv")
        assert "Cookie" not in elsewhere.request.headers


def test_the_sessions_of_krx_ask_krx_only(open_world, waits):
    with open_world() as world:
        for session in world.app.krx.sessions:
            assert set(session.policy.hosts) == {krx_login.HOST}
            with pytest.raises(ForestoError, match="허용되지 않은"):
                session.get(f"{MIRROR}/listing/krx/2026-11-20.csv", headers={"Cookie": "JSESSIONID=x"})
        assert world.asked() == []


def test_the_key_of_the_open_api_is_in_no_url(open_world, waits):
    with open_world() as world:
        session = world.app.krx_openapi.sessions[0]
        key = world.app.settings.krx_openapi_key.get_secret_value()
        session.get(f"{krx_openapi.BASE}/{krx_openapi.TRADES['KOSPI'].path}", params={"basDd": "20261119"})
        assert session.headers["AUTH_KEY"] == key
        assert world.asked("bydd_trd")
        assert all(key not in str(request) for request in world.asked())


def test_every_answer_is_complete_when_it_leaves_the_session(open_world):
    with open_world() as world:
        response = session_of(world, naver.inspect).get(URL)
        assert isinstance(response, requests.Response)
        assert response.raw.closed
        assert response.content.count(b"<item ") == 3
