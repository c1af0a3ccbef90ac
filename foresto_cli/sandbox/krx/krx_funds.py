"""Fund queries: ETFs by date (MDCSTAT04301) and the master lists of ETFs, ETNs and ELWs (04601, 06701, 08501)."""

from foresto_cli.sandbox.krx.form import count, day, decimal, slashed
from foresto_cli.sandbox.market import codes, market_funds
from foresto_cli.sandbox.market.whole_market import FINAL, OPEN, Market

Rows = list[dict[str, str]]

VALUES = (
    "TDD_CLSPRC",
    "CMPPREVDD_PRC",
    "FLUC_TP_CD",
    "FLUC_RT",
    "NAV",
    "TDD_OPNPRC",
    "TDD_HGPRC",
    "TDD_LWPRC",
    "ACC_TRDVOL",
    "ACC_TRDVAL",
    "MKTCAP",
    "INVSTASST_NETASST_TOTAMT",
    "LIST_SHRS",
    "IDX_IND_NM",
    "OBJ_STKPRC_IDX",
    "CMPPREVDD_IDX",
    "FLUC_TP_CD1",
    "FLUC_RT1",
)
"""Order of the fields after the names."""
GIVEN = ("FLUC_TP_CD", "LIST_SHRS", "IDX_IND_NM", "FLUC_TP_CD1")
OF_INDEX = ("OBJ_STKPRC_IDX", "CMPPREVDD_IDX", "FLUC_TP_CD1", "FLUC_RT1")
"""``-`` for an index that the exchange does not know."""


def by_date(market: Market, form: dict[str, str]) -> Rows:
    """Return all ETFs of one day (reference: KRX MDCSTAT04301); ``-`` and FLUC_TP_CD 0 when nothing was traded."""
    when = day(form.get("trdDd")) or market.newest
    known = market.state(when) in (OPEN, FINAL)
    quotes = market_funds.quotes(market, when)
    change = quotes.close - quotes.base
    index_change = round(quotes.index - quotes.index_before, 2)
    rows = []
    for row, fund in enumerate(quotes.funds):
        close, moved, volume = int(quotes.close[row]), int(change[row]), int(quotes.volume[row])
        traded = int(quotes.open[row]) + int(quotes.high[row]) + int(quotes.low[row]) + close
        units = int(quotes.units[row])
        values = {
            "TDD_CLSPRC": count(close),
            "CMPPREVDD_PRC": count(moved),
            "FLUC_TP_CD": _direction(moved),
            "FLUC_RT": decimal(100 * moved / int(quotes.base[row])),
            "NAV": decimal(float(quotes.nav[row])),
            "TDD_OPNPRC": count(int(quotes.open[row])),
            "TDD_HGPRC": count(int(quotes.high[row])),
            "TDD_LWPRC": count(int(quotes.low[row])),
            "ACC_TRDVOL": count(volume),
            "ACC_TRDVAL": count(volume * traded // 4),
            "MKTCAP": count(close * units),
            "INVSTASST_NETASST_TOTAMT": count(int(float(quotes.nav[row]) * units) if fund.has_assets else 0),
            "LIST_SHRS": count(units),
            "IDX_IND_NM": f"가상 {fund.theme} 지수",
            "OBJ_STKPRC_IDX": decimal(quotes.index),
            "CMPPREVDD_IDX": decimal(index_change),
            "FLUC_TP_CD1": _direction(index_change),
            "FLUC_RT1": decimal(100 * index_change / quotes.index_before),
        }
        if not fund.has_index:
            values |= dict.fromkeys(OF_INDEX, "-")
        if not known:
            values = {name: values[name] if name in GIVEN else "-" for name in VALUES} | {
                "FLUC_TP_CD": "0",
                "FLUC_TP_CD1": "0",
            }
        rows.append(
            {
                "ISU_SRT_CD": fund.code,
                "ISU_CD": codes.isin(fund.code),
                "SECUGRP_ID": "EF",
                "ISU_ABBRV": fund.name,
                **values,
            }
        )
    return rows


def _direction(change: float) -> str:
    return "1" if change > 0 else "2" if change < 0 else "3"


def master(market: Market, _: dict[str, str]) -> Rows:
    """Return the ETFs listed now (reference: KRX MDCSTAT04601)."""
    return [
        {
            "ISU_CD": codes.isin(fund.code),
            "ISU_SRT_CD": fund.code,
            "ISU_NM": f"{fund.name}증권상장지수투자신탁(주식)",
            "ISU_ABBRV": fund.name,
            "ISU_ENG_NM": f"Synthetic ETF {fund.code}",
            "LIST_DD": slashed(fund.listed),
            "ETF_OBJ_IDX_NM": f"가상 {fund.theme} 지수",
            "IDX_CALC_INST_NM1": "가상거래소",
            "IDX_CALC_INST_NM2": fund.style,
            "ETF_REPLICA_METHD_TP_CD": "실물(패시브)",
            "IDX_MKT_CLSS_NM": "국내",
            "IDX_ASST_CLSS_NM": "주식",
            "LIST_SHRS": count(fund.units * fund.pieces(market.now.date())),
            "COM_ABBRV": fund.manager,
            "CU_QTY": "50,000",
            "ETF_TOT_FEE": "0.150000",
            "TAX_TP_CD": "비과세" if fund.multiple == 1 else "배당소득세(보유기간과세)",
        }
        for fund in market_funds.universe(market.size)
        if fund.is_listed(market.now.date())
    ]


def _one(code: str, name: str) -> Rows:
    """Return a list of one instrument: pykrx reads the ETN and ELW lists whenever it reads the ETF list."""
    return [
        {
            "ISU_CD": codes.isin(code),
            "ISU_SRT_CD": code,
            "ISU_NM": name,
            "ISU_ABBRV": name,
            "LIST_DD": "2020/01/02",
            "LIST_SHRS": "1,000,000",
        }
    ]


TABLES = {
    "MDCSTAT04301": ("output", by_date),
    "MDCSTAT04601": ("output", master),
    "MDCSTAT06701": ("output", lambda _market, _form: _one("580010", "가상증권 레버리지 ETN")),
    "MDCSTAT08501": ("output", lambda _market, _form: _one("580990", "가상증권 콜 ELW")),
}
