"""Text from outside is only text wherever it leaves: terminal, pipe, JSON, log, mail, Slack, ping, page."""

import email
import email.policy
import io
import json
import logging
import re
import sys

import pytest

from foresto_cli import harmless, logs
from foresto_cli.console import Console
from foresto_cli.errors import BadPayload
from foresto_cli.logs import Redactor
from foresto_cli.telling import notify
from foresto_cli.telling.alerts import Alert, raise_alert
from foresto_cli.upstream import mail
from foresto_cli.upstream.mail import Letter
from foresto_cli.views import watchlist_news
from foresto_cli.views.templating import filled

EVIL = {
    "nul": "가\0나",
    "surrogate": "가\ud800나",
    "escape": "가\x1b]0;PWNED\x07\x1b[2J\x1b[31mHACK\x1b[0m\x1b]52;c;ZWNobyBQV05FRA==\x07",
    "c1": "가\x9b31m나\x85",
    "rtl": "가\u202egnp.exe\u2066\u200f",
    "markup": "가[/red]나[bold red]:smile:[link=http://x]\\",
    "breaks": "가\r\n\n[심각] 가짜\n\tBcc: all@x.kr\u2028나",
    "invisible": "가\u200b\ufeff\u00ad\U000e0041나",
    "slack": "<!channel> <@U123> <http://x|y> & @channel @Everyone *굵게* _기울임_",
    "formula": '=HYPERLINK("http://x")',
    "long": "가" * 1_000_000,
}
ALLOWED = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
"""What rich itself sends: styles, and the bar's movements."""
FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture(params=EVIL)
def evil(request):
    return EVIL[request.param]


def shown(text):
    """What reaches the screen beside rich's own commands."""
    assert "\x1b[2J" not in text
    assert "\x1b[31m" not in text
    return ALLOWED.sub("", text).replace("\r", "")


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_whatever_is_printed_is_only_text(monkeypatch, evil, stream):
    out, err = stream(), stream()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("COLUMNS", "80")
    evil = evil[:5_000]
    console = Console()
    console.line(evil)
    console.strong(evil)
    console.complain(evil)
    console.table(evil, ("종목", evil), [(evil, 1), (evil, evil)])
    with console.progress(evil) as advance:
        advance(1, 2, evil)
        advance(2, 2, evil)
    for written in (out.getvalue(), err.getvalue()):
        assert not FORBIDDEN.search(shown(written)), ascii(shown(written))[:300]
    assert out.getvalue().splitlines()[0].startswith("가") or not evil.startswith("가")
    if "[/red]" in evil:
        assert out.getvalue().count("가[/red]나[bold") >= 5, "a table, too, was drawn with the name as it is"


def test_a_name_with_line_breaks_makes_one_line(capsys):
    Console().line(EVIL["breaks"])
    Console().complain(EVIL["breaks"])
    Console().table("", ("이름",), [(EVIL["breaks"],)])
    captured = capsys.readouterr()
    assert (captured.out.count("\n"), captured.err.count("\n")) == (3, 1)


def test_json_stays_the_same_and_is_only_text(capsys, evil):
    found = {"이름": evil, evil: [1, "가"], "수": 0.5}
    Console(as_json=True).result(found)
    written = capsys.readouterr().out
    assert json.loads(written) == {"schema": 1, **found}
    assert not FORBIDDEN.search(written)


def test_what_is_no_number_of_json_is_nothing(capsys):
    Console(as_json=True).result({"a": float("nan"), "b": [float("inf"), {"c": -float("inf")}], "d": 1.5})
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "a": None, "b": [None, {"c": None}], "d": 1.5}


def test_a_log_entry_is_one_line_and_a_traceback_forges_none(tmp_path, evil):
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        logs.start(tmp_path, "INFO", Redactor(["hidden-word"]), print)
        logging.getLogger("foresto_cli.x").warning("got %s, hidden-word", evil)
        error = RuntimeError(f"{evil}\n2026-11-20T19:00:00.000+09:00 ERROR foresto_cli forged hidden-word")
        logging.getLogger("foresto_cli.x").error("bug", exc_info=error)
        root.handlers[0].close()
    finally:
        root.handlers[:] = kept
        root.setLevel(level)
    written = "".join(file.read_text(encoding="utf-8") for file in sorted(tmp_path.iterdir(), reverse=True))
    assert not FORBIDDEN.search(written)
    assert "hidden-word" not in written
    entries = [line for line in written.splitlines() if line and not line.startswith("  ")]
    assert [line.split()[1] for line in entries] == ["WARNING", "ERROR"]


def test_an_error_says_one_harmless_sentence(evil):
    said = f"{BadPayload(f'{evil}의 값', b'x')}"
    assert not FORBIDDEN.search(said)
    assert "\n" not in said
    assert len(said) <= harmless.LONGEST_LINE


def test_no_header_and_no_part_of_a_mail_is_forged(evil):
    letter = Letter(
        to=["a@sandbox.example"], subject=evil[:300], text=evil, html=f"<p>{evil}</p>", headers={"X-A": evil}
    )
    message = email.message_from_bytes(
        mail.compose(letter, "가 <b@sandbox.example>").as_bytes(), policy=email.policy.default
    )
    assert set(message.keys()) == {"Content-Type", "MIME-Version", "From", "To", "Subject", "Date", "Message-ID", "X-A"}
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    for text in (message["Subject"], *parts):
        assert not FORBIDDEN.search(text)


@pytest.mark.long
def test_nobody_is_mentioned_and_nothing_is_bold_in_slack(open_world):
    with open_world() as world:
        for text in EVIL.values():
            world.app.slack.send(text[:5_000])
        posted = [request.fields for request in world.sandbox.requests if "slack" in request.host]
    assert len(posted) == len(EVIL)
    for body in posted:
        assert body["mrkdwn"] == "False"
        assert not FORBIDDEN.search(body["text"])
        assert not re.search(r"<|>|@(channel|everyone|here|all)", body["text"], re.IGNORECASE)


def test_a_ping_with_any_text_is_sent(open_world, monkeypatch):
    with open_world() as world:
        ping = world.app.ping("morning")
        if ping is None:
            pytest.skip("the sandbox has no ping here")
        for text in EVIL.values():
            ping.send("fail", "1", text)


def test_an_alert_with_line_breaks_tells_of_one_incident(open_world, evil):
    evil = evil.replace("\0", "").replace("\ud800", "")[:150]
    with open_world() as world:
        raise_alert(world.app.engine, Alert("load_failed", "x", "warning", evil, evil * 3), None)
        title, body = notify.compose(notify._due(world.app.engine, "slack"))
    assert "\n" not in title
    assert not FORBIDDEN.search(title + body)
    assert len([line for line in body.splitlines() if line.startswith("[")]) == 1


def test_a_watched_name_forges_no_paragraph(evil):
    row = {"name": evil, "ticker": "005930", "told_score": 50, "told_grade": "B", "score": 70, "grade": "A",
           "summary": evil, "designation": None, "told_designation": None,
           "designated": None}  # fmt: skip
    title, body = watchlist_news.compose([row])
    assert "\n" not in title
    assert not FORBIDDEN.search(title + body)
    assert len([line for line in body.splitlines() if line.startswith("가")]) <= 1


def test_a_page_shows_names_as_text(monkeypatch):
    from jinja2 import DictLoader

    from foresto_cli.views import templating

    made = templating._environment().overlay(loader=DictLoader({"x.html": "<b>{{ a }}</b>{{ 3 }}", "x.txt": "{{ a }}"}))
    monkeypatch.setattr(templating, "_environment", lambda: made)
    for text in EVIL.values():
        for name in ("x.html", "x.txt"):
            written = filled(name, a=text)
            assert not FORBIDDEN.search(written)
            assert name == "x.txt" or "<!channel>" not in written
