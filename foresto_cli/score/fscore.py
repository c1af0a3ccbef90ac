"""Piotroski's F-score from what the tables have: nine signals, two of them substitutes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_KNOWN, SIGNALS = 7, 9
ISSUED = 1.01
"""Shares may grow by one percent without counting as an issue."""
NAMES = (
    "순이익 > 0",
    "영업현금흐름 > 0",
    "순이익/자산 개선",
    "영업현금흐름 > 순이익",
    "부채/자산 감소",
    "유동비율 개선",
    "신주 발행 없음",
    "영업이익률 개선",
    "매출/자산 개선",
)


class Year(NamedTuple):
    """Twelve months of a company and the balance sheet at their end; nan where unknown.

    Attributes:
        net_income, cash_flow, operating_income, revenue: sums over twelve months.
        assets, debt, current_assets, current_debt: at the end.
        shares: listed shares in today's shares.
    """

    net_income: Floats
    cash_flow: Floats
    operating_income: Floats
    revenue: Floats
    assets: Floats
    debt: Floats
    current_assets: Floats
    current_debt: Floats
    shares: Floats


def signals(now: Year, before: Year) -> Floats:
    """Return nine rows: 1 where a signal is strictly true, 0 where it is not, nan where a term is unknown."""
    return np.stack(
        [
            _above(now.net_income, np.zeros_like(now.net_income)),
            _above(now.cash_flow, np.zeros_like(now.cash_flow)),
            _above(_ratio(now.net_income, now.assets), _ratio(before.net_income, before.assets)),
            _above(now.cash_flow, now.net_income),
            _above(_ratio(before.debt, before.assets), _ratio(now.debt, now.assets)),
            _above(_ratio(now.current_assets, now.current_debt), _ratio(before.current_assets, before.current_debt)),
            1 - _above(now.shares, before.shares * ISSUED),
            _above(_ratio(now.operating_income, now.revenue), _ratio(before.operating_income, before.revenue)),
            _above(_ratio(now.revenue, now.assets), _ratio(before.revenue, before.assets)),
        ]
    )


def score(now: Year, before: Year) -> Floats:
    """Return 9 x passed / known, nan with fewer than seven known signals."""
    found = signals(now, before)
    known = (~np.isnan(found)).sum(axis=0)
    passed = np.where(np.isnan(found), 0.0, found).sum(axis=0)
    return np.where(known >= LEAST_KNOWN, SIGNALS * passed / np.maximum(known, 1), np.nan)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)


def _above(left: Floats, right: Floats) -> Floats:
    return np.where(np.isnan(left) | np.isnan(right), np.nan, left > right)
