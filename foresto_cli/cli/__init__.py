"""The command line: one Typer app per group. Commands read options, call one function, print, choose the exit code.

These modules import nothing heavy at the top, so that ``--help`` stays fast; and only the one that is asked for is
imported at all.
"""

from importlib import import_module
from types import ModuleType
from typing import Annotated, NoReturn

import typer

from foresto_cli import data_sets
from foresto_cli.cli import _help
from foresto_cli.cli._command import HELP

COMMANDS = {
    "init": "처음 설정: 키, 데이터베이스, 알림, 자동 실행을 차례로 입력받아 확인하고 설정 파일에 적습니다.",
    "status": "실행 중인 작업, 데이터 최신성, 열린 알림, 시간표, 한도, 차단을 한눈에 보여 줍니다.",
    "dashboard": "작업, 자료, 거래일 달력, 검증, 한도, 점수를 HTML 파일 하나로 씁니다."
    " 인터넷에 아무것도 요청하지 않는 파일입니다.",
    "screen": '조건에 맞는 종목을 찾습니다: foresto screen "per < 10 and score > 70 and not designated" --limit 20.',
    "doctor": "키, 데이터베이스, 폴더 권한, 시계, 달력, 잠금, 한도, 데이터 출처를 살피고 할 일을 알려 줍니다.",
    "retry": "실패한 것만 다시 요청합니다. 더 새로운 자료가 있어 필요 없어진 것은 닫습니다.",
    "sql": "저장된 모든 데이터에 SQL로 조회합니다: 화면, CSV, 엑셀, JSON, Parquet. 읽기만 합니다.",
    "mcp": "저장된 데이터를 MCP로 조회하게 합니다(클로드 같은 조수를 위해, 읽기만).",
    "completion": "탭으로 명령, 옵션, 종목, 지수, 표를 채우게 하는 스크립트를 씁니다(bash, zsh, fish, powershell).",
    "demo": "키도, 네트워크도, 서버도 없이 한 바퀴: 받기, 차단, 이어받기, 검증, 점수, 현황판.",
}
"""Commands without a group, and what their help says."""

GROUPS = {
    "listing": "상장 목록: 지금 상장된 종목과 상장폐지된 종목.",
    "stocks": "종목과 ETF: 지금의 이름, 업종, 가격과 그 이력.",
    "prices": "일별 시세와 지수.",
    "statements": "재무제표: 분기, 최근 12개월, 사업연도, 정정본.",
    "dividends": "배당: 종목이 낸 배당과 달마다의 배당 일정.",
    "actions": "증자·감자·합병·분할 공시와 가격 조정 사건.",
    "etfs": "ETF: 목록과 한 ETF의 정보, 시세.",
    "indices": "지수: 목록과 한 지수의 일별 값.",
    "dart": "DART 공시: 회사 고유번호, 재무제표, 배당, 증자·감자·합병 등 주요사항.",
    "filings": "상장회사의 공시 목록: 받기와 보기.",
    "bonds": "채권: 발행인, 금리, 신용등급, 만기.",
    "fss": "금융상품(예금, 적금, 연금저축, 대출).",
    "score": "Compass Score: 재무·밸류에이션·기술·리스크 네 축과 그 근거.",
    "verify": "저장된 자료의 검증.",
    "run": "여러 단계를 순서대로.",
    "runs": "실행 기록.",
    "report": "시장 요약.",
    "watchlist": "관심 종목.",
    "alerts": "알림.",
    "schedule": "시간표: 무엇이 언제 자동으로 실행되는가.",
    "us": "미국 종목(Alpha Vantage, 하루 25번). 예약 실행에는 들어 있지 않습니다.",
    "db": "데이터베이스.",
    "sandbox": "모의 시장: 실제 서버 대신 답하는 로컬 모의 서버.",
}
"""Modules with a ``group`` of commands, and what their help says."""


def app(word: str | None = None, *, has_own_options: bool = True) -> typer.Typer:
    """Return the command line: what stands behind ``word`` whole, of all else the name and the help.

    Args:
        word: a command or group; without one everything is whole.
        has_own_options: whether ``--help`` may stand before a group. ``GROUP --help`` does without: it spares Typer an
            import that doubles the time. ``--sandbox`` and ``--version`` are read by ``foresto_cli.__main__``.
    """
    found = typer.Typer(
        name="foresto",
        help="한국 시장의 모든 자료를 내 PostgreSQL에: 받고, 검증하고, 점수를 매깁니다.",
        cls=_help.Group,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings=HELP if has_own_options else {"help_option_names": []},
    )
    for name, said in COMMANDS.items():
        work = getattr(_module(name), name) if word in {name, None} else _not_asked_for
        found.command(name, cls=_help.Command, help=said, context_settings=HELP)(work)
    for name, said in GROUPS.items():
        if word in {name, None}:
            found.add_typer(_module(name).group, name=name, help=said)
        else:
            found.command(name, cls=_help.Command, help=said)(_not_asked_for)
    for one in data_sets.said():
        said = f"{one.label}: 받기와 보기."
        if word in {one.name, None}:
            found.add_typer(_described_group(one), name=one.name, help=said)
        else:
            found.command(one.name, cls=_help.Command, help=said)(_not_asked_for)
    said = "명령의 도움말을 보여 줍니다: foresto help prices load."
    found.command("help", cls=_help.Command, help=said, context_settings=HELP)(_explained)
    return found


def _described_group(one: data_sets.Said) -> typer.Typer:
    from foresto_cli.cli._described import described

    return described(one)


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}_command")


def _not_asked_for() -> NoReturn:
    """Stand where a command would, for its name and help; run, it would do nothing and call that a success."""
    raise RuntimeError("a command was run whose module was not imported")


def _explained(
    _words: Annotated[list[str] | None, typer.Argument(help="명령과 그 아래 명령.", metavar="명령")] = None,
) -> NoReturn:
    """Register ``foresto help``; ``foresto_cli.__main__`` turns it into ``--help`` of the command that follows."""
    raise RuntimeError("help is asked for before the command line is read")
