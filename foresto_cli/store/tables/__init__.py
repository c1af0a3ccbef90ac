"""Every table of foresto, in market words, by what the rows are about.

Times are ``timestamp without time zone`` in KST wall time, whatever the zone of the server. Prices are ``numeric`` won:
exact, and an operator's ``close_price / prev_close`` is not an integer division.
"""

from foresto_cli import data_sets
from foresto_cli.datasets.dart.action_tables import corporate_actions
from foresto_cli.datasets.dart.filing_tables import dart_answer, dart_company, dart_filing
from foresto_cli.datasets.dart.report_tables import adopted_statement, financial_report
from foresto_cli.datasets.dart.restated_tables import financial_restated
from foresto_cli.datasets.dart.valuation_tables import valuation_known
from foresto_cli.datasets.fss.product_tables import (
    annuity_savings_options,
    annuity_savings_products,
    credit_loan_options,
    credit_loan_products,
    deposit_products,
    deposit_rate_options,
    mortgage_loan_options,
    mortgage_loan_products,
    product_rate_history,
    rent_house_loan_options,
    rent_house_loan_products,
    savings_products,
    savings_rate_options,
)
from foresto_cli.datasets.listed.etf_tables import etf_price_daily, etfs
from foresto_cli.datasets.listed.list_tables import fdr_stock_listing, stock_history
from foresto_cli.datasets.listed.stock_tables import stocks
from foresto_cli.datasets.open_data.bond_tables import bonds
from foresto_cli.datasets.open_data.dividend_tables import dividend_history
from foresto_cli.datasets.prices.index_tables import index_listing, index_price_daily
from foresto_cli.datasets.prices.tables import (
    adjustment_override,
    adjustment_pending,
    after_market_daily,
    price_sessions,
    price_source_proof,
    stock_price_daily,
)
from foresto_cli.datasets.us.us_tables import (
    alpha_vantage_etfs,
    alpha_vantage_financials,
    alpha_vantage_stocks,
    alpha_vantage_timeseries,
)
from foresto_cli.declared.metadata import metadata
from foresto_cli.store.tables.letters import (
    market_email_log,
    watchlist,
    watchlist_told_filing,
)
from foresto_cli.store.tables.operations import (
    data_collection_log,
    data_load_batch,
    data_quality_log,
    data_source,
    foresto_meta,
    unit_ledger,
)
from foresto_cli.store.tables.score_history_tables import compass_score_earlier, compass_score_history
from foresto_cli.store.tables.score_tables import compass_score_component, compass_score_run
from foresto_cli.store.tables.score_track_tables import compass_score_track
from foresto_cli.store.tables.screen_tables import saved_screen, saved_screen_member
from foresto_cli.store.tables.unattended_tables import (
    alert_delivery,
    dead_source,
    market_closure,
    notify_channel,
    ops_alert,
    scheduled_job,
    upstream_block,
    upstream_usage,
)

# The tables of the described data sets register themselves when their files are imported.
data_sets.every()

__all__ = [
    "adjustment_override",
    "adjustment_pending",
    "adopted_statement",
    "after_market_daily",
    "alert_delivery",
    "alpha_vantage_etfs",
    "alpha_vantage_financials",
    "alpha_vantage_stocks",
    "alpha_vantage_timeseries",
    "annuity_savings_options",
    "annuity_savings_products",
    "bonds",
    "compass_score_component",
    "compass_score_earlier",
    "compass_score_history",
    "compass_score_run",
    "compass_score_track",
    "corporate_actions",
    "credit_loan_options",
    "credit_loan_products",
    "dart_answer",
    "dart_company",
    "dart_filing",
    "data_collection_log",
    "data_load_batch",
    "data_quality_log",
    "data_source",
    "dead_source",
    "deposit_products",
    "deposit_rate_options",
    "dividend_history",
    "etf_price_daily",
    "etfs",
    "fdr_stock_listing",
    "financial_report",
    "financial_restated",
    "foresto_meta",
    "index_listing",
    "index_price_daily",
    "market_closure",
    "market_email_log",
    "metadata",
    "mortgage_loan_options",
    "mortgage_loan_products",
    "notify_channel",
    "ops_alert",
    "price_sessions",
    "price_source_proof",
    "product_rate_history",
    "rent_house_loan_options",
    "rent_house_loan_products",
    "saved_screen",
    "saved_screen_member",
    "savings_products",
    "savings_rate_options",
    "scheduled_job",
    "stock_history",
    "stock_price_daily",
    "stocks",
    "unit_ledger",
    "upstream_block",
    "upstream_usage",
    "valuation_known",
    "watchlist",
    "watchlist_told_filing",
]
