"""Which loaders the price commands run, with which sources and facts."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.adjustment.holes import holes_since
from foresto_cli.app import App
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.listed.names import fund_of
from foresto_cli.datasets.prices import closures
from foresto_cli.datasets.prices.days import NAME, PriceDays
from foresto_cli.datasets.prices.market_days import price_days
from foresto_cli.datasets.prices.spans import check_listed, check_span, days_back
from foresto_cli.datasets.prices.tickers import PriceTickers
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import load_funds, load_ticker_history
from foresto_cli.loading.load_indices import load_index
from foresto_cli.regimes import closes_at, extended_at
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.store import ledger

__all__ = ["load_index", "load_prices_between", "load_prices_incremental", "load_regular_close", "repair_prices"]

FEW_SESSIONS = 5
"""Up to so many sessions, one stock's prices come with the whole market's, which costs as little."""


def load_prices_incremental(app: App, default_days: int, refresh_days: int, options: Options) -> Result:
    """Fetch every missing market day, at most ``default_days`` back, newest first.

    Raises:
        UsageError: a number is out of range.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    if refresh_days < 0:
        raise UsageError("--refresh-days는 0 이상이어야 합니다.")
    start = days_back(app, default_days)

    def make() -> list[Loader]:
        days = price_days(app, start, clock.today(), refresh_days=refresh_days)
        if _find_closures(app, days, may_ask=not options.dry_run):
            days = price_days(app, start, clock.today(), refresh_days=refresh_days)
        return [*_twice(days), *_histories(app, days, may_ask=not options.dry_run)]

    result = job.run_or_preview(app, "prices incremental", "일별 시세", make, options)
    return _with_notes(app, price_days(app, start, clock.today()), result)


def load_regular_close(app: App, options: Options) -> Result:
    """Fetch today's closes in the minutes in which the exchange shows the regular session's and nothing else.

    Outside those minutes, and on a day without a session, there is nothing to do.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    now = clock.now()
    why_not = _why_no_regular_close(app, now)

    def make() -> list[Loader]:
        return [] if why_not else [price_days(app, now.date(), now.date())]

    result = job.run_or_preview(app, "prices incremental", "정규장 종가", make, options)
    if why_not:
        result.notes.append(why_not)
    return result


def _why_no_regular_close(app: App, now: datetime) -> str | None:
    today = now.date()
    if not app.calendar.is_session(today):
        return "오늘은 휴장일입니다."
    if now < closes_at(today):
        return f"정규장 종가는 {closes_at(today):%H:%M}부터 받을 수 있습니다. 다음 작업이 받습니다."
    ends = extended_at(today)
    if ends is not None and now >= ends:
        return f"{ends:%H:%M}부터는 정규장 종가만 따로 받을 수 없습니다. 다음 작업이 받습니다."
    return None


def repair_prices(app: App, start: date, options: Options, distrusted: Iterable[date] = ()) -> Result:
    """Ask again for exactly the sessions since ``start`` that are not whole, and for those that are not believed.

    Raises:
        UsageError: ``start`` is impossible.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    today = clock.today()
    check_span(app, start, today)

    def make() -> list[Loader]:
        with app.engine.connect() as connection:
            holes = holes_since(connection, start)
        _find_closures(app, price_days(app, start, today), may_ask=not options.dry_run)
        return _twice(price_days(app, start, today, distrusted={*distrusted, *holes}, counted_since=start))

    result = job.run_or_preview(app, "prices repair", "시세 복구", make, options)
    return _with_notes(app, price_days(app, start, today), result)


def load_prices_between(app: App, start: date, end: date, ticker: str | None, options: Options) -> Result:
    """Fetch the market days of a span, or one stock's history of it; of an ETF the sessions of all ETFs.

    Raises:
        UsageError: the span is impossible, or nobody by that ticker is listed.
        ConfigError: no source at hand has any of it.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    check_span(app, start, end)
    if ticker is not None:
        with app.engine.connect() as connection:
            fund = fund_of(connection, ticker)
        if fund is not None:
            return load_funds.load_span(app, start, end, fund, options)
        check_listed(app, ticker)
    days = price_days(app, start, end)
    # A chart never replaces rows of the exchange: those are asked for once more as market days, where a key reaches.
    wanted = days.wanted()
    reads_days = options.again and len(price_days(app, start, end, distrusted=wanted).units()) == len(wanted)
    if ticker is not None and len(days.wanted()) > FEW_SESSIONS and not reads_days:
        return load_ticker_history.load(app, ticker, start, end, replace(options, afresh=options.again))
    if days.wanted() and not days.units():
        raise ConfigError(
            f"{start}~{end}의 시세를 줄 곳이 없습니다."
            " KRX_OPENAPI_KEY(openapi.krx.co.kr에서 무료 발급) 또는 KRX_ID와 KRX_PW를 설정하세요."
        )
    distrusted = days.wanted() if options.again else []

    def make() -> list[Loader]:
        return _twice(price_days(app, start, end, distrusted=distrusted))

    result = job.run_or_preview(app, "prices load", "일별 시세", make, options)
    if not days.wanted():
        result.notes = [f"{start}~{end}에는 거래일이 없습니다(휴장일이거나 아직 장이 끝나지 않았습니다)."]
        return result
    return _with_notes(app, days, result)


def _twice(days: PriceDays) -> list[Loader]:
    """Return the loader, and once more for sessions that lack a market whose service was found to be approved."""
    return [days, replace(days, completing=True, distrusted=frozenset(), counted_since=date.max)]


def _find_closures(app: App, days: PriceDays, *, may_ask: bool) -> bool:
    """Look by the index for holidays among the sessions that no source has; return whether the calendar changed."""
    known = app.calendar
    closures.doubtful(app, _out_of_reach(app, days), may_ask=may_ask)
    return known != app.calendar


def _out_of_reach(app: App, days: PriceDays) -> list[date]:
    with app.engine.connect() as connection:
        return days.without_source(ledger.entries(connection, NAME))


def _histories(app: App, days: PriceDays, *, may_ask: bool) -> list[Loader]:
    """Return, for an operator whose keys reach no further, the way to each listed stock's own history.

    Which sessions that is shows when the market days have been asked for: a source may turn out to be dead.
    """
    return [histories(app, days, _listed(app), may_ask=may_ask)]


def _listed(app: App) -> list[str]:
    """Return the tickers of the listing, the largest companies first."""
    with app.engine.connect() as connection:
        listed = connection.scalars(
            text("SELECT ticker FROM fdr_stock_listing WHERE is_listed ORDER BY marcap DESC NULLS LAST, ticker")
        )
        return list(listed)


def histories(app: App, days: PriceDays, tickers: Sequence[str], *, may_ask: bool) -> PriceTickers:
    """Return the loader of the histories of ``tickers`` over the sessions of ``days`` that no other source has."""

    def span() -> tuple[date, date] | None:
        out_of_reach = _out_of_reach(app, days)
        reached = set(out_of_reach) - closures.doubtful(app, out_of_reach, may_ask=may_ask)
        return (min(reached), max(reached)) if reached else None

    today = clock.today()
    return PriceTickers(app.naver, app.calendar, tickers, today, today, clock.now(), lasting=True, span=span)


def _better(app: App, out_of_reach: Sequence[date]) -> str:
    """Say what replaces the charts' prices: the OPEN API's, once they are published, or a key that is not there."""
    if app.krx_openapi is not None and min(out_of_reach) > app.calendar.latest_official(clock.now()):
        return "다음 거래일에 KRX OPEN API의 거래소 시세로 바뀝니다."
    if app.krx_openapi is not None:
        return "KRX_ID와 KRX_PW를 설정하면 거래소 시세로 바뀝니다."
    return "KRX_OPENAPI_KEY(openapi.krx.co.kr에서 무료 발급) 또는 KRX_ID와 KRX_PW를 설정하면 거래소 시세로 바뀝니다."


def _with_notes(app: App, loader: PriceDays, result: Result) -> Result:
    with app.engine.connect() as connection:
        known = ledger.entries(connection, NAME)
    out_of_reach = loader.without_source(known)
    if out_of_reach:
        instead = (
            "지금 상장된 종목만 네이버의 수정주가(종목당 최대 3,000거래일)로 채웁니다."
            if _listed(app)
            else "지금 상장된 종목만 네이버의 수정주가로 채울 수 있는데, 상장 목록이 없어 아직 채우지 못했습니다."
            " 먼저 foresto listing load를 실행하고 다시 실행하세요."
        )
        note = (
            f"지난 {len(out_of_reach):,}거래일({out_of_reach[-1]}~{out_of_reach[0]})의 거래소 시세는 받을 곳이 없어,"
            f" {instead} {_better(app, out_of_reach)}"
        )
        result.notes.append(note)
    return result
