"""Valuation components: yields on what all share classes of an issuer are worth."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score.scored_statements import Statements
from foresto_cli.score.series import Series

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EX_RIGHTS = "EX_RIGHTS"
LARGEST_PENDING, PENDING_ROWS, HALF = 0.9, 60, 0.5


def pending_factors(found: Series) -> Floats:
    """Return the factor by which each class's listed shares are still behind its price.

    A bonus or rights issue lowers the price on its ex-date and lists the shares weeks later: until they have risen by
    half of what the factor promises, the shares count as if they were listed.
    """
    factors = np.ones(len(found.tickers))
    last = len(found.close) - 1
    for column, events in found.events.items():
        for row, event in events:
            if event.kind == EX_RIGHTS and event.factor <= LARGEST_PENDING and last - row < PENDING_ROWS:
                risen = found.shares[-1, column] / found.shares[row, column] - 1
                if risen < HALF * (1 / event.factor - 1):
                    factors[column] *= event.factor
    return factors


def issued_shares(found: Series, pending: Floats, issuers: Sequence[str]) -> Floats:
    """Return the shares of all listed classes of each stock's issuer, pending ones included.

    Args:
        found: the stocks.
        pending: of each class.
        issuers: one name an issuer, the same for all its classes.
    """
    names, place = np.unique(np.asarray(issuers), return_inverse=True)
    total = np.zeros(len(names))
    np.add.at(total, place, found.shares[-1] / pending)
    shares: Floats = total[place]
    return shares


def components(
    found: Series, shares: Floats, companies: NDArray[np.int64], statements: Statements, is_won: Bools
) -> Mapping[str, Floats]:
    """Return V1 to V5, nan where the statement is missing, stale or in another currency.

    Args:
        found: the stocks.
        shares: of all classes of the issuer.
        companies: row of each stock's issuer in ``statements``, -1 without one.
        statements: as known on the score date.
        is_won: stocks whose statement may be set against won.
    """
    worth = shares * found.close[-1]
    usable = (companies >= 0) & is_won & (worth > 0)

    def of(values: Floats) -> Floats:
        own = values[companies] if len(values) else np.full(len(companies), np.nan)
        return np.where(usable, own, np.nan)

    flows = {name: of(flow.now) for name, flow in statements.flows.items()}
    debt, equity = of(statements.position("total_liabilities")), of(statements.position("total_equity"))
    claims = np.where(worth > 0, worth, np.nan)
    return {
        "V1": flows["net_income"] / claims,
        "V2": equity / claims,
        "V3": flows["revenue"] / claims,
        "V4": flows["operating_income"] / (claims + debt),
        "V5": flows["operating_cash_flow"] / claims,
    }
