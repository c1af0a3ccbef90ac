"""``foresto init`` at a terminal: it asks, checks service by service, writes at its end, and stops without a trace."""

import re
import subprocess
import sys

import pytest
from conftest import own_database
from support import ROOT, environment_of
from terminal import at_terminal

from foresto_cli import cli
from foresto_cli.settings import keys

KEY = "sandbox-openapi-key"
MISSING = {"KRX_OPENAPI_KEY": "", "FSC_API_KEY": "", "SLACK_WEBHOOK_URL": "", "FORESTO_APPRISE_URLS": ""}
OTHERS = ("DART_API_KEY (", "KRX_ID (", "FSC_API_KEY (", "FSS_API_KEY (", "ALPHA_VANTAGE_API_KEY (")
REST = ("SLACK_WEBHOOK_URL (", "FORESTO_APPRISE_URLS (", "시험 알림을 보낼까요", "지금 시작할까요")


def _pass_over(screen, *questions):
    for question in questions:
        screen.read_until(question)
        screen.type("")


@pytest.mark.long
def test_it_asks_checks_each_service_and_writes_at_its_end(home):
    faults = "unapproved@knx_bydd_trd"
    with at_terminal(home, "--sandbox", "init", FORESTO_SANDBOX_FAULTS=faults, **MISSING) as screen:
        way = screen.read_until("KRX_OPENAPI_KEY (")
        assert "openapi.krx.co.kr에 가입" in way
        assert "유가증권 일별매매정보" in way
        screen.type("한글키")
        assert "쓸 수 없는 글자" in screen.read_until("KRX_OPENAPI_KEY (")
        screen.type(KEY)
        told = screen.read_until("DART_API_KEY (")
        assert "✓ KRX OPEN API 코스닥 일별매매정보" in told
        assert "· KRX OPEN API 코넥스 일별매매정보" in told
        assert "설정됨" in told
        screen.type("")
        _pass_over(screen, *OTHERS[1:2])
        screen.read_until("FSC_API_KEY (")
        screen.type("sandbox/fsc+key==")
        assert "✓ 공공데이터포털 금융위원회_주식배당정보" in screen.read_until("FSS_API_KEY (")
        screen.type("")
        _pass_over(screen, OTHERS[4], *REST[:2])
        screen.read_until("시험 알림을 보낼까요")
        screen.type("y")
        assert "✓ 메일: 보냈습니다" in screen.read_until("적었습니다")
        assert "어림잡아" in screen.read_until("지금 시작할까요")
        screen.type("")
        assert screen.end() == 0
    assert KEY not in screen.text
    written = home / "state" / "sandbox" / ".env"
    assert written.read_text(encoding="utf-8") == f"KRX_OPENAPI_KEY={KEY}\nFSC_API_KEY=sandbox/fsc+key==\n"
    assert written.stat().st_mode & 0o777 == 0o600
    assert not (home / "config" / ".env").exists()


@pytest.mark.long
def test_a_key_that_is_refused_is_asked_for_again(home):
    with at_terminal(
        home, "--sandbox", "init", FORESTO_SANDBOX_FAULTS="dart010@opendart.fss.or.kr", **MISSING | {"DART_API_KEY": ""}
    ) as it:
        _pass_over(it, "KRX_OPENAPI_KEY (")
        it.read_until("DART_API_KEY (")
        it.type("d" * 40)
        assert "✗ DART" in it.read_until("그래도 적을까요")
        it.type("n")
        _pass_over(it, *OTHERS, *REST)
        assert it.end() == 0
        assert "설정 파일은 그대로입니다" in it.text


@pytest.mark.long
def test_stopped_in_the_middle_it_leaves_the_file_as_it_was(home):
    file = home / "state" / "sandbox" / ".env"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("# mine\n", encoding="utf-8")
    with at_terminal(home, "--sandbox", "init", **MISSING) as screen:
        screen.read_until("KRX_OPENAPI_KEY (")
        screen.type(KEY)
        screen.read_until("DART_API_KEY (")
        screen.interrupt()
        assert screen.end() == 130
        assert screen.text.rstrip().endswith("! 멈췄습니다. 설정 파일은 그대로입니다.")
    assert file.read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.long
def test_a_server_of_ones_own_has_to_answer_and_is_written(private_tmp, server):
    home = private_tmp / "init-own"
    with own_database(server) as url, at_terminal(home, "init", HTTPS_PROXY="http://127.0.0.1:9") as screen:
        screen.read_until("DATABASE_URL (")
        screen.type("mysql://nobody@localhost/x")
        assert "PostgreSQL 주소여야" in " ".join(screen.read_until("DATABASE_URL (").split())
        screen.type("postgresql://nobody@127.0.0.1:9/x")
        assert "✗" in screen.read_until("DATABASE_URL (")
        screen.type(url)
        assert "✓ 데이터베이스가 준비" in screen.read_until("KRX_OPENAPI_KEY (")
        screen.type("")
        screen.read_until("DART_API_KEY (")
        screen.type("d" * 40)
        assert "확인하지 않았습니다" in screen.read_until("KRX_ID (")
        screen.type("")
        _pass_over(screen, *OTHERS[2:], REST[0], "ALERT_EMAIL (", REST[1], "설치할까요", REST[3])
        assert screen.end() == 0
        file = home / "config" / ".env"
        text = file.read_text(encoding="utf-8")
        assert re.fullmatch(rf"DATABASE_URL=.+\nDART_API_KEY={'d' * 40}\n", text)
        # Once more: what is set is said, its value is not, and nothing changes.
        with at_terminal(home, "init", HTTPS_PROXY="http://127.0.0.1:9") as again:
            assert "설정됨" in again.read_until("KRX_OPENAPI_KEY (")
            again.type("")
            assert f"설정됨({file}" in again.read_until("DART_API_KEY (")
            again.type("")
            _pass_over(again, *OTHERS[1:], REST[0], "ALERT_EMAIL (", REST[1], "설치할까요", REST[3])
            assert again.end() == 0
        assert "d" * 40 not in screen.text + again.text
        assert "설정 파일은 그대로입니다" in again.text
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.long
def test_without_a_keyboard_it_says_what_it_would_ask(home):
    ended = subprocess.run(
        [sys.executable, "-m", "foresto_cli", "--sandbox", "init"],
        env=environment_of(home),
        cwd=ROOT,
        input="y\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "KRX_OPENAPI_KEY: openapi.krx.co.kr" in ended.stdout
    assert "--yes" in ended.stderr


def test_yes_passes_over_every_question_and_checks_what_is_set(foresto):
    ended = foresto("--sandbox", "init", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert "✓ DART" in ended.stdout
    assert "설정 파일은 그대로입니다" in ended.stdout
    assert "sandbox-openapi-key" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("key", keys.KEYS, ids=lambda key: key.names[0])
def test_every_key_says_the_way_to_it(key):
    assert key.steps
    assert key.site.split("/")[0] in " ".join(key.steps)
    assert key.brings
    assert key.score
    assert cli.COMMANDS["init"]
