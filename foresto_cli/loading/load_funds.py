"""Which loaders the commands about ETFs run: the list, the sessions, and the returns that follow from them."""

from datetime import date

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App, calendar_of
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.listed import etf_returns
from foresto_cli.datasets.listed.etf_days import NAME, EtfDays
from foresto_cli.datasets.listed.etf_sources import FundSource, fsc_source, krx_source, openapi_source
from foresto_cli.datasets.listed.etfs import Etfs
from foresto_cli.datasets.prices.market_days import LOOKED_AT_CLOSELY, opened_that_day
from foresto_cli.datasets.prices.spans import DEFAULT_DAYS, check_span, days_back
from foresto_cli.errors import ConfigError
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.store import ledger

COMMAND, LABEL = "stocks etfs", "ETF"
REACH = 3
"""Sessions within which every source has one."""
NO_SOURCE = (
    "ETF 시세를 받을 곳이 없습니다. KRX_OPENAPI_KEY(openapi.krx.co.kr에서 무료 발급), FSC_API_KEY(data.go.kr에서 무료"
    " 발급) 또는 KRX_ID와 KRX_PW를 설정하세요."
)


def load_etfs(app: App, options: Options, since: date | None = None, until: date | None = None) -> Result:
    """Bring the list of ETFs and their prices up to date: every missing session since the oldest one stored.

    Args:
        app: what the command works with.
        options: how to run; ``again`` asks for the list and the newest session once more, or for those of the span.
        since: first session, as far back as 2010; None: the oldest one stored, of a new database the newest there is.
        until: last session; None: the newest.

    Raises:
        UsageError: the span is impossible.
        ConfigError: a span is asked for and nobody at hand has prices.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    end = until or clock.today()
    if since is not None or until is not None:
        check_span(app, since or min(_gaps_since(app), end), end)
        if not sources(app):
            raise ConfigError(NO_SOURCE)

    def make() -> list[Loader]:
        start = since or min(_gaps_since(app), end)
        again_since = (since or end) if options.again else date.max
        return [the_list(app, again=options.again), *_prices(app, start, end, again_since)]

    return _told(app, job.run_or_preview(app, COMMAND, LABEL, make, options), since)


def load_etf_history(app: App, options: Options) -> Result:
    """Load the list and the prices of the years for which an initial load brings those of stocks.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    start = days_back(app, DEFAULT_DAYS)

    def make() -> list[Loader]:
        return [the_list(app), *_prices(app, start, clock.today())]

    return _told(app, job.run_or_preview(app, COMMAND, LABEL, make, options), start)


def load_etf_prices(app: App, options: Options) -> Result:
    """Bring the prices of ETFs up to date; the list only where there is none yet, or nothing else to be had.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """

    def make() -> list[Loader]:
        fund_list = the_list(app)
        prices = _prices(app, _gaps_since(app), clock.today())
        return [*([] if fund_list.active and prices else [fund_list]), *prices]

    return _told(app, job.run_or_preview(app, COMMAND, LABEL, make, options), None)


def load_span(app: App, start: date, end: date, ticker: str, options: Options) -> Result:
    """Load the sessions of a span for one fund's sake: every fund of a session comes with it, for one request.

    Raises:
        ConfigError: nobody at hand has prices.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    if not sources(app):
        raise ConfigError(NO_SOURCE)

    def make() -> list[Loader]:
        return _prices(app, start, end, start if options.again else date.max)

    result = job.run_or_preview(app, "prices load", f"{ticker} ETF 시세", make, options)
    result.notes.append("ETF 시세는 거래일마다 전 종목을 한 번에 받아 etf_price_daily에 저장합니다.")
    return _told(app, result, start)


def the_list(app: App, *, again: bool = False) -> Etfs:
    """Return the loader of the list."""
    return Etfs(app.krx, app.fdr, app.calendar, clock.now(), _active(app), again=again)


def sessions(app: App, start: date, end: date, again_since: date = date.max) -> EtfDays:
    """Return the loader of the sessions of a span, with the facts of the moment."""
    since = min(max(start, end - LOOKED_AT_CLOSELY), again_since)
    with app.engine.connect() as connection:
        known = ledger.entries(connection, NAME)
        stored = connection.execute(
            text(
                "SELECT trade_date, count(*) AS row_count FROM etf_price_daily"
                " WHERE trade_date BETWEEN :since AND :end GROUP BY 1"
            ),
            {"since": since, "end": end},
        ).all()
    return EtfDays(
        sources(app),
        app.calendar,
        clock.now(),
        start,
        end,
        lambda day: opened_that_day(app, day),
        known={date.fromisoformat(unit): entry for unit, entry in known.items()},
        stored={row.trade_date: row.row_count for row in stored},
        counted_since=since,
        again_since=again_since,
        active=_active(app),
    )


def returns(app: App, *, always: bool = False) -> etf_returns.EtfReturns:
    """Return what derives the returns of all funds from their stored prices, where sessions came since the last time.

    With ``always`` they are derived anyway.
    """

    def is_stale() -> bool:
        with app.engine.connect() as connection:
            return always or etf_returns.is_stale(connection)

    return etf_returns.EtfReturns(calendar_of, clock.today(), is_stale)


def sources(app: App) -> list[FundSource]:
    """Return the ways to a session for which there are keys: the official one, KRX's page, FSC."""
    calendar = app.calendar
    found = [openapi_source(app.krx_openapi, calendar)] if app.krx_openapi is not None else []
    if app.krx is not None:
        found.append(krx_source(app.krx, calendar))
    if app.fsc is not None:
        found.append(fsc_source(app.fsc, calendar))
    return found


def _prices(app: App, start: date, end: date, again_since: date = date.max) -> list[Loader]:
    return [sessions(app, start, end, again_since), returns(app)] if sources(app) else []


def _active(app: App) -> int:
    with app.engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM etfs WHERE is_active")) or 0


def _gaps_since(app: App) -> date:
    """Return from when on missing sessions are asked for: the oldest stored, or asked for; else the newest there is."""
    with app.engine.connect() as connection:
        oldest = connection.scalar(text("SELECT min(trade_date) FROM etf_price_daily"))
        asked = [date.fromisoformat(unit) for unit in ledger.entries(connection, NAME)]
    known = [*([oldest] if oldest else []), *asked]
    return max(min(known), days_back(app, DEFAULT_DAYS)) if known else _newest(app)


def _newest(app: App) -> date:
    """Return the newest session that a source at hand has."""
    now, day = clock.now(), app.calendar.latest_ended(clock.now())
    at_hand = sources(app)
    for _ in range(REACH if at_hand else 0):
        if any(source.can(day, now) for source in at_hand):
            return day
        day = app.calendar.previous(day)
    return app.calendar.latest_ended(now)


def _told(app: App, result: Result, since: date | None) -> Result:
    at_hand = sources(app)
    if app.krx is None:
        lacking_here = "보수는" if at_hand else "보수와 일별 시세는"
        result.notes.append(
            f"KRX_ID와 KRX_PW가 없어 ETF 목록은 네이버의 것(이름, 분류, 현재가, NAV)입니다. {lacking_here} 없습니다."
        )
    lacking = sessions(app, since, clock.today()).without_source() if since and at_hand else []
    if lacking:
        result.notes.append(
            f"{lacking[-1]}~{lacking[0]}의 ETF 시세 {len(lacking):,}거래일은 받을 곳이 없습니다."
            " KRX_OPENAPI_KEY(openapi.krx.co.kr에서 무료 발급)를 설정하면 2010년부터 받습니다."
        )
    return result
