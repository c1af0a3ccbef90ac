"""What stands beside a stock's own numbers on its card: dividends before and behind, KRX's ratios, the last filings."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from foresto_cli.calendar import Calendar
from foresto_cli.console import Console
from foresto_cli.views.reading import show_dividends
from foresto_cli.views.reading.reading import price
from foresto_cli.views.stored import Found, plain, rows_of

FILINGS = 3
DART = "https://dart.fss.or.kr/dsaf001/main.do?rcpNo="
DIVIDEND = ("ex_date", "record_date", "payment_date", "amount", "dividend_yield")
RATIOS = (
    "SELECT trade_date, per, pbr, eps, bps, dps, dividend_yield FROM krx_fundamental_daily WHERE ticker = :ticker"
    " ORDER BY trade_date DESC LIMIT 1"
)
NEWEST = (
    "SELECT rcept_dt, report_nm, rcept_no FROM dart_filing WHERE ticker = :ticker ORDER BY rcept_dt DESC, rcept_no DESC"
    " LIMIT :count"
)


def of(connection: Connection, sessions: Calendar, ticker: str) -> Found:
    """Return ``dividends`` (``last``, ``next``), ``krx`` and ``filings`` of a stock; None or empty: not stored.

    A preferred share has the filings of its company.
    """
    last, following = show_dividends.nearest(connection, sessions, ticker)
    ratios = rows_of(connection, RATIOS, ticker=ticker)
    filed = rows_of(connection, NEWEST, ticker=f"{ticker[:-1]}0", count=FILINGS)
    return {
        "dividends": {"last": _dividend(last), "next": _dividend(following)},
        "krx": ratios[0] if ratios else None,
        "filings": [row | {"url": f"{DART}{row['rcept_no']}"} for row in filed],
    }


def lines(found: Found) -> list[tuple[str, str]]:
    """Return the items of the card: label and words, of what is known."""
    last, following, krx = found["dividends"]["last"], found["dividends"]["next"], found["krx"]
    told = [
        ("다음 배당", _told(following)) if following else None,
        ("최근 배당", _told(last)) if last else None,
        ("거래소 지표", _ratios(krx)) if krx else None,
    ]
    return [one for one in told if one is not None]


def show(console: Console, found: Found) -> None:
    """Print the last filings, where there are any."""
    if found["filings"]:
        rows = [(one["rcept_dt"], one["report_nm"], one["rcept_no"]) for one in found["filings"]]
        console.table("최근 공시", ("접수일", "보고서", "접수번호"), rows)


def _dividend(row: Mapping[str, Any] | None) -> Found | None:
    return None if row is None else {name: plain(row[name]) for name in DIVIDEND}


def _told(one: Found) -> str:
    """Return a dividend in one line; an amount that nobody recorded is said to be unknown."""
    amount = "금액 모름" if one["amount"] is None else f"주당 {price(one['amount'])}원"
    percent = "" if one["dividend_yield"] is None else f" ({one['dividend_yield']:.2f}%)"
    paid = f", 지급 {one['payment_date']}" if one["payment_date"] else ""
    return f"{amount}{percent} · 배당락 {one['ex_date']}, 기준 {one['record_date']}{paid}"


def _ratios(krx: Found) -> str:
    known = [
        f"{label} {krx[name]:,.2f}{unit}"
        for label, name, unit in (("PER", "per", "배"), ("PBR", "pbr", "배"), ("배당수익률", "dividend_yield", "%"))
        if krx[name] is not None
    ]
    return f"{' · '.join(known) or '없음'} ({krx['trade_date']}, 사업보고서 기준)"
