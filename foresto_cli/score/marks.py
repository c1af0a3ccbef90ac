"""Which reasons and flags concern which stocks, from what was found on the way to the score."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score import formula, risk, universe
from foresto_cli.score.formula import AXES, Axis
from foresto_cli.score.mapping import AxisResult
from foresto_cli.score.scored_dividends import Paid
from foresto_cli.score.scored_fundamentals import Fundamentals
from foresto_cli.score.scored_issuers import Told
from foresto_cli.score.series import Series
from foresto_cli.score.universe import Universe

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def thin(
    raw: Mapping[str, Floats], placed: Mapping[str, Floats], axes: Mapping[Axis, AxisResult], template: Ints
) -> Bools:
    """Return who has the raw value of a component whose cross-section is too thin to rank it."""
    found = np.zeros(len(template), bool)
    for axis in AXES:
        for name in axes[axis].weights:
            weight = np.array([one[axis].get(name, 0) for one in formula.TEMPLATES])[template]
            found |= (weight > 0) & ~np.isnan(raw[name]) & np.isnan(placed[name])
    return found


def marks(
    found: Series,
    kinds: Universe,
    mine: Told,
    of_companies: Fundamentals,
    axes: Mapping[Axis, AxisResult],
) -> dict[str, Bools]:
    """Return, code by code, which stocks a reason concerns."""
    is_spac = kinds.kind == universe.SPAC
    quiet = kinds.suspended | kinds.liquidation
    low = np.zeros(len(found.tickers), bool)
    for axis in AXES:
        expected = ~is_spac if axis != "F" else ~is_spac & (kinds.kind != universe.REIT)
        if axis in {"T", "R"}:
            expected &= ~quiet
        low |= expected & np.isnan(axes[axis].raw)
    noted = {
        "SPAC": is_spac,
        "SUSPENDED": kinds.suspended,
        "LIQUIDATION": kinds.liquidation,
        "NEW_LISTING": found.rows < universe.LEAST_ROWS,
        "SHORT_HISTORY": (found.rows >= universe.LEAST_ROWS) & (found.rows <= formula.YEAR),
        "THIN_TRADING": (found.rows > risk.LEAST_VALID) & (found.valid < risk.LEAST_VALID),
        "NO_FS": ~mine.has & ~is_spac,
        "STALE_FS": mine.is_stale,
        "FX_CURRENCY": mine.has & ~mine.is_won,
        "REIT_LIMITED": kinds.kind == universe.REIT,
        "NEG_EQUITY": mine.of(of_companies.negative_equity),
        "BAD_DENOM": mine.of(of_companies.bad_denominator),
        "LOW_COVERAGE": low,
        "ADJ_REVIEW": np.array(
            [any(event.review for _, event in found.events.get(column, ())) for column in range(len(found.tickers))],
            bool,
        ),
    }
    for code in ("TTM_INCOMPLETE", "CUM_UNKNOWN", "BASIS_MIXED", "FY_CHANGE"):
        of_flows = [told == code for told in mine.reason.values()]
        noted[code] = mine.of(np.any(of_flows, axis=0)) & (kinds.kind != universe.REIT)
    return noted


def flags(mine: Told, of_companies: Fundamentals, pending: Floats, paid: Sequence[Paid]) -> dict[str, Bools]:
    """Return, code by code, which stocks a flag concerns."""
    return {
        "CUM_REBUILT": mine.rebuilt,
        "RESTATED": mine.restated,
        "ANNUAL_FALLBACK": mine.fell_back,
        "NO_PRIOR_BS": mine.of(of_companies.no_prior),
        "DIVIDEND_UNCLEAR": np.array([bool(one.unclear) for one in paid], bool),
        "PENDING_SHARES": pending < 1,
    }
