"""How the year of each company ends: the draws behind its statements, per-share figures and designations."""

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market.noise import uniform

EQUITY, PROFIT, DIVIDEND = 50, 51, 52
"""Streams of the draws, one a fiscal year and company."""
NO_EQUITY = 0.06
"""Below this draw no equity is left."""
NO_PROFIT = 0.33
"""Below this draw the year is a loss; a loss is worth less than no earnings in figures a share."""


def draws(seed: int, stream: int, fiscal_year: int, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return one draw in [0, 1) for each company number."""
    return uniform(seed, stream, fiscal_year, numbers)


def negative_equity(seed: int, fiscal_year: int, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say whose equity is below zero at the end of the year."""
    return draws(seed, EQUITY, fiscal_year, numbers) <= NO_EQUITY


def losses(seed: int, fiscal_year: int, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say who lost money in the year."""
    return draws(seed, PROFIT, fiscal_year, numbers) <= NO_PROFIT
