"""What a listed instrument is."""

from datetime import date
from typing import NamedTuple


class Stock(NamedTuple):
    """One listed instrument; what changes over time (name, shares, price) starts from here."""

    code: str
    name: str
    market: str
    """``STK`` (KOSPI), ``KSQ`` (KOSDAQ) or ``KNX`` (KONEX)."""
    board: str
    """Market name as KRX writes it: KOSPI, KOSDAQ, KOSDAQ GLOBAL or KONEX."""
    section: str
    kind: str
    """``common``, ``preferred``, ``spac``, ``reit`` or ``foreign``."""
    listed: date
    joins: date
    """First day in the simulation: 2020-01-02 for the founders, the listing day for newcomers."""
    price: int
    """Price before the first session, or the offer price of a newcomer (won)."""
    shares: int
    sigma: float
    """Daily standard deviation of the stock's own return."""
    beta: float
    turnover: float
    """Usual share of all shares traded on a day."""
    idle: float
    """Probability that nobody trades the stock on a day."""
    industry: str
    products: str
    number: int
    """Position in the roster: the stock's identity in every random draw."""
