"""The statement of a company at a period in the version that was known on a day."""

from datetime import date

from foresto_cli.sandbox.dart import dart_figures, dart_filings
from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_figures import Statement
from foresto_cli.sandbox.dart.dart_periods import ANNUAL, MONTHS, Period
from foresto_cli.sandbox.market import Market

HALF = 2
"""The quarter with which the first half ends."""


def statement(market: Market, company: Company, period: Period, scope: str, day: date) -> Statement:
    """Return the figures of ``period`` as last filed by ``day``; comparison columns repeat corrected figures."""
    found = first_filed(market, company, period, scope)
    version = dart_filings.current(market, company, period, day)
    return found.corrected() if version and version.corrected else found


def first_filed(market: Market, company: Company, period: Period, scope: str) -> Statement:
    """Return the figures of ``period`` as first filed; of half a year, what the books of the whole year had there."""
    if period.months == MONTHS:
        return dart_figures.statement(market, company, period.fiscal_year, period.quarter, scope)
    half = dart_figures.statement(market, company, period.fiscal_year, HALF, scope)
    if not period.is_second_half:
        return half
    return dart_figures.statement(market, company, period.fiscal_year, ANNUAL, scope).three_months(half)


def three_months(market: Market, company: Company, period: Period, scope: str, day: date) -> Statement:
    """Return the same with the flows of the last three months alone."""
    before = dart_figures.statement(market, company, period.fiscal_year, period.quarter - 1, scope)
    return statement(market, company, period, scope, day).three_months(before)
