"""Two weeks of an operator, hour by hour: every message, and the headline of the page wherever it changes."""

from datetime import datetime

import pytest
from living import Living

from foresto_cli import clock
from foresto_cli.ops.steps import CHAINS

DEAD_MIRROR = True
PATIENCE = 2
SIZE = {"sessions": 12}


def at(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=clock.KST)


def faults(moment):
    """What is wrong with the world at a moment."""
    if at("11-26 16:30") <= moment < at("11-27 16:30"):
        return "block@data.krx.co.kr"
    if at("11-28 00:00") <= moment < at("11-30 00:00"):
        return "reset@*"
    if at("11-30 00:00") <= moment < at("12-01 00:00"):
        return "dart010@opendart.fss.or.kr"
    return ""


def is_full(moment):
    return at("12-01 00:00") <= moment < at("12-02 00:00")


@pytest.mark.slow
def test_two_weeks_of_messages_and_headlines(open_world, monkeypatch, tmp_path):
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path}")
    life = Living(open_world, monkeypatch, faults, is_full=is_full, **SIZE)
    life.begin(at("11-18 20:30"), "score batch")
    told = life.live(at("11-18 20:30"), at("12-02 21:00"))
    assert told.titles() == TOLD
    assert told.headlines == HEADLINES


TOLD = []
HEADLINES = []


def bad_days(moment):
    return "reset@*" if at("11-21 00:00") <= moment < at("11-22 12:00") else ""


def full_morning(moment):
    return at("11-23 07:00") <= moment < at("11-23 08:15")


def test_a_weekend_without_network_and_a_full_disk_are_one_message_each_and_one_when_they_end(
    open_loaded, monkeypatch, tmp_path
):
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path}")
    life = Living(open_loaded, monkeypatch, bad_days, is_full=full_morning, **SIZE)
    life.begin(at("11-20 20:30"), *(step.name for step in CHAINS["initial"]))
    told = life.live(at("11-20 20:30"), at("11-23 09:00"))
    assert told.titles() == TOLD_OF_A_WEEKEND
    assert told.headlines == HEADLINES_OF_A_WEEKEND


TOLD_OF_A_WEEKEND = []
HEADLINES_OF_A_WEEKEND = []
