"""Which command brings each data set up to date, for whoever has to name one: checks, the status."""

from collections.abc import Mapping

from foresto_cli.loaders import (
    action_links,
    bonds,
    crno,
    dart_actions,
    dart_capital,
    dart_companies,
    dart_decisions,
    dart_details,
    dart_dividends,
    dart_filings,
    dart_reparse,
    dart_statements,
    dividend_yield,
    dividends,
    enrichment,
    etfs,
    index_days,
    listing,
    price_days,
    price_tickers,
    ratios,
    stock_history,
    stocks,
    us,
)
from foresto_cli.loaders.fss_kinds import KINDS
from foresto_cli.verify import Rows

PRICES = "foresto prices incremental"
_STOCKS = "foresto stocks load"
_STATEMENTS = "foresto dart financials"
_ACTIONS = "foresto dart corporate-actions"
_US = "foresto us load"

COMMANDS: Mapping[str, str] = {
    listing.NAME: "foresto listing load",
    price_days.NAME: PRICES,
    price_tickers.NAME: PRICES,
    index_days.NAME: "foresto prices index",
    stocks.NAME: _STOCKS,
    stock_history.NAME: _STOCKS,
    crno.NAME: _STOCKS,
    ratios.NAME: _STOCKS,
    dividend_yield.NAME: _STOCKS,
    enrichment.NAME: "foresto stocks load --enrich",
    etfs.NAME: "foresto stocks etfs",
    dart_companies.NAME: "foresto dart corp-codes",
    dart_filings.NAME: _STATEMENTS,
    dart_statements.NAME: _STATEMENTS,
    dart_details.NAME: "foresto dart financials --full",
    dart_reparse.NAME: "foresto dart reparse",
    dart_dividends.NAME: "foresto dart dividends",
    dart_actions.NAME: _ACTIONS,
    dart_decisions.NAME: _ACTIONS,
    dart_capital.NAME: _ACTIONS,
    action_links.NAME: _ACTIONS,
    bonds.NAME: "foresto bonds load",
    dividends.NAME: "foresto stocks dividends",
    **{kind.dataset: f"foresto fss {kind.name}" for kind in KINDS},
    us.FUNDS.name: _US,
    us.OVERVIEWS.name: _US,
    us.STATEMENTS.name: _US,
    us.PRICES.name: "foresto us prices",
    "score": "foresto score batch",
}
"""Data set → command; the scores are no data set of the ledger."""

_UNKNOWN = "foresto status"
"""Of a data set that another version of foresto wrote."""


def commands_for(units: Rows) -> str:
    """Return the commands, each once, that ask again for ``units`` of the ledger, in the order of ``units``."""
    return " && ".join(dict.fromkeys(COMMANDS.get(unit["dataset"], _UNKNOWN) for unit in units))
