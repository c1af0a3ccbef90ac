"""fnlttSinglAcntAll: every line of the statements of one scope, amounts as plain integers, with account ids."""

from collections.abc import Iterator
from datetime import date

from foresto_cli.sandbox.dart import accounts_listed, dart_filings, dart_versions, shares, slips, terms
from foresto_cli.sandbox.dart.accounts_listed import Line
from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_figures import Statement
from foresto_cli.sandbox.dart.dart_periods import ANNUAL, Period
from foresto_cli.sandbox.market import Market

Row = dict[str, str]
Column = tuple[str, Period]

STATEMENTS = {"BS": "재무상태표", "IS": "손익계산서", "CIS": "포괄손익계산서", "CF": "현금흐름표", "SCE": "자본변동표"}


def rows(market: Market, company: Company, period: Period, scope: str, day: date) -> list[Row]:
    """Return all rows of the newest version received by ``day``; none if there is none or no such scope."""
    version = dart_filings.current(market, company, period, day)
    if version is None or (scope == "CFS" and not company.consolidates):
        return []
    head = {
        "rcept_no": version.filing.number,
        "reprt_code": period.code,
        "bsns_year": str(period.year),
        "corp_code": company.corp_code,
    }
    desk = _Desk(market, company, period, scope, version.filing.received)
    lines = (
        list(accounts_listed.balance(company))
        + list(accounts_listed.income(company, period.quarter, scope, own_labels=slips.has_own_labels(market, company)))
        + list(accounts_listed.cash(company))
        + list(accounts_listed.equity(company, scope))
    )
    found = []
    for order, line in enumerate(lines, 2):
        row = head | {
            "sj_div": line.division,
            "sj_nm": STATEMENTS[line.division],
            "account_id": line.account_id,
            "account_nm": line.name,
            "account_detail": line.detail,
        }
        row.update(desk.columns(line))
        found.append(row | {"ord": str(order), "currency": company.currency})
    return found


class _Desk:
    """The statements of all columns of one report, looked up once."""

    def __init__(self, market: Market, company: Company, period: Period, scope: str, day: date) -> None:
        self.market, self.company, self.period, self.scope, self.day = market, company, period, scope, day
        self.interim = period.quarter != ANNUAL
        self._known: dict[tuple[Period, bool], dict[str, int]] = {}

    def columns(self, line: Line) -> Row:
        """Return the columns of one line, with the key sets of its statement and kind of report."""
        if line.division == "BS":
            return dict(self._balance(line))
        if line.division in ("IS", "CIS"):
            return dict(self._income(line))
        return dict(self._to_date(line))

    def _balance(self, line: Line) -> Iterator[tuple[str, str]]:
        given = [("thstrm", self.period), ("frmtrm", self.period.year_before)]
        if not self.interim:
            given.append(("bfefrmtrm", self.period.year_before.year_before))
        for column, when in given:
            yield f"{column}_nm", terms.balance(self.company, when, in_interim=self.interim)
            yield f"{column}_amount", self._amount(line, when, alone=False)

    def _income(self, line: Line) -> Iterator[tuple[str, str]]:
        period, before = self.period, self.period.before
        yield "thstrm_nm", terms.flow(self.company, period)
        yield "thstrm_amount", self._amount(line, period, alone=self.interim)
        if not self.interim:
            yield "thstrm_add_amount", ""
            yield from self._annual_comparisons(line)
            return
        blank = self.company.blank_to_date(period.quarter)
        yield "thstrm_add_amount", "" if blank else self._amount(line, period, alone=False)
        yield "frmtrm_q_nm", terms.flow(self.company, before)
        yield "frmtrm_q_amount", self._amount(line, before, alone=True)
        yield "frmtrm_add_amount", "" if blank else self._amount(line, before, alone=False)

    def _to_date(self, line: Line) -> Iterator[tuple[str, str]]:
        yield "thstrm_nm", terms.flow(self.company, self.period)
        yield "thstrm_amount", self._amount(line, self.period, alone=False)
        if not self.interim:
            yield from self._annual_comparisons(line)
            return
        yield "frmtrm_q_nm", terms.flow(self.company, self.period.before)
        if not line.is_new:
            yield "frmtrm_q_amount", self._amount(line, self.period.before, alone=False)

    def _annual_comparisons(self, line: Line) -> Iterator[tuple[str, str]]:
        for column, when in (("frmtrm", self.period.before), ("bfefrmtrm", self.period.before.before)):
            yield f"{column}_nm", terms.flow(self.company, when)
            yield f"{column}_amount", "" if line.is_new else self._compared(line, when)

    def _compared(self, line: Line, when: Period) -> str:
        """Return an earlier year's amount as this report states it."""
        if line.figure != "revenue":
            return self._amount(line, when, alone=False)
        return str(slips.restated(self.market, self.company, when, self._figures(when, alone=False)["revenue"]))

    def _amount(self, line: Line, when: Period, *, alone: bool) -> str:
        if line.figure is None:
            return ""
        return str(self._figures(when, alone=alone)[line.figure])

    def _figures(self, when: Period, *, alone: bool) -> dict[str, int]:
        if (when, alone) not in self._known:
            look = dart_versions.three_months if alone else dart_versions.statement
            found = look(self.market, self.company, when, self.scope, self.day)
            held = shares.listed(self.market, self.company.number, when.ends)
            capital = shares.capital(self.market, self.company, when.ends)
            self._known[when, alone] = _all(found, capital, held)
        return self._known[when, alone]


def _all(statement: Statement, capital: int, held: int) -> dict[str, int]:
    """Return the figures with the few that follow from shares and from one another."""
    change = statement.operating_cash_flow + statement.investing_cash_flow + statement.financing_cash_flow
    return statement._asdict() | {
        "capital": capital,
        "retained_earnings": statement.retained_earnings - capital,
        "liabilities_and_equity": statement.total_assets,
        "gross_profit": statement.revenue - statement.cost,
        "comprehensive": statement.net_income + statement.other_comprehensive,
        "owners_comprehensive": statement.owners_net_income + statement.other_comprehensive,
        "eps": round(statement.owners_net_income / held),
        "cash_change": change,
        "cash_before": statement.cash - change,
        "equity_before": statement.total_equity - statement.net_income,
        "owners_equity_before": statement.owners_equity - statement.owners_net_income,
    }
