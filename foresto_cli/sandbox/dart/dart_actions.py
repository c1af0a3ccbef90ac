"""What companies decide about their shares: one decision for every event of the market, announced before it."""

from datetime import date, timedelta
from typing import NamedTuple

from foresto_cli.sandbox.dart import dart_companies, shares
from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_filings import BOARDS, CORRECTION, Filing, weekday
from foresto_cli.sandbox.dart.dart_once import once
from foresto_cli.sandbox.market import Market, market_calendar, path, plan, roster
from foresto_cli.sandbox.market.plan import BONUS_LISTING, CONSOLIDATION_HALT, RIGHTS_LISTING, Event

HORIZON = timedelta(days=150)
"""Decisions come before what they decide: events this far ahead have to be known."""
LEAD_DAYS = {"split": 55, "consolidation": 60, "bonus": 20, "rights": 45, "merger": 75}
PAID, FREE, REDUCTION, MERGER, EXCHANGE, DIVISION = (
    "piicDecsn",
    "fricDecsn",
    "crDecsn",
    "cmpMgDecsn",
    "stkExtrDecsn",
    "cmpDvDecsn",
)
SPLIT, CONSOLIDATION = "split", "consolidation"
"""Decided by exchange notices alone: there is no endpoint for them."""
REPORTS = {
    PAID: "주요사항보고서(유상증자결정)",
    FREE: "주요사항보고서(무상증자결정)",
    REDUCTION: "주요사항보고서(감자결정)",
    MERGER: "주요사항보고서(회사합병결정)",
    EXCHANGE: "주요사항보고서(주식교환ㆍ이전결정)",
    DIVISION: "주요사항보고서(회사분할결정)",
    SPLIT: "주식분할결정",
    CONSOLIDATION: "주식병합결정",
}
NOTICES = (SPLIT, CONSOLIDATION)
KINDS = tuple(REPORTS)


class Action(NamedTuple):
    """One decision.

    Attributes:
        company: whose.
        kind: the endpoint that tells about it, or SPLIT or CONSOLIDATION.
        filings: the first and its corrections, oldest first.
        ex_date: day on which the price is restated, or on which the shares come back; None if the price is not.
        listing: day on which the new shares are listed.
        ratio: new shares per share held, or shares after / before.
        withdrawn: the day on which it was given up.
        allotment: who gets the new shares (증자방식).
        first_ratio: what the first filing said where a correction says something else.
    """

    company: Company
    kind: str
    filings: tuple[Filing, ...]
    ex_date: date | None
    listing: date | None
    ratio: float
    withdrawn: date | None = None
    allotment: str = "주주배정후 실권주 일반공모"
    first_ratio: float | None = None


@once(2)
def of(market: Market) -> list[Action]:
    """Return all decisions that may be known by now, in order of their first filing."""
    known = dart_companies.of(market).by_number
    horizon = market.now.date() + HORIZON
    years = range(market_calendar.EPOCH.year, horizon.year + 1)
    days = tuple(day for year in years for day in market_calendar.sessions_of(year, market.seed) if day <= horizon)
    everyone = roster.build(market.size, market.seed, roster.half_years(horizon)[-1])
    events = plan.build(everyone, days, market.size, market.seed).events
    found = [
        action
        for event in events
        if event.kind in LEAD_DAYS and event.ticker in known
        if (action := _of_event(market, known[event.ticker], event, days)) is not None
    ]
    found += _without_event(market)
    return sorted((one for one in found if one.filings), key=lambda one: one.filings[0].number)


def _of_event(market: Market, company: Company, event: Event, days: tuple[date, ...]) -> Action | None:
    """Return the decision behind an event; None if it would have been filed before the market begins."""
    ex_date = days[event.session]
    first = weekday(ex_date - timedelta(days=LEAD_DAYS[event.kind] + company.number % 7))
    if first < market_calendar.EPOCH:
        return None
    if event.kind == "consolidation" and shares.is_reduction(company.number):
        return _reduction(market, company, event, days, first)
    kind, ratio = SPLIT, 1.0
    listing: date | None = ex_date
    again: tuple[date, ...] = ()
    if event.kind == "bonus":
        again = (first + timedelta(days=5),) if company.number % 3 == 0 else ()
        kind, ratio, listing = FREE, 1 / event.ratio - 1, _session(days, event.session + BONUS_LISTING)
    elif event.kind == "rights":
        again = (ex_date - timedelta(days=8),)
        ratio = (1 - event.ratio) / (event.ratio - 0.75)
        kind, listing = PAID, _session(days, event.session + RIGHTS_LISTING)
    elif event.kind == "merger":
        kind, ratio, listing = EXCHANGE if company.number % 2 else MERGER, 0.25 + company.number % 50 / 100, None
    elif event.kind == "consolidation":
        kind = CONSOLIDATION
    return Action(company, kind, _filed(company, kind, (first, *again)), ex_date, listing, ratio)


def _reduction(market: Market, company: Company, event: Event, days: tuple[date, ...], first: date) -> Action:
    """Return a reduction: the ratio planned at first, and the one carried out when the price has moved on."""
    stops = event.session - CONSOLIDATION_HALT
    planned = _factor(market, company, first)
    last_price = min(stops - 1, len(market.all_sessions) - 1)
    factor = _factor(market, company, days[last_price])
    again = (days[stops],) if factor != planned and stops <= last_price + 1 else ()
    found = _filed(company, REDUCTION, (first, *again))
    ratio = 1 / factor if again else 1 / planned
    return Action(company, REDUCTION, found, days[event.session], days[event.session], ratio, first_ratio=1 / planned)


def _factor(market: Market, company: Company, day: date) -> int:
    price = int(market.path.close[market.position(day), company.number])
    return path.consolidation_factor(max(price, 1))


def _without_event(market: Market) -> list[Action]:
    """Return decisions that restate no price: given up, placed with a third party, or about a business (물적분할)."""
    # Founders, gone or not: who decides something must not depend on the day one looks.
    founders = [stock.number for stock in market.roster[: market.size] if stock.kind == "common"]
    known = dart_companies.of(market).by_number
    found = []
    for half, start in enumerate(roster.half_years(market.now.date())):
        for offset, (kind, allotment) in enumerate(
            ((PAID, "주주배정후 실권주 일반공모"), (PAID, "제3자배정증자"), (DIVISION, ""))
        ):
            company = known[founders[(half * 13 + offset * 29 + 5) % len(founders)]]
            first = weekday(start + timedelta(days=30 + offset * 11))
            if company.gone is not None and company.gone <= first:
                continue
            given_up = first + timedelta(days=20) if offset == 0 else None
            filings = _filed(company, kind, (first,))
            found.append(
                Action(company, kind, filings, None, None, 0.2, withdrawn=given_up, allotment=allotment or "-")
            )
    return found


def _filed(company: Company, kind: str, days: tuple[date, ...]) -> tuple[Filing, ...]:
    """Return the filings of a decision on ``days``; the first is the original, the others correct it."""
    notice = kind in NOTICES
    made: list[Filing] = []
    for turn, day in enumerate(days):
        received = weekday(day)
        serial = company.number * 20 + KINDS.index(kind) * 2 + min(turn, 1)
        number = f"{received:%Y%m%d}{(800_000 if notice else 300_000) + serial:06d}"
        name = (CORRECTION if turn else "") + REPORTS[kind]
        first = made[0].number if made else number
        letters = ("I", "I001") if notice else ("B", "B001")
        remark = BOARDS[company.stock.market] if notice else ""
        made.append(Filing(company, received, number, name, *letters, first, remark))
    return tuple(made)


def _session(days: tuple[date, ...], position: int) -> date:
    return days[min(position, len(days) - 1)]
