"""One stock's prices over a long span: its own chart, and whole market days for what the chart does not reach.

Naver gives at most 3,000 sessions of a stock. Older ones come from the sources of market days, if a key reaches so far;
what nobody at hand has makes the result a partial one.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.collect import plan
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.prices.days import NAME, PriceDays
from foresto_cli.datasets.prices.market_days import price_days
from foresto_cli.datasets.prices.tickers import PriceTickers
from foresto_cli.errors import ConfigError
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.store import ledger
from foresto_cli.upstream import naver


def load(app: App, ticker: str, start: date, end: date, options: Options) -> Result:
    """Fetch one listed stock's prices of a span.

    Raises:
        ConfigError: no source at hand has any of it.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    wanted = _since_listed(app, ticker, start, end)
    reached = _reached(app, wanted)
    market = price_days(app, wanted[0], app.calendar.previous(reached)) if reached > wanted[0] else None
    lacking = _lacking(app, market)
    if lacking and reached > wanted[-1] and not (market and market.units()):
        raise ConfigError(f"{ticker}의 {start}~{end} 시세를 줄 곳이 없습니다. {_advice(app)}")

    def make() -> list[Loader]:
        loaders: list[Loader] = []
        if reached <= wanted[-1]:
            first = max(reached, wanted[0])
            loaders.append(
                PriceTickers(
                    app.naver, app.calendar, [ticker], first, end, clock.now(), lacking=lacking, advice=_advice(app)
                )
            )
        if market is not None:
            loaders.append(price_days(app, market.start, market.end))
        return loaders

    older = [] if market is None else plan(app.engine, market)[0]
    result = job.run_or_preview(app, "prices load", f"{ticker} 시세", make, options)
    if older:
        result.notes.append(
            f"네이버에 없는 {older[-1].key}~{older[0].key}의 {len(older):,}거래일은 시장 전체를 거래일마다 받습니다."
            " 한 종목만 따로 주는 곳이 없습니다."
        )
    if not options.dry_run and not result.reasons:
        result.notes += _first_day(app, ticker, start, end)
    return result


def _since_listed(app: App, ticker: str, start: date, end: date) -> Sequence[date]:
    """Return the ended sessions of the span since the stock is listed; all of them when that is not known."""
    with app.engine.connect() as connection:
        listed = connection.scalar(
            text("SELECT listing_date FROM fdr_stock_listing WHERE ticker = :ticker"), {"ticker": ticker}
        )
    days = app.calendar.sessions(start, min(end, app.calendar.latest_ended(clock.now())))
    return [day for day in days if listed is None or day >= listed] or days


def _reached(app: App, wanted: Sequence[date]) -> date:
    """Return the first session that a chart of the most bars reaches."""
    until_now = app.calendar.sessions(wanted[0], app.calendar.latest_ended(clock.now()))
    return until_now[-naver.MOST_BARS :][0]


def _lacking(app: App, market: PriceDays | None) -> Sequence[date]:
    """Return the sessions that neither the chart nor a source of market days has and that are not stored."""
    if market is None:
        return ()
    with app.engine.connect() as connection:
        return market.without_source(ledger.entries(connection, NAME))


def _advice(app: App) -> str:
    key = "" if app.krx_openapi is not None else "KRX_OPENAPI_KEY(openapi.krx.co.kr에서 무료 발급) 또는 "
    return f"{key}KRX_ID와 KRX_PW를 설정하면 받을 수 있습니다."


def _first_day(app: App, ticker: str, start: date, end: date) -> list[str]:
    """Return a note that names the first day with prices, if that is not the first session of the span."""
    with app.engine.connect() as connection:
        first = connection.scalar(
            text("SELECT min(trade_date) FROM stock_price_daily WHERE ticker = :ticker AND trade_date >= :start"),
            {"ticker": ticker, "start": start},
        )
    if first is None or not app.calendar.sessions(start, min(end, app.calendar.previous(first))):
        return []
    return [f"{ticker}의 시세는 {first}부터 있습니다. 그 전에는 상장되지 않았거나 받을 곳이 없습니다."]
