"""Every loader fed with damaged answers: it must understand them or say in our own words that it did not.

``FORESTO_FUZZ=12000 pytest tests/campaign/test_fuzz.py`` is a campaign at length.
"""

import collections
import gc
import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from campaign import mutations
from campaign.replay import Exchanges, Memory, mount

from foresto_cli import clock
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.dart import dividends as dart_dividends
from foresto_cli.datasets.dart.actions import Actions
from foresto_cli.datasets.dart.capital_changes import Capital, Executed
from foresto_cli.datasets.dart.decision_kinds import FREE, PAID, REDUCTION
from foresto_cli.datasets.dart.decisions import Decision, Decisions
from foresto_cli.datasets.dart.details import Details, Filed
from foresto_cli.datasets.dart.dividends import Dividends
from foresto_cli.datasets.dart.expected_reports import Company, Roll
from foresto_cli.datasets.dart.filings import Filings
from foresto_cli.datasets.dart.payouts import Payer
from foresto_cli.datasets.dart.reports import Report
from foresto_cli.datasets.dart.statements import Statements, Wanted
from foresto_cli.datasets.fss.kinds import KINDS
from foresto_cli.datasets.listed.enrichment import Enrichment
from foresto_cli.datasets.listed.etfs import Etfs
from foresto_cli.datasets.open_data import bonds
from foresto_cli.datasets.open_data import stock_dividends as fsc_dividends
from foresto_cli.datasets.prices import market_days
from foresto_cli.datasets.prices.index_days import IndexDays
from foresto_cli.errors import ForestoError
from foresto_cli.loading import load_listed, load_prices, load_products, load_statements
from foresto_cli.sandbox.dart import dart_actions, dart_companies, shares

OCTOBER = date(2026, 10, 1)
LONGEST = 5.0
"""Seconds for one answer of any kind, damaged or not."""


@dataclass
class Outcome:
    """What became of a campaign.

    Attributes:
        ends: how often each error, or ``rows``, was the end.
        wrong: what must not happen, with the seed that shows it again.
        slowest: seconds of the slowest answer.
        seconds: of the whole campaign.
    """

    ends: collections.Counter = field(default_factory=collections.Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0


def price_day(world, without):
    """The market day of one source."""
    app = world.app
    day = world.sandbox.market.sessions[-1 if "krx_openapi_key" in without and "krx_id" in without else -4]
    return market_days.price_days(app, day, day)


def price_history(world):
    """One stock's history from Naver."""
    days = world.sandbox.market.sessions
    stocks = ["005930"]
    return load_prices.PriceTickers(world.app.naver, world.app.calendar, stocks, days[0], days[-1], clock.now())


def indices(world):
    """Index levels."""
    start = world.sandbox.market.sessions[0]
    return IndexDays(market_days.index_sources(world.app), world.app.calendar, start, clock.now())


REPORT = Report(2025, "11011")
SAMSUNG = "00100003"
"""Number of the sandbox's first company."""


def main_accounts(world):
    """One company's main accounts."""
    facts = Roll({SAMSUNG: Company(SAMSUNG, "005930", 0, 12)}, {0: 1}, (), frozenset())
    return Statements(world.app.dart, clock.now(), lambda: facts, Wanted((REPORT,)))


def whole_statements(world):
    """One company's whole statements."""
    filed = Filed(SAMSUNG, "005930", REPORT, "CFS", "20260330001000", REPORT.period_end(12), has_details=False)
    return Details(world.app.dart, lambda: [filed])


def dividends(world):
    """One company's dividends from DART."""
    company = dart_companies.of(world.sandbox.market).all[2]
    payer = Payer(company.corp_code, company.stock.code, 12, ("373225",))
    return Dividends(world.app.dart, 2025, clock.now(), lambda: dart_dividends.Facts([payer], {}))


def decision(world):
    """What a decision about shares says."""
    kinds = {dart_actions.FREE: FREE, dart_actions.PAID: PAID, dart_actions.REDUCTION: REDUCTION}
    day = date(2026, 10, 1)
    found = next(one for one in dart_actions.of(world.sandbox.market)
                 if one.kind in kinds and date(2026, 1, 1) < one.filings[-1].received < day)  # fmt: skip
    first = found.filings[0]
    filing = {
        "rcept_no": first.number, "corp_code": found.company.corp_code, "ticker": found.company.stock.code,
        "action_type": kinds[found.kind], "report_name": first.name, "rcept_dt": first.received, "remark": None,
        "is_correction": False, "is_withdrawn": False,
    }  # fmt: skip
    facts = [Decision([filing], frozenset())]
    return Decisions(world.app.dart, clock.now(), first.received, clock.today(), lambda: facts)


def capital(world):
    """What a split came to."""
    market = world.sandbox.market
    number, change = next((number, one) for number, found in shares.changes(market).items() for one in found
                          if one.kind == "split" and date(2022, 1, 1) < one.day < date(2026, 5, 1))  # fmt: skip
    company = dart_companies.of(market).by_number[number]
    split = Executed("20260101800001", company.corp_code, company.stock.code, change.day, 12, change.before)
    return Capital(world.app.dart, clock.now(), lambda: [split])


KEYS = ("krx_id", "krx_pw", "krx_openapi_key")
CASES: dict[str, tuple[tuple[str, ...], Callable[..., Loader]]] = {
    "prices KRX": (("krx_openapi_key",), lambda world: price_day(world, ("krx_openapi_key",))),
    "prices KRX OPEN API": (("krx_id", "krx_pw"), lambda world: price_day(world, ("krx_id", "krx_pw"))),
    "prices FDR": (KEYS, lambda world: price_day(world, KEYS)),
    "prices Naver": (KEYS, price_history),
    "indices FDR": (KEYS, indices),
    "listing": ((), lambda world: load_listed.listing(world.app)),
    "ETFs KRX": ((), lambda world: Etfs(world.app.krx, world.app.fdr, world.app.calendar, clock.now(), 0)),
    "ETFs FDR": (KEYS, lambda world: Etfs(None, world.app.fdr, world.app.calendar, clock.now(), 0)),
    "Yahoo": ((), lambda world: Enrichment(world.app.yahoo, lambda: [("005930", "KOSPI")])),
    "DART companies": ((), lambda world: load_statements.companies(world.app, world.app.dart)),
    "DART filings": ((), lambda world: Filings(world.app.dart, clock.now(), world.app.calendar, {})),
    "DART main accounts": ((), main_accounts),
    "DART whole statements": ((), whole_statements),
    "DART dividends": ((), dividends),
    "DART list of decisions": ((), lambda world: Actions(world.app.dart, OCTOBER, OCTOBER, clock.now())),
    "DART decision": ((), decision),
    "DART capital changes": ((), capital),
    "prices FSC": (KEYS, lambda world: price_day(world, ())),
    "bonds": ((), lambda world: bonds.Bonds(world.app.fsc, world.app.calendar, clock.now(), 0, "all", None)),
    "dividends FSC": ((), lambda world: fsc_dividends.Dividends(world.app.fsc, world.app.calendar, clock.now(), 0, {})),
    "company numbers": ((), lambda world: load_listed.company_numbers(world.app)[0]),
    "deposits": ((), lambda world: load_products.loader(world.app, KINDS[0], world.app.finlife, ["020000"])),
    "credit loans": ((), lambda world: load_products.loader(world.app, KINDS[-1], world.app.finlife, ["020000"])),
}


def campaign(world, make: Callable[..., Loader], count: int, seed: int, *, bombs: int = 2) -> Outcome:
    """Feed the loader ``count`` damaged answers and ``bombs`` compressed bombs."""
    outcome = Outcome()
    world.app._transport = replace(world.app._transport, limits=Memory(), haste=0.0)
    loader = make(world)
    unit = loader.units()[0]
    exchanges = _recorded(loader, unit)
    whole = loader.parse(loader.fetch(unit))
    clean = _state(loader)
    asked = list(exchanges.answers)
    # Pages of a login are answers too, but few of what matters.
    weights = [1 if body.lstrip().startswith(b"<!") else 8 for _, _, body in exchanges.answers.values()]
    started = time.perf_counter()
    gc.collect()
    for number in range(count + bombs):
        chance = random.Random(f"{seed}/{number}")
        exchanges.damaged = chance.choices(asked, weights)[0]
        body = exchanges.answers[exchanges.damaged][2]
        exchanges.damage = (mutations.bomb if number >= count else mutations.mutate)(body, chance)
        _restore(clean)
        begun = time.perf_counter()
        end = _ended(loader, unit, whole, f"{seed}/{number} {exchanges.damaged[1]}", outcome.wrong)
        outcome.slowest = max(outcome.slowest, time.perf_counter() - begun)
        outcome.ends[end] += 1
    outcome.seconds = time.perf_counter() - started
    if outcome.slowest > LONGEST:
        outcome.wrong.append(f"{outcome.slowest:.1f} s for one answer")
    return outcome


def _ended(loader, unit, whole, told, wrong) -> str:
    try:
        answer = loader.fetch(unit)
        parsed = loader.parse(answer)
        left_out = sum(loader.check(row) is not None for row in parsed.rows)
    except ForestoError as error:
        return type(error).__name__
    except Exception as error:  # noqa: BLE001  # what the campaign looks for
        wrong.append(f"{told}: {type(error).__name__}: {error}"[:300])
        return "BUG"
    if parsed.status == "no_data" and whole.status != "no_data":
        wrong.append(f"{told}: a damaged answer became {parsed.status}: {parsed.reason}")
    return "rows" if not left_out else "rows, some refused"


def _recorded(loader: Loader, unit) -> Exchanges:
    exchanges = Exchanges(next(iter(loader.sessions)).get_adapter("https://"))
    for session in loader.sessions:
        mount(session, exchanges)
    loader.fetch(unit)
    exchanges.recording = False
    return exchanges


def _state(loader: Loader) -> list:
    """Remember what clients and sessions remember, so that each answer is the first one."""
    owners = [value for value in vars(loader).values() if hasattr(value, "sessions")]
    desks = [desk for owner in owners for desk in vars(owner).get("_desks", {}).values()]
    things = [*owners, *desks, *loader.sessions]
    return [(thing, {name: value for name, value in vars(thing).items() if _is_memory(value)}) for thing in things]


def _is_memory(value) -> bool:
    return value is None or isinstance(value, int | float | bool | str | dict | Exception)


def _restore(state: list) -> None:
    for thing, values in state:
        vars(thing).update(values)


def peak_megabytes() -> float:
    """Return the peak resident size of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
