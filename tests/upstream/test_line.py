"""The way to an upstream: certificates, proxies, and exceptions that nobody named are somebody's ordinary failure."""

import http.client
import importlib.util
import ssl
import zlib
from datetime import UTC, datetime, timedelta

import pytest
import requests
import trustme
import urllib3
from hostile import http as answer
from hostile import serving, session_of

from foresto_cli import clock
from foresto_cli.errors import AuthFailed, BadPayload, ForestoError, NetworkDown, Transient, Untrusted
from foresto_cli.upstream.mail import Letter, Mail, Server

VARIABLES = [
    name for plain in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY") for name in (plain, plain.lower())
] + ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"]
ELSEWHERE = "https://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(clock, "sleep", lambda _: None)


def refused(url, kind=Untrusted):
    session = session_of()
    with pytest.raises(ForestoError) as caught:
        session.get(url)
    assert type(caught.value) is kind, caught.value
    if kind is Untrusted:
        assert session.sent == 1
        assert caught.value.exit_code == 78
        assert session.refused is caught.value
    return str(caught.value)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\0\xff"])
def test_certificates_that_are_not_there_are_told_with_their_variable(monkeypatch, tmp_path, name, content):
    place = tmp_path / "ca.pem"
    if content is not None:
        place.write_bytes(content)
    monkeypatch.setenv(name, str(place))
    with serving(answer(b"")) as (port, heard):
        said = refused(f"https://127.0.0.1:{port}/")
    assert f"{name}={place}" in said
    assert not any(b"GET" in head for head in heard)


def context_of(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


EXPIRED = datetime.now(UTC) - timedelta(days=1)


@pytest.mark.parametrize("kind", ["unknown", "expired", "other host"])
def test_a_certificate_that_cannot_be_trusted_is_told_and_not_tried_again(monkeypatch, tmp_path, authority, kind):
    made = {
        "unknown": lambda: trustme.CA().issue_cert("127.0.0.1"),
        "expired": lambda: authority.issue_cert("127.0.0.1", not_after=EXPIRED),
        "other host": lambda: authority.issue_cert("example.com"),
    }[kind]()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with serving(answer(b"{}"), tls=context_of(made)) as (port, heard):
        assert "인증서를 믿을 수 없습니다(" in refused(f"https://127.0.0.1:{port}/")
    assert heard == []


def test_a_certificate_that_can_be_trusted_is(monkeypatch, tmp_path, authority):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with serving(answer(b"{}"), tls=context_of(authority.issue_cert("127.0.0.1"))) as (port, _):
        assert session_of().get(f"https://127.0.0.1:{port}/").content == b"{}"


@pytest.mark.parametrize(("status", "kind", "word"), [
    ("407 Proxy Authentication Required", Untrusted, "407"),
    ("403 Forbidden", Untrusted, "403"),
    ("502 Bad Gateway", NetworkDown, "502"),
])  # fmt: skip
def test_what_a_proxy_refuses_is_told_as_its_refusal(monkeypatch, status, kind, word):
    with serving(answer(b"", status=status)) as (port, _):
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:pa55word@127.0.0.1:{port}")
        said = refused(ELSEWHERE, kind)
    assert "프록시" in said
    assert word in said
    assert "pa55word" not in said


def test_a_proxy_that_wants_a_login_for_plain_http_is_told_too(monkeypatch):
    with serving(answer(b"", status="407 Proxy Authentication Required")) as (port, _):
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        assert "http_proxy" in refused("http://127.0.0.1:9/")


@pytest.mark.parametrize("address", [
    "http://", "::::", "foo://x", "http://host:99999", "http://ho st:80", "http://[::1", "http://a..b:80",
    "http://u:pa55word@:80", "http://\u00a0:80", "file:///x", "http://한국:80:80",
])  # fmt: skip
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_none_is_told_with_its_variable(monkeypatch, name, address):
    monkeypatch.setenv(name, address)
    said = refused(ELSEWHERE)
    assert name in said
    assert "pa55word" not in said


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_socks_proxy_is_used_where_pysocks_is_and_else_that_is_said(monkeypatch, name):
    monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    has_it = importlib.util.find_spec("socks") is not None
    said = refused(ELSEWHERE, NetworkDown if has_it else Untrusted)
    assert name in said


def test_a_proxy_that_is_away_is_the_network(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert "HTTPS_PROXY" in refused(ELSEWHERE, NetworkDown)


def test_a_broken_proxy_that_is_not_used_is_no_matter(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "::::")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(answer(b"{}")) as (port, _):
        assert session_of().get(f"http://127.0.0.1:{port}/").content == b"{}"


@pytest.mark.parametrize(("key", "url"), [
    ("…", "http://127.0.0.1:{port}/"),
    ("a\nb", "http://127.0.0.1:{port}/"),
    ("key", "http://127.0.0.1:999999/"),
])  # fmt: skip
def test_what_cannot_be_sent_is_a_key_or_an_address_to_be_put_right(key, url):
    with serving(answer(b"{}")) as (port, heard):
        session = session_of()
        session.headers["AUTH_KEY"] = key
        with pytest.raises(AuthFailed):
            session.get(url.format(port=port))
        assert heard == []


class _NobodyNamedIt(Exception):  # a class that no library has
    pass


@pytest.mark.parametrize("error", [
    _NobodyNamedIt("x"), RuntimeError("x"), OSError(5, "x"), UnicodeError("label empty"), MemoryError(),
    RecursionError(),     AssertionError(), KeyError("x"), ssl.SSLError(1, "x"),
    ssl.SSLEOFError(8, "x"), zlib.error("x"), TypeError(),
    http.client.IncompleteRead(b""), http.client.BadStatusLine("x"), http.client.LineTooLong("x"),
    urllib3.exceptions.HTTPError("x"), urllib3.exceptions.ProtocolError("x"),
    urllib3.exceptions.LocationParseError("x"),
    urllib3.exceptions.ReadTimeoutError(None, "", "x"), requests.exceptions.RetryError(),
    requests.exceptions.InvalidURL(),
    requests.exceptions.InvalidSchema("x"), requests.exceptions.SSLError("x"), ValueError(ValueError(ValueError())),
])  # fmt: skip
@pytest.mark.parametrize("where", ["asking", "reading"])
def test_an_exception_of_any_class_becomes_one_of_ours(monkeypatch, error, where):
    def fail(*_, **__):
        raise error

    with serving(answer(b"{}")) as (port, _):
        session = session_of(fail if where == "reading" else None)
        if where == "asking":
            monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", fail)
        with pytest.raises(ForestoError) as caught:
            session.get(f"http://127.0.0.1:{port}/")
    assert isinstance(caught.value, AuthFailed | BadPayload | Transient)
    assert caught.value.exit_code != 70


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_mail_names_certificates_that_are_not_there(monkeypatch, open_world, name):
    with open_world() as world:
        server = Server(host="127.0.0.1", port=world.sandbox.post_office.port, sender="a@example.com")
        monkeypatch.setenv("SSL_CERT_FILE", "")
        monkeypatch.setenv(name, "/opt/corp/ca.pem")
        with pytest.raises(Untrusted, match=f"{name}=/opt/corp/ca.pem"):
            Mail(server, world.app._transport).send(Letter(to=["b@example.com"], subject="x", text="y"))
        assert world.sandbox.outbox.items == []
