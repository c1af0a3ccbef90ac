"""How real filers depart from the form, in the shares met in 90,000 recorded answers of the whole market.

The smallest market has each of them: where a share is too small for that, one company always does it.
"""

import numpy as np

from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_periods import Period
from foresto_cli.sandbox.market import Market
from foresto_cli.sandbox.market.noise import uniform

NAMELESS = "-"
"""A class of shares that is not named."""
NAMELESS_SHARE = 0.13
ODD_SHARE = 0.03
ODD_WORDS = ("의결권 있는 주식", "보통주*", "보퉁주", "보동주", "기명식 보통주식")
ALL_DASHES_SHARE = 0.017
"""Of the answers of those who pay nothing, two of five: 0.7 % of all."""
LATER_SHARE = 0.01
"""Of the years in which something is paid; half a percent of all "-" of a year's own report."""
RESTATED_SHARE = 0.15
OWN_LABELS_SHARE = 0.02
STREAM = 260
ALWAYS_NAMELESS, ALWAYS_ODD, ALWAYS_OWN_LABELS, ALWAYS_RESTATED = 26, 28, 33, 36
"""Numbers of companies that do it in every market and year."""


def worded(market: Market, company: Company, usual: str, *, alone: bool) -> str:
    """Return how ``company`` names its common share, every year alike; ``alone``: it has no other share."""
    draw = _draw(market, company, 0, 0)
    if alone and (draw < NAMELESS_SHARE or company.number == ALWAYS_NAMELESS):
        return NAMELESS
    if draw > 1 - ODD_SHARE or company.number == ALWAYS_ODD:
        return ODD_WORDS[company.number % len(ODD_WORDS)]
    return usual


def keeps_both(company: Company) -> bool:
    """Say whether the first version of a report stays in the answers beside its correction."""
    return company.number % 2 == 0


def is_all_dashes(market: Market, company: Company, period: Period, *, pays: bool) -> bool:
    """Say whether a company that pays nothing fills the whole form with "-", its par value too."""
    return not pays and _draw(market, company, period.fiscal_year, 1) < ALL_DASHES_SHARE


def is_decided_later(market: Market, company: Company, period: Period) -> bool:
    """Say whether the report of a year says "-" of a dividend that is decided and paid after it."""
    return _draw(market, company, period.fiscal_year, 2) < LATER_SHARE


def restated(market: Market, company: Company, period: Period, revenue: int) -> int:
    """Return the revenue of an annual period as the reports of later years state it: another in every seventh year."""
    draw = _draw(market, company, period.fiscal_year, 3)
    if draw >= RESTATED_SHARE and company.number != ALWAYS_RESTATED:
        return revenue
    # A part that was sold is taken out; now and then a part is shown gross that was net before.
    return revenue - revenue // 25 if company.number % 3 else revenue + revenue // 50


def has_own_labels(market: Market, company: Company) -> bool:
    """Say whether a group files its owners' share of net income without a standard id and under a label of its own."""
    return _draw(market, company, 0, 4) < OWN_LABELS_SHARE or company.number == ALWAYS_OWN_LABELS


def _draw(market: Market, company: Company, year: int, kind: int) -> float:
    return float(uniform(market.seed, STREAM + kind, year, np.array([company.number]))[0])
