"""Whoever watches a terminal is told what takes time: what is made, what is waited for, that there is no network."""

import io
import sys

import pytest
from terminal import CONTROL, at_terminal

from foresto_cli.console import Console
from foresto_cli.loading import load_indices
from foresto_cli.running import job
from foresto_cli.views import state

MADE = "데이터베이스를 처음 만듭니다"


class Screen(io.StringIO):
    """What a terminal has been sent."""

    def isatty(self):
        return True


def _watched(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    return screen, Console()


@pytest.mark.long
def test_the_first_start_says_what_it_makes_and_the_second_nothing(private_tmp):
    home = private_tmp / "silent"
    with at_terminal(home, "--sandbox", "db", "upgrade") as first:
        assert first.end() == 0
        assert MADE in first.text
    with at_terminal(home, "--sandbox", "db", "upgrade") as second:
        assert second.end() == 0
        assert MADE not in second.text


def _indices(world, monkeypatch, faults):
    with world(faults=faults, patience=2) as opened:
        screen, opened.app.console = _watched(monkeypatch)
        load_indices.load_index(opened.app, 30, job.Options(workers=1))
    return " ".join(CONTROL.sub("", screen.getvalue()).split())


def test_a_question_that_is_put_again_is_shown_with_its_number(open_world, monkeypatch, no_waiting):
    told = _indices(open_world, monkeypatch, "500@raw.githubusercontent.com*2")
    assert "다시 시도(2/4)" in told
    assert "다시 시도(3/4)" in told
    assert "네트워크" not in told


def test_that_there_is_no_network_is_said_after_the_first_failure_and_once(open_world, monkeypatch, no_waiting):
    told = _indices(open_world, monkeypatch, "reset@raw.githubusercontent.com")
    assert told.count("네트워크를 확인하세요. 다시 시도합니다") == 1
    assert told.index("네트워크를 확인하세요. 다시 시도합니다") < told.index("다시 시도(3/4)")


def test_nobody_watching_is_told_nothing_of_it(open_world, capsys, no_waiting):
    with open_world(faults="500@raw.githubusercontent.com*2", patience=2) as world:
        load_indices.load_index(world.app, 30, job.Options(workers=1))
    assert "다시 시도" not in capsys.readouterr().err


def test_status_of_a_database_without_anything_says_one_thing(open_world, capsys):
    with open_world() as world:
        found = state.status(world.app)
        state.show(world.app.console, found)
    head, verdict, advice = capsys.readouterr().err.splitlines()
    assert "마지막 거래일" in head
    assert "아직 받은" in verdict
    assert "foresto run initial" in advice
