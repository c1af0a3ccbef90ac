"""Which loaders the commands about bonds and dividends run."""

from datetime import date

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.derived import Derived
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.open_data import dividend_yield
from foresto_cli.datasets.open_data.bonds import QUALITIES, Bonds
from foresto_cli.datasets.open_data.stock_dividends import Dividends
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.upstream import fsc, fsc_services
from foresto_cli.upstream.fsc import Fsc


def load_bonds(app: App, quality: str, as_of: date | None, options: Options) -> Result:
    """Bring the bonds up to date, from the newest published list or the one of ``as_of``.

    Args:
        app: what the command works with.
        quality: ``all``, ``investment_grade`` or ``high_quality``: which bonds are taken in.
        as_of: base date, or None.
        options: how the command runs.

    Raises:
        UsageError: ``as_of`` is to come, or there is no such ``quality``.
        ConfigError: there is no key.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    if quality not in QUALITIES:
        raise UsageError(f"--quality-filter {quality}: {', '.join(QUALITIES)} 가운데 하나를 적으세요.")
    client = client_of(app, "bonds")
    if as_of is not None and as_of > clock.today():
        raise UsageError(f"기준일({as_of})은 아직 오지 않았습니다(오늘은 {clock.today()}).")

    return job.run_or_preview(app, "bonds load", "채권", lambda: [bonds(app, client, quality, as_of)], options)


def bonds(app: App, client: Fsc, quality: str, as_of: date | None = None) -> Bonds:
    """Return the loader of bonds, with what it has to know."""
    with app.engine.connect() as connection:
        active = connection.scalar(text("SELECT count(*) FROM bonds WHERE is_active")) or 0
    return Bonds(client, app.calendar, clock.now(), active, quality, as_of)


def load_dividends(app: App, options: Options) -> Result:
    """Bring FSC's dividends up to date, and by them the yields of the stocks.

    Raises:
        ConfigError: there is no key.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    client = client_of(app, "dividends")

    def make() -> list[Loader]:
        return [dividends(app, client), yields()]

    return job.run_or_preview(app, "stocks dividends", "배당", make, options)


def dividends(app: App, client: Fsc) -> Dividends:
    """Return the loader of FSC's dividends, with what it has to know."""
    with app.engine.connect() as connection:
        known = connection.execute(text("SELECT isin, ticker FROM fdr_stock_listing WHERE isin IS NOT NULL")).all()
        stored = connection.scalar(
            text("SELECT count(*) FROM dividend_history WHERE source_id = :source"), {"source": fsc.SOURCE_ID}
        )
    tickers = {row.isin: row.ticker for row in known}
    return Dividends(client, app.calendar, clock.now(), stored or 0, tickers)


def yields() -> Derived:
    """Return what brings ``stocks.dividend_yield`` up to date from the stored dividends and prices."""
    today = clock.today()
    return Derived(
        dividend_yield.DATASET,
        lambda connection, provenance: dividend_yield.write(connection, today, provenance),
    )


def client_of(app: App, service: str) -> Fsc:
    """Return the open data.

    Raises:
        ConfigError: there is no key.
    """
    if app.fsc is None:
        title = fsc_services.used_services()[service].title
        raise ConfigError(
            f"FSC_API_KEY가 없습니다. data.go.kr에서 '{title}' 서비스를 활용신청하고 받은 키를 설정하세요."
        )
    return app.fsc
