"""FSC's open data of the synthetic market: listed items, stock prices, bonds, dividends, and their envelope."""
