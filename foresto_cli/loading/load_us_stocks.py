"""Which loaders the commands about US stocks run."""

import re
from collections.abc import Sequence

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.us import us_loaders
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.store import ledger
from foresto_cli.upstream.alphavantage import AlphaVantage

STOCKS = (
    "AAPL", "MSFT", "GOOGL", "AMZN", "META", "NVDA", "TSLA", "JPM", "BAC", "WFC",
    "JNJ", "UNH", "PFE", "KO", "PEP", "WMT", "BA", "CAT", "XOM", "CVX",
)  # fmt: skip
FUNDS = ("SPY", "QQQ", "DIA", "IWM", "VTI", "VOO", "AGG", "VNQ")
"""What is followed when no tickers are named."""
SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,9}")


def load(app: App, tickers: str, options: Options) -> Result:
    """Bring companies, their statements and the funds up to date, as far as the day's requests reach.

    Raises:
        ConfigError: there is no key.
        UsageError: a ticker that none can be.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    client = client_of(app)
    named = _symbols(tickers)
    return job.run_or_preview(
        app,
        "us load",
        "미국 종목",
        lambda: [
            *([] if named else [loader(app, client, us_loaders.FUNDS, FUNDS)]),
            loader(app, client, us_loaders.OVERVIEWS, named or STOCKS),
            loader(app, client, us_loaders.STATEMENTS, named or STOCKS),
        ],
        options,
    )


def prices(app: App, tickers: str, options: Options) -> Result:
    """Bring the daily prices of stocks and funds up to date, as far as the day's requests reach.

    Raises:
        ForestoError: as :func:`load`.
    """
    client = client_of(app)
    named = _symbols(tickers)

    def make() -> list[Loader]:
        with app.engine.connect() as connection:
            stored = connection.scalars(text("SELECT symbol FROM alpha_vantage_stocks WHERE is_active ORDER BY 1"))
            symbols = named or list(dict.fromkeys((*STOCKS, *FUNDS, *stored)))
        return [loader(app, client, us_loaders.PRICES, symbols)]

    return job.run_or_preview(app, "us prices", "미국 시세", make, options)


def client_of(app: App) -> AlphaVantage:
    """Return Alpha Vantage.

    Raises:
        ConfigError: there is no key.
    """
    if app.alphavantage is None:
        raise ConfigError("ALPHA_VANTAGE_API_KEY가 없습니다. www.alphavantage.co에서 무료로 받아 설정하세요.")
    return app.alphavantage


def loader(app: App, client: AlphaVantage, kind: us_loaders.Kind, symbols: Sequence[str]) -> us_loaders.UsData:
    """Return the loader of one kind, with what it has to know."""
    with app.engine.connect() as connection:
        known = ledger.entries(connection, kind.name)
    return us_loaders.UsData(client, kind, symbols, clock.now(), known)


def _symbols(tickers: str) -> list[str]:
    found = [ticker.strip().upper() for ticker in tickers.split(",") if ticker.strip()]
    for symbol in found:
        if not SYMBOL.fullmatch(symbol):
            raise UsageError(f"{symbol}은 미국 종목 기호가 아닙니다. AAPL,MSFT처럼 적으세요.")
    return list(dict.fromkeys(found))
