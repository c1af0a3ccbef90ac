"""Real and sandbox never meet: an answer of the other world is refused in one sentence, and nothing of it is stored."""

import contextlib
import threading
from dataclasses import replace
from datetime import date
from socketserver import StreamRequestHandler, ThreadingTCPServer

import psycopg
import pytest
from cli.test_cli_sandbox import served
from conftest import own_database
from hostile import http as answer
from hostile import serving, session_of
from support import run_foresto

from foresto_cli import settings
from foresto_cli.errors import Untrusted
from foresto_cli.sandbox import wire
from foresto_cli.upstream import worlds
from foresto_cli.upstream.fsc import Fsc
from foresto_cli.upstream.mail import Letter, Mail, Server
from foresto_cli.upstream.webhooks import Ping, Slack
from foresto_cli.upstream.worlds import World

DAY = date(2026, 11, 19)
LETTER = Letter(to=["b@example.com"], subject="x", text="y")
QUESTIONS = {
    "krx": lambda app: app.krx.market_day(DAY),
    "krx_openapi": lambda app: app.krx_openapi.market_day(DAY),
    "fdr": lambda app: app.fdr.listing(),
    "fdr index": lambda app: app.fdr.index_days("KOSPI", DAY, DAY),
    "fdr etfs": lambda app: app.fdr.etfs(),
    "naver": lambda app: app.naver.bars("005930", 2),
    "yahoo": lambda app: app.yahoo.profile("005930", "KOSPI"),
    "yahoo charts": lambda app: app.yahoo.closes("^GSPC"),
    "fsc": lambda app: app.fsc.listed_items(DAY),
    "dart": lambda app: app.dart.companies(),
    "finlife": lambda app: app.finlife.products("depositProductsSearch", "D", "020000"),
    "alphavantage": lambda app: app.alphavantage.listings(),
    "slack": lambda app: app.slack.send("x"),
    "ping": lambda app: app.ping("weekday").send("start", "1"),
    "mail": lambda app: app.mail.send(LETTER),
}
PATIENCE = 1


def test_both_sides_spell_the_mark_alike():
    assert wire.MARK == worlds.MARK


@pytest.mark.parametrize(("name", "recorded"), [*((name, False) for name in QUESTIONS), ("naver", True)])
def test_what_runs_for_real_refuses_the_sandbox(open_world, no_waiting, tmp_path, name, recorded):
    with open_world(recorded=tmp_path if recorded else None) as world:
        world.app._transport = replace(world.app._transport, world=World.REAL)
        with pytest.raises(Untrusted, match="모의 서버") as caught:
            QUESTIONS[name](world.app)
        assert caught.value.exit_code == 78
        assert len(world.asked()) <= 1
        assert not [sent for sent in world.sandbox.outbox.items if sent.channel == "mail"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_who_develops_foresto_may_allow_it(open_world, no_waiting, name):
    with open_world() as world:
        world.app._transport = replace(world.app._transport, world=World.EITHER)
        QUESTIONS[name](world.app)


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "500 Oops", "302 Found", "403 Forbidden"])
def test_the_sandbox_refuses_an_answer_that_is_not_its_own(status):
    with (
        serving(answer(b"{}", "Location: /x", status=status)) as (port, _),
        pytest.raises(Untrusted, match="--sandbox"),
    ):
        session_of(world=World.SANDBOX).get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("made", [
    lambda transport, url: Slack(transport, url).send("x"),
    lambda transport, url: Ping(transport, url, "weekday").send("start", "1"),
])  # fmt: skip
@pytest.mark.parametrize(("world", "headers"), [(World.REAL, ("x-FORESTO-sandbox: 1",)), (World.SANDBOX, ())])
def test_channels_refuse_the_other_world_too(made, world, headers):
    with serving(answer(b"ok", *headers)) as (port, _), pytest.raises(Untrusted):
        made(session_of(world=world)._transport, f"http://127.0.0.1:{port}/x")


class _Mailman(StreamRequestHandler):
    timeout = 10

    def handle(self):
        self.wfile.write(b"220 " + self.server.greeting + b"\r\n")
        while line := self.rfile.readline():
            self.server.heard.append(line)
            if line.startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250-here\r\n250 8BITMIME\r\n" if line.startswith(b"EHLO") else b"250 ok\r\n")


@contextlib.contextmanager
def mailman(greeting):
    server = ThreadingTCPServer(("127.0.0.1", 0), _Mailman)
    server.daemon_threads, server.block_on_close = True, False
    server.greeting, server.heard = greeting, []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_address[1], server.heard
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("world", "greeting"), [(World.REAL, b"x-foresto-sandbox"), (World.SANDBOX, b"hello")])
def test_a_mail_server_of_the_other_world_is_told_nothing(world, greeting):
    with mailman(greeting) as (port, heard):
        server = Server(host="127.0.0.1", port=port, sender="a@example.com")
        with pytest.raises(Untrusted):
            Mail(server, session_of(world=world)._transport).send(LETTER)
        assert not [line for line in heard if line.startswith((b"MAIL", b"RCPT", b"AUTH", b"DATA"))]


def test_a_refusal_of_the_world_ends_the_asking(open_world, no_waiting):
    with open_world() as world:
        client = Fsc(replace(world.app._transport, world=World.REAL), "key")
        for _ in range(3):
            with pytest.raises(Untrusted):
                client.bonds(DAY)
        assert len(world.asked()) == 1


def listed(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM fdr_stock_listing").fetchone()[0]


@pytest.mark.long
def test_the_exports_of_a_served_sandbox_load_nothing_without_the_option(home, server, tmp_path):
    # Today, as the real clock says it: what runs for real knows no other.
    with served(home, FORESTO_SANDBOX_TODAY="") as (process, exported), own_database(server) as url:
        real = {**exported, "DATABASE_URL": url, "SMTP_HOST": "", settings.ALLOW_SANDBOX: ""}
        refused = run_foresto(tmp_path / "real", "listing", "load", cwd=tmp_path, **real)
        assert refused.returncode == 78, refused.stderr
        assert "모의 서버" in refused.stderr
        assert listed(url) == 0
        real[settings.ALLOW_SANDBOX] = "1"
        allowed = run_foresto(tmp_path / "real", "listing", "load", cwd=tmp_path, **real)
        assert allowed.returncode == 0, allowed.stderr
        assert listed(url) > 0
        process.terminate()
        assert settings.ALLOW_SANDBOX not in exported
