"""Days with a block, a dead network and a wrong key, chain by chain: what is told, and what the page says."""

from datetime import datetime, timedelta

import pytest

from foresto_cli import clock, timetable
from foresto_cli.ops import chains, job, overdue, state, watch
from foresto_cli.ops.steps import CHAINS

pytestmark = pytest.mark.slow

SIZE = {"sessions": 12, "patience": 1}
HOUR = timedelta(hours=1)
START = datetime(2026, 11, 25, 20, 30, tzinfo=clock.KST)
LAST = datetime(2026, 12, 1, 21, 0, tzinfo=clock.KST)


def at(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=clock.KST)


def faults(moment):
    """What is wrong with the world at a moment."""
    if at("11-26 16:00") <= moment < at("11-27 16:00"):
        return "block@data.krx.co.kr,stale@raw.githubusercontent.com"
    if at("11-28 00:00") <= moment < at("11-30 00:00"):
        return "reset@*"
    if at("11-30 00:00") <= moment < at("12-01 00:00"):
        return "dart010@opendart.fss.or.kr"
    return ""


def starts():
    """Every chain of the timetable by its moment."""
    found = []
    for one in timetable.JOBS:
        if one.command[0] == "run":
            moment = one.following(START)
            while moment <= LAST:
                found.append((moment, one.name))
                moment = one.following(moment)
    return sorted(found)


def titles(text):
    """The incidents of a message."""
    return [line for line in text.splitlines() if line.startswith(("[심각]", "[주의]", "[알림]", "[해결]"))]


def test_one_message_for_each_cause_and_one_for_its_end(open_world):
    with open_world(START, **SIZE) as world:
        steps = [step for step in CHAINS["initial"] if step.name != "score batch"]
        assert chains.run(world.app, "initial", steps, job.Options())["exit_code"] == 0
        overdue.expect(world.app, "cron", *(one.name for one in timetable.JOBS if one.command[0] == "run"))
    told, headlines = [], []
    for moment, name in starts():
        with open_world(moment, faults=faults(moment), **SIZE) as world:
            world.sandbox.faults.clear()
            for fault in filter(None, faults(moment).split(",")):
                world.sandbox.faults.add(fault)
            with watch.attended(world.app, f"run {name}"):
                chains.run_chain(world.app, name, job.Options(wait=timedelta(hours=3)), if_due=True)
            told += [
                (f"{moment:%a %H:%M}", *titles(item.text))
                for item in world.sandbox.outbox.items
                if item.channel == "slack"
            ]
        with open_world(moment + HOUR, **SIZE) as world:
            headlines.append((f"{moment:%a %H:%M}", state.status(world.app)["verdict"]))
    assert [one for one in told if one[0][:3] in {"Thu", "Fri"}] == TOLD_OF_THE_BLOCK
    every = [title for _, *found in told for title in found]
    for cause in ("[주의] 네트워크 연결 없음", "[심각] DART 인증 실패", "[해결] DART 인증 실패"):
        assert every.count(cause) == 1, (cause, told)
    assert [title for title in every if title.startswith("[심각]")] == ["[심각] DART 인증 실패"]
    assert headlines[: len(HEADLINES)] == HEADLINES
    assert dict(headlines)["Mon 08:10"] == "심각한 경보 1건이 열려 있습니다"


TOLD_OF_THE_BLOCK = [
    ("Thu 16:30", "[주의] KRX 차단, 11-27 16:30까지"),
    # Told again on the second day, and ended when the block did: the job of 16:30 waits for that.
    ("Fri 15:45", "[주의] KRX 차단, 11-27 16:30까지"),
    ("Fri 16:30", "[해결] KRX 차단, 11-27 16:30까지"),
]
HEADLINES = [
    ("Thu 08:10", "모두 정상입니다"),
    ("Thu 15:45", "모두 정상입니다"),
    ("Thu 16:30", "살펴볼 경보 1건이 있습니다"),
    ("Thu 20:20", "살펴볼 경보 1건이 있습니다"),
    ("Fri 08:10", "살펴볼 경보 1건이 있습니다"),
    ("Fri 15:45", "살펴볼 경보 1건이 있습니다"),
    ("Fri 16:30", "모두 정상입니다"),
    ("Fri 20:20", "모두 정상입니다"),
]
