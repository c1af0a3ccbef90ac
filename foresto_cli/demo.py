"""The demonstration: a synthetic market is loaded, KRX blocks us in the middle, the next day goes on, all is verified.

Everything is done by the real code over real HTTP against the sandbox, in a database of its own that is thrown away.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from foresto_cli import clock, opening, settings
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.datasets.prices import spans
from foresto_cli.errors import ForestoError
from foresto_cli.loading import load_indices, load_listed, load_statements
from foresto_cli.loading import load_prices as loads
from foresto_cli.running import job
from foresto_cli.running.closing import closing_lines
from foresto_cli.running.results import Result
from foresto_cli.sandbox import variables
from foresto_cli.score import batch, explain
from foresto_cli.store import cluster
from foresto_cli.store.fragments import count_rows
from foresto_cli.verify import verification
from foresto_cli.views import page, score_card, state

SESSIONS = "280"
SAMSUNG = "005930"
YEARS = 4
BLOCKED_AFTER = 25
BLOCK = f"block@data.krx.co.kr/MDCSTAT01501*1+{BLOCKED_AFTER}"
NEXT_DAY = timedelta(hours=25)
PICTURE = "demo-dashboard.html"
WITHOUT = ("krx_openapi_key", "fsc_api_key")
"""The operator of the story has a KRX login but no other key that reaches the past."""


def show(console: Console) -> None:
    """Play the story.

    Raises:
        ForestoError: a step did not end as the story tells.
    """
    started = clock.monotonic()
    evening = variables.options().now
    # The one thing that stays: the story's own folders are thrown away.
    picture = settings.private_folder(settings.paths().state) / PICTURE
    console.strong(f"foresto 시연: 모의 시장 300종목, {SESSIONS}거래일. 키·네트워크·서버 없이 진짜 코드가 돕니다.")
    with _own_home():
        _first_evening(console, evening)
        _next_day(console, evening + NEXT_DAY, picture)
    console.line()
    console.strong(f"시연을 마쳤습니다({clock.monotonic() - started:.0f}초). 다음: foresto init")


def _first_evening(console: Console, evening: datetime) -> None:
    with _evening(console, evening, BLOCK) as app:
        _step(console, "1. 상장 목록을 받습니다", "foresto listing load")
        _expect(0, load_listed.load_listing(app, job.Options()), console)
        _step(console, f"2. 시세를 받는데, {BLOCKED_AFTER}번째 뒤에 KRX가 차단합니다", "foresto prices incremental")
        _expect(75, _prices(app), console)
    with _evening(console, evening, "") as app:
        _step(console, "3. 다시 실행해도 요청하지 않습니다(차단을 늘리지 않으려고)", "foresto prices incremental")
        refused = _prices(app)
        _expect(75, refused, console)
        if refused.requests["total"]:
            raise ForestoError("차단된 동안 KRX에 요청했습니다.")


def _next_day(console: Console, next_day: datetime, picture: Path) -> None:
    with _evening(console, next_day, "") as app:
        _step(console, "4. 다음 날: 남은 거래일부터 자동으로 이어집니다", "foresto prices incremental")
        _expect(0, _prices(app), console)
        _expect(0, load_listed.load_listing(app, job.Options()), console)
        _step(console, "5. 지수와 종목을 받습니다", "foresto prices index && foresto stocks load")
        _expect(0, load_indices.load_index(app, spans.DEFAULT_DAYS, job.Options()), console)
        _expect(0, load_listed.load_stocks(app, job.Options()), console)
        _step(console, "6. 같은 명령을 또 실행하면 할 일이 없습니다", "foresto prices incremental")
        _expect(0, _prices(app), console)
        _scored(console, app)
        _step(console, "9. 저장된 것을 검증합니다", "foresto verify daily")
        result = verification.verify_daily(app)
        verification.show(console, result)
        if result.exit_code:
            raise ForestoError("검증에서 심각한 문제가 나왔습니다.")
        _step(console, "10. 지금 상태", "foresto status")
        state.show(console, state.status(app))
        _step(console, "11. 모든 것을 한 장에", "foresto dashboard")
        page.write(app, picture)
        console.line(f"브라우저로 여세요: {picture}")
        _closing_table(console, app)


def _scored(console: Console, app: App) -> None:
    since = clock.today().year - YEARS
    _step(console, "7. 재무제표를 100개사씩 받습니다", f"foresto dart financials --from {since}")
    wanted = load_statements.wanted_reports(None, None, since, None)
    _expect(0, load_statements.load_statements(app, wanted, job.Options()), console)
    _step(
        console,
        "8. 모든 종목의 점수와, 한 종목의 사유",
        f"foresto score batch && foresto score show {SAMSUNG}",
    )
    result = batch.score_batch(app, batch.Options())
    _expect(0, result, console)
    batch.show_batch(console, result)
    explain.show(console, score_card.explained(app, SAMSUNG, None))


def _prices(app: App) -> Result:
    return loads.load_prices_incremental(app, spans.DEFAULT_DAYS, 2, job.Options())


def _closing_table(console: Console, app: App) -> None:
    with app.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT trade_date, open_price, high_price, low_price, close_price, volume FROM stock_price_daily"
                " WHERE ticker = :ticker ORDER BY trade_date DESC LIMIT 3"
            ),
            {"ticker": SAMSUNG},
        ).all()
        totals = [
            (name, count_rows(connection, name))
            for name in ("fdr_stock_listing", "stock_price_daily", "index_price_daily", "unit_ledger", "ops_alert")
        ]
    prices = [(f"{row[0]}", *(int(value) for value in row[1:])) for row in rows]
    console.table(
        "SELECT * FROM stock_price_daily WHERE ticker = '005930' …",
        ("거래일", "시가", "고가", "저가", "종가", "거래량"),
        prices,
    )
    console.table("데이터베이스에 있는 것", ("표", "행"), totals)


def _step(console: Console, title: str, command: str) -> None:
    console.line()
    console.strong(f"{title}")
    console.line(f"$ {command}")


def _expect(code: int, result: Result, console: Console) -> None:
    closing_lines(console, result)
    if result.exit_code != code:
        raise ForestoError(f"{result.command}가 {code}가 아니라 {result.exit_code}로 끝났습니다.")


@contextmanager
def _own_home() -> Iterator[None]:
    """Use folders of the demonstration's own below the usual data folder; start and end without them."""
    home = settings.paths().data / "demo"
    _throw_away(home)
    try:
        with variables.environment({"FORESTO_HOME": str(home)}):
            yield
    finally:
        _throw_away(home)


def _throw_away(home: Path) -> None:
    database = cluster.location(home / "data" / "sandbox")
    for folder in (database, home):
        if folder.exists():
            shutil.rmtree(folder)


@contextmanager
def _evening(console: Console, moment: datetime, faults: str) -> Iterator[App]:
    """Open the sandboxed application as it is at ``moment``."""
    story = {
        "FORESTO_SANDBOX_TODAY": moment.isoformat(),
        "FORESTO_SANDBOX_SESSIONS": SESSIONS,
        "FORESTO_SANDBOX_STOCKS": "300",
        "FORESTO_SANDBOX_FAULTS": faults,
    }
    with variables.environment(story), opening.opened(console, sandboxed=True, without=WITHOUT) as app:
        yield app
