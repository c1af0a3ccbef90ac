"""The ways to a market day: what each upstream has, from when on, and how it is asked and read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from foresto_cli import clock
from foresto_cli.calendar import PUBLISHED, Calendar, closes_at, opens_at
from foresto_cli.errors import BadPayload, NotYet
from foresto_cli.loaders.price_rows import from_fdr, from_fsc, from_krx, from_openapi, nobody_traded
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fsc, krx_openapi
from foresto_cli.upstream.fdr import Fdr
from foresto_cli.upstream.fsc import Fsc
from foresto_cli.upstream.http import UpstreamSession
from foresto_cli.upstream.krx import Krx
from foresto_cli.upstream.krx_openapi import KrxOpenApi

STALE_SHARE = 0.2
"""A snapshot whose base prices differ from the closes before it for more of the stocks than this is of another day."""


@dataclass(frozen=True)
class PriceSource:
    """One way to a market day.

    Attributes:
        source_id: as stored.
        can: whether it has a session, asked at a moment.
        fetch: its records of a session.
        rows: those as rows.
        requests: what one session costs.
        settles: whether its numbers are those of the exchange once the day is final.
        sessions: its upstream sessions.
    """

    source_id: str
    can: Callable[[date, datetime], bool]
    fetch: Callable[[date], Sequence[Mapping[str, Any]]]
    rows: Callable[[Sequence[Mapping[str, Any]], date], list[Row]]
    requests: int
    settles: bool
    sessions: Sequence[UpstreamSession]


def openapi_source(client: KrxOpenApi, calendar: Calendar) -> PriceSource:
    """Return the OPEN API as a source: every session since 2010, from 08:00 of the next session on."""
    return PriceSource(
        source_id="KRX_OPENAPI",
        can=lambda day, now: (
            day >= krx_openapi.HISTORY_SINCE and now >= datetime.combine(calendar.following(day), PUBLISHED, clock.KST)
        ),
        fetch=client.market_day,
        rows=from_openapi,
        requests=len(krx_openapi.SERVICES),
        settles=True,
        sessions=client.sessions,
    )


def krx_source(client: Krx) -> PriceSource:
    """Return KRX by date as a source: every session, the same day from the close on."""
    return PriceSource(
        source_id="KRX",
        can=lambda day, now: now >= closes_at(day),
        fetch=client.market_day,
        rows=from_krx,
        requests=1,
        settles=True,
        sessions=client.sessions,
    )


def fdr_source(client: Fdr, calendar: Calendar, closes: Callable[[date], Mapping[str, int]]) -> PriceSource:
    """Return FinanceDataReader's snapshot as a source: the newest session only, until the next one opens.

    Args:
        client: the mirror.
        calendar: to know which session the snapshot must be of.
        closes: stored closes of a session by ticker, empty when there are none.
    """
    return PriceSource(
        source_id="FDR",
        can=lambda day, now: closes_at(day) <= now < opens_at(calendar.following(day)),
        fetch=lambda day: _snapshot_of(day, client, calendar, closes),
        rows=from_fdr,
        requests=2,
        settles=False,
        sessions=client.sessions,
    )


def fsc_source(client: Fsc, calendar: Calendar) -> PriceSource:
    """Return FSC's stock prices as a source: every session since 2020, from 13:00 of the next session on."""
    return PriceSource(
        source_id="FSC",
        can=lambda day, now: fsc.PRICES_SINCE <= day <= calendar.latest_in_open_data(now),
        fetch=client.stock_prices,
        rows=from_fsc,
        requests=1,
        settles=True,
        sessions=client.price_sessions,
    )


def _snapshot_of(
    day: date, client: Fdr, calendar: Calendar, closes: Callable[[date], Mapping[str, int]]
) -> Sequence[Mapping[str, Any]]:
    """Return the snapshot if it is of ``day``: the file carries no date inside, so its base prices must prove it.

    Raises:
        NotYet: the mirror still has an older session.
    """
    named, records = client.listing()
    if named != day:
        raise NotYet(f"FDR 미러의 최신 자료가 {named} 의 것입니다({day} 이 필요합니다).")
    if nobody_traded(records):
        return records
    before = calendar.previous(day)
    known = closes(before) or {
        row["ticker"]: row["close_price"] for row in from_fdr(client.listing_file(before), before)
    }
    pairs = [(row["prev_close"], known[row["ticker"]]) for row in from_fdr(records, day) if row["ticker"] in known]
    if not pairs:
        raise BadPayload(f"FDR 미러의 {day} 자료에 전 거래일과 겹치는 종목이 없습니다.")
    if sum(base != close for base, close in pairs) > STALE_SHARE * len(pairs):
        raise NotYet(f"FDR 미러의 {day} 파일에 아직 다른 거래일의 시세가 들어 있습니다.")
    return records
