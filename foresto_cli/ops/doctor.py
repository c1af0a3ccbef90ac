"""Self-examination: every precondition of a run, each with what to do about it."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from foresto_cli import app as application
from foresto_cli import clock, settings
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.errors import ForestoError, exit_code_of
from foresto_cli.ops import lock, runs, unattended
from foresto_cli.ops.diagnosis import NOTE, OK, WRONG, Diagnosis
from foresto_cli.settings import Paths
from foresto_cli.store import cluster, limits
from foresto_cli.store.migrate import database_moment

MARKS = {OK: "✓", NOTE: "·", WRONG: "✗"}
CLOCKS_MAY_DIFFER = timedelta(seconds=5)
OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO
CHEAP_SPAN = timedelta(days=10)
CHEAP_PRODUCTS = ("rentHouseLoanProductsSearch", "R", "050000")
KEYS = (
    (
        ("KRX_ID", "KRX_PW"),
        "당일 시세를 하루 몇 번만 묻습니다.",
        "data.krx.co.kr 에 가입해 설정하면 당일 시세를 거래소에서 바로 받습니다.",
    ),
    (
        ("KRX_OPENAPI_KEY",),
        "지난 시세를 공식 API 로 받습니다.",
        "openapi.krx.co.kr 에서 무료로 발급받아 설정하면 지난 시세를 모두 받습니다.",
    ),
    (
        ("FSC_API_KEY",),
        "법인등록번호, 채권, 배당, 지난 거래일의 시세를 받습니다.",
        "data.go.kr 에서 무료로 발급받아 설정하면 법인등록번호, 채권, 배당, 지난 시세를 받습니다.",
    ),
    (
        ("DART_API_KEY",),
        "재무제표와 공시를 받습니다.",
        "opendart.fss.or.kr 에서 무료로 발급받아 설정하면 재무제표를 받습니다.",
    ),
    (
        ("FSS_API_KEY",),
        "예금, 적금, 연금저축, 대출 상품을 받습니다.",
        "finlife.fss.or.kr 에서 무료로 발급받아 설정하면 금융상품을 받습니다.",
    ),
)
"""Settings, what comes by them, and what to do where they are missing."""


def examine(console: Console, *, sandboxed: bool, ask_upstreams: bool) -> list[Diagnosis]:
    """Look at everything, also when the settings are broken or the database is away."""
    folders = settings.paths()
    found = [_clock(), *_folders(folders)]
    try:
        with application.opened(console, sandboxed=sandboxed) as app:
            found += [*_keys(app), _database(app), *_memory(app), _calendar(app), *unattended.examine(app)]
            if ask_upstreams:
                found += list(_upstreams(app))
    except ForestoError as error:
        found.append(Diagnosis("시작", WRONG, str(error), exit_code_of(error)))
    return found


def show(console: Console, found: list[Diagnosis]) -> None:
    """Print the findings for a person."""
    for diagnosis in found:
        console.line(f"{MARKS[diagnosis.state]} {diagnosis.name}: {diagnosis.text}")
    wrong = sum(diagnosis.state == WRONG for diagnosis in found)
    console.strong("✓ 준비되어 있습니다." if wrong == 0 else f"✗ 고칠 것이 {wrong}가지 있습니다.")


def as_result(found: list[Diagnosis]) -> dict[str, Any]:
    """Return the ``--json`` object; the exit code is that of the first thing wrong."""
    wrong = [diagnosis for diagnosis in found if diagnosis.state == WRONG]
    return {
        "command": "doctor",
        "exit_code": wrong[0].exit_code if wrong else 0,
        "diagnoses": [asdict(diagnosis) for diagnosis in found],
    }


def _clock() -> Diagnosis:
    here = datetime.now().astimezone()
    offset = here.utcoffset()
    text = f"지금은 {clock.now():%Y-%m-%d %H:%M:%S} KST 입니다."
    if offset != clock.now().utcoffset():
        text += f" 이 컴퓨터의 시간대는 {here.tzname()} 이지만 foresto 는 늘 KST 로 셉니다."
    return Diagnosis("시계", OK, text)


def _folders(folders: Paths) -> Iterator[Diagnosis]:
    for name, folder in (("설정 폴더", folders.config), ("상태 폴더", folders.state)):
        try:
            settings.private_folder(folder)
        except ForestoError as error:
            yield Diagnosis(name, WRONG, str(error), exit_code_of(error))
            continue
        yield _privacy(name, folder)
    for file in (folders.config / ".env", folders.config / "config.toml", Path(".env").absolute()):
        if file.exists():
            yield _privacy("설정 파일", file)
    yield Diagnosis("로그", OK, str(folders.logs / "foresto.log"))


def _privacy(name: str, place: Path) -> Diagnosis:
    if place.stat().st_mode & OTHERS_MAY:
        mode = "700" if place.is_dir() else "600"
        return Diagnosis(name, NOTE, f"{place}: 다른 사용자도 볼 수 있습니다: chmod {mode} {place}")
    return Diagnosis(name, OK, str(place))


def _keys(app: App) -> Iterator[Diagnosis]:
    for names, given, missing in KEYS:
        is_set = all(getattr(app.settings, name.lower()) for name in names)
        state, said = (OK, f"설정됨. {given}") if is_set else (NOTE, f"없음. {missing}")
        yield Diagnosis(", ".join(names), state, said)


def _database(app: App) -> Diagnosis:
    with app.engine.connect() as connection:
        apart = abs(database_moment(connection) - datetime.now(UTC).replace(tzinfo=None))
        version: int = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    if apart > CLOCKS_MAY_DIFFER:
        seconds = apart.total_seconds()
        return Diagnosis(
            "데이터베이스", NOTE, f"서버의 시계와 {seconds:.0f}초 다릅니다. 두 컴퓨터의 시각 동기화를 확인하세요."
        )
    if app.settings.database_url is None:
        place = f"내장 서버(PostgreSQL {version // 10_000}), 자료는 {cluster.location(app.folders.data)}"
    else:
        place = f"DATABASE_URL 의 서버(PostgreSQL {version // 10_000})"
    return Diagnosis("데이터베이스", OK, place)


def _memory(app: App) -> Iterator[Diagnosis]:
    abandoned = runs.close_abandoned(app.engine, is_shared=app.is_shared)
    if abandoned:
        yield Diagnosis("실행 기록", NOTE, f"갑자기 끝난 실행 {abandoned}개를 닫았습니다.")
    holder = lock.is_held(app.folders.lock_file)
    yield Diagnosis("잠금", NOTE if holder else OK, f"수집 중: {holder}" if holder else "비어 있음")
    with app.engine.connect() as connection:
        used = limits.budgets(connection)
        blocked = limits.open_blocks(connection)
    if used:
        yield Diagnosis("오늘 보낸 요청", OK, " · ".join(f"{name} {count:,}" for name, count in used))
    for name, until, reason in blocked:
        yield Diagnosis("차단", NOTE, f"{name}: {until} 까지 묻지 않습니다. 그 뒤 저절로 풀립니다. ({reason})")


def _calendar(app: App) -> Diagnosis:
    today = clock.today()
    state = "거래일" if app.calendar.is_session(today) else "휴장일"
    return Diagnosis("달력", OK, f"오늘은 {state}, 다음 거래일은 {app.calendar.following(today)}")


def _upstreams(app: App) -> Iterator[Diagnosis]:
    """Ask each upstream for which there is a key one cheap question."""
    last = app.calendar.latest_ended(clock.now())
    before = app.calendar.previous(last)
    krx, openapi, fsc, dart = app.krx, app.krx_openapi, app.fsc, app.dart
    if krx is not None:
        yield _asked("KRX", lambda: f"코스피 {len(krx.index_days('1001', last - CHEAP_SPAN, last))}거래일")
    if openapi is not None:
        yield _asked("KRX OPEN API", lambda: f"{before} {len(openapi.market_day(before)):,}종목")
    if fsc is not None:
        day = app.calendar.latest_in_open_data(clock.now())
        yield _asked("공공데이터포털", lambda: f"{day} {len(fsc.listed_items(day)):,}종목")
    if dart is not None:
        yield _asked(
            "DART", lambda: f"{before} 사업·반기·분기보고서 {len(dart.filings(before, before, pblntf_ty='A')):,}건"
        )
    finlife = app.finlife
    if finlife is not None:
        yield _asked("금융상품한눈에", lambda: f"보험사 전세자금대출 {len(finlife.products(*CHEAP_PRODUCTS).base):,}개")
    yield _asked("FinanceDataReader", lambda: f"최신 목록 {app.fdr.listing()[0]}")
    yield _asked("네이버 차트", lambda: f"005930 {len(app.naver.bars('005930', 1))}일")


def _asked(name: str, ask: Callable[[], str]) -> Diagnosis:
    try:
        return Diagnosis(name, OK, f"답합니다({ask()})")
    except ForestoError as error:
        return Diagnosis(name, WRONG, str(error), exit_code_of(error))
