"""An exception of a class that nobody named, raised where foresto meets the outside: never the end of the work.

The other boundaries have tests of their own: what is printed and logged in ``cli/test_output.py``, the doctor's
examinations in ``views/test_doctor.py``.
"""

import contextlib
import signal

import pytest
from support import EVENING

from foresto_cli import __main__ as entry
from foresto_cli import opening, streams
from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS, INDEX
from foresto_cli.cli._command import Globals
from foresto_cli.errors import ConfigError, Interrupted, StoreUnavailable
from foresto_cli.telling import alerts, attempts, notify, outage
from foresto_cli.telling.alerts import Alert
from foresto_cli.upstream import mail, webhooks

pytestmark = pytest.mark.usefixtures("no_waiting")


class Unheard(Exception):
    """An exception of a class that nobody named."""


UNFORESEEN = (
    ValueError("x"),
    UnicodeEncodeError("ascii", "abcd\u00a0efgh", 4, 5, "ordinal not in range(128)"),
    UnicodeError("label empty or too long"),
    OSError(5, "Input/output error"),
    RuntimeError("x\0"),
    Unheard("x"),
)
BOUNDARIES = {
    "slack": (webhooks.Slack, "send"),
    "slack made": (webhooks, "Slack"),
    "mail": (mail.Mail, "send"),
    "mail made": (mail, "Mail"),
    "ping": (webhooks.Ping, "send"),
    "ping made": (webhooks, "Ping"),
    "ping's address": (webhooks, "ping_urls"),
}
COMMANDS = (
    ("run", "quarterly"),
    ("prices", "index"),
    ("status",),
    ("runs", "list"),
    ("alerts", "list"),
    ("alerts", "test"),
    ("doctor", "--offline"),
    ("dashboard",),
    ("watchlist", "list"),
    ("watchlist", "notify"),
    ("schedule", "next"),
    ("verify", "daily"),
    ("report", "market-email"),
)


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


def broken(monkeypatch, place, error):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(*BOUNDARIES[place], fails)


def incident(world):
    alerts.raise_alert(world.app.engine, Alert("load_failed", "x", "warning", "제목", "본문"), None)


def commands_end_with_their_own_codes(open_world, run, monkeypatch, places, errors):
    with open_world(patience=1) as world:
        codes = {words: run(world, *words) for words in COMMANDS}
    for error in errors:
        with open_world(patience=1) as world, monkeypatch.context() as patch:
            for place in places:
                broken(patch, place, error)
            incident(world)
            for words in COMMANDS:
                code = run(world, *words)
                assert code != 70, (words, error)
                if words not in {("alerts", "test"), ("doctor", "--offline"), ("watchlist", "notify")}:
                    assert code == codes[words], (words, error)
            assert world.scalar("SELECT count(*) FROM ops_alert WHERE alert_type = 'bug'") == 0
            newest = "SELECT max(id) FROM data_collection_log WHERE job_name = 'run quarterly'"
            status = world.scalar(f"SELECT status FROM data_collection_log WHERE id = ({newest})")
            assert status in {"done", "nothing_to_do"}
            assert world.scalar("SELECT count(*) FROM index_price_daily") > 0


@pytest.mark.long
def test_every_command_ends_with_its_own_code(open_world, run, monkeypatch, tmp_path):
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path}")
    monkeypatch.setitem(CHAINS, "quarterly", (INDEX,))
    commands_end_with_their_own_codes(open_world, run, monkeypatch, BOUNDARIES, UNFORESEEN[-1:])


@pytest.mark.slow
@pytest.mark.parametrize("place", BOUNDARIES)
def test_every_command_whatever_is_raised_wherever(open_world, run, monkeypatch, tmp_path, place):
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path}")
    monkeypatch.setitem(CHAINS, "quarterly", (INDEX,))
    commands_end_with_their_own_codes(open_world, run, monkeypatch, [place], UNFORESEEN)


@pytest.mark.parametrize("error", UNFORESEEN, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(("place", "deaf"), [("slack", "slack"), ("slack made", "slack"), ("mail", "mail")])
def test_a_channel_that_raises_anything_is_an_incident_that_the_others_hear_of(
    open_world, monkeypatch, place, deaf, error
):
    with open_world() as world:
        broken(monkeypatch, place, error)
        incident(world)
        notify.deliver(world.app)
        (reason,) = world.rows("SELECT reason FROM notify_channel WHERE failing_since IS NOT NULL")
        assert type(error).__name__ in reason[0]
        heard = [item for item in world.sandbox.outbox.items if item.channel != deaf]
        assert any("알림을 보내지 못합니다" in item.text for item in heard)
        assert all(item.channel != deaf for item in world.sandbox.outbox.items)
        outcome = notify.send_test(world.app)
        assert [label for label, reason in outcome.items() if reason] == ["Slack" if deaf == "slack" else "메일"]


@pytest.mark.long
@pytest.mark.parametrize("place", ["ping", "ping made", "ping's address"])
def test_a_chain_starts_whatever_its_watchdog_raises(open_world, monkeypatch, place):
    monkeypatch.setitem(CHAINS, "quarterly", (INDEX,))
    for error in UNFORESEEN:
        with open_world(patience=1) as world, monkeypatch.context() as patch:
            broken(patch, place, error)
            result = chain.run_chain(world.app, "quarterly", chain.Options())
            assert result.exit_code == 0
            assert world.scalar("SELECT status FROM data_collection_log WHERE id = :id", id=result.run_id)
            assert world.scalar("SELECT count(*) FROM ops_alert WHERE subject = 'ping' AND resolved_at IS NULL") == 1


@pytest.mark.parametrize(
    "url", ["https://hc-ping..com/x", "https://[bad/x", "hc-ping.com", "https://a:b:c/", "https://x.example:99999/"]
)
def test_a_chain_starts_whatever_the_address_of_its_watchdog(open_world, monkeypatch, url):
    monkeypatch.setitem(CHAINS, "quarterly", (INDEX,))
    with open_world(patience=1) as world:
        secret = type(world.app.settings.krx_id)
        world.app.settings = world.app.settings.model_copy(update={"foresto_ping_url": secret(url)})
        assert chain.run_chain(world.app, "quarterly", chain.Options()).exit_code == 0
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE subject = 'ping' AND resolved_at IS NULL") == 1


@pytest.mark.long
def test_an_outage_is_told_to_whom_it_can_be_and_ends_with_69(open_world, monkeypatch, run):
    for error in UNFORESEEN:
        with open_world() as world, monkeypatch.context() as patch:
            broken(patch, "slack", error)
            world.app.folders.state.mkdir(parents=True, exist_ok=True)
            world.app.folders.outage_file.unlink(missing_ok=True)
            outage.tell(world.app, StoreUnavailable("weg"))
            assert [item.channel for item in world.sandbox.outbox.items] == ["mail"]
            outage.over(world.app)
            assert not world.app.folders.outage_file.exists()


@pytest.mark.parametrize("kept", ["[]", "{", "", "1", '{"told": 1}', '{"since": 1, "told": {"slack": 5}}', "\xff"])
def test_an_outage_file_of_any_content_is_read(open_world, kept):
    with open_world() as world:
        world.app.folders.state.mkdir(parents=True, exist_ok=True)
        world.app.folders.outage_file.write_bytes(kept.encode("latin-1"))
        outage.tell(world.app, StoreUnavailable("weg"))
        assert {item.channel for item in world.sandbox.outbox.items} == {"slack", "mail"}
        outage.over(world.app)


@pytest.mark.long
def test_telling_that_fails_in_any_way_does_not_change_the_exit_code(open_world, monkeypatch, run):
    for error in (*UNFORESEEN, ConfigError("x")):
        with open_world() as world, monkeypatch.context() as patch:
            for name in ("deliver", "channels"):

                def fails(*_, error=error):
                    raise error

                patch.setattr(notify, name, fails)
                assert run(world, "runs", "list") == 0


def test_a_request_to_stop_is_no_failure_of_a_channel(open_world):
    def stops():
        raise Interrupted(15)

    with open_world() as world:
        with pytest.raises(Interrupted):
            attempts.attempt(world.app, "메일", stops)
        with attempts.harmless():
            stops()
        with pytest.raises(Interrupted), attempts.harmless(stops=True):
            stops()


def test_a_bug_is_an_incident_unless_a_person_has_seen_it(open_world, monkeypatch, run):
    def bug(*_):
        raise Unheard("x")

    monkeypatch.setattr("foresto_cli.views.history.show_list", bug)
    with open_world(EVENING) as world:
        monkeypatch.setattr(streams, "is_at_a_terminal", lambda: True)
        assert run(world, "runs", "list") == 70
        assert world.scalar("SELECT count(*) FROM ops_alert") == 0
        monkeypatch.setattr(streams, "is_at_a_terminal", lambda: False)
        assert run(world, "runs", "list") == 70
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE alert_type = 'bug'") == 1


def test_a_broken_pipe_of_the_work_itself_is_a_bug_like_any_other(open_world, monkeypatch, run):
    def bug(*_):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("foresto_cli.views.history.show_list", bug)
    with open_world() as world:
        assert run(world, "runs", "list") == 70
