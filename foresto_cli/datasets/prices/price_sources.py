"""The ways to a market day: what each upstream has, from when on, and how it is asked and read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.mirror import Mirror
from foresto_cli.datasets.prices.price_rows import from_fdr, from_fsc, from_krx, from_openapi, nobody_traded
from foresto_cli.errors import BadPayload, NotYet
from foresto_cli.regimes import AFTER_MARKET_SINCE, closes_at, final_at, opens_at, shows_regular_close
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fsc, krx_openapi
from foresto_cli.upstream.fdr import Fdr
from foresto_cli.upstream.fsc import Fsc
from foresto_cli.upstream.krx import Krx
from foresto_cli.upstream.krx_openapi import KrxOpenApi

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession

STALE_SHARE = 0.2
"""A snapshot whose base prices contradict the session before it for more of the stocks than this is of another day."""
NIGHT_FILE = time(1, 30)
"""The mirror's last file of a session is made at 01:00 and named after the next calendar day."""


class Range(NamedTuple):
    """Where the next base price of a stock without an event lies, in won: the regular close, where it is known."""

    low: int
    high: int


Ranges = Callable[[date], Mapping[str, Range]]
"""The ranges of a stored session by ticker; empty when nothing is stored of it."""


@dataclass(frozen=True)
class PriceSource:
    """One way to a market day.

    Attributes:
        source_id: as stored.
        can: whether it has a session, asked at a moment.
        fetch: its records of a session.
        rows: those as rows.
        requests: what one session costs.
        settles: whether its numbers of a session are official once the day is over.
        is_regular: whether its numbers of a session, read at a moment, are the regular session's alone.
        improves: moments from which it has better numbers of a session than before.
        shows_after_market: whether what is not the regular session's alone is known to run to the last trade.
        sessions: its upstream sessions.
        lacks: markets of a session that its answer does not have because their service is not approved.
        is_complete_now: whether it has a market that it lacked before; None when it was not asked in this process.
        serves_bulk: whether its pages may be asked for many sessions only to complete them.
        has_every_market: whether its answers have KONEX too, so that it can complete another's.
    """

    source_id: str
    can: Callable[[date, datetime], bool]
    fetch: Callable[[date], Sequence[Mapping[str, Any]]]
    rows: Callable[[Sequence[Mapping[str, Any]], date], list[Row]]
    requests: int
    settles: Callable[[date], bool]
    is_regular: Callable[[date, datetime], bool]
    improves: Callable[[date], Sequence[datetime]]
    shows_after_market: bool
    sessions: "Sequence[UpstreamSession]"
    lacks: Callable[[date, Sequence[Row]], frozenset[str]] = lambda *_: frozenset()
    is_complete_now: Callable[[str], bool | None] = lambda _: None
    has_every_market: bool = True
    serves_bulk: bool = True


def openapi_source(client: KrxOpenApi, calendar: Calendar) -> PriceSource:
    """Return the OPEN API as a source: every session since 2010, official, from the next session's morning on."""
    return PriceSource(
        source_id="KRX_OPENAPI",
        can=lambda day, now: day >= krx_openapi.HISTORY_SINCE and now >= calendar.official_from(day),
        fetch=lambda day: _published(day, client, calendar),
        rows=from_openapi,
        requests=len(krx_openapi.TRADES),
        settles=lambda _: True,
        is_regular=lambda *_: True,
        improves=lambda _: (),
        shows_after_market=False,
        sessions=client.sessions_of(krx_openapi.TRADES),
        lacks=lambda day, rows: krx_openapi.markets_on(day) - {row["market"] for row in rows},
        is_complete_now=lambda market: _approval(client, market),
        has_every_market=False,
    )


def krx_source(client: Krx, *, is_proven: bool) -> PriceSource:
    """Return KRX by date as a source: every session, the same day from the close on.

    Args:
        client: KRX by login.
        is_proven: its evening closes were found to be the regular ones (:mod:`foresto_cli.adjustment.proven_sources`).
    """
    return PriceSource(
        source_id="KRX",
        can=lambda day, now: now >= closes_at(day),
        fetch=client.market_day,
        rows=from_krx,
        requests=1,
        settles=lambda day: is_proven or day < AFTER_MARKET_SINCE,
        is_regular=lambda day, now: is_proven or shows_regular_close(day, now),
        improves=lambda day: (final_at(day),),
        shows_after_market=not is_proven,
        sessions=client.sessions,
        serves_bulk=False,
    )


def fdr_source(mirror: Mirror, calendar: Calendar, ranges: Ranges) -> PriceSource:
    """Return FinanceDataReader's snapshot as a source: the newest session only, until the next one opens.

    Its picture may be of a market that was still moving: it settles nothing.

    Args:
        mirror: FinanceDataReader's, while it lives.
        calendar: to know which session the snapshot must be of.
        ranges: where base prices must lie by what is stored of a session.
    """
    return PriceSource(
        source_id="FDR",
        can=lambda day, now: not mirror.is_dead and closes_at(day) <= now < opens_at(calendar.following(day)),
        fetch=lambda day: _living_snapshot(day, mirror, ranges),
        rows=from_fdr,
        requests=2,
        settles=lambda _: False,
        is_regular=lambda day, _: day < AFTER_MARKET_SINCE,
        improves=lambda day: (final_at(day), datetime.combine(day + timedelta(days=1), NIGHT_FILE, clock.KST)),
        shows_after_market=True,
        sessions=mirror.client.sessions,
    )


def fsc_source(client: Fsc, calendar: Calendar, *, is_proven: bool) -> PriceSource:
    """Return FSC's stock prices as a source: every session since 2020, from the next session's noon on.

    Args:
        client: FSC's open data.
        calendar: the sessions.
        is_proven: as for :func:`krx_source`; nobody says which close it shows since the after-market began.
    """
    return PriceSource(
        source_id="FSC",
        can=lambda day, now: fsc.PRICES_SINCE <= day <= calendar.latest_in_open_data(now),
        fetch=client.stock_prices,
        rows=from_fsc,
        requests=1,
        settles=lambda day: is_proven or day < AFTER_MARKET_SINCE,
        is_regular=lambda day, _: is_proven or day < AFTER_MARKET_SINCE,
        improves=lambda day: (calendar.open_data_from(day),),
        shows_after_market=False,
        sessions=client.price_sessions,
    )


def _approval(client: KrxOpenApi, market: str) -> bool | None:
    service = krx_openapi.TRADES[market]
    if client.has_answered(service):
        return True
    return False if client.is_refused(service) else None


def _published(day: date, client: KrxOpenApi, calendar: Calendar) -> Sequence[Mapping[str, Any]]:
    """Return the OPEN API's records of ``day``.

    Raises:
        NotYet: there are none, and it may still publish them.
    """
    records = client.market_day(day)
    if not records and calendar.is_session(day) and clock.now() < calendar.official_until(day):
        raise NotYet(f"KRX OPEN API에 {day} 시세가 아직 없습니다. 나중에 다시 요청합니다.")
    return records


def _living_snapshot(day: date, mirror: Mirror, ranges: Ranges) -> Sequence[Mapping[str, Any]]:
    """Return the snapshot of ``day``.

    Raises:
        Dead: the mirror has stopped long ago.
        NotYet: it still has an older session.
    """
    mirror.refuse_if_dead()
    try:
        return _snapshot_of(day, mirror.client, mirror.calendar, ranges)
    except NotYet as error:
        raise mirror.judge(error, day) from None


def _snapshot_of(day: date, client: Fdr, calendar: Calendar, ranges: Ranges) -> Sequence[Mapping[str, Any]]:
    """Return the snapshot if it is of ``day``: the file carries no date inside, so its base prices must prove it.

    Raises:
        NotYet: the mirror still has an older session.
    """
    named, records = _newest_file(day, client, calendar)
    if named != day and not (named == day + timedelta(days=1) and clock.now() < opens_at(calendar.following(day))):
        raise NotYet(f"FDR 미러의 최신 자료가 {named}의 것입니다({day}이 필요합니다).")
    if nobody_traded(records):
        return records
    before = calendar.previous(day)
    known = ranges(before) or {
        row["ticker"]: regular_range(row, before)
        for row in from_fdr(client.listing_file(before), before)
        if row["close_price"] is not None
    }
    pairs = [(row["prev_close"], known[row["ticker"]]) for row in from_fdr(records, day) if row["ticker"] in known]
    if not pairs:
        raise BadPayload(f"FDR 미러의 {day} 자료에 전 거래일과 겹치는 종목이 없습니다.")
    if sum(base is None or not low <= base <= high for base, (low, high) in pairs) > STALE_SHARE * len(pairs):
        raise NotYet(f"FDR 미러의 {day} 파일에 아직 다른 거래일의 시세가 들어 있습니다.")
    return records


def _newest_file(day: date, client: Fdr, calendar: Calendar) -> tuple[date, Sequence[Mapping[str, Any]]]:
    night = day + timedelta(days=1)
    if datetime.combine(night, NIGHT_FILE, clock.KST) <= clock.now() < opens_at(calendar.following(day)):
        try:
            return night, client.listing_file(night)
        except NotYet:
            pass
    return client.listing()


def regular_range(row: Row, day: date) -> Range:
    """Return where the next base price must lie by a row that may show the after-market's last price as its close."""
    if day < AFTER_MARKET_SINCE or not row["low_price"]:
        return Range(row["close_price"], row["close_price"])
    return Range(row["low_price"], row["high_price"])
