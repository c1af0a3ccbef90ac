"""How each data set asks again for given units of the ledger: its loader with the facts of the moment, narrowed."""

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli import clock, data_sets
from foresto_cli.app import App
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.derived import UNIT, Derived
from foresto_cli.collecting.loader import Unit
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
    load_described,
    load_described_lists,
    load_funds,
    load_indices,
    load_open_data,
    load_prices,
    load_products,
    load_us_stocks,
    retry_dart,
)
from foresto_cli.loading import load_listed as roster
from foresto_cli.loading.retry_keys import Keys, Make, days_of, part_of
from foresto_cli.running.only import Only, no_heir
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream.finlife import GROUPS


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


def _price_days(app: App, keys: Keys) -> list[Only]:
    days = days_of(keys) or [clock.today()]
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
        days = days_of(span.split(":"))
        if days:
            history = PriceTickers(app.naver, app.calendar, known, min(days), max(days), clock.now())
        else:
            every = price_days(app, price_spans.days_back(app, price_spans.DEFAULT_DAYS), clock.today())
            history = load_prices.histories(app, every, known, may_ask=False)
        found.append(Only(history, [f"{ticker}:{span}" if span else ticker for ticker in tickers]))
    return found


def _index_years(app: App, keys: Keys) -> list[Only]:
    years = [int(year) for year in part_of(keys, 1) if year.isdecimal()]
    start = max(date(min(years, default=clock.today().year), 1, 1), app.history_start)
    return [Only(IndexDays(index_sources(app), app.calendar, start, clock.now()), keys)]


def _described(name: str, app: App, keys: Keys) -> list[Only]:
    one = data_sets.named(name)
    if not isinstance(one, Daily):
        return [
            Only(load_described_lists.loader(app, one), keys, heir=_newest if isinstance(one, WholeList) else no_heir)
        ]
    days = days_of(keys) or [clock.today()]
    return [Only(load_described.loader(app, one, min(days), max(days)), keys)]


def _index_sessions(app: App, keys: Keys) -> list[Only]:
    first = min(days_of(part_of(keys, 1)), default=clock.today())
    return [Only(IndexSessions(load_indices.client_of(app), app.calendar, first, clock.now()), keys)]


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
    return [Only(load_funds.the_list(app), keys, heir=_of_its_kind)]


def _etf_days(app: App, keys: Keys) -> list[Only]:
    """Ask for sessions, and derive the returns that follow from them."""
    if not load_funds.sources(app):
        raise ConfigError(load_funds.NO_SOURCE)
    days = days_of(keys) or [clock.today()]
    sessions = Only(load_funds.sessions(app, min(days), max(days)), keys)
    return [sessions, *(_etf_returns(app, keys) if sessions.units() else ())]


def _etf_returns(app: App, _: Keys) -> list[Only]:
    return [Only(load_funds.returns(app, always=True), [UNIT])]


def _derived(name: str) -> Make:
    def make(app: App, keys: Keys) -> list[Only]:
        return [Only(loader, keys) for loader in roster.derived(app) if loader.name == name]

    return make


def _company_numbers(app: App, keys: Keys) -> list[Only]:
    load_open_data.client_of(app, "items")
    return [Only(loader, keys, heir=_newest) for loader in roster.company_numbers(app)]


def _yahoo(app: App, keys: Keys) -> list[Only]:
    def wanted() -> list[tuple[str, str]]:
        with app.engine.connect() as connection:
            rows = connection.execute(
                text("SELECT ticker, market FROM stocks WHERE is_active AND ticker = ANY(:keys)"), {"keys": list(keys)}
            )
            return [(row.ticker, row.market) for row in rows]

    return [Only(Enrichment(app.yahoo, wanted), keys)]


def _bonds(app: App, keys: Keys) -> list[Only]:
    client = load_open_data.client_of(app, "bonds")
    by_quality: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        quality = key.partition(":")[2]
        by_quality[quality if quality in QUALITIES else QUALITIES[0]].append(key)
    return [
        Only(load_open_data.bonds(app, client, quality), some, heir=_newest) for quality, some in by_quality.items()
    ]


def _fsc_dividends(app: App, keys: Keys) -> list[Only]:
    return [Only(load_open_data.dividends(app, load_open_data.client_of(app, "dividends")), keys, heir=_newest)]


def _products(kind: Kind) -> Make:
    def make(app: App, keys: Keys) -> list[Only]:
        groups = [group for group in GROUPS if group in keys]
        return [Only(load_products.loader(app, kind, load_products.client_of(app), groups), keys)]

    return make


def _us(kind: us_loaders.Kind) -> Make:
    def make(app: App, keys: Keys) -> list[Only]:
        symbols = load_us_stocks.FUNDS if kind is us_loaders.FUNDS else keys
        return [Only(load_us_stocks.loader(app, load_us_stocks.client_of(app), kind, symbols), keys)]

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
    **retry_dart.MAKERS,
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
