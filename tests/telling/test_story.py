"""Two weeks of an operator, hour by hour: every message, and the headline of the page wherever it changes."""

from datetime import datetime

import pytest
from living import Living

from foresto_cli import clock
from foresto_cli.chains.steps import CHAINS

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


TOLD = [
    ("Thu 16:30", "[주의] KRX 차단, 11-27 16:30까지"),
    ("Fri 16:30", "[해결] KRX 차단, 11-27 16:30까지"),
    # Of the network nobody could be told while it was dead.
    ("Mon 00:07", "[심각] DART 인증 실패", "[해결] 네트워크 연결 없음"),
    ("Tue 07:30", "[foresto 심각] 데이터베이스의 디스크가 가득 찼습니다"),
    ("Wed 00:07", "[해결] DART 인증 실패", "[해결] 데이터베이스의 디스크가 가득 찼습니다"),
]
HEADLINES = [
    ("Wed 20:59", "모두 정상입니다"),
    ("Thu 16:59", "살펴볼 알림 1건이 있습니다"),
    ("Fri 16:59", "모두 정상입니다"),
    ("Sat 07:59", "살펴볼 알림 1건이 있습니다"),
    ("Mon 00:59", "심각한 알림 1건이 열려 있습니다"),
    ("Tue 07:59", "심각한 알림 2건이 열려 있습니다"),
    ("Wed 00:59", "모두 정상입니다"),
]


def bad_days(moment):
    return "reset@*" if at("11-21 00:00") <= moment < at("11-22 12:00") else ""


def full_morning(moment):
    return at("11-23 07:00") <= moment < at("11-23 08:15")


@pytest.mark.long
def test_a_weekend_without_network_and_a_full_disk_are_one_message_each_and_one_when_they_end(
    open_loaded, monkeypatch, tmp_path
):
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path}")
    life = Living(open_loaded, monkeypatch, bad_days, is_full=full_morning, **SIZE)
    life.begin(at("11-22 07:00"), *(step.name for step in CHAINS["initial"]))
    told = life.live(at("11-22 07:00"), at("11-23 08:40"))
    assert (told.titles(), told.headlines) == (TOLD_OF_A_WEEKEND, HEADLINES_OF_A_WEEKEND)


TOLD_OF_A_WEEKEND = [
    ("Sun 12:07", "[해결] 네트워크 연결 없음"),
    ("Mon 07:30", "[foresto 심각] 데이터베이스의 디스크가 가득 찼습니다"),
    ("Mon 08:27", "[해결] 데이터베이스의 디스크가 가득 찼습니다"),
]
HEADLINES_OF_A_WEEKEND = [
    ("Sun 07:59", "살펴볼 알림 1건이 있습니다"),
    ("Sun 12:59", "모두 정상입니다"),
    ("Mon 07:59", "심각한 알림 1건이 열려 있습니다"),
]
