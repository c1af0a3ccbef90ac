"""OpenDART's data (전자공시): synthetic companies, their filings, statements, dividends and decisions.

Everything follows from the synthetic market: who is listed, what its shares went through, what it earns per share.
Nothing is visible before the day of its receipt (접수일).
"""
