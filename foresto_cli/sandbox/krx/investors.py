"""Who trades and holds: investor flows (MDCSTAT02401), short selling (30101, 30501), foreign ownership (03701).

Of every stock somebody sells what somebody buys: the three groups that are asked for and the few others trade the whole
volume, so what all of them bought net is nothing. No recorded answer was at hand; forms and fields are pykrx's.
"""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.krx.form import count, day, decimal
from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.whole_market import FINAL, OPEN, Market

Rows = list[dict[str, str]]
INVESTORS = {"9000": 0.25, "7050": 0.2, "8000": 0.5}
"""Code and share of the volume; corporations and other foreigners trade the rest."""
BUYS, SELLS, SHORT, BALANCE, HELD = 401, 402, 403, 404, 405
"""Streams of chance."""
MARKETS = {"1": "STK", "2": "KSQ"}
BALANCE_LAG, HOLDINGS_LAG = 2, 1
"""Sessions later that the pages have a session."""


def flows(market: Market, form: dict[str, str]) -> Rows:
    """Return what the investors of ``invstTpCd`` traded on ``strtDd``, most bought first (MDCSTAT02401)."""
    when = _served(market, form.get("strtDd"))
    investor = form.get("invstTpCd", "")
    if when is None or investor not in INVESTORS or form.get("endDd") != form.get("strtDd"):
        return []
    listed = market.listed(when)
    quotes = market.shown(when).take(listed.tickers)
    bought, sold = (_traded(market, when, listed.tickers, quotes.volume, investor, side) for side in (BUYS, SELLS))
    price = quotes.value / np.maximum(quotes.volume, 1)
    rows = [
        (net, stock, name, each)
        for net, stock, name, each in zip(
            np.rint(bought * price) - np.rint(sold * price),
            listed.stocks,
            listed.names,
            zip(sold, bought, np.rint(sold * price), np.rint(bought * price), strict=True),
            strict=True,
        )
        if form.get("mktId", "ALL") in ("ALL", stock.market) and (each[0] or each[1])
    ]
    return [
        {
            "ISU_SRT_CD": stock.code,
            "ISU_NM": name,
            "ASK_TRDVOL": count(int(each[0])),
            "BID_TRDVOL": count(int(each[1])),
            "NETBID_TRDVOL": count(int(each[1] - each[0])),
            "ASK_TRDVAL": count(int(each[2])),
            "BID_TRDVAL": count(int(each[3])),
            "NETBID_TRDVAL": count(int(net)),
        }
        for net, stock, name, each in sorted(rows, key=lambda row: -row[0])
    ]


def _traded(  # noqa: PLR0913, PLR0917  # who traded what
    market: Market, when: date, tickers: NDArray[np.int64], volume: NDArray[np.int64], investor: str, side: int
) -> NDArray[np.int64]:
    """Return the shares that ``investor`` bought or sold: parts of one volume, the others have what is left."""
    weights = {
        code: share * (0.5 + uniform(market.seed, side * 10 + place, when.toordinal(), tickers))
        for place, (code, share) in enumerate({**INVESTORS, "others": 1 - sum(INVESTORS.values())}.items())
    }
    return np.floor(volume * weights[investor] / sum(weights.values())).astype(np.int64)


def short_trades(market: Market, form: dict[str, str]) -> Rows:
    """Return what was sold short of each stock of a market on a day (reference: MDCSTAT30101)."""
    when = _served(market, form.get("trdDd"))
    if when is None:
        return []
    listed = market.listed(when)
    quotes = market.shown(when).take(listed.tickers)
    parts = 0.08 * uniform(market.seed, SHORT, when.toordinal(), listed.tickers) ** 2
    short = np.floor(quotes.volume * parts).astype(np.int64)
    price = quotes.value / np.maximum(quotes.volume, 1)
    return [
        {
            "ISU_CD": stock.code,
            "ISU_ABBRV": name,
            "SECUGRP_NM": "주권",
            "CVSRTSELL_TRDVOL": count(sold),
            "ACC_TRDVOL": count(volume),
            "TRDVOL_WT": decimal(100 * sold / max(volume, 1)),
            "CVSRTSELL_TRDVAL": count(worth),
            "ACC_TRDVAL": count(value),
            "TRDVAL_WT": decimal(100 * worth / max(value, 1)),
        }
        for stock, name, sold, volume, worth, value in zip(
            listed.stocks,
            listed.names,
            short.tolist(),
            quotes.volume.tolist(),
            np.floor(short * price).astype(np.int64).tolist(),
            quotes.value.tolist(),
            strict=True,
        )
        if stock.market == form.get("mktId")
    ]


def short_balances(market: Market, form: dict[str, str]) -> Rows:
    """Return what is sold short and not bought back of each stock of a market on a day (reference: MDCSTAT30501)."""
    when = _served(market, form.get("trdDd"), BALANCE_LAG)
    if when is None:
        return []
    listed = market.listed(when)
    quotes = market.quotes(when).take(listed.tickers)
    # Moves slowly, a little every day.
    steady = uniform(market.seed, BALANCE, 0, listed.tickers)
    parts = 0.03 * steady**3 * (0.95 + 0.1 * uniform(market.seed, BALANCE, when.toordinal(), listed.tickers))
    balance = np.floor(listed.shares * parts).astype(np.int64)
    return [
        {
            "ISU_CD": stock.code,
            "ISU_ABBRV": name,
            "BAL_QTY": count(held),
            "LIST_SHRS": count(shares),
            "BAL_AMT": count(held * close),
            "MKTCAP": count(shares * close),
            "BAL_RTO": decimal(100 * held / shares),
        }
        for stock, name, held, shares, close in zip(
            listed.stocks, listed.names, balance.tolist(), listed.shares.tolist(), quotes.close.tolist(), strict=True
        )
        if stock.market == MARKETS.get(form.get("mktTpCd", ""))
    ]


def holdings(market: Market, form: dict[str, str]) -> Rows:
    """Return what foreigners hold of each stock on a day, ten of a hundred within a limit (reference: MDCSTAT03701)."""
    when = _served(market, form.get("trdDd"), HOLDINGS_LAG)
    if when is None:
        return []
    listed = market.listed(when)
    steady = uniform(market.seed, HELD, 0, listed.tickers)
    parts = 0.6 * steady**2 * (0.97 + 0.03 * uniform(market.seed, HELD, when.toordinal(), listed.tickers))
    quotes = market.quotes(when).take(listed.tickers)
    rows = []
    for place, (stock, name, shares) in enumerate(
        zip(listed.stocks, listed.names, listed.shares.tolist(), strict=True)
    ):
        limit = shares * 49 // 100 if stock.number % 10 == 0 else shares
        held = min(int(shares * parts[place]), limit)
        rows.append(
            {
                "ISU_SRT_CD": stock.code,
                "ISU_CD": stock.code,
                "ISU_ABBRV": name,
                "TDD_CLSPRC": count(int(quotes.close[place])),
                "FLUC_TP_CD": str(int(quotes.direction[place])),
                "CMPPREVDD_PRC": count(int(quotes.change[place])),
                "FLUC_RT": f"{quotes.rate[place]:.2f}",
                "LIST_SHRS": count(shares),
                "FORN_HD_QTY": count(held),
                "FORN_SHR_RT": decimal(100 * held / shares),
                "FORN_ORD_LMT_QTY": count(limit),
                "FORN_LMT_EXHST_RT": decimal(100 * held / max(limit, 1)),
            }
        )
    return [row for row, stock in zip(rows, listed.stocks, strict=True) if form.get("mktId") in ("ALL", stock.market)]


def _served(market: Market, written: str | None, lag: int = 0) -> date | None:
    """Return the session that is asked for, if the page has it by now."""
    when = day(written)
    if when is None or market.state(when) not in (OPEN, FINAL):
        return None
    newest = market.position(market.now.date())
    return when if market.position(when) + lag <= newest else None


TABLES = {
    "MDCSTAT02401": ("output", flows),
    "MDCSTAT30101": ("OutBlock_1", short_trades),
    "MDCSTAT30501": ("OutBlock_1", short_balances),
    "MDCSTAT03701": ("output", holdings),
}
