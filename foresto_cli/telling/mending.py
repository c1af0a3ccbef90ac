"""Which command brings each data set up to date, for whoever has to name one: checks, the status."""

from collections.abc import Mapping
from datetime import date, timedelta

from foresto_cli import data_sets as datasets
from foresto_cli.collecting.checks import DAY_COLUMNS, Rows
from foresto_cli.datasets.dart.action_links import LONGEST_DAYS
from foresto_cli.datasets.fss.kinds import KINDS

RETRY = "foresto retry"
"""Asks again for exactly what failed, of whatever data set."""
AGAIN = "foresto retry --again"
"""The same, and for what could not be read twice."""
PRICES = "foresto prices incremental"
_STOCKS = "foresto stocks load"
_STATEMENTS = "foresto dart financials"
_ACTIONS = "foresto dart corporate-actions"
_US = "foresto us load"

COMMANDS: Mapping[str, str] = {
    "listing": "foresto listing load",
    "prices.day": PRICES,
    "prices.ticker": PRICES,
    "prices.index": "foresto prices index",
    "prices.index_day": "foresto prices index",
    "stocks": _STOCKS,
    "stocks.history": _STOCKS,
    "stocks.crno": _STOCKS,
    "stocks.ratios": _STOCKS,
    "stocks.dividend_yield": _STOCKS,
    "stocks.yahoo": "foresto stocks load --enrich",
    "etfs": "foresto stocks etfs",
    "dart.companies": "foresto dart corp-codes",
    "dart.filings": _STATEMENTS,
    "dart.statements": _STATEMENTS,
    "dart.details": "foresto dart financials --full",
    "dart.reparse": "foresto dart reparse",
    "dart.dividends": "foresto dart dividends",
    "dart.actions": _ACTIONS,
    "dart.decisions": _ACTIONS,
    "dart.capital": _ACTIONS,
    "dart.action_links": _ACTIONS,
    "bonds": "foresto bonds load",
    "dividends.fsc": "foresto stocks dividends",
    **{kind.dataset: f"foresto fss {kind.name}" for kind in KINDS},
    "us.funds": _US,
    "us.overviews": _US,
    "us.statements": _US,
    "us.prices": "foresto us prices",
    "score": "foresto score batch",
    **{name: f"foresto {name} load" for name in datasets.labels()},
}
"""Data set → command, by the names of the loaders, which take long to import; the scores are none of the ledger."""

LONGEST = 200
"""Characters of a hint, as ``data_quality_log`` holds it."""


def prices_again(rows: Rows) -> str:
    """Return the command that asks once more for the market days of ``rows``."""
    days = sorted({f"{row[name]}" for row in rows for name in DAY_COLUMNS if name in row})
    command = f"foresto prices repair --on {','.join(days)}"
    if len(command) <= LONGEST:
        return command
    return f"foresto prices load --start {days[0]} --end {days[-1]} --again"


def annual_reports_again(rows: Rows) -> str:
    """Return the command that asks once more for the annual reports of the years in ``rows``, as many as fit."""
    years = sorted({row["사업연도"] for row in rows}, reverse=True)
    return " && ".join(f"foresto dart financials --year {year} --again" for year in years[:4])


def decisions_again(rows: Rows) -> str:
    """Return the command that asks once more for the decisions that may be behind the days in ``rows``."""
    first = min(row["trade_date"] if "trade_date" in row else row["due"] for row in rows)
    return f"foresto dart corporate-actions --from {max(first - LONGEST_BEFORE, OLDEST)} --again"


LONGEST_BEFORE = timedelta(days=LONGEST_DAYS)
OLDEST = date(2015, 1, 1)
"""DART has nothing before."""
