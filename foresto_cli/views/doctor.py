"""Self-examination: every precondition of a run, each with what to do about it."""

import functools
import stat
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from foresto_cli import clock, opening, settings
from foresto_cli.app import App
from foresto_cli.calendar import Calendar
from foresto_cli.collecting import registry
from foresto_cli.console import Console
from foresto_cli.errors import ConfigError
from foresto_cli.logs import Redactor
from foresto_cli.running import lock, runs
from foresto_cli.schedule import unattended
from foresto_cli.settings import Paths, Settings
from foresto_cli.settings import keys as catalogue
from foresto_cli.store import cluster, limits
from foresto_cli.store.migrate import database_moment
from foresto_cli.telling import key_ages, moments, watch
from foresto_cli.telling.diagnosis import NOTE, OK, WRONG, Diagnosis, Examination, each, gravest
from foresto_cli.views import probes

MARKS = {OK: "✓", NOTE: "·", WRONG: "✗"}
CLOCKS_MAY_DIFFER = timedelta(seconds=5)
OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO
KEYS = (
    (
        ("KRX_ID", "KRX_PW"),
        "당일 시세를 하루 몇 번만 요청합니다.",
        "data.krx.co.kr에 가입해 설정하면 당일 시세를 거래소에서 바로 받습니다.",
    ),
    (
        ("KRX_OPENAPI_KEY",),
        "지난 시세를 공식 API로 받습니다.",
        "openapi.krx.co.kr에서 무료로 발급받아 설정하면 지난 시세를 모두 받습니다.",
    ),
)
"""Settings, what comes by them, and what to do where they are missing."""
KEYS_OF_CLIENTS = (
    ("FSC_API_KEY", "fsc", "data.go.kr", ("지난 거래일의 시세",)),
    ("DART_API_KEY", "dart", "opendart.fss.or.kr", ()),
    ("FSS_API_KEY", "finlife", "finlife.fss.or.kr", ()),
)
"""Keys whose data sets say what comes by them: the client, where the key is to be had, and what else comes."""


def examine(console: Console, *, sandboxed: bool, ask_upstreams: bool) -> list[Diagnosis]:
    """Look at everything, each thing by itself: also when the settings are broken or the database is away.

    Raises:
        Interrupted: the process was asked to stop.
    """
    around: tuple[Examination, ...] = (
        ("시계", _clock),
        ("상태 폴더", functools.partial(_folders, sandboxed=sandboxed)),
    )
    # The sandbox has a time of its own, which begins with it.
    found = [] if sandboxed else list(each(Redactor(), *around))
    started = functools.partial(
        _started, console, around if sandboxed else (), sandboxed=sandboxed, ask_upstreams=ask_upstreams
    )
    found += each(Redactor(), ("시작", started))
    seen = {diagnosis.name for diagnosis in found}
    # Where nothing could be started, what needs no start is looked at all the same.
    rest: tuple[Examination, ...] = (
        *around,
        ("설정", functools.partial(_settings_alone, sandboxed=sandboxed)),
        ("달력", lambda: [_today(Calendar())]),
        ("스케줄러", unattended.scheduler),
    )
    missing = [examination for examination in rest if examination[0] not in seen]
    return found + list(each(Redactor(), *missing))


def _started(
    console: Console, first: Sequence[Examination], *, sandboxed: bool, ask_upstreams: bool
) -> Iterator[Diagnosis]:
    with opening.without_database(console, sandboxed=sandboxed) as around:
        yield from each(around.redact, *first)
        yield Diagnosis("설정", OK, "읽었습니다.")
        yield from each(
            around.redact,
            ("키", lambda: _keys(around.settings, around.folders)),
            ("잠금", lambda: _lock(around.folders)),
            ("데이터베이스", lambda: _stored(around, sandboxed=sandboxed, ask_upstreams=ask_upstreams)),
            ("무인 실행", lambda: unattended.examine_alone(around)),
        )


def _stored(around: App, *, sandboxed: bool, ask_upstreams: bool) -> Iterator[Diagnosis]:
    with opening.with_database(around, sandboxed=sandboxed) as app, watch.attended(app, "doctor"):
        yield from each(
            app.redact,
            ("데이터베이스", lambda: _database(app)),
            ("실행 기록", lambda: _abandoned(app)),
            ("저장된 시각", lambda: _ahead(app)),
            ("오늘 보낸 요청", lambda: _budgets(app)),
            ("차단", lambda: _blocked(app)),
            ("달력", lambda: [_today(app.calendar)]),
            ("무인 실행", lambda: unattended.examine_stored(app)),
        )
        if ask_upstreams:
            yield from _upstreams(app)


def _settings_alone(*, sandboxed: bool) -> Iterator[Diagnosis]:
    if not sandboxed:
        yield from _keys(settings.load(settings.paths()), settings.paths())


def show(console: Console, found: list[Diagnosis]) -> None:
    """Print the findings for a person."""
    for diagnosis in found:
        console.line(f"{MARKS[diagnosis.state]} {diagnosis.name}: {diagnosis.text}")
    wrong = sum(diagnosis.state == WRONG for diagnosis in found)
    console.strong("✓ 준비되어 있습니다." if wrong == 0 else f"✗ 고칠 것이 {wrong}가지 있습니다.")


def as_result(found: list[Diagnosis]) -> dict[str, object]:
    """Return the ``--json`` object; the exit code is that of the gravest thing wrong."""
    return {
        "command": "doctor",
        "exit_code": gravest(found),
        "diagnoses": [asdict(diagnosis) for diagnosis in found],
    }


def _clock() -> Iterator[Diagnosis]:
    here = datetime.now().astimezone()
    offset = here.utcoffset()
    text = f"지금은 {clock.now():%Y-%m-%d %H:%M:%S} KST입니다."
    if offset != clock.now().utcoffset():
        text += f" 이 컴퓨터의 시간대는 {here.tzname()}이지만 foresto는 늘 KST로 셉니다."
    yield Diagnosis("시계", OK, text)


def _folders(*, sandboxed: bool) -> Iterator[Diagnosis]:
    folders = settings.paths().in_sandbox() if sandboxed else settings.paths()
    read = (folders.config / ".env", folders.config / "config.toml", settings.working_file())
    files = () if sandboxed else read
    yield from each(
        Redactor(),
        ("설정 폴더", lambda: [_privacy("설정 폴더", settings.private_folder(folders.config))]),
        ("상태 폴더", lambda: [_privacy("상태 폴더", settings.private_folder(folders.state))]),
        *(("설정 파일", functools.partial(_file, file)) for file in files if file is not None),
        ("로그", lambda: [Diagnosis("로그", OK, str(folders.logs / "foresto.log"))]),
    )


def _file(file: Path) -> Iterator[Diagnosis]:
    if file.exists():
        yield _privacy("설정 파일", file)


def _privacy(name: str, place: Path) -> Diagnosis:
    if place.stat().st_mode & OTHERS_MAY:
        mode = "700" if place.is_dir() else "600"
        return Diagnosis(name, NOTE, f"{place}: 다른 사용자도 볼 수 있습니다: chmod {mode} {place}")
    return Diagnosis(name, OK, str(place))


def _keys(given_settings: Settings, folders: Paths) -> Iterator[Diagnosis]:
    origins = given_settings.origins
    for label, fields in origins.by_source.items():
        yield Diagnosis("설정 출처", OK, f"{label}: {', '.join(name.upper() for name in fields)}")
    for note in (*origins.notes, *origins.misspelt):
        yield Diagnosis("설정", NOTE, note)
    keys = (*KEYS, *map(_of_client, KEYS_OF_CLIENTS))
    listed = [name.lower() for names, _, _ in keys for name in names]
    for names, given, missing in keys:
        problem = given_settings.problem(*(name.lower() for name in names))
        if problem:
            yield Diagnosis(", ".join(names), WRONG, problem, ConfigError.exit_code)
            continue
        is_set = all(getattr(given_settings, name.lower()) for name in names)
        key = next(key for key in catalogue.KEYS if key.names == names)
        has = f"설정됨.{key_ages.told(folders.state, key)} {given}"
        state, said = (OK, has) if is_set else (NOTE, f"없음. {missing} 점수: {key.score}")
        yield Diagnosis(", ".join(names), state, said)
    for name, problem in origins.problems.items():
        if name not in listed:
            yield Diagnosis(name.upper(), WRONG, problem, ConfigError.exit_code)


def _of_client(key: tuple[str, str, str, tuple[str, ...]]) -> tuple[tuple[str, ...], str, str]:
    name, client, place, more = key
    labels = [one.label for one in registry.every().values() if client in one.clients]
    brings = f"받는 자료: {', '.join((*labels, *more))}."
    return (name,), brings, f"{place}에서 무료로 발급받아 설정하세요. {brings}"


def _database(app: App) -> Iterator[Diagnosis]:
    with app.engine.connect() as connection:
        apart = abs(database_moment(connection) - datetime.now(UTC).replace(tzinfo=None))
        version: int = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    if apart > CLOCKS_MAY_DIFFER:
        seconds = apart.total_seconds()
        yield Diagnosis(
            "데이터베이스", NOTE, f"서버의 시계와 {seconds:.0f}초 다릅니다. 두 컴퓨터의 시각 동기화를 확인하세요."
        )
    if app.settings.database_url is None:
        place = f"내장 서버(PostgreSQL {version // 10_000}), 자료는 {cluster.location(app.folders.data)}"
    else:
        place = f"DATABASE_URL의 서버(PostgreSQL {version // 10_000})"
    yield Diagnosis("데이터베이스", OK, place)


def _abandoned(app: App) -> Iterator[Diagnosis]:
    abandoned = runs.close_abandoned(app.engine, is_shared=app.is_shared)
    if abandoned:
        yield Diagnosis("실행 기록", NOTE, f"갑자기 끝난 실행 {abandoned}개를 닫았습니다.")


def _lock(folders: Paths) -> Iterator[Diagnosis]:
    holder = lock.is_held(folders.lock_file)
    yield Diagnosis("잠금", NOTE if holder else OK, f"수집 중: {holder}" if holder else "비어 있음")


def _ahead(app: App) -> Iterator[Diagnosis]:
    with app.engine.connect() as connection:
        told = moments.told(connection)
    if told is not None:
        yield Diagnosis("저장된 시각", NOTE, told)


def _budgets(app: App) -> Iterator[Diagnosis]:
    with app.engine.connect() as connection:
        used = limits.budgets(connection)
        spent = limits.exhausted(connection)
    for name, said in spent.items():
        yield Diagnosis("한도", NOTE, f"{limits.label(name)}: {said} 자정(KST)이 지나면 이어집니다.")
    if used:
        yield Diagnosis("오늘 보낸 요청", OK, " · ".join(f"{name} {count:,}" for name, count in used))


def _blocked(app: App) -> Iterator[Diagnosis]:
    with app.engine.connect() as connection:
        blocked = limits.open_blocks(connection)
    for name, until, reason in blocked:
        said = f"{limits.label(name)}: {until}까지 요청하지 않습니다. 그 뒤 자동으로 풀립니다. ({reason})"
        yield Diagnosis("차단", NOTE, said)


def _today(calendar: Calendar) -> Diagnosis:
    today = clock.today()
    state = "거래일" if calendar.is_session(today) else "휴장일"
    return Diagnosis("달력", OK, f"오늘은 {state}, 다음 거래일은 {calendar.following(today)}")


def _upstreams(app: App) -> Iterator[Diagnosis]:
    """Test each upstream for which a key is set, with one cheap request per service."""
    yield from probes.every(app)
