"""US stocks through Alpha Vantage."""
