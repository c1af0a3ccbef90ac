"""Items of the periodic reports: alotMatter (배당에 관한 사항) and irdsSttus (증자·감자 현황)."""

from collections.abc import Callable
from datetime import date

import numpy as np

from foresto_cli.sandbox.dart import dart_filings, dart_versions, shares, slips
from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_filings import Version
from foresto_cli.sandbox.dart.dart_periods import ANNUAL, MONTHS, Period
from foresto_cli.sandbox.market import Market, market_accounts
from foresto_cli.sandbox.market.market_stock import Stock

Row = dict[str, str]

COLUMNS = ("thstrm", "frmtrm", "lwfr")
WORDS = {
    "split": "주식분할",
    "reduction": "무상감자",
    "bonus": "무상증자",
    "rights": "유상증자(주주배정)",
    "conversion": "전환권행사",
}
YEARS_TOLD = 5
MILLION = 1_000_000


def dividends(market: Market, company: Company, period: Period, day: date) -> list[Row]:
    """Return the rows of alotMatter in the annual report received by ``day``; interim reports have none.

    Some companies' corrected reports stand in the answer together with the first ones.
    """
    received = dart_filings.received(market, company, period, day) if period.quarter == ANNUAL else []
    shown = received if slips.keeps_both(company) else received[-1:]
    return [row for version in shown for row in _dividends(market, company, period, version)]


def _dividends(market: Market, company: Company, period: Period, version: Version) -> list[Row]:
    years = (period, period.before, period.before.before)
    common = [per_share(market, company, when) for when in years]
    preferred = preferred_stock(market, company)
    special = [
        amount + _premium(market, company, when) if amount else 0 for amount, when in zip(common, years, strict=True)
    ]
    told = [0, *common[1:]] if slips.is_decided_later(market, company, period) else common
    usual = "보통주식" if company.number % 2 else "보통주"
    kinds = [(slips.worded(market, company, usual, alone=preferred is None), told)]
    if preferred:
        kinds.append(("우선주식" if company.number % 2 else "우선주", special if told == common else [0, *special[1:]]))
    elif kinds[0][0] == slips.NAMELESS:
        # The form has two lines whatever there is, and either may hold the common share's amount.
        kinds.insert(company.number // 2 % 2, (slips.NAMELESS, [0] * len(years)))
    scope = "CFS" if company.consolidates else "OFS"
    group, parent = ([_net(market, company, when, name) for when in years] for name in (scope, "OFS"))
    paid = [
        amount * shares.listed(market, company.number, when.ends)
        + (extra * shares.listed(market, preferred.number, when.ends) if preferred else 0)
        for amount, extra, when in zip(common, special, years, strict=True)
    ]
    earned = [
        round(
            dart_versions.first_filed(market, company, when, scope).owners_net_income
            / shares.listed(market, company.number, when.ends)
        )
        for when in years
    ]
    mark = "(연결)" if company.consolidates else "(별도)"
    lines: list[tuple[str, str, list[str]]] = [
        ("주당액면가액(원)", "-", [f"{shares.par(market, company, when.ends):,}" for when in years]),
        ("(연결)당기순이익(백만원)", "-", _millions(group) if company.consolidates else ["-"] * 3),
        ("(별도)당기순이익(백만원)", "-", _millions(parent)),
        (f"{mark}주당순이익(원)", "-", [f"{amount:,}" for amount in earned]),
        ("현금배당금총액(백만원)", "-", [_or_dash(amount // MILLION) for amount in paid]),
        ("주식배당금총액(백만원)", "-", ["-"] * 3),
        (f"{mark}현금배당성향(%)", "-", [_payout(*pair) for pair in zip(paid, group, strict=True)]),
    ]
    lines += [("현금배당수익률(%)", name, ["1.00" if amount else "-" for amount in own]) for name, own in kinds]
    lines += [("주식배당수익률(%)", name, ["-"] * 3) for name, _ in kinds]
    lines += [("주당 현금배당금(원)", name, [_or_dash(amount) for amount in own]) for name, own in kinds]
    lines += [("주당 주식배당(주)", name, ["-"] * 3) for name, _ in kinds]
    if slips.is_all_dashes(market, company, period, pays=any(common)):
        lines = [(item, slips.NAMELESS, ["-"] * len(years)) for item, _, _ in lines]
    head = _head(company, version.filing.number)
    return [
        head | {"se": item, "stock_knd": kind} | dict(zip(COLUMNS, values, strict=True)) | _settled(period)
        for item, kind, values in lines
    ]


def per_share(market: Market, company: Company, period: Period) -> int:
    """Return the cash dividend per common share of a fiscal year, as KRX's page of per-share figures has it."""
    held = shares.listed(market, company.number, period.ends)
    known = date(period.fiscal_year + 1, market_accounts.KNOWN_FROM_MONTH, 1)
    found = market_accounts.per_share(market, [company.stock], np.array([held]), known)
    paid = int(found.dividend[0])
    if period.months == MONTHS:
        return paid
    # Two halves of the year, in tens of won as the whole.
    first = paid // 20 * 10
    return paid - first if period.is_second_half else first


def preferred_stock(market: Market, company: Company) -> Stock | None:
    """Return the company's preferred share, if it has one."""
    return next(
        (one for one in market.roster if one.kind == "preferred" and one.code[:5] == company.stock.code[:5]), None
    )


def changes(market: Market, company: Company, period: Period, day: date) -> list[Row]:
    """Return the rows of irdsSttus: what changed the shares in five years, or one row of "-"."""
    version = dart_filings.current(market, company, period, day)
    if version is None:
        return []
    head = _head(company, version.filing.number)
    oldest = period.ends.year - YEARS_TOLD
    told = [
        one
        for one in shares.changes(market).get(company.number, ())
        if one.day <= period.ends
        and one.day.year > oldest
        # 주식병합 is none of the form's kinds: who consolidates without reducing the capital tells nothing here.
        and (one.kind != "consolidation" or shares.is_reduction(company.number))
    ]
    rows = []
    for one in told:
        kind = "reduction" if one.kind == "consolidation" else one.kind
        values = {
            "isu_dcrs_de": f"{one.day:%Y.%m.%d}",
            "isu_dcrs_stle": WORDS[kind],
            "isu_dcrs_stock_knd": "보통주",
            "isu_dcrs_qy": f"{abs(one.after - one.before):,}",
            "isu_dcrs_mstvdv_fval_amount": f"{shares.par(market, company, one.day):,}",
            "isu_dcrs_mstvdv_amount": "-",
        }
        rows.append(head | values | _settled(period))
    names = ("de", "stle", "stock_knd", "qy", "mstvdv_fval_amount", "mstvdv_amount")
    return rows or [head | {f"isu_dcrs_{name}": "-" for name in names} | _settled(period)]


ROWS: dict[str, Callable[[Market, Company, Period, date], list[Row]]] = {"alotMatter": dividends, "irdsSttus": changes}


def _premium(market: Market, company: Company, period: Period) -> int:
    """Return what a preferred share gets on top: one percent of its par value."""
    return max(shares.par(market, company, period.ends) // 100, 1)


def _net(market: Market, company: Company, period: Period, scope: str) -> int:
    return dart_versions.first_filed(market, company, period, scope).net_income


def _head(company: Company, number: str) -> Row:
    return {
        "rcept_no": number,
        "corp_cls": company.corp_cls,
        "corp_code": company.corp_code,
        "corp_name": company.name,
    }


def _settled(period: Period) -> Row:
    return {"stlm_dt": f"{period.ends:%Y-%m-%d}"}


def _or_dash(amount: int) -> str:
    return f"{amount:,}" if amount else "-"


def _millions(amounts: list[int]) -> list[str]:
    return [f"{amount // MILLION:,}" for amount in amounts]


def _payout(paid: int, net: int) -> str:
    return f"{100 * paid / net:.2f}" if net > 0 and paid else "-"
