"""How the data sets of DART ask again for given units."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.derived import UNIT
from foresto_cli.collecting.loader import Unit
from foresto_cli.datasets.dart import capital_changes, dividends
from foresto_cli.datasets.dart.actions import Actions
from foresto_cli.datasets.dart.capital_changes import Capital
from foresto_cli.datasets.dart.decisions import Decisions
from foresto_cli.datasets.dart.details import Details
from foresto_cli.datasets.dart.dividends import Dividends
from foresto_cli.datasets.dart.reports import QUARTERS, Report
from foresto_cli.datasets.dart.statements import Statements, Wanted
from foresto_cli.loading import load_capital, load_filings, load_statements
from foresto_cli.loading.retry_keys import Keys, Make, days_of
from foresto_cli.running.only import Only


def _filings(app: App, keys: Keys) -> list[Only]:
    return [Only(load_statements.filings_of(app, min(days_of(keys), default=None)), keys)]


def _filing_types(_: App, keys: Keys) -> list[Only]:
    return [Only(load_filings.marks(), keys)]


def _companies(app: App, keys: Keys) -> list[Only]:
    return [Only(load_statements.companies(app, load_statements.client_of(app)), keys)]


def _statements(app: App, keys: Keys) -> list[Only]:
    """Ask by the hundreds of now: one that grew since has another name; companies asked for by themselves again so."""
    client = load_statements.client_of(app)
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
            Statements(client, clock.now(), lambda: load_statements.facts(app), Wanted(tuple(reports), ticker or None)),
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
    loader = Details(load_statements.client_of(app), lambda: load_statements.filed(app, Wanted()), is_again=True)
    return [Only(loader, keys)]


def _reparse(_: App, keys: Keys) -> list[Only]:
    """Read the reports in ``keys`` ("2025/11011") anew, or all of them."""
    parts = (key.split("/") for key in keys)
    reports = [Report(int(part[0]), part[1]) for part in parts if part[0].isdecimal() and part[-1] in QUARTERS]
    return [Only(load_statements.reparsing(*reports), [UNIT])]


def _dart_dividends(app: App, keys: Keys) -> list[Only]:
    client = load_statements.client_of(app)

    def facts() -> dividends.Facts:
        with app.engine.connect() as connection:
            return dividends.read(connection)

    by_year: dict[int, list[str]] = defaultdict(list)
    for key in keys:
        year = key.partition("/")[0]
        by_year[int(year) if year.isdecimal() else clock.today().year].append(key)
    return [Only(Dividends(client, year, clock.now(), facts), some) for year, some in by_year.items()]


def _actions(app: App, keys: Keys) -> list[Only]:
    months = [day for day in days_of([f"{key}-01" for key in keys]) if day <= clock.today()] or [clock.today()]
    return [Only(Actions(load_statements.client_of(app), min(months), max(months), clock.now()), keys)]


def _decisions(app: App, keys: Keys) -> list[Only]:
    client = load_statements.client_of(app)
    return [Only(Decisions(client, clock.now(), date.min, clock.today(), lambda: load_capital.decided(app)), keys)]


def _capital(app: App, keys: Keys) -> list[Only]:
    def executed() -> list[capital_changes.Executed]:
        with app.engine.connect() as connection:
            return capital_changes.read(connection, keys)

    return [Only(Capital(load_statements.client_of(app), clock.now(), executed), keys)]


def _links(_: App, keys: Keys) -> list[Only]:
    return [Only(load_capital.links(), keys)]


MAKERS: Mapping[str, Make] = {
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
}
"""Data set → how it asks again, in the order in which one needs another."""
