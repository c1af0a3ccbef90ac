"""The ways to a session of ETFs: what each upstream has, from when on, and how it is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from foresto_cli.calendar import Calendar
from foresto_cli.regimes import closes_at, final_at
from foresto_cli.upstream import fsc, krx, krx_openapi
from foresto_cli.upstream.fsc import Fsc
from foresto_cli.upstream.krx import Krx
from foresto_cli.upstream.krx_openapi import KrxOpenApi

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession

PAGES = 30
"""Newest sessions for which KRX's pages are asked: at 200 requests a day for everything they give no history."""


@dataclass(frozen=True)
class FundSource:
    """One way to a session of ETFs.

    Attributes:
        source_id: as stored.
        fetch: its records of a session.
        can: whether it has a session, asked at a moment.
        is_final: whether its numbers of a session, read at a moment, change no more.
        is_official: whether its numbers replace everybody's and are replaced by nobody's.
        sessions: its upstream sessions.
    """

    source_id: str
    fetch: Callable[[date], Sequence[Mapping[str, Any]]]
    can: Callable[[date, datetime], bool]
    is_final: Callable[[date, datetime], bool]
    is_official: bool
    sessions: "Sequence[UpstreamSession]"


def openapi_source(client: KrxOpenApi, calendar: Calendar) -> FundSource:
    """Return the OPEN API as a source: every session since 2010, official, from the next session's morning on."""
    return FundSource(
        source_id=krx_openapi.SOURCE_ID,
        fetch=client.etf_day,
        can=lambda day, now: krx_openapi.HISTORY_SINCE <= day <= calendar.latest_official(now),
        is_final=lambda *_: True,
        is_official=True,
        sessions=[client.session_of(krx_openapi.ETFS)],
    )


def krx_source(client: Krx, calendar: Calendar) -> FundSource:
    """Return KRX's page by date as a source: the newest sessions, the same day from the close on.

    ETFs are not traded in the after-market, so its close is the official one; volumes grow until 18:00.
    """

    def can(day: date, now: datetime) -> bool:
        return closes_at(day) <= now and day >= calendar.back(calendar.latest_ended(now), PAGES - 1)

    return FundSource(
        source_id=krx.SOURCE_ID,
        fetch=client.etf_day,
        can=can,
        is_final=lambda day, read_at: read_at >= final_at(day),
        is_official=False,
        sessions=client.sessions,
    )


def fsc_source(client: Fsc, calendar: Calendar) -> FundSource:
    """Return FSC's prices of securities products as a source: since 2020, from the next session's noon on."""
    return FundSource(
        source_id=fsc.SOURCE_ID,
        fetch=client.etf_prices,
        can=lambda day, now: fsc.PRICES_SINCE <= day <= calendar.latest_in_open_data(now),
        is_final=lambda *_: True,
        is_official=False,
        sessions=client.etf_sessions,
    )
