"""The ways to the list of listed stocks: the OPEN API, KRX's page, FinanceDataReader's mirror, Naver's ranking."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from foresto_cli.calendar import Calendar
from foresto_cli.collecting import readers
from foresto_cli.collecting.mirror import Mirror
from foresto_cli.datasets.prices.price_rows import MARKET_NAMES
from foresto_cli.errors import NotYet
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fdr, krx, krx_openapi, naver_list
from foresto_cli.upstream.krx import Krx
from foresto_cli.upstream.krx_openapi import KrxOpenApi
from foresto_cli.upstream.naver_list import NaverList

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession

Record = Mapping[str, Any]
LISTED = {"is_listed": True, "delisting_date": None, "delisting_reason": None}


@dataclass(frozen=True)
class ListSource:
    """One way to the list.

    Attributes:
        source_id: as stored.
        session: the newest session whose list it has at a moment.
        fetch: the list of that session.
        rows: its records as rows.
        requests: what it costs, about.
        is_official: it is the exchange's own list: who is missing in it has left.
        has_value: it gives the market value; otherwise that follows from stored prices.
        sessions: its upstream sessions.
    """

    source_id: str
    session: Callable[[datetime], date]
    fetch: Callable[[date], Sequence[Record]]
    rows: Callable[[Sequence[Record], date], list[Row]]
    requests: int
    is_official: bool
    has_value: bool
    sessions: "Sequence[UpstreamSession]"


def openapi_list(client: KrxOpenApi, calendar: Calendar) -> ListSource:
    """Return the OPEN API's list: official, of the newest published session."""
    return ListSource(
        source_id=krx_openapi.SOURCE_ID,
        session=calendar.latest_official,
        fetch=lambda day: _published(client.base_info(day), day),
        rows=openapi_rows,
        requests=len(krx_openapi.BASE_INFO),
        is_official=True,
        has_value=False,
        sessions=client.sessions_of(krx_openapi.BASE_INFO),
    )


def krx_list(client: Krx, calendar: Calendar) -> ListSource:
    """Return the list of KRX's page: who is listed now."""
    return ListSource(
        source_id=krx.SOURCE_ID,
        session=calendar.latest_ended,
        fetch=lambda _: client.stock_list(),
        rows=krx_rows,
        requests=1,
        is_official=True,
        has_value=False,
        sessions=client.sessions,
    )


def mirror_list(mirror: Mirror, calendar: Calendar) -> ListSource:
    """Return the mirror's list, which has the market values too."""

    def fetch(day: date) -> Sequence[Record]:
        mirror.refuse_if_dead()
        try:
            named, records = mirror.client.listing()
        except NotYet as error:
            raise mirror.judge(error, day) from None
        if named < day:
            mirror.judge_newest(named, day)
        if not day <= named <= calendar.following(day):
            raise NotYet(f"FDR 미러의 최신 목록이 {named}의 것입니다({day}이 필요합니다).")
        return records

    return ListSource(
        source_id=fdr.SOURCE_ID,
        session=calendar.latest_ended,
        fetch=fetch,
        rows=mirror_rows,
        requests=2,
        is_official=True,
        has_value=True,
        sessions=mirror.client.sessions,
    )


def naver_ranking(client: NaverList, calendar: Calendar) -> ListSource:
    """Return Naver's ranking by market value: names and codes of KOSPI and KOSDAQ, for who has no key."""
    return ListSource(
        source_id=naver_list.SOURCE_ID,
        session=calendar.latest_ended,
        fetch=lambda _: client.stocks(),
        rows=naver_rows,
        requests=naver_list.ABOUT_REQUESTS,
        is_official=False,
        has_value=False,
        sessions=client.sessions,
    )


def openapi_rows(records: Sequence[Record], day: date) -> list[Row]:
    """Return the rows of ``isu_base_info``; the market is that of the service, "KOSDAQ GLOBAL" where it says so."""
    return [
        _base_row(record, day, krx_openapi.SOURCE_ID, _segment(record), readers.day(record["LIST_DD"]))
        for record in records
    ]


def krx_rows(records: Sequence[Record], day: date) -> list[Row]:
    """Return the rows of MDCSTAT01901 (전종목 기본정보)."""
    rows = []
    for record in records:
        name = record["MKT_TP_NM"]
        if name not in MARKET_NAMES:
            raise ValueError(f"시장 {name!r}")
        rows.append(_base_row(record, day, krx.SOURCE_ID, name, readers.day(record["LIST_DD"])))
    return rows


def mirror_rows(records: Sequence[Record], day: date) -> list[Row]:
    """Return the listed stocks: ``marcap`` in won, ``shares`` listed, ``sector`` the 소속부 (KOSDAQ only)."""
    return [
        {
            "ticker": record["Code"],
            "isin": record["ISU_CD"],
            "name": record["Name"],
            "market": record["Market"],
            "sector": record["Dept"],
            "shares": readers.number(record["Stocks"]),
            "marcap": readers.number(record["Marcap"]),
            **LISTED,
            "as_of_date": day,
            "source_id": fdr.SOURCE_ID,
        }
        for record in records
    ]


def naver_rows(records: Sequence[Record], day: date) -> list[Row]:
    """Return what Naver's ranking knows of each stock."""
    return [
        {
            "ticker": record["itemCode"],
            "name": record["stockName"],
            "market": record[naver_list.MARKET],
            **LISTED,
            "as_of_date": day,
            "source_id": naver_list.SOURCE_ID,
        }
        for record in records
    ]


def _base_row(record: Record, day: date, source_id: str, market: str, listed: date | None) -> Row:
    return {
        "ticker": record["ISU_SRT_CD"],
        "isin": record["ISU_CD"],
        "name": record["ISU_ABBRV"],
        "market": market,
        "sector": _said(record["SECT_TP_NM"]),
        "security_group": _said(record["SECUGRP_NM"]),
        "listing_date": listed,
        "shares": readers.number(record["LIST_SHRS"]),
        **LISTED,
        "as_of_date": day,
        "source_id": source_id,
    }


def _segment(record: Record) -> str:
    market = str(record[krx_openapi.MARKET])
    return f"{market} GLOBAL" if record["MKT_TP_NM"] == f"{market} GLOBAL" else market


def _said(text: str) -> str | None:
    return None if text.strip() in {"", "-"} else text


def _published(records: Sequence[Record], day: date) -> Sequence[Record]:
    if not records:
        raise NotYet(f"KRX OPEN API에 {day} 종목기본정보가 아직 없습니다. 나중에 다시 요청합니다.")
    return records
