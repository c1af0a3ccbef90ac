"""Self-examination of running unattended: the scheduler, its last start, channels, the dead-man switch, sleep."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import text

from foresto_cli import clock, settings
from foresto_cli.app import App
from foresto_cli.errors import ConfigError
from foresto_cli.running import outcomes
from foresto_cli.schedule import installing, next_starts, schedulers
from foresto_cli.telling import channels, late_jobs
from foresto_cli.telling.diagnosis import NOTE, OK, WRONG, Diagnosis, each

SLEEP = re.compile(r"^[ \t]*sleep[ \t]+(\d+)", re.MULTILINE)
PATIENCE_SECONDS = 10
CLOCKS_MAY_DIFFER = timedelta(minutes=5)
"""Of the hosts that share a database."""


def examine(app: App) -> Iterator[Diagnosis]:
    """Look at everything that has to be right so that foresto can be left alone."""
    yield from examine_alone(app)
    yield from examine_stored(app)


def examine_alone(app: App) -> Iterator[Diagnosis]:
    """Look at what can be seen without a database."""
    yield from each(app.redact, ("스케줄러", scheduler), ("실행 중단 감시(데드맨)", lambda: [_dead_man(app)]))
    if sys.platform == "darwin":
        yield from each(app.redact, ("잠자기", lambda: [_sleep()]))


def examine_stored(app: App) -> Iterator[Diagnosis]:
    """Look at what the database remembers."""
    yield from each(app.redact, ("예약 실행", lambda: [_last_start(app)]), ("알림", lambda: _channels(app)))


def scheduler() -> Iterator[Diagnosis]:
    """Look at what starts foresto here, and at what it would start."""
    used = schedulers.in_use()
    if not used:
        said = f"{schedulers.choose(None).name}에 아무것도 없습니다. 자동 실행하려면: foresto schedule install"
        yield Diagnosis("스케줄러", NOTE, said)
    for one in used:
        troubles = next_starts.troubles(one, installing.place(settings.paths()))
        for trouble in troubles:
            yield Diagnosis("스케줄러", WRONG, trouble.told(one.name), ConfigError.exit_code)
        if not troubles:
            yield Diagnosis("스케줄러", OK, f"{one.name}에 작업 {len(one.installed())}개")
    if len(used) > 1:
        other = used[-1].name
        said = f"{', '.join(one.name for one in used)}에 모두 들어 있습니다. 하나는 빼세요:"
        yield Diagnosis("스케줄러", NOTE, f"{said} foresto schedule uninstall --scheduler {other}")


def _last_start(app: App) -> Diagnosis:
    with app.engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT job_name, started_at, status, started_by FROM data_collection_log"
                " WHERE started_by IS NOT NULL AND started_at <= :now ORDER BY id DESC LIMIT 1"
            ),
            {"now": clock.wall()},
        ).one_or_none()
        ahead = connection.scalar(
            text("SELECT max(started_at) FROM data_collection_log WHERE started_at > :limit"),
            {"limit": clock.wall() + CLOCKS_MAY_DIFFER},
        )
        late = late_jobs.all_late(connection, clock.now())
    if late:
        names = ", ".join(f"{found.job.label} {len(found.starts)}번" for found in late)
        return Diagnosis("예약 실행", NOTE, f"돌았어야 하는데 돌지 않았습니다: {names}. foresto schedule status")
    if ahead is not None:
        return Diagnosis(
            "예약 실행",
            NOTE,
            f"지금보다 늦은 {ahead:%Y-%m-%d %H:%M}에 시작했다는 실행 기록이 있습니다. 그때 시계가 앞서 있었습니다."
            " 그런 실행은 돌지 않은 것으로 칩니다. 시각 동기화를 확인하세요.",
        )
    if row is None:
        return Diagnosis("예약 실행", NOTE, "스케줄러가 시작한 실행이 아직 없습니다.")
    return Diagnosis(
        "예약 실행",
        OK,
        f"마지막: {row.job_name}, {row.started_at:%m-%d %H:%M} 시작({row.started_by}), {outcomes.said(row.status)}.",
    )


def _channels(app: App) -> Iterator[Diagnosis]:
    configured = channels.configured(app)
    if not configured:
        yield Diagnosis("알림", NOTE, channels.NOBODY)
    with app.engine.connect() as connection:
        known = {row.channel: row for row in connection.execute(text("SELECT * FROM notify_channel"))}
    for channel in configured:
        row = known.get(channel.name)
        if row is None:
            yield Diagnosis(f"알림({channel.label})", NOTE, "설정됨. 아직 보낸 적이 없습니다: foresto alerts test")
        elif row.failing_since is not None:
            since = f"{row.failing_since:%m-%d %H:%M}부터 보내지 못합니다: {row.reason}"
            yield Diagnosis(f"알림({channel.label})", WRONG, since, 78)
        else:
            yield Diagnosis(f"알림({channel.label})", OK, f"마지막으로 {row.succeeded_at:%m-%d %H:%M}에 보냈습니다.")
    found = app.settings
    if found.alert_email and not (found.smtp_host and found.smtp_from):
        yield Diagnosis("알림(메일)", NOTE, "ALERT_EMAIL은 있는데 SMTP_HOST나 SMTP_FROM이 없어 메일을 보내지 못합니다.")


def _dead_man(app: App) -> Diagnosis:
    if app.settings.foresto_ping_url is None:
        return Diagnosis(
            "실행 중단 감시(데드맨)",
            NOTE,
            "FORESTO_PING_URL이 없습니다. 이 컴퓨터가 꺼져 있으면 아무도 알려 주지 않습니다.",
        )
    app.settings.demand("foresto_ping_url")
    return Diagnosis("실행 중단 감시(데드맨)", OK, "작업마다 시작과 끝을 알립니다.")


def _sleep() -> Diagnosis:
    program = shutil.which("pmset")
    told = "" if program is None else _output([program, "-g"])
    found = SLEEP.search(told)
    if found is None or found[1] == "0":
        return Diagnosis("잠자기", OK, "자동으로 잠들지 않습니다.")
    return Diagnosis(
        "잠자기",
        NOTE,
        f"{found[1]}분 뒤 잠듭니다. 놓친 시각은 깨어날 때 만회합니다. 제시간에 돌게 하려면:"
        " sudo pmset repeat wakeorpoweron MTWRF 16:25:00",
    )


def _output(command: list[str]) -> str:
    told = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
        env=settings.environment_of_a_child(),
    )
    return told.stdout
