"""How a market day and an index level are got here: with which sources, which facts of the database, which witness."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.adjustment import proven_sources as proofs
from foresto_cli.adjustment.holes import holes_since
from foresto_cli.app import App
from foresto_cli.datasets.prices import mirror_life
from foresto_cli.datasets.prices.days import NAME, PriceDays
from foresto_cli.datasets.prices.index_days import CODES, IndexSource
from foresto_cli.datasets.prices.index_rows import from_fdr, from_krx, from_naver
from foresto_cli.datasets.prices.neighbours import Seen, seen
from foresto_cli.datasets.prices.price_sources import (
    PriceSource,
    Range,
    fdr_source,
    fsc_source,
    krx_source,
    openapi_source,
    regular_range,
)
from foresto_cli.errors import UPSTREAM_ERRORS, ForestoError
from foresto_cli.store import ledger, price_sessions
from foresto_cli.store.upsert import Row

WITNESS_SPAN = timedelta(days=14)
LONGEST_BREAK = 15
"""Calendar days before a first day that always reach the session before it."""
LOOKED_AT_CLOSELY = timedelta(days=60)
"""So far back the table itself is counted; further back the ledger is believed."""


def price_days(  # noqa: PLR0913  # the span, and what to distrust in it
    app: App,
    start: date,
    end: date,
    *,
    refresh_days: int = 0,
    distrusted: Iterable[date] = (),
    counted_since: date | None = None,
) -> PriceDays:
    """Return the loader of the market days of a span, with the facts of the moment.

    Args:
        app: what the command works with.
        start: first day.
        end: last day.
        refresh_days: newest sessions that are asked for once more.
        distrusted: stored sessions that are asked for once more.
        counted_since: the day from which the rows of stored sessions are counted, not only believed.
    """
    since = counted_since or max(start, end - LOOKED_AT_CLOSELY)
    with app.engine.connect() as connection:
        known = ledger.entries(connection, NAME)
        # Counted, and not what is kept of them: rows that somebody deleted by SQL are asked for again.
        stored = price_sessions.counted(connection, since, end)
        holes = holes_since(connection, since)
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
        stored={day: count.official for day, count in stored.items()},
        counted_since=since,
        known={date.fromisoformat(unit): entry for unit, entry in known.items()},
        holes=holes,
        fingerprint=lambda day: _fingerprint(app, day),
    )


def price_sources(app: App) -> list[PriceSource]:
    """Return the ways to a market day for which there are keys.

    Official history first, then KRX, then FSC's prices of the sessions before the newest, then the mirror's snapshot of
    that one.
    """
    sources = []
    with app.engine.connect() as connection:
        proven = proofs.proven(connection)
    if app.krx_openapi is not None:
        sources.append(openapi_source(app.krx_openapi, app.calendar))
    if app.krx is not None:
        sources.append(krx_source(app.krx, is_proven="KRX" in proven))
    if app.fsc is not None:
        sources.append(fsc_source(app.fsc, app.calendar, is_proven="FSC" in proven))
    living = mirror_life.living(app)
    if living is not None:
        sources.append(fdr_source(living, app.calendar, lambda day: _ranges(app, day)))
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
    return _opened(level_days(app, day, min(day + WITNESS_SPAN, clock.today())), day)


def _opened(days: Collection[date], day: date) -> bool | None:
    if day in days:
        return True
    return False if any(other > day for other in days) else None


def level_days(app: App, start: date, end: date) -> set[date]:
    """Return the days of a span for which the KOSPI has a level, by the mirror and KRX, or by Naver without a login.

    Raises:
        ForestoError: nobody could be asked.
    """
    found: set[date] = set()
    failure: ForestoError | None = None
    sources = index_sources(app)
    for source in sources if app.krx is None else sources[:-1]:
        try:
            found |= {row["trade_date"] for row in source.levels("KOSPI", start, end)}
        except UPSTREAM_ERRORS as error:
            failure = failure or error
            continue
        if end in found:
            break
    if failure is not None and not found:
        raise failure
    return found


def index_sources(app: App) -> list[IndexSource]:
    """Return the ways to the levels of an index for which there are keys: the mirror, KRX by login, Naver's chart."""
    found, living, krx, chart = [], mirror_life.living(app), app.krx, app.naver
    if living is not None:
        mirror = living.client
        found.append(
            IndexSource(
                "FDR",
                lambda code, start, end: from_fdr(code, mirror.index_days(code, start, end)),
                mirror.sessions,
                living.judge_newest,
            )
        )
    if krx is not None:
        found.append(
            IndexSource(
                "KRX",
                lambda code, start, end: from_krx(code, krx.index_days(CODES[code], start, end)),
                krx.sessions,
            )
        )

    def by_chart(code: str, start: date, end: date) -> list[Row]:
        bars = chart.index_bars(code, (clock.today() - start).days + LONGEST_BREAK)
        return from_naver(code, bars, start, end)

    return [*found, IndexSource("NAVER", by_chart, chart.sessions)]


def _ranges(app: App, day: date) -> Mapping[str, Range]:
    with app.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT ticker, close_price, low_price, high_price, price_basis = 'REGULAR' AS is_regular"
                " FROM stock_price_daily WHERE trade_date = :day AND quality_flag <> 'ADJUSTED'"
            ),
            {"day": day},
        )
        return {
            row.ticker: Range(row.close_price, row.close_price) if row.is_regular else regular_range(row._asdict(), day)
            for row in rows
        }


def _fingerprint(app: App, day: date) -> Mapping[str, Seen]:
    with app.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT ticker, close_price, volume, prev_close, low_price, high_price, price_basis"
                " FROM stock_price_daily WHERE trade_date = :day AND quality_flag <> 'ADJUSTED' AND volume > 0"
            ),
            {"day": day},
        )
        return {row.ticker: seen(row._asdict()) for row in rows}
