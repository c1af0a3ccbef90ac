"""The handshake of a browser: what arrives at a socket is Chrome's, and all rules of our sessions hold behind it."""

import contextlib
import gzip
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest
import trustme
from hostile import http as answer
from hostile import serving, session_of
from upstream.test_line import EXPIRED, context_of

from foresto_cli import clock
from foresto_cli.errors import (
    BadPayload,
    Blocked,
    ForestoError,
    Interrupted,
    NetworkDown,
    RateLimited,
    Transient,
    Untrusted,
)
from foresto_cli.upstream import yahoo
from foresto_cli.upstream._browser import BrowserAdapter
from foresto_cli.upstream.policy import Policy

POLICY = Policy(
    name="probe", label="시험 서버", hosts={"127.0.0.1": ("probe",)}, pace=0, daily_budget=99, largest=100_000,
    retried=False,
)  # fmt: skip
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
ENVIRONMENT = (*PROXIES, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
ALPN, ECH, GREASE = 16, 0xFE0D, {0x1010 * nibble + 0x0A0A for nibble in range(16)}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(clock, "sleep", lambda _: None)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusted(monkeypatch, tmp_path, authority):
    """A TLS context whose certificate the environment trusts."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    return context_of(authority.issue_cert("127.0.0.1"))


def browsing(policy=POLICY, patience=1, **options):
    session = session_of(policy=policy, patience=patience, **options)
    session.mount("https://", BrowserAdapter(policy, patience))
    return session


def refused(url, kind, **options):
    session = browsing(**options)
    with pytest.raises(ForestoError) as caught:
        session.get(url)
    assert type(caught.value) is kind, caught.value
    return str(caught.value)


# --- the handshake --------------------------------------------------------------------------------------------------


def vector(data, at, width):
    length = int.from_bytes(data[at : at + width])
    return data[at + width : at + width + length], at + width + length


def numbers(data):
    return [number for (number,) in struct.iter_unpack(">H", data)]


class Hello:
    """A ClientHello (RFC 8446, 4.1.2) without what is random in it."""

    def __init__(self, record):
        """Read one whole record."""
        assert record[0] == 22, "a handshake"
        body = record[9:]
        _, at = vector(body, 34, 1)
        suites, at = vector(body, at, 2)
        _, at = vector(body, at, 1)
        packed, _ = vector(body, at, 2)
        found, at = {}, 0
        while at < len(packed):
            kind = int.from_bytes(packed[at : at + 2])
            found[kind], at = vector(packed, at + 2, 2)
        self.greased = bool(GREASE & set(numbers(suites))) and bool(GREASE & set(found))
        self.suites = [number for number in numbers(suites) if number not in GREASE]
        self.extensions = set(found) - GREASE
        self.alpn = found.get(ALPN, b"")


@contextlib.contextmanager
def listening():
    """Yield (port, ClientHellos) of what accepts any CONNECT, listens to the first record behind it and hangs up."""
    server = socket.create_server(("127.0.0.1", 0))
    heard = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                caller, _ = server.accept()
                with caller, caller.makefile("rb") as lines:
                    if caller.recv(1, socket.MSG_PEEK) == b"C":
                        while lines.readline() not in {b"\r\n", b""}:
                            pass
                        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    head = lines.read(5)
                    if len(head) == 5:
                        heard.append(Hello(head + lines.read(int.from_bytes(head[3:]))))

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1], heard
    server.close()


def test_what_yahoo_sees_is_the_handshake_of_a_browser(monkeypatch, tmp_path):
    import curl_cffi.requests

    with listening() as (port, heard):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        transport = session_of()._transport
        with pytest.raises(NetworkDown):
            yahoo.Yahoo(transport, tmp_path).closes("^GSPC")
        with contextlib.suppress(curl_cffi.requests.exceptions.RequestException):
            curl_cffi.requests.get("https://127.0.0.2/", impersonate="chrome", proxy=f"http://127.0.0.1:{port}")
        with pytest.raises(NetworkDown):
            session_of(policy=POLICY).get(f"https://127.0.0.1:{port}/")
    ours, chrome, plain = heard[0], heard[-2], heard[-1]
    assert ours.greased
    assert ours.suites == chrome.suites
    # Chrome puts its extensions in another order each time; a name of a host is none when it is a number.
    assert ours.extensions - {0} == chrome.extensions - {0}
    assert ECH in ours.extensions
    assert ours.alpn == chrome.alpn == b"\x00\x0c\x02h2\x08http/1.1"
    assert not plain.greased
    assert plain.suites != ours.suites
    assert ECH not in plain.extensions


def test_the_headers_are_the_browsers_and_none_is_pythons(trusted):
    with serving(answer(b"{}"), tls=trusted) as (port, heard):
        browsing().get(
            f"https://127.0.0.1:{port}/x?a=b%20c", headers={"X-Secret": "no", "Referer": "https://127.0.0.1/"}
        )
    said = heard[-1].decode().lower()
    assert said.startswith("get /x?a=b%20c http/1.1\r\n")
    assert "chrome/" in said
    assert "sec-ch-ua" in said
    assert "referer: https://127.0.0.1/" in said
    for word in ("python", "curl", "x-secret", "authorization"):
        assert word not in said


# --- the rules of our sessions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\0\xff"])
def test_certificates_that_are_not_there_are_told_with_their_variable(monkeypatch, tmp_path, name, content):
    place = tmp_path / "ca.pem"
    if content is not None:
        place.write_bytes(content)
    monkeypatch.setenv(name, str(place))
    with serving(answer(b"")) as (port, _):
        assert f"{name}={place}" in refused(f"https://127.0.0.1:{port}/", Untrusted)


@pytest.mark.parametrize("kind", ["unknown", "expired", "other host"])
def test_a_certificate_that_cannot_be_trusted_is_told(monkeypatch, trusted, authority, kind):
    made = {
        "unknown": lambda: trustme.CA().issue_cert("127.0.0.1"),
        "expired": lambda: authority.issue_cert("127.0.0.1", not_after=EXPIRED),
        "other host": lambda: authority.issue_cert("example.com"),
    }[kind]()
    with serving(answer(b"{}"), tls=context_of(made)) as (port, heard):
        said = refused(f"https://127.0.0.1:{port}/", Untrusted)
    assert "인증서를 믿을 수 없습니다(" in said
    assert "()" not in said
    assert not any(b"GET" in head for head in heard)


@pytest.mark.parametrize(
    ("status", "kind", "word"), [(407, Untrusted, "로그인"), (403, Untrusted, "거절"), (502, NetworkDown, "502")]
)
def test_what_a_proxy_refuses_is_told_as_its_refusal(monkeypatch, status, kind, word):
    with serving(answer(b"", status=f"{status} No")) as (port, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://operator:secret@127.0.0.1:{port}")
        said = refused("https://127.0.0.1:9/", kind)
    assert word in said
    assert "secret" not in said


def test_a_proxy_that_is_away_is_the_network_and_one_for_others_is_not_used(monkeypatch, trusted):
    monkeypatch.setenv("HTTPS_PROXY", "127.0.0.1:9")
    assert "HTTPS_PROXY" in refused("https://127.0.0.1:9/", NetworkDown)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(answer(b"{}"), tls=trusted) as (port, _):
        assert browsing().get(f"https://127.0.0.1:{port}/").content == b"{}"


BOMB = gzip.compress(b"0" * 3_000_000)


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ([answer(b"1" * 200_000)], BadPayload),
        ([answer(BOMB, "Content-Encoding: gzip")], BadPayload),
        ([answer(b"no gzip at all", "Content-Encoding: gzip")], BadPayload),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"], NetworkDown),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], NetworkDown),
        ([b"not HTTP\r\n\r\n"], BadPayload),
        ([b""], NetworkDown),
        ([answer(b"", "Location: https://127.0.0.1:9/", status="302 Found")], BadPayload),
        ([answer(b"", status="500 Oops")], Transient),
        ([answer(b"", status="403 No")], Blocked),
    ],
)
def test_whatever_comes_back_is_one_of_our_errors(trusted, parts, kind):
    with serving(*parts, tls=trusted) as (port, heard):
        refused(f"https://127.0.0.1:{port}/", kind)
    assert len([head for head in heard if head]) == 1, "asked once, followed nowhere"


@pytest.mark.long
@pytest.mark.parametrize("pause", [0.02, 9])
def test_an_answer_that_drips_or_stops_ends_when_its_time_is_up(trusted, pause):
    listener = socket.create_server(("127.0.0.1", 0))

    def drip():
        with contextlib.suppress(OSError), trusted.wrap_socket(listener.accept()[0], server_side=True) as caller:
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
            for _ in range(400):
                caller.sendall(b"x")
                time.sleep(pause)

    threading.Thread(target=drip, daemon=True).start()
    started = time.monotonic()
    said = refused(f"https://127.0.0.1:{listener.getsockname()[1]}/", Transient, patience=0.01)
    assert "제한 시간" in said
    assert time.monotonic() - started < 5
    listener.close()


def test_a_signal_is_heard_while_nobody_answers(trusted):
    def hear(*_):
        raise Interrupted(signal.SIGALRM)

    silent = socket.create_server(("127.0.0.1", 0))
    before = signal.signal(signal.SIGALRM, hear)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    started = time.monotonic()
    try:
        with pytest.raises(Interrupted):
            browsing(patience=0.1).get(f"https://127.0.0.1:{silent.getsockname()[1]}/")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        silent.close()
    assert time.monotonic() - started < 5


def test_cookies_and_logins_stay_where_they_belong(monkeypatch, tmp_path, authority, trusted):
    (tmp_path / ".netrc").write_text("default login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    (tmp_path / ".curlrc").write_text('user = "me:secret"\nheader = "X-Mine: secret"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CURL_HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    hosts = {"127.0.0.1": ("probe",), "localhost": ("probe",)}
    session = browsing(Policy(name="probe", label="x", hosts=hosts, pace=0, daily_budget=9))
    context = context_of(authority.issue_cert("127.0.0.1", "localhost"))
    with serving(answer(b"{}", "Set-Cookie: A=1; Path=/"), tls=context) as (port, heard):
        for host in ("127.0.0.1", "127.0.0.1", "localhost", "localhost"):
            session.get(f"https://{host}:{port}/")
    assert ["Cookie: A=1" in head.decode() for head in heard] == [False, True, False, True]
    assert "secret" not in b"".join(heard).decode()
    with pytest.raises(ForestoError, match="허용되지 않은 호스트"):
        session.get("https://127.0.0.2/")


# --- yfinance -------------------------------------------------------------------------------------------------------


def test_its_caches_lie_in_the_state_folder_and_a_spoilt_one_is_made_anew(open_world, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    with open_world(patience=1) as world:
        assert world.app.yahoo.profile("005930", "KOSPI").sector == "Technology"
        folder = world.app.folders.state / "yfinance"
        assert (folder / "cookies.db").exists()
        assert not [place for place in (folder, *folder.iterdir()) if place.stat().st_mode & 0o077]
    assert not (tmp_path / "home").exists()
    with open_world(patience=1) as world:
        world.app.yahoo.profile("000660", "KOSPI")
        assert world.sandbox.requests[0].host == yahoo.CRUMB_HOST, "the cookie is kept"
    for file in folder.iterdir():
        file.write_bytes(b"no database")
    with open_world(patience=1) as world:
        assert world.app.yahoo.profile("000660", "KOSPI").english_name


def test_no_command_pays_for_it_before_it_is_needed():
    code = "import sys, foresto_cli.app, foresto_cli.cli; print(sorted({'yfinance', 'curl_cffi'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_first_question_refused_is_no_matter_of_our_rate(open_world, no_waiting):
    with open_world(patience=1, faults="429@query2.finance.yahoo.com") as world:
        client = world.app.yahoo
        with pytest.raises(Blocked, match="야후가 이 클라이언트를 거절합니다"):
            client.closes("^GSPC")
        with pytest.raises(Blocked):
            client.closes("^IXIC")
        assert len(world.asked()) == 1, "never tried again"
        assert world.rows("SELECT upstream FROM upstream_block") == [("yahoo",)]


def test_a_later_refusal_is_our_rate(open_world, no_waiting):
    with open_world(patience=1) as world:
        world.app.yahoo.closes("^GSPC")
        world.sandbox.faults.add("429@query2.finance.yahoo.com")
        with pytest.raises(RateLimited, match="너무 잦다"):
            world.app.yahoo.closes("^IXIC")
        assert world.rows("SELECT upstream FROM upstream_block") == []


def test_what_is_used_of_yfinance_is_there():
    """A new yfinance or curl_cffi that changes one of these has to be looked at before it is allowed in pyproject."""
    import inspect

    import curl_cffi
    import yfinance
    from yfinance import cache
    from yfinance.data import YfData
    from yfinance.scrapers.history import PriceHistory

    assert {"url", "params"} <= set(inspect.signature(YfData.get_raw_json).parameters)
    assert "session" in inspect.signature(YfData.__init__).parameters
    assert "timeout" in inspect.signature(YfData._get_cookie_and_crumb).parameters
    assert list(inspect.signature(PriceHistory.__init__).parameters)[1:] == ["data", "ticker", "tz", "session"]
    assert {"period", "interval", "auto_adjust", "actions"} <= set(inspect.signature(PriceHistory.history).parameters)
    assert hasattr(cache._CookieCacheManager, "_Cookie_cache")
    assert yfinance.config.debug.hide_exceptions in {True, False}
    for option in ("CONNECTTIMEOUT_MS", "LOW_SPEED_LIMIT", "LOW_SPEED_TIME", "PROXY", "NOPROXY", "HTTPPROXYTUNNEL"):
        assert hasattr(curl_cffi.CurlOpt, option)
