"""Stock queries: by date (MDCSTAT01501), by ticker (01701), per-share figures (03501) and the master list (01901)."""

from datetime import date

from foresto_cli.sandbox.krx.form import count, day, decimal, slashed, span
from foresto_cli.sandbox.market import codes
from foresto_cli.sandbox.market.market_accounts import per_share
from foresto_cli.sandbox.market.market_stock import Stock
from foresto_cli.sandbox.market.path import ABSENT
from foresto_cli.sandbox.market.quotes import Quotes
from foresto_cli.sandbox.market.whole_market import FINAL, OPEN, Listed, Market

Rows = list[dict[str, str]]

KINDS = {"reit": "부동산투자회사", "foreign": "외국주권"}
FOREIGN_PARS = ("무액면", "무액면", ".5")
"""Par values of foreign shares: most have none, some are parts of another currency."""
VALUES = (
    "TDD_CLSPRC",
    "FLUC_TP_CD",
    "CMPPREVDD_PRC",
    "FLUC_RT",
    "TDD_OPNPRC",
    "TDD_HGPRC",
    "TDD_LWPRC",
    "ACC_TRDVOL",
    "ACC_TRDVAL",
    "MKTCAP",
)


def by_date(market: Market, form: dict[str, str]) -> Rows:
    """Return all stocks of one day in order of names (reference: KRX MDCSTAT01501).

    Without a session, or before its first quotes, every value is ``-``, FLUC_TP_CD is 3 and LIST_SHRS is given all
    the same.
    """
    when = day(form.get("trdDd")) or market.newest
    listed = market.listed(when)
    wanted = form.get("mktId", "ALL")
    values = _values(market, when, listed)
    shares = [count(number) for number in listed.shares.tolist()]
    return [
        {
            "ISU_SRT_CD": stock.code,
            "ISU_CD": codes.isin(stock.code),
            "ISU_ABBRV": name,
            "MKT_NM": stock.board,
            "SECT_TP_NM": section,
            **row,
            "LIST_SHRS": total,
            "MKT_ID": stock.market,
        }
        for stock, name, section, row, total in zip(
            listed.stocks, listed.names, listed.sections, values, shares, strict=True
        )
        if wanted in ("ALL", stock.market)
    ]


def _values(market: Market, when: date, listed: Listed) -> Rows:
    if market.state(when) not in (OPEN, FINAL):
        blank = {**dict.fromkeys(VALUES, "-"), "FLUC_TP_CD": "3"}
        return [blank] * len(listed.stocks)
    return written(market.shown(when).take(listed.tickers))


def written(quotes: Quotes) -> Rows:
    """Return the values of ``quotes`` as KRX writes them, one row per stock."""
    columns = (
        quotes.close,
        quotes.direction,
        quotes.change,
        quotes.rate,
        quotes.open,
        quotes.high,
        quotes.low,
        quotes.volume,
        quotes.value,
        quotes.cap,
    )
    return [
        {
            "TDD_CLSPRC": f"{close:,}",
            "FLUC_TP_CD": str(direction),
            "CMPPREVDD_PRC": f"{change:,}",
            "FLUC_RT": f"{rate:.2f}",
            "TDD_OPNPRC": f"{opened:,}",
            "TDD_HGPRC": f"{high:,}",
            "TDD_LWPRC": f"{low:,}",
            "ACC_TRDVOL": f"{volume:,}",
            "ACC_TRDVAL": f"{value:,}",
            "MKTCAP": f"{cap:,}",
        }
        for close, direction, change, rate, opened, high, low, volume, value, cap in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]


def by_ticker(market: Market, form: dict[str, str]) -> Rows:
    """Return one stock's unadjusted days, newest first (reference: KRX MDCSTAT01701); an unknown ISIN has none."""
    days = span(form)
    ticker = next((stock.number for stock in market.roster if codes.isin(stock.code) == form.get("isuCd")), None)
    if days is None or ticker is None:
        return []
    first, last = days
    sessions = tuple(
        when
        for when in market.sessions
        if first <= when <= last
        and market.state(when) == FINAL
        and market.path.status[market.position(when), ticker] != ABSENT
    )
    if not sessions:
        return []
    quotes = market.history(ticker, sessions, shown=True)
    rows = [
        {"TRD_DD": slashed(when), **row, "LIST_SHRS": count(shares)}
        for when, row, shares in zip(sessions, written(quotes), quotes.shares.tolist(), strict=True)
    ]
    return rows[::-1]


def fundamentals(market: Market, form: dict[str, str]) -> Rows:
    """Return EPS, BPS and dividends of one day (reference: KRX MDCSTAT03501); ``-`` without profit or equity."""
    when = day(form.get("trdDd")) or market.newest
    listed = market.listed(when)
    keep = [
        row
        for row, stock in enumerate(listed.stocks)
        if form.get("mktId", "ALL") in ("ALL", stock.market) and stock.market != "KNX"
    ]
    figures = per_share(market, listed.stocks, listed.shares, when)
    values = _values(market, when, listed)
    prices = market.shown(when).close[listed.tickers]
    rows = []
    for row in keep:
        stock, name = listed.stocks[row], listed.names[row]
        earnings, book, dividend = int(figures.earnings[row]), int(figures.book[row]), int(figures.dividend[row])
        price = int(prices[row]) if values[row]["TDD_CLSPRC"] != "-" else 0
        rows.append(
            {
                "ISU_SRT_CD": stock.code,
                "ISU_CD": codes.isin(stock.code),
                "MKT_ID": stock.market,
                "ISU_ABBRV": name,
                "ISU_ABBRV_STR": f'{name} <em class ="up"></em>',
                **{key: values[row][key] for key in ("TDD_CLSPRC", "FLUC_TP_CD", "CMPPREVDD_PRC", "FLUC_RT")},
                "EPS": count(earnings) if earnings and price else "-",
                "PER": _ratio(price, earnings),
                "FWD_EPS": "-",
                "FWD_PER": "-",
                "BPS": count(book) if book and price else "-",
                "PBR": _ratio(price, book),
                "DPS": count(dividend) if price else "-",
                "DVD_YLD": decimal(100 * dividend / price) if price else "-",
            }
        )
    return rows


def _ratio(price: int, figure: int) -> str:
    return decimal(price / figure) if figure and price else "-"


def master(market: Market, form: dict[str, str]) -> Rows:
    """Return the stocks listed now (reference: KRX MDCSTAT01901)."""
    listed = market.listed(market.now.date())
    wanted = form.get("mktId", "ALL")
    rows = zip(base_infos(listed), listed.stocks, strict=True)
    return [
        row
        | {
            "LIST_DD": slashed(stock.listed),
            "PARVAL": count(int(row["PARVAL"])) if row["PARVAL"].isdigit() else row["PARVAL"],
            "LIST_SHRS": count(int(row["LIST_SHRS"])),
        }
        for row, stock in rows
        if wanted in ("ALL", stock.market)
    ]


def base_infos(listed: Listed) -> Rows:
    """Return base information of everybody ``listed``, numbers and days without separators."""
    return [
        {
            "ISU_CD": codes.isin(stock.code),
            "ISU_SRT_CD": stock.code,
            "ISU_NM": f"{name}보통주" if stock.market == "STK" and stock.kind != "preferred" else name,
            "ISU_ABBRV": name,
            "ISU_ENG_NM": f"Synthetic {stock.number} Co.,Ltd.",
            "LIST_DD": f"{stock.listed:%Y%m%d}",
            "MKT_TP_NM": stock.board,
            "SECUGRP_NM": KINDS.get(stock.kind, "주권"),
            "SECT_TP_NM": section,
            "KIND_STKCERT_TP_NM": _kind(stock),
            "PARVAL": FOREIGN_PARS[stock.number % len(FOREIGN_PARS)] if stock.kind == "foreign" else str(par(stock)),
            "LIST_SHRS": str(shares),
        }
        for stock, name, section, shares in zip(
            listed.stocks, listed.names, listed.sections, listed.shares.tolist(), strict=True
        )
    ]


def _kind(stock: Stock) -> str:
    if stock.kind != "preferred":
        return "보통주"
    return "구형우선주" if stock.code[5] == "5" else "신형우선주"


def par(stock: Stock) -> int:
    """Return the par value of a share (won)."""
    return (500, 100, 5_000, 500, 1_000, 500, 200)[stock.number % 7] if stock.kind != "spac" else 100


TABLES = {
    "MDCSTAT01501": ("OutBlock_1", by_date),
    "MDCSTAT01701": ("output", by_ticker),
    "MDCSTAT03501": ("output", fundamentals),
    "MDCSTAT01901": ("OutBlock_1", master),
}
