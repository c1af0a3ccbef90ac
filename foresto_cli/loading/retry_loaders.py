"""How each data set asks again for given units of the ledger: its loader with the facts of the moment, narrowed."""

import functools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli import clock, data_sets
from foresto_cli.app import App
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.derived import UNIT, Derived
from foresto_cli.collecting.loader import Unit
from foresto_cli.datasets.dart import capital_changes, dividends
from foresto_cli.datasets.dart.actions import Actions
from foresto_cli.datasets.dart.capital_changes import Capital
from foresto_cli.datasets.dart.decisions import Decisions
from foresto_cli.datasets.dart.details import Details
from foresto_cli.datasets.dart.dividends import Dividends
from foresto_cli.datasets.dart.reports import QUARTERS, Report
from foresto_cli.datasets.dart.statements import Statements, Wanted
from foresto_cli.datasets.fss.kinds import KINDS, Kind
from foresto_cli.datasets.listed.enrichment import Enrichment
from foresto_cli.datasets.open_data.bonds import QUALITIES
from foresto_cli.datasets.prices import spans as price_spans
from foresto_cli.datasets.prices.index_days import IndexDays
from foresto_cli.datasets.prices.index_sessions import IndexSessions
from foresto_cli.datasets.prices.market_days import index_sources, price_days
from foresto_cli.datasets.prices.tickers import PriceTickers
from foresto_cli.datasets.us import us_loaders
from foresto_cli.declared import Daily, WholeList
from foresto_cli.errors import ConfigError
from foresto_cli.loading import (
    capital,
    described,
    described_lists,
    filings,
    funds,
    indices,
    open_data,
    prices,
    products,
    statements,
    us_stocks,
)
from foresto_cli.loading import listed as roster
from foresto_cli.running.only import Only, no_heir
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream.finlife import GROUPS

Keys = Sequence[str]
Make = Callable[[App, Keys], list[Only]]


def loaders_for(app: App, dataset: str, keys: Keys) -> list[Only]:
    """Return what asks again for the units ``keys`` of ``dataset``; of one that no version has any more nobody does.

    Raises:
        ConfigError: it takes a key that is not there.
    """
    make = MAKERS.get(dataset)
    if make is not None:
        return make(app, keys)
    former = DataSet(name=dataset, label=dataset, table="unit_ledger", command="retry")
    return [Only(_Former(former, _write_nothing), keys)]


class _Former(Derived):
    """A data set of another version: nothing of it is wanted."""

    def units(self) -> list[Unit]:
        """Return none."""
        return []


def _write_nothing(_: Connection, __: Row) -> Counts:
    return Counts()


def _days(texts: Sequence[str]) -> list[date]:
    """Return those of ``texts`` that are days; a ledger may hold what another version wrote."""
    found = []
    for one in texts:
        try:
            found.append(date.fromisoformat(one))
        except ValueError:
            continue
    return found


def _part(keys: Keys, number: int, separator: str = ":") -> list[str]:
    parts = [key.split(separator) for key in keys]
    return [part[number] for part in parts if len(part) > number]


def _price_days(app: App, keys: Keys) -> list[Only]:
    days = _days(keys) or [clock.today()]
    return [Only(price_days(app, min(days), max(days)), keys)]


def distrusted_days(app: App, days: Sequence[date]) -> list[Only]:
    """Return what asks again for market days whose stored rows are contradicted, and writes over all of them."""
    return [Only(price_days(app, min(days), max(days), distrusted=days), [f"{day}" for day in days])]


def _price_tickers(app: App, keys: Keys) -> list[Only]:
    with app.engine.connect() as connection:
        listed = set(connection.scalars(text("SELECT ticker FROM fdr_stock_listing WHERE is_listed")))
    spans: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        ticker, _, span = key.partition(":")
        spans[span].append(ticker)
    found = []
    for span, tickers in spans.items():
        known = [ticker for ticker in tickers if ticker in listed]
        days = _days(span.split(":"))
        if days:
            history = PriceTickers(app.naver, app.calendar, known, min(days), max(days), clock.now())
        else:
            every = price_days(app, price_spans.days_back(app, price_spans.DEFAULT_DAYS), clock.today())
            history = prices.histories(app, every, known, may_ask=False)
        found.append(Only(history, [f"{ticker}:{span}" if span else ticker for ticker in tickers]))
    return found


def _index_years(app: App, keys: Keys) -> list[Only]:
    years = [int(year) for year in _part(keys, 1) if year.isdecimal()]
    start = max(date(min(years, default=clock.today().year), 1, 1), app.history_start)
    return [Only(IndexDays(index_sources(app), app.calendar, start, clock.now()), keys)]


def _described(name: str, app: App, keys: Keys) -> list[Only]:
    one = data_sets.named(name)
    if not isinstance(one, Daily):
        return [Only(described_lists.loader(app, one), keys, heir=_newest if isinstance(one, WholeList) else no_heir)]
    days = _days(keys) or [clock.today()]
    return [Only(described.loader(app, one, min(days), max(days)), keys)]


def _index_sessions(app: App, keys: Keys) -> list[Only]:
    first = min(_days(_part(keys, 1)), default=clock.today())
    return [Only(IndexSessions(indices.client_of(app), app.calendar, first, clock.now()), keys)]


def _of_its_kind(key: str, units: Sequence[Unit]) -> str | None:
    """Return the list of the same kind that is asked for now."""
    kind = key.partition(":")[0]
    return next((unit.key for unit in units if unit.key.partition(":")[0] == kind), None)


def _newest(_: str, units: Sequence[Unit]) -> str | None:
    """Return the one list that is asked for now."""
    return next((unit.key for unit in units), None)


def _listing(app: App, keys: Keys) -> list[Only]:
    return [Only(roster.listing(app), keys, heir=_of_its_kind)]


def _etf_list(app: App, keys: Keys) -> list[Only]:
    return [Only(funds.the_list(app), keys, heir=_of_its_kind)]


def _etf_days(app: App, keys: Keys) -> list[Only]:
    """Ask for sessions, and derive the returns that follow from them."""
    if not funds.sources(app):
        raise ConfigError(funds.NO_SOURCE)
    days = _days(keys) or [clock.today()]
    sessions = Only(funds.sessions(app, min(days), max(days)), keys)
    return [sessions, *(_etf_returns(app, keys) if sessions.units() else ())]


def _etf_returns(app: App, _: Keys) -> list[Only]:
    return [Only(funds.returns(app, always=True), [UNIT])]


def _derived(name: str) -> Make:
    def make(app: App, keys: Keys) -> list[Only]:
        return [Only(loader, keys) for loader in roster.derived(app) if loader.name == name]

    return make


def _company_numbers(app: App, keys: Keys) -> list[Only]:
    open_data.client_of(app, "items")
    return [Only(loader, keys, heir=_newest) for loader in roster.company_numbers(app)]


def _yahoo(app: App, keys: Keys) -> list[Only]:
    def wanted() -> list[tuple[str, str]]:
        with app.engine.connect() as connection:
            rows = connection.execute(
                text("SELECT ticker, market FROM stocks WHERE is_active AND ticker = ANY(:keys)"), {"keys": list(keys)}
            )
            return [(row.ticker, row.market) for row in rows]

    return [Only(Enrichment(app.yahoo, wanted), keys)]


def _filings(app: App, keys: Keys) -> list[Only]:
    return [Only(statements.filings_of(app, min(_days(keys), default=None)), keys)]


def _filing_types(_: App, keys: Keys) -> list[Only]:
    return [Only(filings.marks(), keys)]


def _companies(app: App, keys: Keys) -> list[Only]:
    return [Only(statements.companies(app, statements.client_of(app)), keys)]


def _statements(app: App, keys: Keys) -> list[Only]:
    """Ask by the hundreds of now: one that grew since has another name; companies asked for by themselves again so."""
    client = statements.client_of(app)
    parts = [part for part in (key.split("/") for key in keys) if len(part) == len(("year", "code", "subject"))]
    reports = sorted({Report(int(year), code) for year, code, _ in parts if year.isdecimal() and code in QUARTERS})
    with app.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.corp_code, c.ticker FROM dart_company c JOIN fdr_stock_listing l ON l.ticker = c.ticker"
                " AND l.is_listed WHERE c.hundred IS NOT NULL AND c.corp_code = ANY(:codes)"
            ),
            {"codes": [subject for _, _, subject in parts]},
        )
        tickers = {row.corp_code: row.ticker for row in rows}
    by_company: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        by_company[tickers.get(key.rpartition("/")[2], "")].append(key)
    return [
        Only(
            Statements(client, clock.now(), lambda: statements.facts(app), Wanted(tuple(reports), ticker or None)),
            some,
            heir=_same_hundred,
        )
        for ticker, some in by_company.items()
    ]


def _same_hundred(key: str, units: Sequence[Unit]) -> str | None:
    hundred, is_one, _ = key.partition("+")
    return next((unit.key for unit in units if is_one and unit.key.startswith(f"{hundred}+")), None)


def _details(app: App, keys: Keys) -> list[Only]:
    """Ask for given whole statements, also for those that were read before."""
    loader = Details(statements.client_of(app), lambda: statements.filed(app, Wanted()), is_again=True)
    return [Only(loader, keys)]


def _reparse(_: App, keys: Keys) -> list[Only]:
    """Read the reports in ``keys`` ("2025/11011") anew, or all of them."""
    parts = (key.split("/") for key in keys)
    reports = [Report(int(part[0]), part[1]) for part in parts if part[0].isdecimal() and part[-1] in QUARTERS]
    return [Only(statements.reparsing(*reports), [UNIT])]


def _dart_dividends(app: App, keys: Keys) -> list[Only]:
    client = statements.client_of(app)

    def facts() -> dividends.Facts:
        with app.engine.connect() as connection:
            return dividends.read(connection)

    by_year: dict[int, list[str]] = defaultdict(list)
    for key in keys:
        year = key.partition("/")[0]
        by_year[int(year) if year.isdecimal() else clock.today().year].append(key)
    return [Only(Dividends(client, year, clock.now(), facts), some) for year, some in by_year.items()]


def _actions(app: App, keys: Keys) -> list[Only]:
    months = [day for day in _days([f"{key}-01" for key in keys]) if day <= clock.today()] or [clock.today()]
    return [Only(Actions(statements.client_of(app), min(months), max(months), clock.now()), keys)]


def _decisions(app: App, keys: Keys) -> list[Only]:
    client = statements.client_of(app)
    return [Only(Decisions(client, clock.now(), date.min, clock.today(), lambda: capital.decided(app)), keys)]


def _capital(app: App, keys: Keys) -> list[Only]:
    def executed() -> list[capital_changes.Executed]:
        with app.engine.connect() as connection:
            return capital_changes.read(connection, keys)

    return [Only(Capital(statements.client_of(app), clock.now(), executed), keys)]


def _links(_: App, keys: Keys) -> list[Only]:
    return [Only(capital.links(), keys)]


def _bonds(app: App, keys: Keys) -> list[Only]:
    client = open_data.client_of(app, "bonds")
    by_quality: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        quality = key.partition(":")[2]
        by_quality[quality if quality in QUALITIES else QUALITIES[0]].append(key)
    return [Only(open_data.bonds(app, client, quality), some, heir=_newest) for quality, some in by_quality.items()]


def _fsc_dividends(app: App, keys: Keys) -> list[Only]:
    return [Only(open_data.dividends(app, open_data.client_of(app, "dividends")), keys, heir=_newest)]


def _products(kind: Kind) -> Make:
    def make(app: App, keys: Keys) -> list[Only]:
        groups = [group for group in GROUPS if group in keys]
        return [Only(products.loader(app, kind, products.client_of(app), groups), keys)]

    return make


def _us(kind: us_loaders.Kind) -> Make:
    def make(app: App, keys: Keys) -> list[Only]:
        symbols = us_stocks.FUNDS if kind is us_loaders.FUNDS else keys
        return [Only(us_stocks.loader(app, us_stocks.client_of(app), kind, symbols), keys)]

    return make


MAKERS: Mapping[str, Make] = {
    "listing": _listing,
    "prices.day": _price_days,
    "prices.ticker": _price_tickers,
    "prices.index": _index_years,
    "prices.index_day": _index_sessions,
    "etfs": _etf_list,
    "etfs.day": _etf_days,
    "etfs.returns": _etf_returns,
    "stocks": _derived("stocks"),
    "stocks.history": _derived("stocks.history"),
    "stocks.crno": _company_numbers,
    "stocks.yahoo": _yahoo,
    "bonds": _bonds,
    "dividends.fsc": _fsc_dividends,
    "dart.companies": _companies,
    "dart.filings": _filings,
    "dart.filing_types": _filing_types,
    "dart.statements": _statements,
    "dart.details": _details,
    "dart.reparse": _reparse,
    "dart.dividends": _dart_dividends,
    "dart.actions": _actions,
    "dart.decisions": _decisions,
    "dart.action_links": _links,
    "dart.capital": _capital,
    "stocks.dividend_yield": _derived("stocks.dividend_yield"),
    "stocks.ratios": _derived("stocks.ratios"),
    "stocks.valuation": _derived("stocks.valuation"),
    **{kind.dataset: _products(kind) for kind in KINDS},
    **{
        kind.name: _us(kind)
        for kind in (us_loaders.FUNDS, us_loaders.OVERVIEWS, us_loaders.STATEMENTS, us_loaders.PRICES)
    },
    **{name: functools.partial(_described, name) for name in data_sets.labels()},
}
"""Data set → how it asks again, in the order in which one needs another; tests compare with the loaders there are."""
