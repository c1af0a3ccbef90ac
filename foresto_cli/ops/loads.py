"""Which loaders the price commands run, with which sources and facts."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loaders import Loader
from foresto_cli.loaders.index_days import CODES, IndexDays, IndexSource, rows_from_fdr, rows_from_krx
from foresto_cli.loaders.price_days import NAME, PriceDays
from foresto_cli.loaders.price_sources import PriceSource, fdr_source, fsc_source, krx_source, openapi_source
from foresto_cli.loaders.price_tickers import PriceTickers
from foresto_cli.ops import job
from foresto_cli.ops.job import Options
from foresto_cli.ops.results import Result
from foresto_cli.store import ledger

DEFAULT_DAYS = 1_825
WITNESS_SPAN = timedelta(days=14)
LOOKED_AT_CLOSELY = timedelta(days=60)
"""So far back the table itself is counted; further back the ledger is believed."""
FEW_SESSIONS = 5
"""Up to so many sessions, one stock's prices come with the whole market's, which costs as little."""


def load_prices_incremental(app: App, default_days: int, refresh_days: int, options: Options) -> Result:
    """Fetch every missing market day, at most ``default_days`` back, newest first.

    Raises:
        UsageError: a number is out of range.
        ForestoError: see :func:`foresto_cli.ops.job.run_loaders`.
    """
    if refresh_days < 0:
        raise UsageError("--refresh-days 는 0 이상이어야 합니다.")
    start = _days_back(app, default_days)

    def make() -> list[Loader]:
        days = _price_days(app, start, clock.today(), refresh_days=refresh_days)
        return [days, *_histories(app, days)]

    result = job.run_or_preview(app, "prices incremental", "일별 시세", make, options)
    return _with_notes(app, _price_days(app, start, clock.today()), result)


def repair_prices(app: App, start: date, options: Options, distrusted: Iterable[date] = ()) -> Result:
    """Ask again for exactly the sessions since ``start`` that are not whole, and for those that are not believed.

    Raises:
        UsageError: ``start`` is impossible.
        ForestoError: see :func:`foresto_cli.ops.job.run_loaders`.
    """
    today = clock.today()
    _check_span(app, start, today)
    result = job.run_or_preview(
        app,
        "prices repair",
        "시세 복구",
        lambda: [_price_days(app, start, today, distrusted=distrusted, counted_since=start)],
        options,
    )
    return _with_notes(app, _price_days(app, start, today), result)


def first_stored(app: App) -> date | None:
    """Return the oldest session with prices of the exchange, if there is one."""
    with app.engine.connect() as connection:
        found: date | None = connection.scalar(
            text("SELECT min(trade_date) FROM stock_price_daily WHERE quality_flag <> 'ADJUSTED'")
        )
    return found


def searched_since(app: App, since: date | None) -> date:
    """Return the day from which gaps are looked for: the given one, else the oldest stored, else all that is wanted.

    Raises:
        UsageError: the day is to come.
    """
    if since is None:
        return first_stored(app) or _days_back(app, DEFAULT_DAYS)
    if since > clock.today():
        raise UsageError(f"시작일({since})은 아직 오지 않았습니다(오늘은 {clock.today()}).")
    return since


def check_known(app: App, ticker: str) -> None:
    """Let a ticker pass that is or was listed, or has prices.

    Raises:
        UsageError: nobody knows it; saying that nothing of it is missing would be a guess.
    """
    with app.engine.connect() as connection:
        known = connection.scalar(
            text(
                "SELECT EXISTS (SELECT FROM fdr_stock_listing WHERE ticker = :ticker)"
                " OR EXISTS (SELECT FROM stock_price_daily WHERE ticker = :ticker)"
            ),
            {"ticker": ticker},
        )
    if not known:
        raise UsageError(f"{ticker} 라는 종목은 상장 목록에도 시세에도 없습니다. 종목코드(예: 005930)를 적으세요.")


def _histories(app: App, days: PriceDays) -> list[Loader]:
    """Return, for an operator whose keys reach no further, the way to each listed stock's own history."""
    with app.engine.connect() as connection:
        out_of_reach = days.without_source(ledger.entries(connection, NAME))
        listed = connection.scalars(text("SELECT ticker FROM fdr_stock_listing WHERE is_listed ORDER BY marcap DESC"))
        tickers = list(listed)
    if not out_of_reach or not tickers:
        return []
    span = (out_of_reach[-1], out_of_reach[0])
    return [PriceTickers(app.naver, app.calendar, tickers, *span, clock.now(), lasting=True)]


def load_prices_between(app: App, start: date, end: date, ticker: str | None, options: Options) -> Result:
    """Fetch the market days of a span, or one stock's history of it.

    Raises:
        UsageError: the span is impossible, or nobody by that ticker is listed.
        ConfigError: no source at hand has any of it.
        ForestoError: see :func:`foresto_cli.ops.job.run_loaders`.
    """
    _check_span(app, start, end)
    if ticker is not None:
        _check_ticker(app, ticker)
    days = _price_days(app, start, end)
    if ticker is not None and len(days.wanted()) > FEW_SESSIONS:
        return job.run_or_preview(
            app,
            "prices load",
            f"{ticker} 시세",
            lambda: [PriceTickers(app.naver, app.calendar, [ticker], start, end, clock.now())],
            options,
        )
    if days.wanted() and not days.units():
        raise ConfigError(
            f"{start}~{end} 의 시세를 줄 곳이 없습니다."
            " KRX_OPENAPI_KEY(openapi.krx.co.kr 에서 무료 발급) 또는 KRX_ID 와 KRX_PW 를 설정하세요."
        )
    distrusted = days.wanted() if options.again else []
    result = job.run_or_preview(
        app, "prices load", "일별 시세", lambda: [_price_days(app, start, end, distrusted=distrusted)], options
    )
    if not days.wanted():
        result["notes"] = [f"{start}~{end} 에는 거래일이 없습니다(휴장일이거나 아직 장이 끝나지 않았습니다)."]
        return result
    return _with_notes(app, days, result)


def load_index(app: App, default_days: int, options: Options) -> Result:
    """Bring the index levels up to date.

    Raises:
        ForestoError: see :func:`foresto_cli.ops.job.run_loaders`.
    """
    start = _days_back(app, default_days)
    return job.run_or_preview(
        app,
        "prices index",
        "지수",
        lambda: [IndexDays(_index_sources(app), app.calendar, start, clock.now())],
        options,
    )


def _days_back(app: App, default_days: int) -> date:
    if default_days < 1:
        raise UsageError("--default-days 는 1 이상이어야 합니다.")
    today = clock.today()
    return today - timedelta(days=min(default_days, (today - app.history_start).days))


def _check_span(app: App, start: date, end: date) -> None:
    today = clock.today()
    if start > end:
        raise UsageError(f"시작일({start})이 종료일({end})보다 뒤입니다.")
    if end > today:
        raise UsageError(f"종료일({end})은 아직 오지 않았습니다(오늘은 {today}).")
    if start < app.history_start:
        raise UsageError(f"시작일({start})은 받을 수 있는 가장 오래된 날({app.history_start})보다 앞섭니다.")


def _price_days(  # noqa: PLR0913  # the span, and what to distrust in it
    app: App,
    start: date,
    end: date,
    *,
    refresh_days: int = 0,
    distrusted: Iterable[date] = (),
    counted_since: date | None = None,
) -> PriceDays:
    since = counted_since or max(start, end - LOOKED_AT_CLOSELY)
    with app.engine.connect() as connection:
        known = ledger.entries(connection, NAME)
        stored = connection.execute(
            text(
                "SELECT trade_date, count(*) AS row_count FROM stock_price_daily"
                " WHERE trade_date BETWEEN :since AND :end AND quality_flag <> 'ADJUSTED' GROUP BY 1"
            ),
            {"since": since, "end": end},
        ).all()
    return PriceDays(
        sources=price_sources(app),
        calendar=app.calendar,
        start=start,
        end=end,
        now=clock.now(),
        witness=lambda day: opened_that_day(app, day),
        refresh_days=refresh_days,
        distrusted=frozenset(distrusted),
        row_counts={date.fromisoformat(unit): entry.row_count for unit, entry in known.items() if entry.row_count},
        stored={row.trade_date: row.row_count for row in stored},
        counted_since=since,
    )


def price_sources(app: App) -> list[PriceSource]:
    """Return the ways to a market day for which there are keys.

    Official history first, then KRX, then the newest session's snapshot, then FSC's prices of the sessions before it.
    """
    sources = []
    if app.krx_openapi is not None:
        sources.append(openapi_source(app.krx_openapi, app.calendar))
    if app.krx is not None:
        sources.append(krx_source(app.krx))
    sources.append(fdr_source(app.fdr, app.calendar, lambda day: _closes(app, day)))
    if app.fsc is not None:
        sources.append(fsc_source(app.fsc, app.calendar))
    return sources


def opened_that_day(app: App, day: date) -> bool | None:
    """Say by the KOSPI whether the exchange opened on ``day``; None when the index does not reach so far yet.

    Raises:
        ForestoError: nobody could be asked.
    """
    with app.engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT bool_or(trade_date = :day) AS traded, max(trade_date) > :day AS later FROM index_price_daily"
                " WHERE index_code = 'KOSPI' AND trade_date >= :day"
            ),
            {"day": day},
        ).one()
    if row.traded or row.later:
        return bool(row.traded)
    levels = _index_sources(app)[-1]
    end = min(day + WITNESS_SPAN, clock.today())
    days = {found["trade_date"] for found in levels.rows("KOSPI", levels.fetch("KOSPI", day, end))}
    if day in days:
        return True
    return False if any(other > day for other in days) else None


def _index_sources(app: App) -> list[IndexSource]:
    sources = [IndexSource("FDR", app.fdr.index_days, rows_from_fdr, app.fdr.sessions)]
    krx = app.krx
    if krx is not None:
        sources.append(
            IndexSource(
                "KRX", lambda code, start, end: krx.index_days(CODES[code], start, end), rows_from_krx, krx.sessions
            )
        )
    return sources


def _closes(app: App, day: date) -> Mapping[str, int]:
    with app.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT ticker, close_price FROM stock_price_daily"
                " WHERE trade_date = :day AND quality_flag <> 'ADJUSTED'"
            ),
            {"day": day},
        )
        return {row.ticker: row.close_price for row in rows}


def _check_ticker(app: App, ticker: str) -> None:
    with app.engine.connect() as connection:
        known = connection.scalar(text("SELECT count(*) FROM fdr_stock_listing WHERE is_listed"))
        row = connection.execute(
            text("SELECT is_listed, name, delisting_date FROM fdr_stock_listing WHERE ticker = :ticker"),
            {"ticker": ticker},
        ).one_or_none()
    if not known:
        raise ConfigError(
            "상장 목록이 비어 있어 종목코드를 확인할 수 없습니다. 먼저 foresto listing load 를 실행하세요."
        )
    if row is None:
        raise UsageError(f"{ticker} 라는 종목은 상장 목록에 없습니다. 여섯 자리 종목코드(예: 005930)를 적으세요.")
    if not row.is_listed:
        raise UsageError(
            f"{ticker} {row.name}: {row.delisting_date or '이미'} 상장폐지되어 종목별 이력을 받을 수 없습니다."
        )


def _with_notes(app: App, loader: PriceDays, result: Result) -> Result:
    with app.engine.connect() as connection:
        known = ledger.entries(connection, NAME)
    out_of_reach = loader.without_source(known)
    if out_of_reach:
        note = (
            f"지난 {len(out_of_reach):,}거래일({out_of_reach[-1]}~{out_of_reach[0]})의 거래소 시세는 받을 곳이 없어,"
            " 지금 상장된 종목만 네이버의 수정주가(종목당 최대 3,000거래일)로 채웁니다."
            " KRX_OPENAPI_KEY(openapi.krx.co.kr 에서 무료 발급) 또는 KRX_ID 와 KRX_PW 를 설정하면"
            " 거래소 시세로 바뀝니다."
        )
        result.setdefault("notes", []).append(note)
    return result
