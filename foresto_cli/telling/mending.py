"""Which command brings each data set up to date, for whoever has to name one: checks, the status."""

from collections.abc import Mapping

from foresto_cli import data_sets as datasets
from foresto_cli.datasets.fss.kinds import KINDS

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
