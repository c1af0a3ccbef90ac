"""The command about indices: the three main ones always, all of the exchange's through the OPEN API, their list."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.loader import Loader
from foresto_cli.console import Console
from foresto_cli.datasets.prices.index_codes import class_of
from foresto_cli.datasets.prices.index_days import IndexDays
from foresto_cli.datasets.prices.index_sessions import DATASET, FAMILIES, IndexSessions
from foresto_cli.datasets.prices.market_days import index_sources
from foresto_cli.datasets.prices.spans import days_back
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.store import ledger
from foresto_cli.upstream.krx_openapi import HISTORY_SINCE, KrxOpenApi

REACH_BACK = 30
"""Sessions before the newest in which gaps are filled without being asked for."""
NO_KEY = (
    "지수 전체는 KRX OPEN API에만 있습니다. openapi.krx.co.kr에서 키를 발급받아 KRX_OPENAPI_KEY를 설정하고"
    " KRX·KOSPI·KOSDAQ 시리즈 일별시세정보를 신청하세요."
)


def load_index(app: App, default_days: int, options: Options, *, official_only: bool = False) -> Result:
    """Bring the three main indices up to date, and all of the exchange's for the new sessions.

    Args:
        app: what the command works with.
        default_days: how far back.
        options: how the command runs.
        official_only: ask the OPEN API alone, where there is a key.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    start = days_back(app, default_days)

    def make() -> list[Loader]:
        main = IndexDays(index_sources(app), app.calendar, start, clock.now(), options.again)
        if app.krx_openapi is None:
            return [main]
        every = IndexSessions(app.krx_openapi, app.calendar, _new_since(app), clock.now(), again=options.again)
        return [every] if official_only else [main, every]

    return job.run_or_preview(app, "prices index", "지수", make, options)


def load_index_history(app: App, code: str | None, since: date | None, options: Options) -> Result:
    """Load the history of all indices, or of those of one index's class: every missing session since 2010.

    Args:
        app: what the command works with.
        code: an index whose class is loaded; None: all three classes.
        since: first day; None: as far back as the OPEN API goes.
        options: how the command runs.

    Raises:
        UsageError: nobody knows ``code``.
        ConfigError: there is no key.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    client = client_of(app)
    families = FAMILIES if code is None else (_class_of(app, code),)
    first = max(since or HISTORY_SINCE, HISTORY_SINCE, app.history_start)

    def make() -> list[Loader]:
        now = clock.now()
        return [IndexSessions(client, app.calendar, first, now, families, asked_for=True, again=options.again)]

    return job.run_or_preview(app, "prices index", "지수", make, options)


def listed(app: App) -> Sequence[RowMapping]:
    """Return every index known: code, class, name, and from when to when its levels are stored."""
    with app.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT l.index_code, l.index_class, l.name, min(p.trade_date) AS first_day,"
                " max(p.trade_date) AS last_day, count(p.trade_date) AS sessions FROM index_listing l"
                " LEFT JOIN index_price_daily p USING (index_code) GROUP BY 1, 2, 3"
                " ORDER BY l.index_code NOT IN ('KOSPI', 'KOSDAQ', 'KS200'), l.index_class, l.index_code"
            )
        )
        return rows.mappings().all()


def show_listed(console: Console, found: Sequence[RowMapping]) -> None:
    """Print the list of indices."""
    for row in found:
        span = f"{row['first_day']}~{row['last_day']} {row['sessions']:,}거래일" if row["sessions"] else "지수값 없음"
        console.line(f"{row['index_code']:<20} {row['index_class']:<6} {row['name']}  {span}")
    if not found:
        console.line("아직 받은 지수가 없습니다: foresto prices index")


def _new_since(app: App) -> date:
    """Return the first session whose gaps are filled: the oldest one stored, at most thirty sessions back."""
    newest = app.calendar.latest_official(clock.now())
    oldest = app.calendar.back(newest, REACH_BACK)
    with app.engine.connect() as connection:
        known = ledger.entries(connection, DATASET.name)
    days = [date.fromisoformat(unit.split(":")[1]) for unit in known]
    return max(oldest, min(days, default=newest))


def _class_of(app: App, code: str) -> str:
    with app.engine.connect() as connection:
        found = connection.scalar(
            text("SELECT index_class FROM index_listing WHERE index_code = :code"), {"code": code.upper()}
        )
    found = found or class_of(code.upper())
    if found is None:
        raise UsageError(f"'{code}'라는 지수 코드가 없습니다. foresto prices index --list로 확인하세요.")
    return str(found)


def client_of(app: App) -> KrxOpenApi:
    """Return the OPEN API.

    Raises:
        ConfigError: there is no key.
    """
    if app.krx_openapi is None:
        raise ConfigError(NO_KEY)
    return app.krx_openapi
