"""Listed shares of a company, what changed them, and par value and capital on a day."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_figures import WON_PER_DOLLAR
from foresto_cli.sandbox.dart.dart_once import once
from foresto_cli.sandbox.market import Market
from foresto_cli.sandbox.market.plan import BONUS_LISTING, RIGHTS_LISTING

LATER = {"bonus": BONUS_LISTING, "rights": RIGHTS_LISTING}
"""Sessions from the ex-date until the new shares are listed."""


class Change(NamedTuple):
    """One change of the listed shares: the day, the kind of event and the counts before and after."""

    day: date
    kind: str
    before: int
    after: int


def is_reduction(number: int) -> bool:
    """Return whether a consolidation of the company's shares is a reduction (감자) or keeps the capital (병합)."""
    return number % 2 == 0


@once(2)
def changes(market: Market) -> dict[int, list[Change]]:
    """Return roster number → its changes so far, oldest first."""
    kinds = {
        (event.session + LATER.get(event.kind, 0), event.ticker): event.kind
        for event in market.plan.events
        if event.kind in ("split", "consolidation", "bonus", "rights", "conversion")
    }
    found: dict[int, list[Change]] = defaultdict(list)
    held = {stock.number: stock.shares for stock in market.roster}
    for session, number, count in market.path.changes:
        kind = kinds[session, number]
        found[number].append(Change(market.all_sessions[session], kind, held[number], count))
        held[number] = count
    return found


@once(64)
def _listed(market: Market, t: int) -> NDArray[np.int64]:
    return market.tape.shares(t)


def listed(market: Market, number: int, day: date) -> int:
    """Return the listed shares of roster entry ``number`` on ``day`` (before 2020: as at the start)."""
    return int(_listed(market, market.position(day))[number])


def par(market: Market, company: Company, day: date) -> int:
    """Return the par value (액면가) in won on ``day``: splits and consolidations change it, reductions do not."""
    value = float(company.par)
    for change in changes(market).get(company.number, ()):
        keeps_capital = change.kind == "split" or (change.kind == "consolidation" and not is_reduction(company.number))
        if keeps_capital and change.day <= day:
            value *= (
                round(change.before / change.after) if change.before > change.after else change.before / change.after
            )
    return max(round(value), 1)


def capital(market: Market, company: Company, day: date) -> int:
    """Return the capital (자본금) in the currency of the statements."""
    won = listed(market, company.number, day) * par(market, company, day)
    return won if company.currency == "KRW" else won // WON_PER_DOLLAR
