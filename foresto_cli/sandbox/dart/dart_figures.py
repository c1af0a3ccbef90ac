"""What companies earn and own: whole arrays per fiscal quarter, consistent with the per-share figures KRX shows."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.dart import dart_companies
from foresto_cli.sandbox.dart.dart_companies import BANK, BROKER, HOLDING, INSURER, Company
from foresto_cli.sandbox.dart.dart_once import once
from foresto_cli.sandbox.dart.dart_periods import ANNUAL
from foresto_cli.sandbox.market import Market, fortunes
from foresto_cli.sandbox.market.fortunes import NO_EQUITY, NO_PROFIT
from foresto_cli.sandbox.market.noise import uniform

PAYS_SINCE = 2
"""The quarter in whose April dividends are paid."""
WON_PER_DOLLAR = 1_300
TAX = 0.22
GEARING = {BANK: 12.0, INSURER: 8.0, BROKER: 6.0}
"""Liabilities / equity of the financial companies."""
SHARES_OF_YEAR = (0.22, 0.25, 0.24, 0.29)


class Statement(NamedTuple):
    """Amounts of one company, period and scope in whole units of its currency; flows since the year began."""

    cash: int
    receivables: int
    inventories: int
    current_assets: int
    tangible_assets: int
    noncurrent_assets: int
    total_assets: int
    payables: int
    current_liabilities: int
    borrowings: int
    noncurrent_liabilities: int
    total_liabilities: int
    surplus: int
    retained_earnings: int
    owners_equity: int
    minority: int
    total_equity: int
    revenue: int
    cost: int
    overheads: int
    operating_income: int
    other_income: int
    pretax_income: int
    tax: int
    net_income: int
    owners_net_income: int
    minority_net_income: int
    other_comprehensive: int
    operating_cash_flow: int
    investing_cash_flow: int
    financing_cash_flow: int
    tangible_purchases: int
    interest_paid: int
    dividends_paid: int

    def three_months(self, before: "Statement") -> "Statement":
        """Return this with the flows of the last three months, ``before`` being the statement a quarter earlier."""
        return self._replace(**{name: getattr(self, name) - getattr(before, name) for name in FLOWS})

    def corrected(self) -> "Statement":
        """Return what the company files when it corrects itself: a tenth of the result less."""
        less = abs(self.net_income) // 10 + 1
        changed = (
            "noncurrent_assets",
            "tangible_assets",
            "total_assets",
            "retained_earnings",
            "owners_equity",
            "total_equity",
            "operating_income",
            "pretax_income",
            "net_income",
            "owners_net_income",
        )
        more = {"overheads": self.overheads + less}
        return self._replace(**more, **{name: getattr(self, name) - less for name in changed})


FLOWS = Statement._fields[Statement._fields.index("revenue") :]
NOTHING = Statement(*([0] * len(Statement._fields)))


class Figures:
    """The statements of all companies at one fiscal quarter: one row each, for both scopes."""

    def __init__(self, consolidated: NDArray[np.int64], separate: NDArray[np.int64]) -> None:
        """Keep the two (company, item) tables."""
        self._scopes = {"CFS": consolidated, "OFS": separate}

    def of(self, place: int, scope: str) -> Statement:
        """Return the statement of the company at ``place`` in CFS or OFS."""
        return Statement(*self._scopes[scope][place].tolist())


def statement(market: Market, company: Company, fiscal_year: int, quarter: int, scope: str) -> Statement:
    """Return what ``company`` first filed for a fiscal quarter; nothing for quarter 0."""
    if not quarter:
        return NOTHING
    place = dart_companies.of(market).place[company.number]
    return figures(market, fiscal_year, quarter).of(place, scope)


@once(64)
def figures(market: Market, fiscal_year: int, quarter: int) -> Figures:
    """Return the statements of everybody at quarter ``quarter`` (4: the year) of ``fiscal_year``."""
    everyone = dart_companies.of(market)
    consolidated = _consolidated(market, fiscal_year, quarter)
    alone = np.array([not one.consolidates for one in everyone.all])
    separate = {
        name: np.where(alone, values, values * (0.75 if name not in EQUITY_LIKE else 0.9))
        for name, values in consolidated.items()
    }
    group = {
        name: np.where(alone, 0.0, values) if name in MINORITY else values for name, values in consolidated.items()
    }
    parent = {name: np.zeros_like(values) if name in MINORITY else values for name, values in separate.items()}
    return Figures(_table(group), _table(parent))


EQUITY_LIKE = ("owners_equity", "surplus", "owners_net_income")
MINORITY = ("minority", "minority_net_income")


def owners_year(market: Market, fiscal_year: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return owners' equity and owners' net income of a whole year, as market/accounts.py divides them by shares."""
    everyone = dart_companies.of(market)
    draws = [
        fortunes.draws(market.seed, stream, fiscal_year, everyone.numbers)
        for stream in (fortunes.EQUITY, fortunes.PROFIT)
    ]
    worth = np.array([one.stock.price * one.stock.shares for one in everyone.all], np.float64)
    spac = np.array([one.stock.kind == "spac" for one in everyone.all])
    scale = worth * (0.4 + 1.2 * draws[0])
    equity = np.where(draws[0] > NO_EQUITY, scale, -0.3 * scale)
    profit = np.where(draws[1] > NO_PROFIT, scale * 0.18 * (draws[1] - 0.3), scale * 0.18 * (draws[1] - 0.36))
    return np.where(spac, worth, equity), np.where(spac, worth * 0.002, profit)


def _consolidated(market: Market, fiscal_year: int, quarter: int) -> dict[str, NDArray[np.float64]]:
    """Return the unrounded independent amounts of everybody; totals are added up later."""
    everyone = dart_companies.of(market)
    kinds = np.array([one.kind for one in everyone.all])
    draws = [uniform(market.seed, 210 + stream, fiscal_year, everyone.numbers) for stream in range(8)]
    steady = [uniform(market.seed, 220 + stream, 0, everyone.numbers) for stream in range(4)]
    equity, profit = owners_year(market, fiscal_year)
    earlier, _ = owners_year(market, fiscal_year - 1)
    part = quarter / ANNUAL
    owners = earlier + (equity - earlier) * part
    size = np.abs(equity)
    weights = np.array(SHARES_OF_YEAR)[:, None] * (0.8 + 0.4 * np.array(draws[:4]))
    passed = weights[:quarter].sum(axis=0) / weights.sum(axis=0)
    swing = 0.015 * size * (draws[4] - 0.5) * (1.0 if quarter in (1, 3) else 0.0)
    share = np.where(kinds == HOLDING, 0.4 + 0.4 * steady[0], 0.25 * steady[0] ** 2)
    net = profit * passed + swing
    gearing = np.select([kinds == kind for kind in GEARING], list(GEARING.values()), 0.2 + 1.6 * steady[1])
    liabilities = size * gearing * (0.9 + 0.2 * draws[5]) + np.where(owners < 0, size, 0.0)
    turnover = (0.3 + 1.1 * steady[2]) * np.where(np.isin(kinds, list(GEARING)), 0.06, 1.0)
    revenue = (size + liabilities) * turnover * passed
    minority_net = share * net * 0.8
    before_tax = (net + minority_net) / np.where(net > 0, 1 - TAX, 0.95)
    operating = before_tax * (0.85 + 0.4 * draws[6])
    flow = (net + minority_net) + 0.05 * size * part * (0.3 + draws[7])
    return {
        "liabilities": liabilities,
        "owners_equity": owners,
        "minority": share * np.abs(owners),
        "surplus": 0.15 * size,
        "revenue": revenue,
        "operating_income": operating,
        "pretax_income": before_tax,
        "owners_net_income": net,
        "minority_net_income": minority_net,
        "other_comprehensive": 0.01 * size * (draws[6] - 0.5) * part,
        "operating_cash_flow": flow,
        "investing_cash_flow": -0.06 * size * part * (0.5 + draws[5]),
        "financing_cash_flow": -0.03 * size * part * (draws[4] - 0.3),
        "tangible_purchases": 0.05 * size * part,
        "interest_paid": 0.01 * liabilities * part,
        "dividends_paid": np.where(quarter >= PAYS_SINCE, np.maximum(profit, 0) * 0.3, 0.0),
        "dollars": np.array([one.currency == "USD" for one in everyone.all], np.float64),
    }


def _table(given: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
    """Return the (company, item) table in whole currency units; every total is the sum of its parts."""
    unit = np.where(given["dollars"] > 0, WON_PER_DOLLAR, 1)
    whole = {name: np.rint(values / unit).astype(np.int64) for name, values in given.items()}
    equity = whole["owners_equity"] + whole["minority"]
    assets = whole["liabilities"] + equity
    current = assets * 45 // 100
    net = whole["owners_net_income"] + whole["minority_net_income"]
    operating = whole["operating_income"]
    cost = whole["revenue"] * 7 // 10
    made = {
        "cash": current * 3 // 10,
        "receivables": current * 4 // 10,
        "inventories": current - current * 3 // 10 - current * 4 // 10,
        "current_assets": current,
        "tangible_assets": assets - current,
        "noncurrent_assets": assets - current,
        "total_assets": assets,
        "payables": whole["liabilities"] * 6 // 10,
        "current_liabilities": whole["liabilities"] * 6 // 10,
        "borrowings": whole["liabilities"] - whole["liabilities"] * 6 // 10,
        "noncurrent_liabilities": whole["liabilities"] - whole["liabilities"] * 6 // 10,
        "total_liabilities": whole["liabilities"],
        "retained_earnings": whole["owners_equity"] - whole["surplus"],
        "total_equity": equity,
        "cost": cost,
        "overheads": whole["revenue"] - cost - operating,
        "other_income": whole["pretax_income"] - operating,
        "tax": whole["pretax_income"] - net,
        "net_income": net,
    }
    return np.stack([made[name] if name in made else whole[name] for name in Statement._fields], axis=1)
