"""Prices adjusted for splits and rights issues, relative to now, as charting sites show them."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market.path import ABSENT
from foresto_cli.sandbox.market.whole_market import FINAL, Market


def sessions_of(market: Market, ticker: int) -> tuple[date, ...]:
    """Return the served sessions with final quotes on which ``ticker`` is listed."""
    return tuple(
        day
        for day in market.sessions
        if market.state(day) == FINAL and market.path.status[market.position(day), ticker] != ABSENT
    )


def factors(market: Market, ticker: int, days: tuple[date, ...]) -> NDArray[np.float64]:
    """Return the factor on the prices of each of ``days``: all later base price / previous close ratios."""
    found = np.ones(len(days))
    for session, bases in market.path.bases.items():
        if ticker in bases:
            ratio = bases[ticker] / float(market.path.close[session - 1, ticker])
            found[[day < market.all_sessions[session] for day in days]] *= ratio
    return found
