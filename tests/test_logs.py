"""The log file: for the operator only, of bounded size, without a secret in it."""

import logging
import stat
from datetime import datetime

import pytest

from foresto_cli import logs
from foresto_cli.logs import HIDDEN, Redactor


@pytest.fixture
def root_logger():
    """The root logger as a fresh process has it; pytest's own handlers come back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    names = ("foresto_cli", "urllib3", "matplotlib", "yfinance", "peewee", "apprise")
    levels = {name: logging.getLogger(name).level for name in names}
    root.handlers[:] = []
    yield root
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_known_secret_is_hidden_plain_and_in_both_url_encodings():
    redact = Redactor(["p@ss w/rd+한글"])
    for form in ("p@ss w/rd+한글", "p%40ss%20w%2Frd%2B%ED%95%9C%EA%B8%80", "p%40ss+w%2Frd%2B%ED%95%9C%EA%B8%80"):
        assert redact(f"before {form} after") == f"before {HIDDEN} after"


def test_every_occurrence_of_every_secret_is_hidden():
    redact = Redactor(["first-key", "other-key"])
    assert redact("first-key other-key first-key") == f"{HIDDEN} {HIDDEN} {HIDDEN}"


def test_a_secret_that_contains_another_leaves_no_rest():
    assert Redactor(["abcd", "abcdefgh"])("abcdefgh") == HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "https://x.kr/api?AUTH_KEY=s3cr3t&basDd=20261120",
        "https://x.kr/api?crtfc_key=s3cr3t",
        "serviceKey=s3cr3t&numOfRows=1",
        "auth=s3cr3t",
        "apikey=s3cr3t",
        "mbrId=me&pw=s3cr3t&x=1",
        "password=s3cr3t",
        "password = s3cr3t",
        "AUTH_KEY: s3cr3t",
        "Cookie: JSESSIONID=s3cr3t; lang=ko",
        "token=s3cr3t",
    ],
)
def test_whatever_stands_behind_the_name_of_a_key_is_hidden(text):
    shown = Redactor()(text)
    assert "s3cr3t" not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize("text", ['{"pw": "s3cr3t", "mbrId": "me"}', "{'AUTH_KEY': 's3cr3t'}", '{"token":"s3cr3t"}'])
def test_a_key_in_json_or_in_a_printed_mapping_is_hidden(text):
    assert "s3cr3t" not in Redactor()(text)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cr3t@db.example:5432/foresto",
        "postgresql+psycopg://me:s3cr3t@/foresto?host=/tmp",
        "http://:s3cr3t@127.0.0.1:3128",
    ],
)
def test_a_password_in_a_url_is_hidden_and_the_rest_stays(url):
    shown = Redactor()(f"connecting to {url} failed")
    assert shown == f"connecting to {url.replace('s3cr3t', HIDDEN)} failed"


def test_text_without_a_secret_is_left_alone():
    text = "2026-11-20 005930: 1,234 rows (https://data.krx.co.kr/contents) 10:30:00 author=kim"
    assert Redactor(["secret", ""])(text) == text


def test_the_log_is_for_the_operator_only(root_logger, tmp_path):
    logs.start(tmp_path / "state", "INFO", Redactor(), print)
    logging.getLogger("foresto_cli.x").info("hello")
    assert mode(tmp_path / "state") == 0o700
    assert mode(tmp_path / "state" / "foresto.log") == 0o600
    assert "hello" in (tmp_path / "state" / "foresto.log").read_text()


def test_a_log_that_others_could_read_is_closed_to_them(root_logger, tmp_path):
    file = tmp_path / "foresto.log"
    file.write_text("old\n")
    file.chmod(0o644)
    logs.start(tmp_path, "INFO", Redactor(), print)
    assert mode(file) == 0o600
    assert file.read_text().startswith("old\n")


def test_message_arguments_and_traceback_are_redacted(root_logger, tmp_path):
    logs.start(tmp_path, "INFO", Redactor(["known-secret"]), print)
    log = logging.getLogger("foresto_cli.x")
    log.warning("asking with %s", "known-secret")
    keys = {}
    try:
        try:
            keys["known-secret"]
        except KeyError as cause:
            raise ValueError("url https://x.kr/?AUTH_KEY=unknown-secret") from cause
    except ValueError:
        log.exception("bug")
    text = (tmp_path / "foresto.log").read_text(encoding="utf-8")
    assert "known-secret" not in text
    assert "unknown-secret" not in text
    assert "Traceback" in text
    assert text.count(HIDDEN) >= 3


def test_lines_carry_korean_time(root_logger, tmp_path):
    logs.start(tmp_path, "INFO", Redactor(), print)
    logging.getLogger("foresto_cli.x").info("hello")
    moment = datetime.fromisoformat((tmp_path / "foresto.log").read_text().split()[0])
    assert moment.utcoffset().total_seconds() == 9 * 3600


def test_the_level_decides_what_is_written_and_libraries_stay_quiet(root_logger, tmp_path):
    logs.start(tmp_path, "DEBUG", Redactor(), print)
    logging.getLogger("foresto_cli.x").debug("ours")
    logging.getLogger("urllib3.connectionpool").debug("a URL")
    logs.start(tmp_path, "ERROR", Redactor(), print)
    logging.getLogger("foresto_cli.x").warning("not any more")
    text = (tmp_path / "foresto.log").read_text()
    assert "ours" in text
    assert "a URL" not in text
    assert "not any more" not in text


@pytest.mark.long
def test_at_most_five_older_files_are_kept_all_private(root_logger, tmp_path):
    logs.start(tmp_path, "INFO", Redactor(), print)
    line = "." * 500_000
    for number in range(36):
        logging.getLogger("foresto_cli.x").info("%d %s", number, line)
    files = sorted(file.name for file in tmp_path.iterdir())
    assert files == ["foresto.log", *(f"foresto.log.{number}" for number in range(1, 6))]
    assert {mode(file) for file in tmp_path.iterdir()} == {0o600}
    assert all(file.stat().st_size <= logs.MAX_BYTES for file in tmp_path.iterdir())
