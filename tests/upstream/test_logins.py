"""Keys, cookies and logins go where they are for, and nowhere else: every request of every command is looked at."""

import base64
import contextlib
import signal
from dataclasses import replace

import pytest
import requests
import typer
from hostile import http as answer
from hostile import serving, session_of

from foresto_cli import __main__ as entry
from foresto_cli import opening
from foresto_cli.cli import app
from foresto_cli.cli._command import Globals
from foresto_cli.errors import BadPayload, NetworkDown, Untrusted
from foresto_cli.settings import SANDBOX_KEYS
from foresto_cli.upstream import krx_login, webhooks
from foresto_cli.upstream._guard import guarded
from foresto_cli.upstream.worlds import World

PATIENCE = 1
CANARY = "canary-s3cret"
LOGIN = base64.b64encode(f"me:{CANARY}".encode()).decode()
HOME_FILES = {
    ".netrc": f"machine raw.githubusercontent.com login me password {CANARY}\ndefault login me password {CANARY}\n",
    "_netrc": f"default login me password {CANARY}\n",
    ".pgpass": f"*:*:*:*:{CANARY}\n",
    ".curlrc": f'user = "me:{CANARY}"\nheader = "Cookie: {CANARY}"\n',
    ".config/pip/pip.conf": f"[global]\nindex-url = https://me:{CANARY}@packages.example/simple\n",
    ".cookies.txt": f".krx.co.kr\tTRUE\t/\tFALSE\t0\tsession\t{CANARY}\n",
    ".git-credentials": f"https://me:{CANARY}@raw.githubusercontent.com\n",
}
VARIABLES = {
    "PGPASSWORD": CANARY, "PGUSER": "me", "PGHOST": "192.0.2.1",
    "REQUESTS_AUTH": CANARY, "AUTHORIZATION": CANARY, "GITHUB_TOKEN": CANARY, "COOKIE": CANARY,
}  # fmt: skip
HOSTS = {
    "krx_pw": {"data.krx.co.kr"},
    "krx_openapi_key": {"data-dbg.krx.co.kr"},
    "fsc_api_key": {"apis.data.go.kr"},
    "dart_api_key": {"opendart.fss.or.kr"},
    "fss_api_key": {"finlife.fss.or.kr"},
    "alpha_vantage_api_key": {"www.alphavantage.co"},
    "slack_webhook_url": {"hooks.slack.com"},
    "foresto_ping_url": {"hc-ping.com"},
    "smtp_password": set(),
}
"""Which host each key is for."""
COOKIE_HOSTS = {"data.krx.co.kr", "query1.finance.yahoo.com", "query2.finance.yahoo.com", "fc.yahoo.com"}
QUICK = (
    ("doctor",), ("listing", "load"), ("prices", "incremental"), ("fss", "credit"), ("dart", "corp-codes"),
    ("us", "load", "--tickers", "IBM"), ("alerts", "test"), ("run", "quarterly"),
)  # fmt: skip
NOT_HERE = {"sandbox serve", "demo", "mcp", "db shell", "db up", "db down", "schedule install", "schedule uninstall"}
"""Commands that go on for ever, start a server of their own, or touch the machine's timetable."""
VALUES = {
    "ticker": "005930", "tickers": "005930", "job": "weekday", "chain": "monthly", "run_id": "1", "number": "1",
    "day": "2026-11-19", "start": "2026-11-18", "end": "2026-11-19", "quarter": "2026Q3", "symbol": "IBM",
    "symbols": "IBM",
}  # fmt: skip


def secret_part(name):
    """What of a setting is secret: of an address, the part that names nobody."""
    return {"slack_webhook_url": "sandbox-webhook", "foresto_ping_url": "sandbox-ping-key"}.get(
        name, SANDBOX_KEYS[name]
    )


@pytest.fixture
def hostile_home(tmp_path, monkeypatch):
    """A home full of logins that are for others."""
    home = tmp_path / "home"
    for name, content in HOME_FILES.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("FORESTO_HOME", str(tmp_path / "foresto"))
    monkeypatch.delenv("NETRC", raising=False)
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    # The premise: requests itself would send it.
    assert requests.utils.get_netrc_auth("https://raw.githubusercontent.com/") == ("me", CANARY)


@pytest.fixture
def run(monkeypatch):
    """Run the command line in front of an application that is open already; return its exit code."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(world, *arguments):
        for name in ("opened", "without_database", "with_database"):
            monkeypatch.setattr(opening, name, lambda *_, **__: contextlib.nullcontext(world.app))
        return entry._run(list(arguments), Globals(sandbox=True))

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


def recorded(world):
    """Everything that the sandbox is sent from now on."""
    heard = []
    desk = world.sandbox.proxy.desk

    def note(request):
        heard.append(request)
        desk.note(request)

    world.sandbox.proxy.desk = replace(desk, note=note)
    return heard


def nothing_astray(heard):
    for request in heard:
        where = (request.host, request.path)
        said = "\n".join([*(f"{name}: {value}" for name, value in request.headers.items()), request.query_text])
        said += (
            "\n" + request.path + "\n" + "\n".join(request.fields.values()) + request.body.decode("utf-8", "replace")
        )
        assert request.scheme == "https", where
        assert "authorization" not in request.headers, where
        assert "proxy-authorization" not in request.headers, where
        assert CANARY not in said, where
        assert LOGIN not in said, where
        assert "cookie" not in request.headers or request.host in COOKIE_HOSTS, where
        for name, hosts in HOSTS.items():
            assert secret_part(name) not in said or request.host in hosts, (name, where)


def every_command():
    """Every command of the tree that can be run here, with something for each argument that it needs."""

    def walk(node, path):
        if hasattr(node, "commands"):
            for name, child in node.commands.items():
                yield from walk(child, [*path, name])
            return
        if " ".join(path) not in NOT_HERE:
            needed = [item for item in node.params if item.required]
            given = [VALUES.get(item.name, "005930") for item in needed if item.param_type_name == "argument"]
            for item in needed:
                if item.param_type_name == "option":
                    given += [item.opts[0], VALUES.get(item.name, "1")]
            yield (*path, *given)

    return list(walk(typer.main.get_command(app()), []))


@pytest.mark.long
@pytest.mark.usefixtures("hostile_home", "no_waiting")
def test_no_login_key_or_cookie_goes_astray(open_world, run):
    with open_world() as world:
        heard = recorded(world)
        for words in QUICK:
            run(world, *words)
    nothing_astray(heard)
    asked = {request.host for request in heard}
    assert asked >= {host for hosts in HOSTS.values() for host in hosts} | {"raw.githubusercontent.com"}


@pytest.mark.slow
@pytest.mark.usefixtures("hostile_home", "no_waiting")
def test_no_login_key_or_cookie_goes_astray_over_every_command(open_world, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_world() as world:
        heard = recorded(world)
        for words in [*QUICK, *every_command()]:
            run(world, *words)
    nothing_astray(heard)
    assert len(every_command()) > 40


@pytest.mark.usefixtures("hostile_home")
@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://me:canary-s3cret@127.0.0.1:{port}/"])
def test_neither_the_home_nor_a_url_gives_a_session_a_login(url):
    with serving(answer(b"{}")) as (port, heard):
        session_of().get(url.format(port=port))
    assert b"uthorization" not in heard[0]
    assert CANARY.encode() not in heard[0]


@pytest.mark.parametrize(("make", "send"), [
    (webhooks.Slack, lambda slack: slack.send("x")),
    (lambda transport, url: webhooks.Ping(transport, url, "weekday"), lambda ping: ping.send("success", "1")),
])  # fmt: skip
def test_a_login_in_the_address_of_a_channel_goes_to_that_channel(make, send):
    with serving(answer(b"ok")) as (port, heard):
        send(make(session_of()._transport, f"http://me:canary%2Ds3cret@127.0.0.1:{port}/x"))
    assert f"Authorization: Basic {LOGIN}".encode() in heard[0]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Same", "308 Same"])
def test_a_key_follows_no_redirect(status):
    with serving(answer(b"{}")) as (elsewhere, stolen):
        for place in (f"http://127.0.0.1:{elsewhere}/", f"http://localhost:{elsewhere}/", "//[::1", "foo:bar", "\\x"):
            with serving(answer(b"{}", f"Location: {place}", status=status)) as (port, heard):
                session = session_of()
                session.headers["AUTH_KEY"] = CANARY
                with pytest.raises(BadPayload, match=status[:3]):
                    session.get(f"http://127.0.0.1:{port}/", allow_redirects=True)
                assert len(heard) == 1
        assert stolen == []


def test_the_login_of_krx_is_not_asked_without_tls(open_world, no_waiting):
    with open_world() as world:
        heard = recorded(world)
        session = world.app._transport.session(krx_login.policy(9))
        session.get(krx_login.LOGIN_PAGE.replace("https:", "http:"))
        assert [request.scheme for request in heard] == ["https"]


@pytest.mark.usefixtures("hostile_home")
def test_sessions_that_a_library_opens_by_itself_are_held_to_the_same():
    moved = answer(b"", "Location: /elsewhere", status="302 Found")
    with serving(answer(b"ok")) as (port, heard), guarded(World.REAL, "누구") as guard:
        requests.post(f"http://127.0.0.1:{port}/", data="x", timeout=5)
        assert guard.error is None
    assert CANARY.encode() not in heard[0]
    assert LOGIN.encode() not in heard[0]
    with serving(moved) as (port, heard), guarded(World.REAL, "누구"):
        assert requests.get(f"http://127.0.0.1:{port}/", timeout=5).status_code == 302
    assert len(heard) == 1
    with serving(answer(b"ok", "X-Foresto-Sandbox: 1")) as (port, _), guarded(World.REAL, "누구") as guard:
        with pytest.raises(requests.RequestException):
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        assert isinstance(guard.error, Untrusted)
    with guarded(World.REAL, "누구") as guard:
        with pytest.raises(requests.RequestException):
            requests.get("http://127.0.0.1:1/", timeout=5)
        assert isinstance(guard.error, NetworkDown)
    assert requests.Session.send.__qualname__ == "Session.send"
