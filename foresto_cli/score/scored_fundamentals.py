"""Fundamental components of companies: profitability, leverage, stability, F-score."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score import fscore
from foresto_cli.score.scored_reports import QUARTERS_A_YEAR
from foresto_cli.score.scored_statements import Flow, Statements, taken

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

QUARTERS, LEAST_QUARTERS = 12, 8
YEARS, LEAST_YEARS = 5, 3


@dataclass(frozen=True)
class Fundamentals:
    """Raw values of companies and what has to be said about them.

    Attributes:
        values: F1 to F9 and B1 to B5; -inf is a loss over negative equity, which ranks below everybody.
        negative_equity: average equity is not above zero.
        bad_denominator: average assets are not above zero.
        no_prior: the balance sheet of a year earlier is not known.
    """

    values: dict[str, Floats]
    negative_equity: Bools
    bad_denominator: Bools
    no_prior: Bools


def of_companies(found: Statements, shares: tuple[Floats, Floats]) -> Fundamentals:
    """Return the components of every company.

    Args:
        found: the statements known on the score date.
        shares: listed shares of each company's common stock now and 252 rows earlier, in today's shares.
    """
    assets, equity = found.average("total_assets"), found.average("total_equity")
    positive = np.where(assets > 0, assets, np.nan)
    income, operating = found.flows["net_income"], found.flows["operating_income"]
    cash = found.flows["operating_cash_flow"]
    total, current_debt = found.position("total_assets"), found.position("current_liabilities")
    whole = np.where(total > 0, total, np.nan)
    negative = equity <= 0
    values = {
        "F1": operating.now / positive,
        "F2": np.where(negative, -np.inf, income.now / np.where(negative, 1.0, equity)),
        "F3": cash.now / positive,
        "F4": (income.now - cash.now) / positive,
        "F5": found.position("total_liabilities") / whole,
        "F6": found.position("current_assets") / np.where(current_debt > 0, current_debt, np.nan),
        "F7": stability(found, operating),
        "F8": _fscore(found, shares),
        "F9": operating.now / positive - _a_year_before(found, operating),
        "B2": income.now / positive,
        "B3": found.position("total_equity") / whole,
        "B4": stability(found, income),
        "B5": income.now / positive - _a_year_before(found, income),
    }
    values["B1"] = values["F2"]
    return Fundamentals(
        values=values,
        negative_equity=negative,
        bad_denominator=assets <= 0,
        no_prior=(found.latest >= 0) & np.isnan(found.year_ago("total_assets")),
    )


def returns_on_assets(found: Statements, flow: Flow) -> Floats:
    """Return twelve-month sums over average assets, companies x quarters; nothing falls back."""
    return flow.strict / _average_assets(found)


def _average_assets(found: Statements) -> Floats:
    assets = found.positions["total_assets"]
    before = np.full_like(assets, np.nan)
    before[:, QUARTERS_A_YEAR:] = assets[:, :-QUARTERS_A_YEAR]
    average = np.where(np.isnan(before), assets, (assets + before) / 2)
    return np.where(average > 0, average, np.nan)


def _a_year_before(found: Statements, flow: Flow) -> Floats:
    """Return the return on assets of the year before, its flow as the newest reports state it."""
    return flow.before / taken(_average_assets(found), flow.quarter - QUARTERS_A_YEAR, flow.quarter >= 0)


def stability(found: Statements, flow: Flow) -> Floats:
    """Return the sample standard deviation of the return on assets at the last 12 quarter ends (5 annual ones)."""
    table = returns_on_assets(found, flow)

    def deviation(step: int, count: int, least: int) -> Floats:
        points = np.stack([taken(table, found.latest - step * place, found.latest >= 0) for place in range(count)])
        known = (~np.isnan(points)).sum(axis=0)
        mean = np.where(np.isnan(points), 0.0, points).sum(axis=0) / np.maximum(known, 1)
        squares = np.where(np.isnan(points), 0.0, (points - mean) ** 2).sum(axis=0)
        return np.where(known >= least, np.sqrt(squares / np.maximum(known - 1, 1)), np.nan)

    quarterly = deviation(1, QUARTERS, LEAST_QUARTERS)
    return np.where(found.annual_only, deviation(QUARTERS_A_YEAR, YEARS, LEAST_YEARS), quarterly)


def _fscore(found: Statements, shares: tuple[Floats, Floats]) -> Floats:
    flows = [found.flows[name] for name in ("net_income", "operating_cash_flow", "operating_income", "revenue")]
    positions = ("total_assets", "total_liabilities", "current_assets", "current_liabilities")
    now = [*(flow.now for flow in flows), *(found.position(name) for name in positions), shares[0]]
    before = [*(flow.before for flow in flows), *(found.year_ago(name) for name in positions), shares[1]]
    return fscore.score(fscore.Year._make(now), fscore.Year._make(before))
