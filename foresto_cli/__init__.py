"""foresto: a complete, verified copy of the Korean market in your own PostgreSQL, and Python's way to ask it.

    import foresto_cli as foresto

    foresto.prices("005930", "2024")             # adjusted open, high, low, close, volume by day
    foresto.prices(["삼성전자", "SK하이닉스"], "2024-01", adjusted=False)
    foresto.prices()                             # every stock, every day, delisted ones too
    foresto.listing()                            # the stocks now; listing("2020-03-31"): those of that day
    foresto.scores()                             # the newest Compass Scores; scores("005930"): their history
    foresto.screen("score > 70 and not designated", "2025-03-31")
    foresto.statements("005930", "ttm")          # or quarter, annual, versions; as_of="2025-03-31": as known then
    foresto.valuation("005930", "2024")          # PER, PBR, PSR, dividend yield by what was known each day
    foresto.filings("005930")
    foresto.flows("005930")                      # who bought and sold, where FORESTO_KRX_EXTRAS has it loaded
    foresto.sql("SELECT market, count(*) FROM stocks GROUP BY 1")
    foresto.compat.fdr.DataReader("005930", "2024")      # FinanceDataReader's columns
    foresto.compat.pykrx.get_market_ohlcv("20240102", "20240131", "005930")
    foresto.open(sandbox=True)                   # the sandbox's database in place of your own

Every function returns a pandas frame: numbers float64, days datetime64, an index in order. Stocks, ETFs and indices
are named by their code or their name. The database is opened at the first question and closed with the process; the
embedded server runs until then, and scheduled runs join it. Nothing can be written. What is missing is NaN, never a
guess; errors are those of ``foresto_cli.errors`` and say what to do. Columns are those of the tables: docs/data.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foresto_cli.frames.company_frames import filings, flows, statements, valuation
    from foresto_cli.frames.market_frames import listing, scores
    from foresto_cli.frames.price_frames import prices
    from foresto_cli.frames.screen_frames import screen
    from foresto_cli.frames.session import close, open  # noqa: A004  # foresto.open
    from foresto_cli.frames.sql_frames import sql

__version__ = "0.2.0"
__all__ = [
    "__version__",
    "close",
    "filings",
    "flows",
    "listing",
    "open",
    "prices",
    "scores",
    "screen",
    "sql",
    "statements",
    "valuation",
]

_PLACES = {
    "open": "session",
    "close": "session",
    "prices": "price_frames",
    "listing": "market_frames",
    "scores": "market_frames",
    "screen": "screen_frames",
    "sql": "sql_frames",
    "statements": "company_frames",
    "valuation": "company_frames",
    "flows": "company_frames",
    "filings": "company_frames",
}
"""Function → its module below ``frames``, imported when it is first asked for: commands do without pandas."""


def __getattr__(name: str) -> object:
    if name == "compat":
        return import_module(f"{__name__}.compat")
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.frames.{_PLACES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
