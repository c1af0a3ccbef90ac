"""Commands to try after the first load."""

from collections.abc import Iterator

from foresto_cli.app import App
from foresto_cli.settings import keys

STEPS = (
    ("status", "무엇이 어디까지 있는지"),
    ("score rank", "점수가 높은 종목"),
    ("stocks show 005930", "한 종목의 모든 것"),
    ('screen "per < 10"', "조건에 맞는 종목"),
    ('sql "SELECT * FROM stocks LIMIT 5"', "SQL로 조회"),
    ("dashboard", "현황판(HTML)"),
)
LATER = (
    ("run monthly", "채권과 금융상품"),
    ("run quarterly", "배당과 주요사항"),
)
KEYS = ("init", "빠진 키 넣기")
BY_ITSELF = ("schedule install", "내일부터 자동 실행")


def lines(app: App, first: str | None = None) -> Iterator[str]:
    """Yield the lines of the list, with ``first`` as its first command; with ``--sandbox`` in the sandbox."""
    program = "foresto --sandbox" if app.sandbox else "foresto"
    later = [step for step in LATER if not app.sandbox]
    by_itself = [BY_ITSELF] if not app.sandbox else []
    more = [KEYS] if not app.sandbox and keys.missing(app.settings) else []
    shown = [
        (f"{program} {command}", said)
        for command, said in (*([(first, "처음 받기")] if first else []), *STEPS, *later, *by_itself, *more)
    ]
    width = max(len(command) for command, _ in shown)
    yield "다음에 할 일"
    for command, said in shown:
        yield f"  {command:<{width}}  {said}"


def show(app: App, first: str | None = None) -> None:
    """Print the list; ``first`` is as in :func:`lines`."""
    app.console.line()
    title, *rest = lines(app, first)
    app.console.strong(title)
    for line in rest:
        app.console.line(line)
