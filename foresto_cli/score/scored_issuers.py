"""Whose statements a stock goes by: its own, else those of its issuer's common share."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foresto_cli.datasets.listed.sectors import issuer_of
from foresto_cli.score import formula
from foresto_cli.score.scored_statements import Statements
from foresto_cli.score.series import Series

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def companies(found: Series, known: Statements) -> Ints:
    """Return the row of each stock's statements: its own, else its issuer's."""
    row_of = {str(ticker): row for row, ticker in enumerate(known.tickers)}
    tickers = found.tickers.tolist()
    return np.array([row_of.get(t, row_of.get(issuer_of(t), -1)) for t in tickers], np.int64)


def names(found: Series, known: Statements, rows: Ints) -> list[str]:
    """Return one name an issuer: its number at DART, else the first five characters its classes share."""
    return [
        str(known.corp_codes[row]) if row >= 0 else ticker[:-1]
        for ticker, row in zip(found.tickers.tolist(), rows.tolist(), strict=True)
    ]


def shares(found: Series, known: Statements) -> tuple[Floats, Floats]:
    """Return each company's listed common shares now and 252 rows ago, in today's shares."""
    column_of = {str(ticker): column for column, ticker in enumerate(found.tickers)}
    columns = np.array([column_of.get(str(ticker), -1) for ticker in known.tickers], np.int64)
    nothing = np.full(len(found.tickers), np.nan)
    before = nothing
    if len(found.close) > formula.YEAR:
        row = -1 - formula.YEAR
        before = found.shares[row] / found.cumulative[row]
    now = found.shares[-1] if len(found.shares) else nothing

    def of(values: Floats) -> Floats:
        return np.where(columns >= 0, values[columns], np.nan) if len(values) else np.full(len(columns), np.nan)

    return of(now), of(before)


@dataclass(frozen=True)
class Told:
    """What a stock's issuer tells, one element a stock; false where there is no issuer."""

    companies: Ints
    has: Bools
    is_stale: Bools
    usable: Bools
    is_won: Bools
    is_financial: Bools
    rebuilt: Bools
    restated: Bools
    reason: Mapping[str, NDArray[np.str_]]
    fell_back: Bools

    def of(self, values: NDArray[np.bool_] | Floats) -> Bools:
        """Return a company's mark at each of its stocks."""
        return _at(np.asarray(values, bool), self.companies) & self.usable


def _at(values: Bools, companies: Ints) -> Bools:
    return values[companies] & (companies >= 0) if len(values) else np.zeros(len(companies), bool)


def told(known: Statements, companies: Ints) -> Told:
    """Return what the issuer of each stock tells."""
    has, stale = _at(known.latest >= 0, companies), _at(known.is_stale, companies)
    usable = has & ~stale
    banks = known.is_financial
    reason = {name: np.where(flow.fell_back, "", flow.reason) for name, flow in known.flows.items()}
    for name in ("revenue", "operating_income", "operating_cash_flow"):
        reason[name] = np.where(banks, "", reason[name])
    fell_back = np.zeros(len(known.tickers), bool)
    for flow in known.flows.values():
        fell_back |= flow.fell_back
    return Told(
        companies=companies,
        has=has,
        is_stale=stale,
        usable=usable,
        is_won=_at(known.is_won, companies),
        is_financial=_at(banks, companies),
        rebuilt=_at(known.rebuilt, companies) & usable,
        restated=_at(known.restated, companies) & usable,
        reason=reason,
        fell_back=_at(fell_back, companies) & usable,
    )
