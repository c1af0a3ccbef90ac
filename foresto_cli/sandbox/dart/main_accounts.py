"""fnlttSinglAcnt and fnlttMultiAcnt: about 26 rows per company, amounts with commas, both scopes together."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from foresto_cli.sandbox.dart import dart_filings, dart_versions, shares, slips, terms
from foresto_cli.sandbox.dart.dart_companies import FINANCIAL, Company
from foresto_cli.sandbox.dart.dart_figures import Statement
from foresto_cli.sandbox.dart.dart_periods import ANNUAL, Period
from foresto_cli.sandbox.market import Market

Row = dict[str, str]

SCOPES = {"CFS": "연결재무제표", "OFS": "재무제표"}
BALANCE = (
    ("유동자산", "current_assets", 1),
    ("비유동자산", "noncurrent_assets", 3),
    ("자산총계", "total_assets", 5),
    ("유동부채", "current_liabilities", 7),
    ("비유동부채", "noncurrent_liabilities", 9),
    ("부채총계", "total_liabilities", 11),
    ("자본금", "capital", 13),
    ("이익잉여금", "retained_earnings", 17),
    ("자본총계", "total_equity", 21),
)
"""Name, figure and order in the consolidated part; the separate part has the even numbers after."""
INCOME = (
    ("매출액", "revenue", 23),
    ("영업이익", "operating_income", 25),
    ("법인세차감전 순이익", "pretax_income", 27),
    ("당기순이익", "net_income", 29),
)
NOT_IN_BANKS = ("current_assets", "noncurrent_assets", "current_liabilities", "noncurrent_liabilities", "revenue")


def rows(market: Market, company: Company, period: Period, day: date) -> Iterator[Row]:
    """Yield the rows of the newest version received by ``day``; none if there is no such report yet."""
    version = dart_filings.current(market, company, period, day)
    if version is None:
        return
    for scope, scope_name in SCOPES.items():
        if scope == "CFS" and not company.consolidates:
            continue
        head = {
            "rcept_no": version.filing.number,
            "reprt_code": period.code,
            "bsns_year": str(period.year),
            "corp_code": company.corp_code,
            "stock_code": company.stock.code,
            "fs_div": scope,
            "fs_nm": scope_name,
        }
        report = _Report(market, company, period, scope, version.filing.received)
        yield from (head | row for row in (*_balance(report), *_income(report)))


class _Report(NamedTuple):
    """One scope of one report, as received on a day."""

    market: Market
    company: Company
    period: Period
    scope: str
    day: date


def _balance(report: _Report) -> Iterator[Row]:
    market, company, period, scope, day = report
    interim = period.quarter != ANNUAL
    columns = [("thstrm", period), ("frmtrm", period.year_before)]
    if not interim:
        columns.append(("bfefrmtrm", period.year_before.year_before))
    found = [
        (
            name,
            when,
            dart_versions.statement(market, company, when, scope, day),
            shares.capital(market, company, when.ends),
        )
        for name, when in columns
    ]
    for name, figure, order in BALANCE:
        if company.kind in FINANCIAL and figure in NOT_IN_BANKS:
            continue
        row = {"sj_div": "BS", "sj_nm": "재무상태표", "account_nm": name}
        for column, when, statement, capital in found:
            row[f"{column}_nm"] = terms.balance(company, when, in_interim=interim)
            row[f"{column}_dt"] = terms.standing(when)
            row[f"{column}_amount"] = _comma(_standing(statement, figure, capital))
        yield row | _tail(company, order, scope)


def _income(report: _Report) -> Iterator[Row]:
    market, company, period, scope, day = report
    interim = period.quarter != ANNUAL
    columns = [("thstrm", period), ("frmtrm", period.before)]
    if not interim:
        columns.append(("bfefrmtrm", period.before.before))
    found = []
    for name, when in columns:
        to_date = dart_versions.statement(market, company, when, scope, day)
        alone = dart_versions.three_months(market, company, when, scope, day) if interim else to_date
        found.append((name, when, to_date, alone))
    blank = interim and company.blank_to_date(period.quarter)
    for name, figure, order in INCOME:
        if company.kind in FINANCIAL and figure in NOT_IN_BANKS:
            continue
        row = {"sj_div": "IS", "sj_nm": "손익계산서", "account_nm": _named(company, name)}
        for column, when, to_date, alone in found:
            row[f"{column}_nm"] = terms.flow(company, when)
            row[f"{column}_dt"] = terms.running(when)
            amount = getattr(alone, figure)
            if figure == "revenue" and not interim and when != period:
                amount = slips.restated(market, company, when, amount)
            row[f"{column}_amount"] = _comma(amount)
            if interim:
                row[f"{column}_add_amount"] = "" if blank else _comma(getattr(to_date, figure))
        yield row | _tail(company, order, scope)


def _named(company: Company, name: str) -> str:
    return "당기순이익(손실)" if name == "당기순이익" and company.number % 2 else name


def _standing(statement: Statement, figure: str, capital: int) -> int:
    if figure == "capital":
        return capital
    amount: int = getattr(statement, figure)
    return amount - capital if figure == "retained_earnings" else amount


def _tail(company: Company, order: int, scope: str) -> Row:
    return {"ord": str(order + (scope == "OFS")), "currency": company.currency}


def _comma(amount: int) -> str:
    return f"{amount:,}"
