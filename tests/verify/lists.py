"""Faults in the lists, in what is derived of them, and in ETFs; each is found daily."""

PLANTED = {
    "listing.names": "UPDATE fdr_stock_listing SET isin = 'KR7000660001' WHERE ticker = '005930'",
    "listing.dates": "UPDATE fdr_stock_listing SET listing_date = '2026-11-18' WHERE ticker = '005930'",
    "listing.values": "UPDATE fdr_stock_listing SET shares = 10 * shares WHERE ticker = '005930'",
    "listing.lost_rows": "DELETE FROM fdr_stock_listing WHERE ticker = '005930'",
    "roster.unpriced": "UPDATE fdr_stock_listing SET is_listed = true, delisting_date = NULL,"
    " as_of_date = '2026-11-20', created_at = '2026-01-01'"
    " WHERE ticker = (SELECT min(ticker) FROM fdr_stock_listing WHERE NOT is_listed)",
    "roster.unknown": "UPDATE fdr_stock_listing SET is_listed = false WHERE ticker = '005930'",
    "stocks.derived": "UPDATE stocks SET current_price = 10 * current_price WHERE ticker = '005930'",
    "stocks.ghosts": "UPDATE stocks SET ticker = '999990' WHERE ticker = '005930'",
    "etf.numbers": "UPDATE etf_price_daily SET nav = 0",
    "etf.continuity": "UPDATE etf_price_daily SET close_price = 10 * close_price WHERE trade_date = '2026-11-19'",
    "etf.values": "UPDATE etf_price_daily SET net_assets = NULL",
    "etf.lost_rows": "DELETE FROM etf_price_daily WHERE ticker = (SELECT min(ticker) FROM etfs)",
    "etf.list": "UPDATE etfs SET expense_ratio = 100 * expense_ratio",
    "etf.sessions": "DELETE FROM etf_price_daily WHERE trade_date = '2026-11-12'",
    "etf.returns": "UPDATE etfs SET ytd_return = 12.5",
    "etf.provisional": "UPDATE unit_ledger SET status = 'provisional', asked_at = '2026-10-20'"
    " WHERE dataset LIKE 'etfs%'",
}
