"""What goes out: Slack, mail, pings, Apprise; each received by the sandbox, each failing in our own words."""

import json
import sys
import types

import pytest

from foresto_cli import clock
from foresto_cli.errors import AuthFailed, BadPayload, ConfigError, NetworkDown, RateLimited, Transient
from foresto_cli.settings import SANDBOX_KEYS
from foresto_cli.upstream.apprise_urls import Apprise
from foresto_cli.upstream.mail import Letter, Mail, Server, addresses, compose
from foresto_cli.upstream.transport import Transport
from foresto_cli.upstream.webhooks import Ping, Slack, ping_urls

LONG = "[foresto 주의] Slack: 알림을 보내지 못합니다 · 일별 시세를 받지 못했습니다 · 검증에서 심각한 문제가 나왔습니다"
LETTER = Letter(to=["a@example.com", "b@example.com"], subject=LONG, text="본문\n.점\n", html="<p>본문</p>")


def test_a_mail_arrives_with_both_parts_over_tls(open_world):
    with open_world() as world:
        assert world.app.mail.send(LETTER) == []
        (sent,) = world.sandbox.outbox.items
        assert (sent.channel, sent.to, sent.subject) == ("mail", LETTER.to, LETTER.subject)
        assert sent.text.replace("\r\n", "\n") == LETTER.text
        assert sent.html.strip() == LETTER.html
        assert world.scalar("SELECT used FROM upstream_usage WHERE upstream = 'smtp'") == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("timeout", Transient),
        ("reset", NetworkDown),
        ("500", RateLimited),
        ("unauthorized", AuthFailed),
        ("404", ConfigError),
    ],
)
def test_a_mail_server_that_refuses_is_understood_and_no_secret_is_told(open_world, fault, error):
    with open_world(faults=f"{fault}@smtp") as world:
        with pytest.raises(error) as caught:
            world.app.mail.send(LETTER)
        assert SANDBOX_KEYS["smtp_password"] not in str(caught.value)
        assert world.sandbox.outbox.items == []


def test_no_password_goes_over_a_line_without_tls_not_even_to_this_machine(open_world, monkeypatch):
    with open_world() as world:
        monkeypatch.setattr("smtplib.SMTP.has_extn", lambda *_: False)
        with pytest.raises(ConfigError, match="STARTTLS"):
            world.app.mail.send(LETTER)


def test_a_server_nobody_listens_at_is_network_down(open_world):
    with open_world() as world:
        nobody = Mail(Server(host="127.0.0.1", port=1, sender="a@example.com"), world.app._transport)
        with pytest.raises(NetworkDown, match="SMTP_HOST"):
            nobody.send(LETTER)


def test_headers_cannot_be_broken_out_of():
    letter = Letter(to=["a@example.com"], subject="x\r\nBcc: b@example.com", text="", headers={"X-Y": "1\n2"})
    message = compose(letter, "foresto <f@example.com>")
    assert message["Bcc"] is None
    assert message["Subject"] == "x Bcc: b@example.com"
    assert message["X-Y"] == "1 2"


def test_addresses_are_read_from_one_setting():
    assert addresses("a@example.com, b@example.com;c@example.com") == [f"{x}@example.com" for x in "abc"]
    assert addresses(None) == []
    with pytest.raises(ConfigError, match="nobody"):
        addresses("nobody")


def test_slack_hears(open_world):
    with open_world() as world:
        world.app.slack.send("첫 줄 <b>&\n둘째 줄")
        (sent,) = world.sandbox.outbox.items
        assert (sent.channel, sent.subject) == ("slack", "첫 줄 &lt;b&gt;&amp;")


@pytest.mark.parametrize(
    ("fault", "error"), [("500", Transient), ("404", BadPayload), ("reset", NetworkDown), ("timeout", Transient)]
)
def test_slack_is_asked_once_and_its_address_is_not_told(open_world, fault, error):
    with open_world(faults=f"{fault}@hooks.slack.com") as world:
        with pytest.raises(error) as caught:
            world.app.slack.send("x")
        assert "sandbox-webhook" not in str(caught.value)
        assert len(world.sandbox.requests) == 1


def test_a_webhook_must_be_https():
    with pytest.raises(ConfigError, match="SLACK_WEBHOOK_URL"):
        Slack(Transport(None), "http://hooks.slack.com/services/x")


def test_pings_say_start_success_and_failure_of_one_run(open_world):
    with open_world() as world:
        ping = world.app.ping("weekday")
        for state in ("start", "success", "fail"):
            ping.send(state, "id-1", "본문")
        subjects = [sent.subject for sent in world.sandbox.outbox.items]
        assert subjects == ["foresto-weekday/start", "foresto-weekday", "foresto-weekday/fail"]
        assert {request.fields["rid"] for request in world.sandbox.requests} == {"id-1"}


def test_every_job_may_have_its_own_switch():
    assert ping_urls("https://hc-ping.com/k/{job}") == {"": "https://hc-ping.com/k/{job}"}
    assert ping_urls("weekday=https://a/1 https://b/?x=2") == {"weekday": "https://a/1", "": "https://b/?x=2"}
    assert ping_urls(None) == {}
    with pytest.raises(ConfigError, match="FORESTO_PING_URL"):
        Ping(Transport(None), "weekday", "weekday")


def test_apprise_is_optional(open_world, monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with open_world() as world:
        assert world.app.apprise is None
        settings = world.app.settings
        world.app.settings = settings.model_copy(
            update={"foresto_apprise_urls": type(settings.krx_id)("json://x y://")}
        )
        del vars(world.app)["apprise"]
        with pytest.raises(ConfigError, match=r"apprise>="):
            world.app.apprise.send("제목", "본문")
        said = []
        fake = types.SimpleNamespace(
            add=lambda url: url.startswith("json"), notify=lambda body, title: said.append((title, body)) or True
        )
        monkeypatch.setitem(sys.modules, "apprise", types.SimpleNamespace(Apprise=lambda: fake))
        with pytest.raises(ConfigError, match="2번째"):
            world.app.apprise.send("제목", "본문")
        world.app.apprise._urls.pop()
        world.app.apprise.send("제목", "본문")
        assert said == [("제목", "본문")]


def test_messages_of_apprise_and_mails_are_a_second_apart(open_world, monkeypatch):
    waits = []
    monkeypatch.setattr(clock, "sleep", waits.append)
    monkeypatch.setattr(clock, "monotonic", lambda: 1000.0)
    fake = types.SimpleNamespace(add=lambda _: True, notify=lambda **_: True)
    monkeypatch.setitem(sys.modules, "apprise", types.SimpleNamespace(Apprise=lambda: fake))
    with open_world() as world:
        transport = world.app._transport
        for _ in range(2):
            Apprise(transport, "json://x").send("제목", "본문")
        assert waits == pytest.approx([transport.haste]), "by whichever object they are sent"
        waits.clear()
        for _ in range(2):
            world.app.mail.send(LETTER)
        assert waits == pytest.approx([transport.haste])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_apprise_itself_tells_a_service(open_world):
    pytest.importorskip("apprise")
    with open_world() as world:
        services = Apprise(world.app._transport, "jsons://hc-ping.com/key/foresto")
        services.send("제목", "본문")
        (sent,) = world.sandbox.outbox.items
        assert json.loads(sent.text)["message"] == "본문"
    with open_world(faults="500@hc-ping.com") as world, pytest.raises(BadPayload, match="Apprise"):
        Apprise(world.app._transport, "jsons://hc-ping.com/key/foresto").send("제목", "본문")
