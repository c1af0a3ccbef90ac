"""KRX's tick table (호가가격단위), in Python and as SQL from the same numbers.

Since 2023-01-25 one table holds for all markets; before, KOSDAQ and KONEX ticks were at most 100 won.
"""

import math
from datetime import date

from foresto_cli.store.fragments import Fragment, fragment, joined

REFORM = date(2023, 1, 25)
TICKS = ((2_000, 1), (5_000, 5), (20_000, 10), (50_000, 50), (200_000, 100), (500_000, 500), (math.inf, 1_000))
"""(price in won below which, tick in won)."""
TICKS_BEFORE = ((1_000, 1), (5_000, 5), (10_000, 10), (50_000, 50), (100_000, 100), (500_000, 500), (math.inf, 1_000))
LARGEST_BEFORE = 100
"""Largest tick of KOSDAQ and KONEX before the reform, in won."""
SLACK = 1e-6
"""A theoretical price so little below a whole won is that won: float division."""


def segment(market: str | None) -> str:
    """Return the market without its segment: KOSDAQ GLOBAL is KOSDAQ."""
    return (market or "").removesuffix(" GLOBAL")


def tick(price: float, day: date, market: str | None) -> int:
    """Return the tick (won) at ``price`` on ``day``."""
    table = TICKS if day >= REFORM else TICKS_BEFORE
    found = next(size for bound, size in table if price < bound)
    small = day < REFORM and segment(market) in {"KOSDAQ", "KONEX"}
    return min(found, LARGEST_BEFORE) if small else found


def restated(theoretical: float, day: date, market: str | None) -> int:
    """Return the base price KRX publishes for a theoretical one: down to a whole won, then up to the tick."""
    whole = math.floor(theoretical + SLACK)
    size = tick(whole, day, market)
    return -(-whole // size) * size


def tick_sql(price: str, day: str, market: str) -> Fragment:
    """Return :func:`tick` as an SQL expression over three SQL expressions."""
    return fragment(
        "CASE WHEN {day} >= DATE '{reform}' THEN {now}"
        " WHEN COALESCE({market} LIKE 'KOSDAQ%' OR {market} = 'KONEX', false) THEN LEAST({before}, {largest})"
        " ELSE {before} END",
        day=day,
        reform=Fragment(REFORM),
        market=market,
        now=_case(price, TICKS),
        before=_case(price, TICKS_BEFORE),
        largest=LARGEST_BEFORE,
    )


def _case(price: str, table: tuple[tuple[float, int], ...]) -> Fragment:
    branches = (
        fragment("WHEN {price} < {bound} THEN {size}", price=price, bound=bound, size=size)
        for bound, size in table[:-1]
    )
    return fragment("CASE {branches} ELSE {last} END", branches=joined(" ", branches), last=table[-1][1])
