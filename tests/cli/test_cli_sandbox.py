"""``foresto sandbox``: faults by hand, and a sandbox that serves other programs."""

import contextlib
import signal
import socket

import pytest
import requests
from commands import HANGUL, one_after_another, says_one_sentence
from support import result_of, start_foresto


@pytest.mark.long
def test_faults_are_added_listed_and_cleared(home):
    def faults(*arguments):
        return (("sandbox", "faults", *arguments), {})

    added, more, listed, wrong, met, left, cleared, empty = one_after_another(
        home,
        faults("--add", "429@raw.githubusercontent.com*1"),
        faults("--add", "500@nobody.example"),
        faults(),
        faults("--add", "nonsense"),
        (("--sandbox", "listing", "load", "--json"), {"FORESTO_SANDBOX_TODAY": "2026-11-23"}),
        faults(),
        faults("--clear"),
        faults(),
    )
    assert (added.returncode, added.stdout) == (0, "429@raw.githubusercontent.com*1\n")
    assert more.stdout == listed.stdout == "429@raw.githubusercontent.com*1\n500@nobody.example\n"
    says_one_sentence(wrong, 2, "nonsense")
    assert result_of(met)["requests"]["fdr"] > 0
    assert left.stdout == "500@nobody.example\n"
    assert cleared.returncode == empty.returncode == 0
    assert cleared.stdout == empty.stdout
    assert HANGUL.search(cleared.stdout)


@contextlib.contextmanager
def served(home, **variables):
    """``foresto sandbox serve`` under way, and the variables it printed."""
    process = start_foresto(home, "sandbox", "serve", **variables)
    try:
        found = {}
        while "no_proxy" not in found:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            name, _, value = line.removeprefix("export ").rstrip("\n").partition("=")
            found[name] = value
        yield process, found
    finally:
        process.kill()
        process.communicate(timeout=30)


def ask(variables):
    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"https": variables["HTTPS_PROXY"]}
        session.verify = variables["REQUESTS_CA_BUNDLE"]
        return session.get("https://fchart.stock.naver.com/sise.nhn?symbol=005930&timeframe=day&count=2", timeout=20)


@pytest.mark.long
def test_the_sandbox_serves_until_a_signal(home):
    with served(home) as (process, variables):
        answer = ask(variables)
        assert answer.status_code == 200
        assert answer.headers["X-Foresto-Sandbox"] == "synthetic"
        port = int(variables["HTTPS_PROXY"].rpartition(":")[2])
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        with socket.socket() as line:
            assert line.connect_ex(("127.0.0.1", port)) != 0


def test_the_served_sandbox_meets_the_faults_of_its_environment(home):
    with served(home, FORESTO_SANDBOX_FAULTS="503@fchart.stock.naver.com") as (process, variables):
        assert ask(variables).status_code == 503
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
