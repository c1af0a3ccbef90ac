"""data-dbg.krx.co.kr: the official KRX OPEN API. Numbers have no separators, fields are in alphabetical order."""

import functools
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from foresto_cli.clock import KST
from foresto_cli.sandbox.wire import Answer, Request, as_json, plain
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market
    from foresto_cli.sandbox.market.market_indices import Level

FEW = 10
"""Answers with fewer rows are printed with indents."""
HOSTS = ("data-dbg.krx.co.kr",)
ROOT = "/svc/apis/"
PUBLISHED = time(8, 0)
"""A day's data appear at 08:00 of the next session day."""
LATE = time(13, 0)
"""The same with the fault ``late_openapi``."""
REFUSED_KEYS = ("", "wrong")
MARKETS = {"STK": "KOSPI", "KSQ": "KOSDAQ", "KNX": "KONEX"}
"""Markets as this service names them: it does not know KOSDAQ GLOBAL."""
INDEX_FIELDS = (
    "CLSPRC_IDX",
    "CMPPREVDD_IDX",
    "FLUC_RT",
    "OPNPRC_IDX",
    "HGPRC_IDX",
    "LWPRC_IDX",
    "ACC_TRDVOL",
    "ACC_TRDVAL",
    "MKTCAP",
)
Rows = list[dict[str, str]]


def answer(request: Request, world: World) -> Answer:
    """Return the synthetic answer; holidays, weekends and days not yet published all give an empty list."""
    return guarded(request) or _synthetic(request, world)


def recorded(request: Request, _: World, folder: Path) -> Answer:
    """Return the recorded answer."""
    from foresto_cli.sandbox import recorded as recordings

    return guarded(request) or recordings.recorded_krx.open_api(request, folder)


def guarded(request: Request) -> Answer | None:
    """Return the refusal of plain HTTP (302) or of a missing or wrong key (401); None if the request may pass."""
    if request.scheme != "https":
        target = f"https://{request.host}{request.path}" + (f"?{request.query_text}" if request.query_text else "")
        return Answer(status=302, headers=(("Location", target),))
    if request.headers.get("auth_key", "") in REFUSED_KEYS:
        return as_json({"respMsg": "Unauthorized API Call", "respCode": "401"}, status=401)
    return None


def service(request: Request) -> str:
    """Return the service's name: ``stk_bydd_trd`` for ``/svc/apis/sto/stk_bydd_trd.json``."""
    return request.path.removeprefix(ROOT).rpartition("/")[2].removesuffix(".json")


def _synthetic(request: Request, world: World) -> Answer:
    from foresto_cli.sandbox.krx.form import day
    from foresto_cli.sandbox.market.whole_market import session_shown

    table = SERVICES.get(service(request)) or _described(service(request))
    if table is None or not request.path.startswith(ROOT):
        return plain("{}", 404)
    when = day(request.fields.get("basDd"))
    rows = []
    if when and is_published(world.market, when, _hour(request)):
        rows = [
            row | ({"BAS_DD": f"{when:%Y%m%d}"} if "BAS_DD" in row else {})
            for row in table(world.market, session_shown(world.market, when, request.fault, request.fault_detail))
        ]
    written = [{name: row[name] for name in sorted(row)} for row in rows]
    return as_json({"OutBlock_1": written}, indent=2 if len(written) < FEW else None)


def _described(name: str) -> "Callable[[Market, date], Rows] | None":
    from foresto_cli.sandbox.krx import krx_described

    found = krx_described.service(name)
    return None if found is None else functools.partial(krx_described.rows, found)


def _hour(request: Request) -> time:
    """Return from which hour of the next session on a session is there."""
    if request.fault != "late_openapi":
        return PUBLISHED
    return time.fromisoformat(request.fault_detail) if request.fault_detail else LATE


def is_published(market: "Market", when: date, hour: time = PUBLISHED) -> bool:
    """Return whether the data of ``when`` are out: it is a served session and ``hour`` of the next one has come."""
    from foresto_cli.sandbox.market import market_calendar

    if when not in market.sessions:
        return False
    return market.now >= datetime.combine(market_calendar.next_session(when, market.seed), hour, KST)


def _trades(code: str) -> Callable[["Market", date], Rows]:
    def rows(market: "Market", when: date) -> Rows:
        listed = market.listed(when)
        quotes = market.quotes(when).take(listed.tickers)
        columns = (
            quotes.close,
            quotes.change,
            quotes.rate,
            quotes.open,
            quotes.high,
            quotes.low,
            quotes.volume,
            quotes.value,
            quotes.cap,
        )
        values = zip(*(column.tolist() for column in columns), strict=True)
        return [
            {
                "BAS_DD": f"{when:%Y%m%d}",
                "ISU_CD": stock.code,
                "ISU_NM": name,
                "MKT_NM": MARKETS[code],
                "SECT_TP_NM": section or "-",
                "TDD_CLSPRC": str(close),
                "CMPPREVDD_PRC": str(change),
                "FLUC_RT": f"{rate:.2f}",
                "TDD_OPNPRC": str(opened),
                "TDD_HGPRC": str(high),
                "TDD_LWPRC": str(low),
                "ACC_TRDVOL": str(volume),
                "ACC_TRDVAL": str(value),
                "MKTCAP": str(cap),
                "LIST_SHRS": str(shares),
            }
            for stock, name, section, shares, (close, change, rate, opened, high, low, volume, value, cap) in zip(
                listed.stocks, listed.names, listed.sections, listed.shares.tolist(), values, strict=True
            )
            if stock.market == code
        ]

    return rows


def _base_info(code: str) -> Callable[["Market", date], Rows]:
    def rows(market: "Market", when: date) -> Rows:
        from foresto_cli.sandbox.krx.krx_stocks import base_infos

        listed = market.listed(when)
        return [
            row | {"SECT_TP_NM": row["SECT_TP_NM"] or "-", "MKT_TP_NM": MARKETS[code]}
            for row, stock in zip(base_infos(listed), listed.stocks, strict=True)
            if stock.market == code
        ]

    return rows


def _funds(market: "Market", when: date) -> Rows:
    from foresto_cli.sandbox.krx.krx_funds import by_date

    kept = {"ISU_SRT_CD": "ISU_CD", "ISU_ABBRV": "ISU_NM", "FLUC_RT1": "FLUC_RT_IDX"}
    dropped = ("ISU_CD", "SECUGRP_ID", "FLUC_TP_CD", "FLUC_TP_CD1")
    rows = by_date(market, {"trdDd": f"{when:%Y%m%d}"})
    return [
        {"BAS_DD": f"{when:%Y%m%d}"}
        | {kept.get(name, name): _plain(value) for name, value in row.items() if name not in dropped}
        for row in rows
    ]


def _plain(value: str) -> str:
    """Return a number without separators; anything else as it is."""
    bare = value.replace(",", "")
    return bare if bare.lstrip("-").replace(".", "").isdigit() else value


def _indices(family: str) -> Callable[["Market", date], Rows]:
    def rows(market: "Market", when: date) -> Rows:
        from foresto_cli.sandbox.market import all_indices

        return [
            {
                "BAS_DD": f"{when:%Y%m%d}",
                "IDX_CLSS": family,
                "IDX_NM": name,
                **dict(zip(INDEX_FIELDS, _level(now, extent), strict=True)),
            }
            for name, extent, now in all_indices.levels(market, family, when)
        ]

    return rows


def _level(now: "Level", extent: str) -> tuple[str, ...]:
    """Return the values of an index; KRX gives "-" for what it does not publish of it."""
    from foresto_cli.sandbox.market import all_indices

    level = (f"{now.close:.2f}", f"{now.change:.2f}", f"{now.rate:.2f}")
    span = (f"{now.open:.2f}", f"{now.high:.2f}", f"{now.low:.2f}")
    sums = (str(now.volume), str(now.value), str(now.cap))
    if extent == all_indices.CLOSE:
        return (*level, *("-",) * 6)
    return (*("-",) * 6, *sums) if extent == all_indices.SUMS else (*level, *span, *sums)


SERVICES: dict[str, Callable[["Market", date], Rows]] = {
    "stk_bydd_trd": _trades("STK"),
    "ksq_bydd_trd": _trades("KSQ"),
    "knx_bydd_trd": _trades("KNX"),
    "stk_isu_base_info": _base_info("STK"),
    "ksq_isu_base_info": _base_info("KSQ"),
    "knx_isu_base_info": _base_info("KNX"),
    "etf_bydd_trd": _funds,
    "krx_dd_trd": _indices("KRX"),
    "kospi_dd_trd": _indices("KOSPI"),
    "kosdaq_dd_trd": _indices("KOSDAQ"),
}
